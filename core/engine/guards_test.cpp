// SPDX-License-Identifier: Apache-2.0
// Resting guards: what they take, what they hold, and how an exit gets the shares from them.
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

struct Guarded {
  Scene s;
  LotUid lot;
  OrderId stop;
  OrderId target;

  explicit Guarded(Price stop_price = 95_price) {
    lot = enter(s, {.stop = stop_price});
    const OrderId entry = *s.upstream.back().broker_order_id;
    std::tie(stop, target) = s.broker.bracket(entry, 100_qty, stop_price, 110_price, at("2026-01-26T09:45:00-05:00"));
    s.cycle();
  }
};

TEST(Guards, AreFoundAsTheChildrenOfTheEntry) {
  Guarded g;
  EXPECT_EQ(g.s.open(g.lot)->stop_order_id, g.stop);
  EXPECT_EQ(g.s.open(g.lot)->target_order_id, g.target);
  EXPECT_TRUE(g.s.open(g.lot)->bracket_expected);
  EXPECT_TRUE(g.s.open(g.lot)->bracket_order_accepted);
}

TEST(Guards, AreCancelledAndSeenToEndBeforeTheExitIsSent) {
  Guarded g;
  g.s.play(event::CommandGiven{{.id = 1, .lot = g.lot, .quantity = {}, .who = "ann", .why = ""}});
  g.s.wait(3s);
  ASSERT_TRUE(g.s.is_closed(g.lot));
  EXPECT_EQ(g.s.broker.received.size(), 1U) << "never refused for shares that the guards held";
  EXPECT_EQ(g.s.broker.orders.at(g.stop).status, OrderStatus::canceled);
  EXPECT_EQ(g.s.broker.orders.at(g.target).status, OrderStatus::canceled);
}

TEST(Guards, AStopAtItsOwnTriggerHasTwoSeconds) {
  Guarded g;
  g.s.price("AAPL", 94.5_price);
  g.s.sweep();
  g.s.wait(1500ms);
  EXPECT_FALSE(is_terminal(g.s.broker.orders.at(g.stop).status)) << "its own order is on the way";
  g.s.broker.execute(g.stop, 100_qty, 94.9_price, g.s.now.wall);
  g.s.wait(5s);
  g.s.play(g.s.broker.read(g.s.now));
  g.s.wait(2s);
  ASSERT_TRUE(g.s.is_closed(g.lot));
  EXPECT_TRUE(g.s.broker.received.empty());
  EXPECT_EQ(g.s.stored(g.lot).close_reason, ExitReason::stop_loss);
  EXPECT_EQ(g.s.stored(g.lot).realised_result, -(510_usd));
}

TEST(Guards, F42AReplacedStopIsFollowedThoughItIsNoLongerListed) {
  Guarded g;
  event::BrokerRead read = g.s.broker.read(g.s.now);
  for (Order& order : read.orders) {
    for (Order& leg : order.legs) {
      leg.status = OrderStatus::canceled;
      if (leg.id != g.stop) continue;
      leg.replaces = leg.id;
      leg.id = OrderId("successor");
      leg.status = OrderStatus::filled;
      leg.filled = 100_qty;
      leg.filled_average = 94.9_price;
      leg.filled_at = g.s.now.wall;
    }
  }
  read.holdings.clear();
  g.s.feed(read);
  const Lot& lot = *g.s.open(g.lot);
  ASSERT_EQ(lot.left_elsewise.size(), 1U);
  EXPECT_EQ(lot.left_elsewise[0].order, OrderId("successor"));
  EXPECT_EQ(lot.left_elsewise[0].reason, ExitReason::stop_loss);
  EXPECT_TRUE(lot.quantity.is_zero());
}

TEST(Guards, AStopThatDoesNotActInItsTimeIsTakenOver) {
  Guarded g;
  g.s.price("AAPL", 94.5_price);
  g.s.sweep();
  g.s.wait(5s);
  ASSERT_TRUE(g.s.is_closed(g.lot));
  EXPECT_EQ(g.s.broker.received.size(), 1U);
  EXPECT_EQ(g.s.broker.held.at("AAPL"), 0_qty);
}

TEST(Guards, AGuardThatFillsWhileItIsCancelledLeavesNothingToSell) {
  Guarded g;
  g.s.broker.loses_cancels = true;
  g.s.play(event::CommandGiven{{.id = 1, .lot = g.lot, .quantity = {}, .who = "ann", .why = ""}});
  g.s.broker.execute(g.target, 100_qty, 110_price, g.s.now.wall);
  g.s.broker.loses_cancels = false;
  g.s.wait(5s);
  ASSERT_TRUE(g.s.is_closed(g.lot));
  EXPECT_TRUE(g.s.broker.received.empty());
  EXPECT_EQ(g.s.broker.held.at("AAPL"), 0_qty);
  EXPECT_EQ(g.s.stored(g.lot).realised_result, 1000_usd);
}

