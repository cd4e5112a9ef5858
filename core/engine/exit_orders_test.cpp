// SPDX-License-Identifier: Apache-2.0
// What the broker says of an exit order: twice, late, in any order, in words that we do not know; and busts.
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

// A lot of 100 whose exit works at the broker.
struct Leaving {
  Scene s;
  LotUid lot;
  OrderId order;

  Leaving() {
    s.broker.fills_at_once = false;
    lot = enter(s, {});
    s.price("AAPL", 94_price);
    s.cycle();
    order = s.broker.by_client(exit_client_id(lot, 1))->id;
  }
  [[nodiscard]] const ExitOrder& known() const { return s.open(lot)->exit_orders.front(); }
  void tell(OrderStatus status, Quantity filled) {
    Order said = s.broker.seen(order);
    said.status = status;
    said.filled = filled;
    if (filled.is_positive()) said.filled_average = 94_price;
    s.feed(event::OrderSeen{said});
    s.outbox.clear();
  }
};

TEST(ExitOrders, F42MessagesInTheWrongOrderTakeNothingBack) {
  Leaving l;
  l.tell(OrderStatus::partially_filled, 70_qty);
  l.tell(OrderStatus::partially_filled, 30_qty);
  l.tell(OrderStatus::fresh, 0_qty);
  EXPECT_EQ(l.known().filled, 70_qty);
  EXPECT_EQ(l.known().status, OrderStatus::partially_filled);
  EXPECT_EQ(l.s.open(l.lot)->quantity, 30_qty);
}

TEST(ExitOrders, F41TheSameFillTwiceCountsOnce) {
  Leaving l;
  l.tell(OrderStatus::partially_filled, 40_qty);
  l.tell(OrderStatus::partially_filled, 40_qty);
  EXPECT_EQ(l.s.open(l.lot)->quantity, 60_qty);
}

TEST(ExitOrders, F8AFillToldAfterTheCancelLeavesLessToSell) {
  Leaving l;
  l.tell(OrderStatus::canceled, 30_qty);
  l.tell(OrderStatus::canceled, 45_qty);
  EXPECT_EQ(l.s.open(l.lot)->quantity, 55_qty);
  EXPECT_EQ(l.s.state.broker.allowance.at("AAPL"), 55_qty) << "and no more than that may be sent";
}

TEST(ExitOrders, F75AWordThatWeDoNotKnowIsLiveAndToldOnce) {
  Leaving l;
  Order said = l.s.broker.seen(l.order);
  said.status = OrderStatus::unknown;
  said.status_said = "levitating";
  l.s.feed(event::OrderSeen{said});
  l.s.feed(event::OrderSeen{said});
  l.s.outbox.clear();
  EXPECT_EQ(l.s.alerts_of("unknown_word"), 1);
  l.s.wait(20s);
  EXPECT_EQ(l.s.broker.received.size(), 1U) << "it may still fill: nothing is sent beside it";
}

TEST(ExitOrders, AnAnswerAboutAnEarlierAttemptSaysNothingAboutThisOne) {
  Leaving l;
  l.tell(OrderStatus::canceled, 0_qty);
  l.s.broker.fates = {Fate::lost_before};
  l.s.wait(2s);
  ASSERT_EQ(l.s.open(l.lot)->exit_orders.size(), 2U);
  const int before = l.s.state.flights.at(l.lot).not_found;
  l.s.feed(event::OrderMissing{exit_client_id(l.lot, 1)});
  EXPECT_EQ(l.s.state.flights.at(l.lot).not_found, before);
}

