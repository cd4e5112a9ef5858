// SPDX-License-Identifier: Apache-2.0
#include "shell/runtime/pass_record.hpp"

#include <gtest/gtest.h>

namespace belay::runtime {
namespace {

constexpr std::size_t kDays = 300'000;  // price updates of some weeks

engine::action::RecordEvent event_of(EventType type) { return {{.lot = {}, .type = type, .data = {}, .at = {}}}; }

TEST(PassRecord, F31WhatWaitsForTheStoreIsBoundedAndLosesPricesOnly) {
  log::Log log(log::nowhere(), log::Level::error);
  const engine::State state;
  PassRecord record;
  record.take(event_of(EventType::exit_triggered), state, log);
  for (std::size_t i = 0; i < kDays; ++i) record.take(event_of(EventType::price_update), state, log);
  record.take(event_of(EventType::closed), state, log);
  record.limit_waiting(log, {});
  ASSERT_EQ(record.batch().events.size(), 2);
  EXPECT_EQ(record.batch().events.front().type, EventType::exit_triggered);
  EXPECT_EQ(record.batch().events.back().type, EventType::closed);
}

TEST(PassRecord, EventsAreNumberedInTheirOrder) {
  log::Log log(log::nowhere(), log::Level::error);
  const engine::State state;
  PassRecord record;
  record.take(event_of(EventType::check), state, log);
  record.take(event_of(EventType::check), state, log);
  record.saved({});
  record.take(event_of(EventType::check), state, log);
  ASSERT_EQ(record.batch().events.size(), 1);
  EXPECT_EQ(record.batch().events.front().number, 3);
  record.forget();
  record.take(event_of(EventType::check), state, log);
  ASSERT_EQ(record.batch().events.size(), 1);
  EXPECT_EQ(record.batch().events.front().number, 4);
}

TEST(PassRecord, F55ALineWithAbsurdNumbersIsToldAllTheSame) {
  Lot lot;
  lot.uid = LotUid("a");
  lot.exit = Exit{};
  lot.exit_orders.resize(2);
  for (ExitOrder& order : lot.exit_orders) order.filled = Quantity::from_nanos(INT64_MAX);
  engine::State state;
  state.lots.emplace(lot.uid, lot);
  PassReport report;
  PassRecord().report(state, report);
  ASSERT_EQ(report.exits.size(), 1);
  EXPECT_EQ(report.exits.front().why, "its numbers are absurd");
}

engine::action::KeepLot unguarded_for(std::chrono::seconds time, LotStatus status = LotStatus::open) {
  Lot lot;
  lot.uid = LotUid("a");
  lot.status = status;
  lot.guards.unguarded = time;
  return {lot};
}

TEST(PassRecord, UnguardedTimeIsToldOnce) {
  using std::chrono::seconds;
  log::Log log(log::nowhere(), log::Level::error);
  const engine::State state;
  PassRecord record;
  record.loaded(unguarded_for(seconds(100)).lot);
  record.take(unguarded_for(seconds(107)), state, log);
  record.take(unguarded_for(seconds(110)), state, log);
  EXPECT_EQ(record.take_unguarded(), seconds(10));
  EXPECT_EQ(record.take_unguarded(), seconds(0));
  record.loaded(unguarded_for(seconds(100)).lot);  // an older book
  record.take(unguarded_for(seconds(113), LotStatus::closed), state, log);
  EXPECT_EQ(record.take_unguarded(), seconds(3));
}

TEST(PassRecord, WhatIsNoLotsSaysWhoseItIs) {
  log::Log log(log::nowhere(), log::Level::error);
  engine::State state;
  state.account = "second";
  PassRecord record;
  record.take(event_of(EventType::monitor_error), state, log);
  const Fields expected{{"account", std::string("second")}};
  EXPECT_EQ(record.batch().events.front().data, expected);
}

}  // namespace
}  // namespace belay::runtime