TEST(Guards, AGuardThatFillsPartlyWhileItIsCancelledLeavesLess) {
  Guarded g;
  g.s.broker.execute(g.target, 30_qty, 110_price, g.s.now.wall);
  g.s.play(event::CommandGiven{{.id = 1, .lot = g.lot, .quantity = {}, .who = "ann", .why = ""}});
  g.s.wait(5s);
  ASSERT_TRUE(g.s.is_closed(g.lot));
  ASSERT_EQ(g.s.broker.received.size(), 1U);
  EXPECT_EQ(g.s.broker.received.front().quantity, 70_qty);
  EXPECT_EQ(g.s.stored(g.lot).realised_result, 300_usd);
}

TEST(Guards, ATargetThatFillsAloneClosesTheLotAsTakeProfit) {
  Guarded g;
  g.s.broker.execute(g.target, 100_qty, 110.2_price, g.s.now.wall);
  g.s.pass_time(15s);
  g.s.cycle();
  g.s.wait(2s);
  ASSERT_TRUE(g.s.is_closed(g.lot));
  EXPECT_EQ(g.s.stored(g.lot).close_reason, ExitReason::take_profit);
  EXPECT_EQ(g.s.stored(g.lot).exit_price, 110.2_price);
  EXPECT_EQ(g.s.stored(g.lot).realised_result, 1020_usd);
  EXPECT_EQ(g.s.records_of(EventType::closed), 1);
}

TEST(Guards, AStopThatFillsAloneClosesTheLotAsStopLoss) {
  Guarded g;
  g.s.broker.execute(g.stop, 100_qty, 94_price, g.s.now.wall);
  g.s.cycle();
  g.s.wait(2s);
  ASSERT_TRUE(g.s.is_closed(g.lot));
  EXPECT_EQ(g.s.stored(g.lot).close_reason, ExitReason::stop_loss);
  EXPECT_EQ(g.s.stored(g.lot).realised_result, -(600_usd));
}

TEST(Guards, AStopThatFilledWhileNobodyWatchedIsNotTakenForAnOutsideSale) {
  Guarded g;
  g.s.restart();
  g.s.broker.execute(g.stop, 100_qty, 94_price, g.s.now.wall);
  g.s.broker.lists_closed = false;  // days later: the list of orders no longer reaches back
  g.s.jump_to("2026-01-28T10:00:00-05:00");
  g.s.cycle();
  g.s.wait(2s);
  g.s.cycle();
  g.s.wait(2s);
  ASSERT_TRUE(g.s.is_closed(g.lot));
  EXPECT_EQ(g.s.stored(g.lot).close_reason, ExitReason::stop_loss);
  EXPECT_EQ(g.s.stored(g.lot).realised_result, -(600_usd));
  EXPECT_TRUE(g.s.stored(g.lot).frozen.empty());
}

TEST(Guards, AnEntryThatIsStillOpenIsCancelledFirst) {
  Scene s;
  const OrderId entry = s.broker.filled_order("AAPL", Side::buy, 60_qty, 100_price, at("2026-01-26T09:45:00-05:00"),
                                              OrderStatus::partially_filled, 100_qty);
  s.upstream.push_back(execution_of({}, entry));
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(3s);
  const LotUid lot = s.uid_of("1");
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.broker.orders.at(entry).status, OrderStatus::canceled);
  EXPECT_EQ(s.broker.received.front().quantity, 60_qty);
  EXPECT_EQ(s.stored(lot).realised_result, -(360_usd));
}

TEST(Guards, AnEntryThatFillsFurtherMakesTheLotGrow) {
  Scene s;
  const OrderId entry = s.broker.filled_order("AAPL", Side::buy, 60_qty, 100_price, at("2026-01-26T09:45:00-05:00"),
                                              OrderStatus::partially_filled, 100_qty);
  s.upstream.push_back(execution_of({}, entry));
  s.price("AAPL", 100_price);
  s.cycle();
  const LotUid lot = s.uid_of("1");
  EXPECT_EQ(s.open(lot)->quantity, 60_qty);
  s.broker.execute(entry, 40_qty, 101_price, s.now.wall);
  s.pass_time(20s);
  s.cycle();
  EXPECT_EQ(s.open(lot)->quantity, 100_qty);
  EXPECT_EQ(s.open(lot)->original_quantity, 100_qty);
  EXPECT_EQ(s.open(lot)->entry_price, 100.4_price);
}

}  // namespace
}  // namespace belay::engine::scene
