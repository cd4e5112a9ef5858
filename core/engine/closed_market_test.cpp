// SPDX-License-Identifier: Apache-2.0
// Exits that meet a closed or halted market, and orders that outlive their day.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/engine/bracketed_scene.hpp"

namespace belay::engine::scene {
namespace {

OperatorCommand close_by(const LotUid& lot) {
  return {.id = 7, .lot = lot, .quantity = {}, .who = "ann", .why = "news"};
}

TEST(ClosedMarket, F7AnExitThatExpiresAtTheCloseIsCarriedOverAndPaged) {
  Scene s;
  s.broker.fills_at_once = false;
  s.jump_to("2026-01-26T15:59:50-05:00");
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  ASSERT_EQ(s.broker.received.size(), 1U);
  s.jump_to("2026-01-26T16:00:01-05:00");
  s.broker.is_open = false;
  s.broker.end(s.broker.by_client(exit_client_id(lot, 1))->id, OrderStatus::expired, s.now.wall);
  s.cycle();
  s.wait(10s);
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_EQ(s.open(lot)->status, LotStatus::closing);
  EXPECT_EQ(s.alerts_of("carried_over"), 1);
  EXPECT_EQ(s.broker.received.size(), 1U) << "nothing is sent outside the session";

  s.jump_to("2026-01-27T09:30:05-05:00");
  s.broker.is_open = true;
  s.broker.fills_at_once = true;
  s.price("AAPL", 93_price);
  s.cycle();
  s.wait(5s);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.stored(lot).close_reason, ExitReason::stop_loss);
}

TEST(ClosedMarket, F57AHaltHoldsTheExitAndLeavesTheGuardAlone) {
  Scene s;
  const LotUid lot = enter(s, {});
  const auto [stop, target] = s.broker.bracket(*s.upstream.back().broker_order_id, 100_qty, 95_price, 110_price,
                                               at("2026-01-26T09:45:00-05:00"));
  s.cycle();
  s.play(event::TradingStatus{.symbol = "AAPL", .halted = true, .why = "volatility pause", .at = s.now.wall});
  s.play(event::CommandGiven{close_by(lot)});
  s.wait(30s);
  EXPECT_TRUE(s.broker.received.empty());
  EXPECT_FALSE(is_terminal(s.broker.orders.at(stop).status)) << "the guard stays while nothing can trade";
  EXPECT_EQ(exit_standing(s.state, lot), ExitStanding::waiting);
  s.play(event::TradingStatus{.symbol = "AAPL", .halted = false, .why = "", .at = s.now.wall});
  s.price("AAPL", 99_price);
  s.wait(10s);
  EXPECT_TRUE(s.is_closed(lot));
}

// A guard that is lost while its lot waits for trading is put back; its exit takes it away when trading goes on.
TEST(ClosedMarket, AGuardLostDuringAHaltOrOvernightIsRestoredBeforeItsLotLeaves) {
  for (const bool halt : {true, false}) {
    Bracketed b;
    Scene& s = b.s;
    if (halt) {
      s.play(event::TradingStatus{.symbol = "AAPL", .halted = true, .why = "volatility pause", .at = s.now.wall});
    } else {
      s.jump_to("2026-01-26T17:00:00-05:00");
      s.broker.is_open = false;
    }
    s.play(event::CommandGiven{close_by(b.lot)});
    s.broker.cancel(b.stop, s.now.wall);
    s.pass_time(60s);
    s.cycle();
    s.wait(10s);
    ASSERT_EQ(s.broker.received.size(), 1U) << halt;
    EXPECT_EQ(s.broker.received.front().order_class, OrderClass::oco);
    EXPECT_EQ(b.reserved(), 100_qty);
    if (halt) {
      s.play(event::TradingStatus{.symbol = "AAPL", .halted = false, .why = "", .at = s.now.wall});
    } else {
      s.jump_to("2026-01-27T09:30:05-05:00");
      s.broker.is_open = true;
    }
    s.price("AAPL", 99_price);
    s.cycle();
    s.wait(20s);
    EXPECT_TRUE(s.is_closed(b.lot)) << halt;
    EXPECT_EQ(s.broker.held.at("AAPL"), 0_qty);
    EXPECT_TRUE(s.broker.crossings.empty());
  }
}

TEST(ClosedMarket, APriceThatDoesNotMoveIsRecordedInTheSessionOnly) {
  Scene s;
  const LotUid lot = enter(s, {});
  const auto updates = [&] { return std::ranges::count(s.records, EventType::price_update, &EventRecord::type); };
  const auto look = [&](int times, Price price) {
    for (int i = 0; i < times; ++i) {
      s.pass_time(60s);
      s.price("AAPL", price);
      s.cycle();
    }
    return updates();
  };
  s.cycle();
  const auto in_session = look(3, 100_price);
  EXPECT_EQ(in_session, 4) << "there, each look is told of";
  s.jump_to("2026-01-26T17:00:00-05:00");
  s.broker.is_open = false;
  const auto checks = s.open(lot)->check_count;
  EXPECT_EQ(look(5, 100_price), in_session);
  EXPECT_EQ(s.open(lot)->check_count, checks + 5) << "it is looked at all the same";
  EXPECT_EQ(s.stored(lot).last_checked_at, s.now.wall);
  EXPECT_EQ(look(1, 101_price), in_session + 1);
  s.restart();
  EXPECT_EQ(look(2, 101_price), in_session + 1) << "whatever process looks";
}

// The broker would refuse it, again and again.
TEST(ClosedMarket, F57NoGuardIsPutBackDuringAHaltAtALevelThatThePriceHasPassed) {
  Bracketed b;
  Scene& s = b.s;
  s.play(event::TradingStatus{.symbol = "AAPL", .halted = true, .why = "volatility pause", .at = s.now.wall});
  s.tick("AAPL", 94_price);
  s.pump();
  s.play(event::CommandGiven{close_by(b.lot)});
  s.broker.cancel(b.stop, s.now.wall);
  s.pass_time(60s);
  s.cycle();
  s.wait(30s);
  EXPECT_TRUE(s.broker.received.empty());
}

TEST(ClosedMarket, F57APartThatWaitsOutAHaltLeavesTheGuardWhole) {
  Bracketed b;
  Scene& s = b.s;
  s.play(event::TradingStatus{.symbol = "AAPL", .halted = true, .why = "volatility pause", .at = s.now.wall});
  OperatorCommand command = close_by(b.lot);
  command.quantity = 40_qty;
  s.play(event::CommandGiven{command});
  s.wait(30s);
  s.cycle();
  EXPECT_EQ(b.reserved(), 100_qty);
  EXPECT_TRUE(s.broker.received.empty());
  s.play(event::TradingStatus{.symbol = "AAPL", .halted = false, .why = "", .at = s.now.wall});
  s.price("AAPL", 99_price);
  s.wait(10s);
  EXPECT_EQ(b.now().quantity, 60_qty);
  EXPECT_EQ(b.reserved(), 60_qty);
}

TEST(ClosedMarket, F58AHaltIntoTheCloseIsCarriedOverAndPaged) {
  Scene s;
  s.jump_to("2026-01-26T15:58:00-05:00");
  const LotUid lot = enter(s, {});
  s.cycle();
  s.play(event::TradingStatus{.symbol = "AAPL", .halted = true, .why = "news pending", .at = s.now.wall});
  s.play(event::CommandGiven{close_by(lot)});
  s.jump_to("2026-01-26T16:00:01-05:00");
  s.broker.is_open = false;
  s.cycle();
  s.wait(5s);
  EXPECT_TRUE(s.broker.received.empty());
  EXPECT_EQ(s.alerts_of("carried_over"), 1);
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_TRUE(s.open(lot)->exit) << "the intent stays";
}

TEST(ClosedMarket, AfterHoursALimitIsWorkedWhereThePolicySaysSo) {
  Scene s;
  s.state.policy.after_hours = AfterHours::limit;
  s.jump_to("2026-01-26T16:30:00-05:00");
  s.broker.is_open = false;
  const LotUid lot = enter(s, {});
  s.price("AAPL", 100_price);
  s.cycle();
  s.play(event::CommandGiven{close_by(lot)});
  s.wait(5s);
  ASSERT_EQ(s.broker.received.size(), 1U);
  EXPECT_TRUE(s.broker.received.front().extended_hours);
  EXPECT_EQ(s.broker.received.front().type, OrderType::limit);
  EXPECT_EQ(s.broker.received.front().limit_price, 99_price);
  EXPECT_EQ(s.broker.received.front().time_in_force, TimeInForce::day);
  s.price("AAPL", 90_price);
  s.wait(40s);
  ASSERT_EQ(s.broker.received.size(), 2U) << "re-priced";
  EXPECT_EQ(s.broker.received.back().limit_price, 89.1_price);
  s.broker.execute(s.broker.by_client(exit_client_id(lot, 2))->id, 100_qty, 90_price, s.now.wall);
  s.wait(20s);
  EXPECT_TRUE(s.is_closed(lot));
}

TEST(ClosedMarket, TheFirstPriceOfTheSessionIsAwaitedForAMinuteAtMost) {
  Scene s;
  s.jump_to("2026-01-26T16:30:00-05:00");
  s.broker.is_open = false;
  const LotUid lot = enter(s, {.max_hold_minutes = 60});
  s.price("AAPL", 100_price);
  s.cycle();
  s.jump_to("2026-01-27T09:30:00-05:00");
  s.broker.is_open = true;
  s.cycle();
  s.wait(5s);
  EXPECT_TRUE(s.broker.received.empty()) << "yesterday's price is no price of this session";
  s.price("AAPL", 101_price);
  s.wait(8s);
  EXPECT_TRUE(s.is_closed(lot));

  Scene t;
  t.jump_to("2026-01-26T16:30:00-05:00");
  t.broker.is_open = false;
  const LotUid silent = enter(t, {.max_hold_minutes = 60});
  t.price("AAPL", 100_price);
  t.cycle();
  t.jump_to("2026-01-27T09:30:00-05:00");
  t.broker.is_open = true;
  t.cycle();
  t.wait(65s);
  EXPECT_TRUE(t.is_closed(silent)) << "no price at all does not hold it for ever";
}

TEST(ClosedMarket, AnExitThatNeverArrivedIsDeadAfterItsDay) {
  Scene s;
  s.broker.refuses_excess = false;
  s.broker.fates = {Fate::lost_before};
  s.jump_to("2026-01-26T15:59:50-05:00");
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  s.outbox.clear();
  s.broker.filled_order("AAPL", Side::sell, 60_qty, 94_price, s.now.wall);  // somebody else sells most of it
  s.jump_to("2026-01-26T16:00:05-05:00");
  s.broker.is_open = false;
  s.cycle();
  s.wait(60s);
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_EQ(s.open(lot)->exit_orders.front().status, OrderStatus::unknown) << "not yet";
  s.jump_to("2026-01-26T16:16:00-05:00");
  s.wait(120s);
  EXPECT_EQ(s.open(lot)->exit_orders.front().status, OrderStatus::expired);

  s.jump_to("2026-01-27T10:00:00-05:00");
  s.broker.is_open = true;
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(30s);
  s.cycle();
  s.wait(10s);
  EXPECT_EQ(s.broker.held.at("AAPL"), 0_qty);
  EXPECT_TRUE(s.broker.crossings.empty());
  EXPECT_TRUE(s.is_closed(lot));
}

}  // namespace
}  // namespace belay::engine::scene
