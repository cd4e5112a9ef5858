// SPDX-License-Identifier: Apache-2.0
#include "shell/notify/fold.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belay::notify {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A desk whose alerts go on from one folding to the next, as in the store.
class Desk : public ::testing::Test {
 protected:
  void raise(const std::string& cause, const std::string& severity, const std::string& lot = "a",
             std::string text = "") {
    if (text.empty()) text = cause + " of " + lot;
    desk.events.push_back(
        {.id = ++event_,
         .event_type = "alert",
         .event_data = R"({"cause":")" + cause + R"(","severity":")" + severity + R"(","text":")" + text + "\"}",
         .position_id = lot.empty() ? 0 : lot[0],
         .lot = lot,
         .symbol = lot.empty() ? "" : "SYM",
         .at = now});
  }
  void close(const std::string& lot) {
    desk.events.push_back({.id = ++event_,
                           .event_type = "closed",
                           .event_data = R"({"reason":"stop_loss","final_price":94.5,"final_pnl":-55})",
                           .position_id = lot[0],
                           .lot = lot,
                           .symbol = "SYM",
                           .at = now});
  }

  /// What is told now, as "kind cause".
  std::vector<std::string> tells() {
    const Folded folded = fold("main", desk, policy, now);
    for (const Alert& alert : folded.alerts) {
      std::erase_if(desk.open, [&](const Alert& one) { return one.number == alert.number; });
      desk.last_alert = std::max(desk.last_alert, alert.number);
      if (!alert.ended_at) desk.open.push_back(alert);
    }
    desk.events.clear();
    last = folded;
    std::vector<std::string> out;
    constexpr const char* kWords[] = {"first", "reminder", "over"};
    for (const Tell& tell : folded.tells) {
      out.push_back(kWords[static_cast<std::size_t>(tell.kind)] + std::string(" ") + tell.alert.cause);
    }
    return out;
  }
  void acknowledge() {
    for (Alert& alert : desk.open) {
      alert.acknowledged_at = now;
      alert.look_at = now;
    }
  }

  AlertDesk desk;
  FoldPolicy policy;
  Timestamp now{1'000'000'000'000'000'000};
  Folded last;

 private:
  std::int64_t event_ = 0;
};

TEST_F(Desk, TellsAnAlertOnce) {
  raise("orphan", "warning");
  EXPECT_THAT(tells(), ElementsAre("first orphan"));
  EXPECT_THAT(tells(), IsEmpty());
  EXPECT_THAT(desk.open, IsEmpty()) << "a warning asks for nobody's answer";
}

TEST_F(Desk, FoldsAStandingCauseOfAPosition) {
  raise("stale_price", "critical", "a");
  raise("stale_price", "critical", "b");
  EXPECT_THAT(tells(), ElementsAre("first stale_price", "first stale_price")) << "one for each position";
  now = now + 1min;
  raise("stale_price", "critical", "a", "latest");
  EXPECT_THAT(tells(), IsEmpty());
  ASSERT_EQ(desk.open.size(), 2U);
  EXPECT_EQ(desk.open.back().times, 2);
  EXPECT_EQ(desk.open.back().text, "latest");
}

TEST_F(Desk, TellsEveryHappening) {
  raise("exit_triggered", "warning", "a", "rung one");
  EXPECT_THAT(tells(), ElementsAre("first exit_triggered"));
  now = now + 1s;
  raise("exit_triggered", "warning", "a", "rung two");
  EXPECT_THAT(tells(), ElementsAre("first exit_triggered"));
}

TEST_F(Desk, RemindsOfACriticalAlertEverMoreRarely) {
  raise("order_failed", "critical");
  tells();
  std::vector<int> minutes;
  for (int minute = 1; minute <= 1200; ++minute) {
    now = now + 1min;
    if (!tells().empty()) minutes.push_back(minute);
  }
  EXPECT_THAT(minutes, ElementsAre(5, 15, 35, 75, 155, 315, 555, 795, 1035)) << "at most four hours apart";
  EXPECT_EQ(last.alerts.size(), 0U);
  EXPECT_EQ(desk.open[0].reminders, 9);
}

