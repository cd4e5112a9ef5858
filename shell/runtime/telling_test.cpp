// SPDX-License-Identifier: Apache-2.0
// What people hear of while the store is away.
#include <gtest/gtest.h>

#include <algorithm>

#include "shell/runtime/test_ports.hpp"

namespace belay::runtime {
namespace {

using namespace std::chrono_literals;
using testing::Stage;

int told_of(const Stage& stage, std::string_view cause) {
  const std::string word = "\"cause\":\"" + std::string(cause) + "\"";
  return static_cast<int>(
      std::ranges::count_if(stage.alerts.told, [&](const AlertEvent& e) { return e.event_data.contains(word); }));
}

TEST(Telling, WhatCanBeStoredIsNotToldPastTheStore) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  stage.data.price = 94_price;
  stage.conductor.pass();
  EXPECT_TRUE(stage.alerts.told.empty());
}

TEST(Telling, AStoreThatGoesAwayIsToldOnceAndRecordedLater) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  stage.conductor.pass();
  stage.store.is_up = false;
  for (int i = 0; i < 3; ++i) {
    stage.conductor.pass();
    stage.clock.pass(60s);
  }
  EXPECT_EQ(told_of(stage, "store_down"), 1);
  const Timestamp at = stage.alerts.told.front().at;
  stage.store.is_up = true;
  stage.conductor.pass();
  bool recorded = false;
  for (const Batch& batch : stage.store.saved) {
    for (const EventRecord& event : batch.events)
      recorded = recorded || (event.type == EventType::alert && event.at == at);
  }
  EXPECT_TRUE(recorded) << "with the same time, so that it is known to be the same";
}

TEST(Telling, CriticalAlertsDoNotWaitForTheStore) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  stage.conductor.pass();
  stage.store.is_up = false;
  stage.conductor.pass();
  stage.broker.money.status = "";
  stage.broker.money.trading_blocked = true;
  stage.data.price = 94_price;
  stage.clock.pass(60s);
  stage.conductor.pass();
  EXPECT_EQ(told_of(stage, "exit_triggered"), 0) << "a warning waits";
  ASSERT_EQ(told_of(stage, "order_failed"), 1) << stage.told;
  EXPECT_EQ(stage.alerts.told.back().lot, "lot-AAPL");
  EXPECT_EQ(stage.alerts.told.back().symbol, "AAPL");
}

TEST(Telling, ALockThatAnotherHasIsTold) {
  Stage stage;
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  stage.conductor.pass();
  stage.store.lose_lock(true);
  EXPECT_EQ(stage.conductor.attend(10s), Interlude::locked);
  EXPECT_EQ(told_of(stage, "lock_lost"), 1);
}

TEST(Telling, WithoutABookTheUnguardedAreNamedTheSameWithinAQuarterOfAnHour) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  stage.store.is_up = false;
  stage.conductor.pass();
  stage.clock.pass(60s);
  stage.conductor.pass();
  ASSERT_EQ(stage.alerts.told.size(), 2U);
  EXPECT_TRUE(stage.alerts.told[0].event_data.contains("NOT guarded by a resting stop at the broker: AAPL"));
  EXPECT_EQ(stage.alerts.told[0], stage.alerts.told[1]);
  stage.clock.pass(15min);
  stage.conductor.pass();
  EXPECT_NE(stage.alerts.told[2].at, stage.alerts.told[0].at);
}

TEST(Telling, WhatTheServiceSuffersIsRecorded) {
  Stage stage;
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  stage.conductor.alert("loop_late", "late by a minute");
  stage.conductor.pass();
  EXPECT_TRUE(stage.has_told("late by a minute"));
  ASSERT_FALSE(stage.store.saved.empty());
  EXPECT_EQ(stage.store.saved[0].events[0].type, EventType::alert);
}

}  // namespace
}  // namespace belay::runtime
