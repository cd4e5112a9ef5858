// SPDX-License-Identifier: Apache-2.0
// What guards have sold: counted once, whoever heard of it first.
#include <gtest/gtest.h>

#include "core/engine/bracketed_scene.hpp"

namespace belay::engine::scene {
namespace {

TEST(GuardFills, F11WhatABracketSoldBeforeTheLotWasKnownIsCountedOnce) {
  for (const bool before_the_row : {true, false}) {
    Scene s;
    const LotUid lot = enter(s, {});
    const OrderId entry = *s.upstream.back().broker_order_id;
    const auto [stop, target] = s.broker.bracket(entry, 100_qty, 95_price, 110_price, s.now.wall);
    s.broker.execute(stop, 30_qty, 94_price, s.now.wall);
    s.pass_time(15s);
    s.broker.loses_cancels = true;
    if (!before_the_row) s.broker.orders.at(stop).filled = 0_qty;  // the list of orders lags behind the positions
    s.cycle();
    if (!before_the_row) s.broker.orders.at(stop).filled = 30_qty;
    s.broker.execute(stop, 70_qty, 94_price, s.now.wall);
    s.pass_time(15s);
    s.cycle();
    s.wait(2s);
    ASSERT_TRUE(s.is_closed(lot)) << before_the_row;
    EXPECT_EQ(s.stored(lot).original_quantity, 100_qty);
    EXPECT_EQ(s.stored(lot).realised_result, -(600_usd));
    EXPECT_EQ(s.alerts_of("frozen"), 0);
  }
}

TEST(GuardFills, F10BothChildrenThatFillAreBothCounted) {
  Bracketed b;
  b.s.broker.children.at(b.entry) = {b.target};
  b.s.broker.execute(b.target, 100_qty, 110_price, b.s.now.wall);
  b.s.broker.children.at(b.entry) = {b.stop, b.target};
  b.s.broker.execute(b.stop, 100_qty, 94_price, b.s.now.wall);
  b.s.pass_time(15s);
  b.s.cycle();
  EXPECT_GE(b.s.alerts_of("frozen"), 1) << "more has left than was held";
  Quantity counted;
  for (const LeftElsewise& part : b.s.kept.at(b.lot).left_elsewise) counted += part.quantity;
  EXPECT_EQ(counted, 200_qty);
}

// A bracket that was left behind would sell what another lot has.
TEST(GuardFills, AnEntryThatNobodyHasSeenIsLookedAtBeforeItsLotLeaves) {
  Scene s;
  const LotUid lot = enter(s, {.key = "1"});
  const OrderId entry = *s.upstream.back().broker_order_id;
  const LotUid other = enter(s, {.key = "2", .when = "2026-01-26T09:50:00-05:00"});
  const auto [stop, target] = s.broker.bracket(entry, 100_qty, 95_price, 110_price, s.now.wall);
  s.broker.lists_closed = false;
  s.feed(s.book());
  s.feed(s.broker.read(s.now));
  s.outbox.clear();  // its turn to be looked at has not come
  s.feed(event::CommandGiven{{.id = 7, .lot = lot, .quantity = {}, .who = "ann", .why = "news"}});
  while (!s.outbox.empty() && s.broker.received.empty()) {
    const Action action = s.outbox.front();
    s.outbox.pop_front();
    s.perform(action);
  }
  EXPECT_TRUE(is_terminal(s.broker.orders.at(stop).status)) << "before the exit is sent";
  EXPECT_TRUE(is_terminal(s.broker.orders.at(target).status));
  s.wait(5s);
  EXPECT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.open(other)->quantity, 100_qty);
  EXPECT_EQ(s.broker.held.at("AAPL"), 100_qty);
}

// The stop turns into a new order, of which only the id is heard yet: it may be selling all of it.
TEST(GuardFills, F11APartDoesNotLeaveBesideASuccessorThatWasNotSeenYet) {
  Bracketed b;
  b.s.state.lots.at(b.lot).frozen = "a surplus";  // nobody tends its guards
  b.s.kept.at(b.lot).frozen = "a surplus";
  b.s.play(event::CommandGiven{{.id = 7, .lot = b.lot, .quantity = 20_qty, .who = "ann", .why = "news"}});
  b.s.wait(1s);
  b.s.broker.end(b.target, OrderStatus::canceled, b.s.now.wall);
  Order stop = b.order(b.stop);
  stop.status = OrderStatus::replaced;
  stop.replaced_by = OrderId("order-77");
  b.s.feed(event::OrderSeen{b.order(b.target)});
  b.s.feed(event::OrderSeen{stop});
  b.s.outbox.clear();
  b.s.wait(1s);
  EXPECT_TRUE(b.s.broker.received.empty());
}

// The lot was closed by a sale by hand; its bracket, whose end is on its way, takes another lot's shares all the same.
TEST(GuardFills, F11WhatABracketTakesAfterItsLotsEndIsNotThereForAnother) {
  Bracketed b;
  Scene& s = b.s;
  const LotUid other = enter(s, {.key = "2", .when = "2026-01-26T09:50:00-05:00", .stop = std::nullopt});
  s.cycle();
  s.broker.loses_cancels = true;
  s.broker.refuses_excess = false;
  s.broker.filled_order("AAPL", Side::sell, 100_qty, 100_price, s.now.wall);
  for (int i = 0; i < 4 && !s.is_closed(b.lot); ++i) {
    s.pass_time(15s);
    s.cycle();
  }
  ASSERT_TRUE(s.is_closed(b.lot));
  ASSERT_EQ(s.state.broker.allowance.at("AAPL"), 100_qty);
  s.broker.execute(b.stop, 100_qty, 95_price, s.now.wall);
  s.feed(event::OrderSeen{b.order(b.stop)});
  EXPECT_LE(s.state.broker.allowance.at("AAPL"), 0_qty);
  EXPECT_EQ(s.open(other)->quantity, 100_qty);
}

// Overnight nothing can be sent: the one look is kept for the moment before it is.
TEST(GuardFills, AnEntryThatNobodyHasSeenIsNotLookedAtBeforeItsLotMayLeave) {
  Scene s;
  s.jump_to("2026-01-26T17:00:00-05:00");
  s.broker.is_open = false;
  const LotUid lot = enter(s, {.key = "1"});
  enter(s, {.key = "2", .when = "2026-01-26T09:50:00-05:00"});
  s.broker.lists_closed = false;
  s.feed(s.book());
  s.feed(s.broker.read(s.now));
  s.outbox.clear();
  s.feed(event::CommandGiven{{.id = 7, .lot = lot, .quantity = {}, .who = "ann", .why = "news"}});
  EXPECT_EQ(
      std::ranges::count_if(s.outbox, [](const Action& a) { return std::holds_alternative<action::LookAtOrder>(a); }),
      0);
}

TEST(GuardFills, AStopReplacedByANewIdThatFillsIsFollowed) {
  Bracketed b;
  const OrderId successor("order-77");
  Order next = b.order(b.stop);
  next.id = successor;
  next.status = OrderStatus::fresh;
  b.s.broker.orders.emplace(successor, next);
  b.s.broker.orders.at(b.stop).replaced_by = successor;
  b.s.broker.orders.at(b.stop).status = OrderStatus::replaced;
  b.s.broker.end(b.target, OrderStatus::canceled, b.s.now.wall);
  b.s.broker.children.at(b.entry) = {successor, b.target};
  b.s.broker.execute(successor, 100_qty, 94_price, b.s.now.wall);
  b.next_minute(94_price);
  b.s.wait(2s);
  ASSERT_TRUE(b.s.is_closed(b.lot));
  EXPECT_EQ(b.s.stored(b.lot).close_reason, ExitReason::stop_loss);
  EXPECT_EQ(b.s.stored(b.lot).realised_result, -(600_usd));
  EXPECT_EQ(b.s.stored(b.lot).stop_order_id, successor);
}

TEST(GuardFills, ASuccessorThatFilledWhileNobodyLookedIsNoSaleOfSomebodyElse) {
  Bracketed b;
  const LotUid older = enter(b.s, {.key = "2", .when = "2026-01-26T09:40:00-05:00"});
  b.s.cycle();
  const OrderId successor("order-77");
  Order next = b.order(b.stop);
  next.id = successor;
  next.status = OrderStatus::fresh;
  b.s.broker.orders.emplace(successor, next);
  b.s.broker.end(b.stop, OrderStatus::replaced, b.s.now.wall);
  b.s.broker.orders.at(b.stop).replaced_by = successor;
  b.s.broker.end(b.target, OrderStatus::canceled, b.s.now.wall);
  b.s.broker.execute(successor, 100_qty, 96_price, b.s.now.wall);
  b.s.broker.lists_closed = false;
  b.s.restart();
  b.next_minute(96_price);
  b.s.wait(15s);
  ASSERT_TRUE(b.s.is_closed(b.lot));
  EXPECT_EQ(b.s.stored(b.lot).close_reason, ExitReason::stop_loss);
  EXPECT_EQ(b.s.stored(b.lot).realised_result, -(400_usd));
  EXPECT_EQ(b.s.open(older)->quantity, 100_qty);
}

TEST(GuardFills, AFillThatWasChargedBeforeItsGuardWasKnownCountsOnce) {
  Bracketed b;
  const LotUid older = enter(b.s, {.key = "2", .when = "2026-01-26T09:40:00-05:00"});
  b.s.cycle();
  const OrderId late = b.s.broker.filled_order("AAPL", Side::sell, 60_qty, 96_price, b.s.now.wall);
  b.next_minute(96_price);
  ASSERT_EQ(b.s.open(older)->quantity, 40_qty);
  b.s.broker.end(b.target, OrderStatus::canceled, b.s.now.wall);
  b.s.broker.end(b.stop, OrderStatus::replaced, b.s.now.wall);
  b.s.broker.orders.at(b.stop).replaced_by = late;
  b.s.broker.children.at(b.entry) = {late, b.target};
  b.next_minute(96_price);
  EXPECT_EQ(b.s.open(older)->quantity, 100_qty) << "it was not this one's";
  EXPECT_EQ(b.now().quantity, 40_qty);
}

TEST(GuardFills, ATargetReplacedByTheStopThatFillsIsCountedOnce) {
  Bracketed b;
  b.s.broker.orders.at(b.target).status = OrderStatus::replaced;
  b.s.broker.orders.at(b.target).replaced_by = b.stop;
  b.s.broker.execute(b.stop, 100_qty, 94_price, b.s.now.wall);
  b.next_minute(94_price);
  b.s.wait(2s);
  ASSERT_TRUE(b.s.is_closed(b.lot));
  EXPECT_EQ(b.s.stored(b.lot).close_reason, ExitReason::stop_loss);
  EXPECT_EQ(b.s.stored(b.lot).realised_result, -(600_usd));
  EXPECT_EQ(b.s.stored(b.lot).target_order_id, b.target);
}

}  // namespace
}  // namespace belay::engine::scene
