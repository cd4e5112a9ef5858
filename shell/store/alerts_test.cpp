// SPDX-License-Identifier: Apache-2.0
// What is to be told, in the database: read once, kept until it was sent, and never sent by two at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shell/store/open_alerts.hpp"
#include "shell/store/testing.hpp"

namespace belay::store {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::must;
using testing::simple_lot;
using ::testing::SizeIs;

const Timestamp kNow = testing::at("2026-01-26T15:00:00Z");

class Alerts : public testing::StoreTest {
 protected:
  Alerts() {
    migrate();
    alerts = must(open_alerts(database.spec()));
    other = must(open_alerts(database.spec()));
  }

  void record(const std::string& account, const std::string& lot, EventType type, Timestamp at = kNow) {
    Batch batch;
    if (!lot.empty()) {
      batch.lots = {simple_lot(lot)};
      batch.lots[0].account = account;
    }
    Fields data{
        {"cause", std::string("stale_price")}, {"severity", std::string("critical")}, {"text", std::string("t")}};
    if (lot.empty()) data.emplace_back("account", account);
    batch.events = {{.lot = LotUid(lot), .type = type, .data = data, .at = at, .number = ++events_}};
    must(store->save(account, batch));
  }

  AlertDesk look(const std::string& account = "main", bool take = true, Timestamp now = kNow) {
    AlertDesk seen;
    must(alerts->fold(account, now, [&](const AlertDesk& desk) {
      seen = desk;
      return AlertChanges{.take_events = take};
    }));
    return seen;
  }

  void write(const AlertChanges& changes, Timestamp now = kNow) {
    must(alerts->fold("main", now, [&](const AlertDesk&) { return changes; }));
  }

  static Alert alert(std::int64_t number) {
    return {.number = number,
            .key = "stale_price/a",
            .identity = "i" + std::to_string(number),
            .cause = "stale_price",
            .severity = Severity::critical,
            .position_id = 1,
            .symbol = "AAPL",
            .text = "It's \"stale\"",
            .first_at = kNow,
            .last_at = kNow + 250ms,
            .times = 3,
            .reminders = 1,
            .look_at = kNow + 5min};
  }
  static Message message(const std::string& identity, int urgency = 0, std::int64_t of = 0) {
    return {.identity = identity, .channel = "mail", .urgency = urgency, .alert = of, .content = R"({"a":"ä"})"};
  }
  std::string claimed(AlertStore& by, Timestamp now = kNow) {
    const auto found = must(by.claim("main", "mail", now));
    return found ? found->identity : "";
  }

  std::unique_ptr<AlertStore> alerts;
  std::unique_ptr<AlertStore> other;

