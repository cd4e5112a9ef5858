// SPDX-License-Identifier: Apache-2.0
// What waits in a flood, what is said after the close, and what went out past the store.
#include "shell/notify/desk_work.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "shell/json/parse.hpp"
#include "shell/notify/book_of_lots.hpp"

namespace belay::notify {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

class Desks : public ::testing::Test {
 protected:
  Desks() {
    settings.routes = {{"mail"}, {"webhook"}};
    settings.all_clear = false;
  }
  static AlertEvent event(const std::string& cause, const std::string& severity, Timestamp at) {
    return {.id = 1,
            .event_type = "alert",
            .event_data = R"({"cause":")" + cause + R"(","severity":")" + severity + R"(","text":"of it"})",
            .position_id = 3,
            .lot = "a",
            .symbol = "AAPL",
            .at = at};
  }
  AlertDesk desk_with(const std::string& severity) {
    AlertDesk desk;
    desk.events = {event("order_failed", severity, now)};
    return desk;
  }

  Timestamp now = parse_timestamp("2026-01-26T20:00:00Z").value();  // a Monday, 15:00 in New York
  BookOfLots book;
  Settings settings;
  DeskWork work{"main", settings};
};

TEST_F(Desks, InAFloodTheRestWaitsForAMinuteAndTheCriticalForAQuarter) {
  AlertDesk flood = desk_with("warning");
  flood.lately = 6;
  flood.last_message = now - 10s;
  EXPECT_FALSE(work.decide(flood, book, now).take_events);
  EXPECT_THAT(work.decide(flood, book, now).messages, IsEmpty());
  EXPECT_TRUE(work.decide(flood, book, now + 50s).take_events);
  AlertDesk critical = desk_with("critical");
  critical.lately = 6;
  critical.last_message = now - 10s;
  EXPECT_FALSE(work.decide(critical, book, now).take_events);
  EXPECT_THAT(work.decide(critical, book, now + 5s).messages, SizeIs(1));
  critical.lately = 5;
  EXPECT_TRUE(work.decide(critical, book, now).take_events) << "no flood";
}

TEST_F(Desks, TheAllClearComesOnceAfterTheCloseOfASession) {
  settings.all_clear = true;
  Lot held;
  held.account = "main";
  held.instrument = instrument_of("KO");
  held.quantity = 8_qty;
  held.result = 5_usd;
  Lot closed = held;
  closed.instrument = instrument_of("AAPL");
  closed.status = LotStatus::closed;
  closed.closed_at = now;
  closed.close_reason = ExitReason::take_profit;
  closed.original_quantity = 10_qty;
  closed.realised_result = 12.504_usd;
  Lot of_another = closed;
  of_another.account = "other";
  book.rows = {held, closed, of_another};
  EXPECT_FALSE(work.is_all_clear_due(now));
  EXPECT_FALSE(work.is_all_clear_due(now + 1h + 14min)) << "not before a quarter past four";
  ASSERT_TRUE(work.is_all_clear_due(now + 1h + 15min));
  const AlertChanges changes = work.decide({}, book, now + 2h);
  ASSERT_THAT(changes.messages, SizeIs(1));
  EXPECT_EQ(changes.messages[0].channel, "mail");
  const Notice notice = notice_from(json::parse(changes.messages[0].content).value());
  EXPECT_EQ(notice.subject, "All clear, 2026-01-26: 1 closed +12.50, 1 held") << "to the cent";
  EXPECT_EQ(to_text(*changes.all_clear_on), "2026-01-26");
  EXPECT_FALSE(work.is_all_clear_due(now + 3h));
  EXPECT_TRUE(work.is_all_clear_due(now + 26h)) << "the next day";
  EXPECT_FALSE(work.is_all_clear_due(now + 5 * 24h + 2h)) << "a Saturday";
}

TEST_F(Desks, TheAllClearSaysWhatWaitsForAnAnswer) {
  Alert unanswered;
  unanswered.number = 17;
  unanswered.severity = Severity::critical;
  unanswered.cause = "order_failed";
  Alert answered = unanswered;
  answered.acknowledged_at = now;
  const Notice notice = all_clear("main", Date(2026y / 1 / 26), {}, {}, {unanswered, answered});
  EXPECT_THAT(notice.subject, StartsWith("1 alerts wait for an answer"));
  EXPECT_EQ(notice.severity, "critical");
  ASSERT_THAT(notice.items, SizeIs(1));
  EXPECT_EQ(notice.items[0].number, 17);
}

TEST_F(Desks, WhatWentOutPastTheStoreIsStoredAsSent) {
  const AlertEvent unstored = event("order_failed", "critical", now);
  ASSERT_TRUE(work.is_news(unstored));
  EXPECT_TRUE(work.hears("mail", unstored));
  EXPECT_FALSE(work.hears("webhook", unstored)) << "not its turn yet";
  const Letter letter = work.letter_of(unstored, now);
  work.told(unstored, "mail");
  EXPECT_TRUE(work.is_told(unstored));
  const auto messages = work.decide(desk_with("critical"), book, now).messages;
  ASSERT_THAT(messages, SizeIs(1));
  EXPECT_TRUE(messages[0].sent);
  EXPECT_EQ(messages[0].identity, letter.identity);
  work.written();
  EXPECT_TRUE(work.is_stored(unstored));
}

TEST_F(Desks, AStandingCauseIsToldPastTheStoreOnce) {
  EXPECT_TRUE(work.is_news(event("broker_unread", "critical", now)));
  EXPECT_FALSE(work.is_news(event("broker_unread", "critical", now + 1min)));
  EXPECT_TRUE(work.is_news(event("loss_limit", "critical", now + 1min)));
  EXPECT_TRUE(work.is_news(event("loss_limit", "critical", now + 2min))) << "each of them is news";
}

}  // namespace
}  // namespace belay::notify