TEST_F(Desk, AnAcknowledgementEndsTheReminders) {
  raise("order_failed", "critical");
  tells();
  acknowledge();
  now = now + 1min;
  raise("order_failed", "critical");
  EXPECT_THAT(tells(), IsEmpty()) << "it lasts, and somebody knows";
  now = now + 30min;
  EXPECT_THAT(tells(), IsEmpty());
  now = now + 2h;
  raise("order_failed", "critical");
  EXPECT_THAT(tells(), ElementsAre("first order_failed")) << "it has come back";
}

TEST_F(Desk, AnAcknowledgedHappeningIsOver) {
  raise("fill_corrected", "critical");
  EXPECT_THAT(tells(), ElementsAre("first fill_corrected"));
  now = now + 5min;
  EXPECT_THAT(tells(), ElementsAre("reminder fill_corrected"));
  acknowledge();
  EXPECT_THAT(tells(), IsEmpty());
  EXPECT_THAT(desk.open, IsEmpty());
}

TEST_F(Desk, ARepeatingCauseDoesNotFloodAndIsOverWhenItIsSilent) {
  std::vector<std::string> told;
  for (int minute = 0; minute < 30; ++minute) {
    raise("broker_unread", "critical", "");
    for (const std::string& one : tells()) told.push_back(one);
    now = now + 1min;
  }
  EXPECT_THAT(told, ElementsAre("first broker_unread", "reminder broker_unread", "reminder broker_unread"));
  told.clear();
  for (int minute = 0; minute < 60; ++minute) {
    for (const std::string& one : tells()) told.push_back(one);
    now = now + 1min;
  }
  EXPECT_THAT(told, ElementsAre("reminder broker_unread", "over broker_unread"));
  EXPECT_THAT(desk.open, IsEmpty());
}

TEST_F(Desk, WhatGrowsWorseIsToldAgain) {
  raise("bracket_missing", "warning");
  EXPECT_THAT(tells(), ElementsAre("first bracket_missing"));
  raise("bracket_missing", "critical");
  EXPECT_THAT(tells(), ElementsAre("first bracket_missing"));
  now = now + 5min;
  EXPECT_THAT(tells(), ElementsAre("reminder bracket_missing"));
}

TEST_F(Desk, AClosedPositionEndsWhatWasWrongWithIt) {
  raise("order_failed", "critical", "a");
  raise("order_failed", "critical", "b");
  raise("fill_corrected", "critical", "a");
  tells();
  close("a");
  EXPECT_THAT(tells(), ElementsAre("first closed"));
  EXPECT_EQ(last.tells[0].alert.text, "SYM is closed (stop_loss) at 94.5, result -55.");
  ASSERT_EQ(desk.open.size(), 2U) << "what happened to it still asks for an answer";
  now = now + 5min;
  EXPECT_THAT(tells(), ElementsAre("reminder order_failed", "reminder fill_corrected"));
}

TEST_F(Desk, PutsTheMostUrgentFirst) {
  raise("orphan", "warning", "a");
  close("b");
  raise("order_failed", "critical", "c");
  EXPECT_THAT(tells(), ElementsAre("first order_failed", "first orphan", "first closed"));
}

TEST_F(Desk, AnIdentityIsTheSameBeforeAndAfterTheStore) {
  raise("order_failed", "critical");
  AlertEvent unstored = desk.events[0];
  AlertEvent stored = unstored;
  unstored.id = 0;
  unstored.position_id = 0;
  unstored.at = unstored.at + 123ns;
  EXPECT_EQ(alert_of("main", unstored).identity, alert_of("main", stored).identity);
  EXPECT_NE(alert_of("main", stored).identity, alert_of("other", stored).identity);
}

}  // namespace
}  // namespace belay::notify