 private:
  std::uint64_t events_ = 0;
};

TEST_P(Alerts, ReadsWhatIsToBeToldOfItsAccountOnce) {
  record("main", "a", EventType::alert);
  record("main", "a", EventType::check);
  record("main", "", EventType::alert);
  record("other", "b", EventType::alert);
  record("main", "a", EventType::closed);
  EXPECT_TRUE(must(alerts->has_work("main", kNow)));
  const AlertDesk desk = look();
  ASSERT_THAT(desk.events, SizeIs(3));
  EXPECT_EQ(desk.events[0].lot, "a");
  EXPECT_EQ(desk.events[0].symbol, "AAPL");
  EXPECT_GT(desk.events[0].position_id, 0);
  EXPECT_EQ(desk.events[0].at, kNow);
  EXPECT_EQ(desk.events[1].position_id, 0);
  EXPECT_EQ(desk.events[2].event_type, "closed");
  EXPECT_THAT(look().events, IsEmpty());
  EXPECT_FALSE(must(alerts->has_work("main", kNow)));
  EXPECT_THAT(look("other").events, SizeIs(1)) << "each account has a desk of its own";
}

TEST_P(Alerts, WhatIsNotTakenWaits) {
  record("main", "a", EventType::alert);
  EXPECT_THAT(look("main", false).events, SizeIs(1));
  EXPECT_THAT(look("main", true).events, SizeIs(1));
  EXPECT_THAT(look("main", true).events, IsEmpty());
}

TEST_P(Alerts, ADeskThatIsNewDoesNotTellOldStories) {
  record("main", "a", EventType::alert, kNow - 2h);
  record("main", "a", EventType::alert, kNow - 10min);
  EXPECT_THAT(look().events, SizeIs(1));
}

TEST_P(Alerts, KeepsAlertsAsTheyWere) {
  write({.alerts = {alert(1)}});
  EXPECT_THAT(must(alerts->alerts("main", false)), ElementsAre(alert(1)));
  EXPECT_THAT(must(alerts->alerts("other", false)), IsEmpty());
  EXPECT_EQ(look().last_alert, 1);
  Alert ended = alert(1);
  ended.times = 4;
  ended.look_at.reset();
  ended.ended_at = kNow + 1min;
  write({.alerts = {ended}});
  EXPECT_THAT(must(alerts->alerts("main", false)), IsEmpty());
  EXPECT_THAT(must(alerts->alerts("main", true)), ElementsAre(ended));
}

TEST_P(Alerts, WhatEndedLongAgoIsForgotten) {
  Alert ended = alert(1);
  ended.ended_at = kNow;
  write({.alerts = {ended, alert(2)}, .messages = {message("first")}});
  EXPECT_THAT(must(alerts->alerts("main", true)), ElementsAre(ended, alert(2)));
  write({.messages = {message("later")}}, kNow + std::chrono::days(91));
  EXPECT_THAT(must(alerts->alerts("main", true)), ElementsAre(alert(2))) << "what goes on stays";
  EXPECT_EQ(look("main", true, kNow + std::chrono::days(91)).last_alert, 2) << "and no number comes twice";
}

TEST_P(Alerts, AnAlertIsWorkWhenItIsDue) {
  write({.alerts = {alert(1)}});
  EXPECT_FALSE(must(alerts->has_work("main", kNow + 4min)));
  EXPECT_TRUE(must(alerts->has_work("main", kNow + 5min)));
}

TEST_P(Alerts, OneOfTwoSendsAMessage) {
  write({.messages = {message("calm", 1), message("urgent", 5)}});
  EXPECT_EQ(claimed(*alerts), "urgent");
  EXPECT_EQ(claimed(*other), "calm");
  EXPECT_EQ(claimed(*other), "");
  EXPECT_EQ(claimed(*other, kNow + kSendLease - 1ms), "");
  const auto again = must(other->claim("main", "mail", kNow + kSendLease));
  ASSERT_TRUE(again) << "whoever claimed it may have died";
  EXPECT_EQ(again->identity, "urgent");
  EXPECT_EQ(again->attempts, 2);
  EXPECT_EQ(again->content, R"({"a":"ä"})");
  EXPECT_EQ(again->created_at, kNow);
}

TEST_P(Alerts, AMessageIsKeptUntilItWasSent) {
  write({.messages = {message("one")}});
  const auto first = must(alerts->claim("main", "mail", kNow));
  ASSERT_TRUE(first);
  must(alerts->not_sent(first->id, "it's down", kNow + 2min));
  EXPECT_EQ(must(alerts->waiting("main")).at(0).last_error, "it's down");
  EXPECT_EQ(claimed(*alerts, kNow + 1min), "");
  EXPECT_EQ(claimed(*alerts, kNow + 2min), "one");
  must(alerts->sent(first->id, kNow + 2min));
  EXPECT_EQ(claimed(*alerts, kNow + 1h), "");
  EXPECT_THAT(must(alerts->waiting("main")), IsEmpty());
}

TEST_P(Alerts, WhatIsWrittenTwiceIsSentOnce) {
  write({.messages = {message("one")}});
  write({.messages = {message("one")}});
  Message told = message("told");
  told.sent = true;
  write({.messages = {told}});
  EXPECT_EQ(claimed(*alerts), "one");
  EXPECT_EQ(claimed(*alerts), "");
  EXPECT_EQ(look().lately, 2);
  EXPECT_EQ(look().last_message, kNow);
  EXPECT_EQ(look("main", true, kNow + 2min).lately, 0);
}

TEST_P(Alerts, AnAcknowledgementStaysAndSilencesWhatWaits) {
  Alert second = alert(2);
  second.key = "order_failed/a";
  write({.alerts = {alert(1), second}, .messages = {message("first"), message("reminder", 0, 1), message("r2", 0, 2)}});
  EXPECT_EQ(must(other->acknowledge("main", {1, 7}, "ann", "I'm on it", kNow + 1min)), 1);
  EXPECT_EQ(must(other->acknowledge("main", {1}, "bob", "", kNow + 2min)), 0) << "it is already";
  EXPECT_THAT(must(alerts->waiting("main")), SizeIs(2)) << "the reminder of it is not sent any more";
  write({.alerts = {alert(1)}}, kNow + 1min);  // folded at the same moment, without knowing
  const auto all = must(alerts->alerts("main", false));
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].acknowledged_at, kNow + 1min);
  EXPECT_EQ(all[0].acknowledged_by, "ann");
  EXPECT_EQ(all[0].acknowledged_why, "I'm on it");
  EXPECT_FALSE(all[1].acknowledged_at);
  EXPECT_EQ(must(alerts->acknowledge("main", {}, "ann", "", kNow + 3min)), 1);
  EXPECT_THAT(must(alerts->waiting("main")), SizeIs(1));
}

TEST_P(Alerts, TheAllClearOfADayIsRemembered) {
  EXPECT_FALSE(look().all_clear_on);
  write({.all_clear_on = Date(std::chrono::year(2026), std::chrono::month(1), std::chrono::day(26))});
  record("main", "a", EventType::alert);
  EXPECT_EQ(to_text(*look().all_clear_on), "2026-01-26");
  EXPECT_EQ(to_text(*look().all_clear_on), "2026-01-26") << "and stays";
}

BELAY_ON_BOTH_DATABASES(Alerts);

}  // namespace
}  // namespace belay::store
