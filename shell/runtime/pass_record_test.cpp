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

std::int64_t unguarded_ms(PassRecord& record) {
  PassFigures figures;
  record.count({}, figures);
  return figures.unguarded_ms;
}

TEST(PassRecord, UnguardedTimeIsToldOnce) {
  using std::chrono::seconds;
  log::Log log(log::nowhere(), log::Level::error);
  const engine::State state;
  PassRecord record;
  record.loaded(unguarded_for(seconds(100)).lot);
  record.take(unguarded_for(seconds(107)), state, log);
  record.take(unguarded_for(seconds(110)), state, log);
  EXPECT_EQ(unguarded_ms(record), 10'000);
  EXPECT_EQ(unguarded_ms(record), 0);
  record.loaded(unguarded_for(seconds(100)).lot);  // an older book
  record.take(unguarded_for(seconds(113), LotStatus::closed), state, log);
  EXPECT_EQ(unguarded_ms(record), 3'000);
}

TEST(PassRecord, ExitsAreCountedByTheirBeginningAndFailuresOfGuardsAreNot) {
  log::Log log(log::nowhere(), log::Level::error);
  const engine::State state;
  PassRecord record;
  const auto told = [&](EventType type, Fields data) {
    record.take(engine::action::RecordEvent{{LotUid("a"), type, std::move(data), {}}}, state, log);
  };
  told(EventType::exit_triggered, {{"reason", std::string("stop_loss")}});
  told(EventType::exit_triggered, {{"reason", std::string("day_trade_close")}, {"joined", true}});
  told(EventType::order_failed, {{"reason", std::string("stop_loss")}, {"error", std::string("refused")}});
  told(EventType::order_failed, {{"reason", std::string("guard")}, {"error", std::string("refused")}});
  PassFigures figures;
  record.count(state, figures);
  EXPECT_EQ(figures.exits_triggered, 1);
  EXPECT_EQ(figures.failed_closes, 1);
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

TEST(PassRecord, EventsAreLoggedAtThePlansLevels) {
  std::string told;
  log::Log log([&](std::string_view line) { told = line; }, log::Level::debug);
  const engine::State state;
  const auto level_of = [&](EventType type) {
    PassRecord().take(event_of(type), state, log);
    const std::size_t at = told.find("\"level\":\"") + 9;
    return told.substr(at, told.find('"', at) - at);
  };
  EXPECT_EQ(level_of(EventType::check), "INFO");
  EXPECT_EQ(level_of(EventType::price_update), "DEBUG");
  EXPECT_EQ(level_of(EventType::exit_triggered), "WARNING");
  EXPECT_EQ(level_of(EventType::order_failed), "ERROR");
}

TEST(PassRecord, EveryCheckOfThisPassIsALine) {
  std::string told;
  log::Log log([&](std::string_view line) { told += line; }, log::Level::info);
  engine::State state;
  const Timestamp now = parse_timestamp("2026-01-26T15:00:00Z").value();
  for (const char* uid : {"a", "b"}) {
    Lot lot;
    lot.uid = LotUid(uid);
    lot.last_checked_at = uid == std::string("a") ? now : now - std::chrono::minutes(1);
    lot.current_price = 94.5_price;
    state.lots.emplace(lot.uid, lot);
    state.checks[lot.uid].checked = true;
  }
  PassRecord::log_checks(state, log, now);
  EXPECT_TRUE(told.contains(R"("level":"INFO","msg":"check","position":"a")")) << told;
  EXPECT_TRUE(told.contains(R"("price":94.5)")) << told;
  EXPECT_FALSE(told.contains(R"("position":"b")")) << told;
}

}  // namespace
}  // namespace belay::runtime
