// SPDX-License-Identifier: Apache-2.0
#include "shell/notify/notice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shell/json/parse.hpp"
#include "shell/json/write.hpp"
#include "shell/notify/causes.hpp"
#include "shell/notify/rendering.hpp"

namespace belay::notify {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

const Timestamp kAt = parse_timestamp("2026-01-26T20:00:00Z").value();

Tell tell_of(const std::string& cause, Severity severity, std::int64_t number = 1,
             Tell::Kind kind = Tell::Kind::first) {
  Alert alert;
  alert.number = number;
  alert.identity = "id" + std::to_string(number);
  alert.cause = cause;
  alert.severity = severity;
  alert.position_id = 3;
  alert.symbol = "AAPL";
  alert.text = "AAPL cannot leave: <held> & \"blocked\".";
  alert.first_at = kAt;
  alert.last_at = kAt;
  alert.reminders = kind == Tell::Kind::reminder ? number : 0;
  return {kind, alert};
}

Lot lot_with_levels() {
  Lot lot;
  lot.id = 3;
  lot.instrument = instrument_of("AAPL");
  lot.original_quantity = 10_qty;
  lot.quantity = 4_qty;
  lot.entry_price = 100_price;
  lot.entry_time = kAt;
  lot.stop_loss = 95_price;
  lot.take_profit = 110_price;
  lot.current_price = Price::parse("94.3333333").value();
  lot.result = Money::parse("-22.6666668").value();
  lot.result_percent = Ratio::parse("-5.6666667").value();
  return lot;
}

const Lot kLot = lot_with_levels();
const FindLot kFind = [](std::int64_t id) { return id == 3 ? &kLot : nullptr; };
const Routes kRoutes{{"mail"}, {"webhook"}, {"second_mail"}};

std::vector<std::string> channels(const std::vector<Message>& messages) {
  std::vector<std::string> out;
  for (const Message& message : messages) out.push_back(message.channel + " " + message.identity);
  return out;
}

TEST(Notices, TheFirstRouteHearsFirstAndEachReminderOneMore) {
  const auto sent = [](Tell::Kind kind, std::int64_t number) {
    return channels(messages_for("main", {tell_of("order_failed", Severity::critical, number, kind)}, kRoutes, kFind));
  };
  EXPECT_THAT(sent(Tell::Kind::first, 1), ElementsAre("mail id1"));
  EXPECT_THAT(sent(Tell::Kind::reminder, 1), ElementsAre("mail id1-r1", "webhook id1-r1"));
  EXPECT_THAT(sent(Tell::Kind::reminder, 2), ElementsAre("mail id2-r2", "second_mail id2-r2", "webhook id2-r2"));
  EXPECT_THAT(sent(Tell::Kind::reminder, 9), SizeIs(3));
}

TEST(Notices, ManyAtOnceAreOneMessageThatListsAll) {
  std::vector<Tell> tells;
  for (std::int64_t i = 1; i <= 40; ++i) {
    tells.push_back(tell_of("order_failed", i <= 2 ? Severity::critical : Severity::warning, i));
  }
  const auto messages = messages_for("main", tells, kRoutes, kFind);
  ASSERT_THAT(messages, SizeIs(1));
  const Notice notice = notice_from(json::parse(messages[0].content).value());
  EXPECT_THAT(notice.items, SizeIs(40));
  EXPECT_EQ(notice.severity, "critical");
  EXPECT_THAT(notice.subject, StartsWith("40 alerts at once, 2 CRITICAL: "));
  EXPECT_THAT(plain_text(notice), HasSubstr("belay ack 1 2 --why"));
  EXPECT_THAT(messages_for("main", {tells.begin(), tells.begin() + 3}, kRoutes, kFind), SizeIs(3));
}

TEST(Notices, SayWhatAPersonNeeds) {
  const Notice notice = notice_of("main", tell_of("order_failed", Severity::critical, 17), &kLot);
  EXPECT_EQ(notice.subject, "CRITICAL: AAPL cannot leave: <held> & \"blocked\"");
  const std::string text = plain_text(notice);
  for (const char* part :
       {"AAPL, long 4 left of 10, id 3", "100.00 at 2026-01-26 15:00:00 EST", "-22.67 (-5.67 %)", "Stop       95.00",
        "Target     110.00", "Belay goes on trying.", "belay close AAPL --direct --yes", "belay ack 17 --why"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(Notices, HtmlEscapesWhatOthersWrote) {
  const Notice notice = notice_of("main", tell_of("order_failed", Severity::critical), &kLot);
  EXPECT_THAT(html(notice, "chart@x"), AllOf(HasSubstr("&lt;held&gt; &amp; &quot;blocked&quot;"),
                                             Not(HasSubstr("<held>")), HasSubstr("src=\"cid:chart@x\"")));
  EXPECT_THAT(html(notice, ""), Not(HasSubstr("<img")));
}

TEST(Notices, ComeBackFromTheStoreAsTheyWere) {
  const Notice notice = notice_of("main", tell_of("stale_price", Severity::critical, 2, Tell::Kind::reminder), &kLot);
  EXPECT_EQ(notice_from(json::parse(json::write(to_json(notice))).value()), notice);
  EXPECT_EQ(notice.thread, "id2");
  EXPECT_EQ(notice_from(json::Value("damaged")), Notice{});
}

TEST(Notices, ASubjectIsCutBetweenCharacters) {
  Tell tell = tell_of("concern", Severity::warning);
  tell.alert.text = std::string(109, 'a') + "ä" + std::string(50, 'b');
  EXPECT_EQ(notice_of("main", tell, nullptr).subject, std::string(109, 'a') + "…");
}

TEST(Notices, AWordThatNobodyKnowsStandsForItself) {
  EXPECT_EQ(cause_of("something_new").nature, Nature::standing);
  EXPECT_EQ(cause_of("exit_triggered").nature, Nature::happening);
}

}  // namespace
}  // namespace belay::notify