TEST(ExitOrders, F9AnExitThatSomebodyReplacedIsFollowedToItsNewId) {
  Leaving l;
  // By hand at the broker: another order goes on with the rest of ours.
  Order old = l.s.broker.seen(l.order);
  old.status = OrderStatus::replaced;
  old.replaced_by = OrderId("by-hand");
  Order fresh = old;
  fresh.id = OrderId("by-hand");
  fresh.client_id = ClientOrderId("somebody");
  fresh.status = OrderStatus::fresh;
  fresh.replaced_by.reset();
  fresh.replaces = l.order;
  l.s.broker.orders.at(l.order) = old;
  l.s.broker.orders.emplace(fresh.id, fresh);
  l.s.wait(20s);
  EXPECT_EQ(l.s.broker.received.size(), 1U) << "the replacement works on: no second order beside it";
  EXPECT_EQ(l.known().id, OrderId("by-hand"));

  l.s.broker.execute(OrderId("by-hand"), 100_qty, 93_price, l.s.now.wall);
  l.s.wait(3s);
  ASSERT_TRUE(l.s.is_closed(l.lot));
  EXPECT_EQ(l.s.stored(l.lot).close_reason, ExitReason::stop_loss);
  EXPECT_EQ(l.s.stored(l.lot).realised_result, -(700_usd));
}

TEST(ExitOrders, F47ABustReopensWhatHadLeft) {
  Leaving l;
  l.s.broker.execute(l.order, 100_qty, 94_price, l.s.now.wall);
  l.s.feed(event::OrderSeen{l.s.broker.seen(l.order)});
  ASSERT_EQ(l.s.open(l.lot)->quantity, 0_qty);
  l.s.outbox.clear();
  // 40 of the fill are undone before the lot was proved flat.
  Order& order = l.s.broker.orders.at(l.order);
  order.filled = 60_qty;
  l.s.broker.held["AAPL"] = 40_qty;
  l.s.broker.fills_at_once = true;
  l.s.play(event::FillCorrected{.order = order, .kind = OrderEvent::trade_bust});
  EXPECT_EQ(l.s.alerts_of("fill_corrected"), 1);
  ASSERT_NE(l.s.open(l.lot), nullptr);
  l.s.wait(10s);
  ASSERT_TRUE(l.s.is_closed(l.lot));
  EXPECT_EQ(l.s.broker.received.back().quantity, 40_qty) << "what came back leaves again, and no more";
  EXPECT_TRUE(l.s.broker.crossings.empty());
  EXPECT_EQ(left_so_far(l.s.stored(l.lot)), 100_qty);
}

TEST(ExitOrders, F47ABustOfAClosedLotIsToldAndTheSharesAreTakenUpAsAnOrphan) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(2s);
  ASSERT_TRUE(s.is_closed(lot));
  Order order = *s.broker.by_client(exit_client_id(lot, 1));
  order.filled = 0_qty;
  s.broker.held["AAPL"] = 100_qty;
  s.play(event::FillCorrected{.order = order, .kind = OrderEvent::trade_bust});
  EXPECT_EQ(s.alerts_of("fill_corrected"), 1);
  s.pass_time(60s);
  s.cycle();
  s.pass_time(60s);
  s.cycle();
  EXPECT_GE(s.alerts_of("orphan"), 1) << "never a silent position";
}

TEST(ExitOrders, F47ACorrectedGuardFillCorrectsTheLot) {
  Scene s;
  const LotUid lot = enter(s, {});
  const auto [stop, target] = s.broker.bracket(*s.upstream.back().broker_order_id, 100_qty, 95_price, 110_price,
                                               at("2026-01-26T09:45:00-05:00"));
  s.cycle();
  s.broker.execute(target, 60_qty, 110_price, s.now.wall);
  s.cycle();
  ASSERT_EQ(s.open(lot)->quantity, 40_qty);
  Order order = s.broker.orders.at(target);
  order.filled = 50_qty;
  s.broker.orders.at(target) = order;
  s.broker.held["AAPL"] = 50_qty;
  s.play(event::FillCorrected{.order = order, .kind = OrderEvent::trade_correct});
  EXPECT_EQ(s.open(lot)->quantity, 50_qty);
}

}  // namespace
}  // namespace belay::engine::scene
