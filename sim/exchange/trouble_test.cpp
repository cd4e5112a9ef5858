// SPDX-License-Identifier: Apache-2.0
#include <functional>

#include <gtest/gtest.h>

#include "sim/exchange/scene.hpp"

namespace belay::sim {
namespace {

/// What goes wrong with orders where it is told to (alpaca.md 3.4 and 8).
class OrderTroubles : public Scene {
 protected:
  void trouble(TroubleKind kind, std::optional<Duration> lasts = {}) {
    exchange.add_trouble({.kind = kind, .lasts = lasts});
  }
  void set(const std::function<void(Faults&)>& change) {
    Faults faults = exchange.faults();
    change(faults);
    exchange.set_faults(faults);
  }
  void after_seconds(int seconds) { exchange.advance_to(exchange.now() + std::chrono::seconds(seconds)); }
  void cancel(const Order& order) { EXPECT_TRUE(exchange.cancel(kAccount, order.id)); }
  Order bracket() { return submit(with_exits(order(Side::buy, "10"), OrderClass::bracket, "220", "190")); }
  std::vector<Position> shown() { return exchange.shown_positions(kAccount); }
};

TEST_F(OrderTroubles, CancelsAreInstantUnlessToldOtherwise) {
  const Order one = submit(limit(Side::buy, "10", "199"));
  static_cast<void>(events());
  cancel(one);
  EXPECT_EQ(events(), "canceled");
  EXPECT_EQ(now(one).cancel_requested_at, exchange.now());
}

TEST_F(OrderTroubles, ACancelTakesItsTime) {
  set([](Faults& faults) { faults.cancel_delay = std::chrono::seconds(3); });
  const Order one = submit(limit(Side::buy, "10", "199"));
  static_cast<void>(events());
  cancel(one);
  EXPECT_EQ(status(one), OrderStatus::pending_cancel);
  EXPECT_EQ(exchange.cancel(kAccount, one.id).error().message, "order is not cancelable");
  after_seconds(2);
  EXPECT_EQ(status(one), OrderStatus::pending_cancel);
  after_seconds(1);
  EXPECT_EQ(status(one), OrderStatus::canceled);
  EXPECT_EQ(events(), "pending_cancel canceled");
}

TEST_F(OrderTroubles, AnOrderMayFillWhileItsCancelIsPending) {
  set([](Faults& faults) { faults.cancel_delay = std::chrono::seconds(3); });
  const Order one = submit(limit(Side::buy, "10", "199"));
  cancel(one);
  quote("AAPL", "198.9", "199");
  EXPECT_EQ(status(one), OrderStatus::filled);
  after_seconds(5);
  EXPECT_EQ(status(one), OrderStatus::filled);
}

TEST_F(OrderTroubles, APartThatFillsLeavesTheCancelPending) {
  set([](Faults& faults) {
    faults.cancel_delay = std::chrono::seconds(3);
    faults.partial_fill_permille = 1000;
  });
  const Order one = submit(limit(Side::buy, "10", "199"));
  cancel(one);
  quote("AAPL", "198.9", "199");
  EXPECT_EQ(status(one), OrderStatus::pending_cancel);
  quote("AAPL", "200", "200.02");
  after_seconds(3);
  EXPECT_EQ(status(one), OrderStatus::canceled);
  EXPECT_TRUE(now(one).filled.is_positive());
}

TEST_F(OrderTroubles, ASiblingStaysUntilThePendingCancelIsThrough) {
  set([](Faults& faults) { faults.cancel_delay = std::chrono::seconds(3); });
  const Order entry = bracket();
  cancel(entry.legs[0]);
  EXPECT_EQ(status(entry.legs[1]), OrderStatus::held);
  EXPECT_EQ(available(), 0_qty);
  after_seconds(3);
  EXPECT_EQ(status(entry.legs[1]), OrderStatus::canceled);
  EXPECT_EQ(available(), 10_qty);
}

TEST_F(OrderTroubles, ACancelMayBeStuckForHoursOrUntilItIsReleased) {
  hold("AAPL", "20");
  trouble(TroubleKind::cancel_stuck, std::chrono::hours(2));
  trouble(TroubleKind::cancel_stuck);
  const Order hours = submit(limit(Side::sell, "10", "210"));
  const Order forever = submit(limit(Side::sell, "10", "211"));
  cancel(hours);
  cancel(forever);
  after_seconds(7199);
  EXPECT_EQ(status(hours), OrderStatus::pending_cancel);
  after_seconds(1);
  EXPECT_EQ(status(hours), OrderStatus::canceled);
  at("2026-01-28T15:00:00Z");
  EXPECT_EQ(status(forever), OrderStatus::pending_cancel);
  EXPECT_EQ(available(), 10_qty);
  exchange.release_troubles();
  EXPECT_NE(status(forever), OrderStatus::pending_cancel);
  EXPECT_EQ(available(), 20_qty);
}

TEST_F(OrderTroubles, ACancelMayBeRejected) {
  trouble(TroubleKind::cancel_rejected);
  const Order one = submit(limit(Side::buy, "10", "199"));
  static_cast<void>(events());
  cancel(one);
  EXPECT_EQ(events(), "pending_cancel order_cancel_rejected");
  EXPECT_EQ(status(one), OrderStatus::fresh);
  cancel(one);
  EXPECT_EQ(status(one), OrderStatus::canceled);
}

TEST_F(OrderTroubles, OnlyOrdersThatFitAreConcernedAndOnlySoOften) {
  exchange.add_trouble({.kind = TroubleKind::cancel_rejected, .symbol = "MSFT"});
  exchange.add_trouble({.kind = TroubleKind::cancel_rejected, .symbol = "AAPL", .type = OrderType::limit, .times = 2});
  hold("AAPL", "10");
  const Order stop_order = submit(stop(Side::sell, "1", "190"));
  cancel(stop_order);
  EXPECT_EQ(status(stop_order), OrderStatus::canceled);
  const Order one = submit(limit(Side::sell, "10", "210"));
  cancel(one);
  cancel(one);
  EXPECT_EQ(status(one), OrderStatus::fresh);
  cancel(one);
  EXPECT_EQ(status(one), OrderStatus::canceled);
  EXPECT_EQ(exchange.troubles().size(), 1U);
  exchange.clear_troubles();
  EXPECT_TRUE(exchange.troubles().empty());
}

TEST_F(OrderTroubles, AReplacementMayBeRejectedAfterItWasAccepted) {
  trouble(TroubleKind::replace_rejected);
  const Order old = submit(limit(Side::buy, "10", "199"));
  static_cast<void>(events());
  const auto next = exchange.replace(kAccount, old.id, {.limit_price = 198_price});
  ASSERT_TRUE(next);
  EXPECT_EQ(status(*next), OrderStatus::rejected);
  EXPECT_EQ(status(old), OrderStatus::fresh);
  EXPECT_EQ(now(old).replaced_by, std::nullopt);
  EXPECT_EQ(events(), "pending_replace pending_new rejected order_replace_rejected");
  EXPECT_TRUE(exchange.replace(kAccount, old.id, {.limit_price = 198_price}));
}

TEST_F(OrderTroubles, AnErrorOnPatchDoesNotMeanThatNothingWasReplaced) {
  trouble(TroubleKind::replace_error_though_replaced);
  const Order old = submit(limit(Side::buy, "10", "199"));
  const auto next = exchange.replace(kAccount, old.id, {.limit_price = 198_price});
  ASSERT_FALSE(next);
  EXPECT_EQ(status(old), OrderStatus::replaced);
  EXPECT_EQ(exchange.order(kAccount, *now(old).replaced_by)->limit_price, 198_price);
}

TEST_F(OrderTroubles, APatchMayCountTheOrdersOwnReservationAgainstIt) {
  trouble(TroubleKind::replace_insufficient_qty);
  hold("AAPL", "10");
  const Order old = submit(limit(Side::sell, "10", "210"));
  const auto next = exchange.replace(kAccount, old.id, {.limit_price = 209_price});
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().message, "insufficient qty available for order (requested: 10, available: 0)");
  EXPECT_EQ(status(old), OrderStatus::fresh);
}

TEST_F(OrderTroubles, ChildrenMayStayHeldAfterTheFilledEntry) {
  trouble(TroubleKind::children_stay_held);
  const Order entry = bracket();
  EXPECT_EQ(status(entry), OrderStatus::filled);
  move_to("AAPL", "180");
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::held);
  EXPECT_EQ(status(entry.legs[1]), OrderStatus::held);
  EXPECT_EQ(held(), 10_qty);
  exchange.release_troubles();
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::fresh);
}

TEST_F(OrderTroubles, APartOfTheTargetMayDisarmBothExits) {
  trouble(TroubleKind::partial_target_disarms);
  const Order entry = bracket();
  move_to("AAPL", "221");
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::partially_filled);
  EXPECT_EQ(held(), 9_qty);
  move_to("AAPL", "180");
  move_to("AAPL", "230");
  EXPECT_EQ(held(), 9_qty);
  EXPECT_EQ(now(entry.legs[1]).quantity, 9_qty);
}

TEST_F(OrderTroubles, BothChildrenMayFill) {
  for (const char* price_then : {"221", "180"}) {
    trouble(TroubleKind::both_children_fill);
    move_to("AAPL", "200");
    const Order entry = bracket();
    move_to("AAPL", price_then);
    EXPECT_EQ(status(entry.legs[0]), OrderStatus::filled);
    EXPECT_EQ(status(entry.legs[1]), OrderStatus::filled);
    EXPECT_EQ(held(), qty("-10"));
    submit(order(Side::buy, "10"));
  }
}

TEST_F(OrderTroubles, AReservationMayStayAfterItsOrderIsGone) {
  hold("AAPL", "10");
  trouble(TroubleKind::reservation_stays, std::chrono::seconds(5));
  const Order one = submit(limit(Side::sell, "10", "210"));
  cancel(one);
  EXPECT_EQ(status(one), OrderStatus::canceled);
  EXPECT_EQ(available(), 0_qty);
  const auto closing = exchange.close_position(kAccount, "AAPL");
  ASSERT_FALSE(closing);
  EXPECT_EQ(closing.error().code, kForbidden);
  EXPECT_EQ(field(closing.error(), "held_for_orders"), "10");
  after_seconds(5);
  EXPECT_EQ(available(), 10_qty);
}

TEST_F(OrderTroubles, SharesMayBeReservedForAnOrderThatNobodySees) {
  hold("AAPL", "10");
  exchange.reserve(kAccount, "AAPL", 4_qty);
  EXPECT_EQ(available(), 6_qty);
  const ApiError error = refusal(order(Side::sell, "10"));
  const auto related = std::get<std::vector<std::string>>(error.fields.at(3).second);
  ASSERT_EQ(related.size(), 1U);
  EXPECT_FALSE(exchange.order(kAccount, OrderId(related.front())));
  exchange.cancel_all(kAccount);
  EXPECT_EQ(available(), 6_qty);
  exchange.release_troubles();
  EXPECT_EQ(available(), 10_qty);
}

TEST_F(OrderTroubles, AnOrderMayBeRejectedAfterItWasAccepted) {
  trouble(TroubleKind::rejected_after_200);
  const Order one = submit(order(Side::buy, "10"));
  EXPECT_EQ(one.status, OrderStatus::pending_new);
  EXPECT_EQ(status(one), OrderStatus::rejected);
  EXPECT_EQ(now(one).failed_at, exchange.now());
  EXPECT_EQ(events(), "pending_new rejected");
  EXPECT_EQ(held(), 0_qty);
  trouble(TroubleKind::rejected_after_200);
  const Order entry = bracket();
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::canceled);
}

TEST_F(OrderTroubles, ASuspendedOrderDoesNotTradeForAWhile) {
  trouble(TroubleKind::suspended, std::chrono::seconds(10));
  const Order one = submit(order(Side::buy, "10"));
  EXPECT_EQ(status(one), OrderStatus::suspended);
  EXPECT_EQ(events(), "pending_new new suspended");
  after_seconds(10);
  EXPECT_EQ(status(one), OrderStatus::filled);
}

TEST_F(OrderTroubles, AReplacementMeetsTheTroublesOfANewOrder) {
  const Order old = submit(limit(Side::buy, "1", "150"));
  trouble(TroubleKind::suspended, std::chrono::seconds(60));
  const Order next = replace(old, {.limit_price = 151_price});
  EXPECT_EQ(status(next), OrderStatus::suspended);
  after_seconds(60);
  EXPECT_EQ(status(next), OrderStatus::fresh);
}

TEST_F(OrderTroubles, AnOrderDoneForTheDayComesBackWithTheNextSession) {
  trouble(TroubleKind::done_for_day);
  SubmitRequest request = limit(Side::buy, "10", "199");
  request.time_in_force = TimeInForce::gtc;
  const Order one = submit(request);
  quote("AAPL", "198", "198.5");
  EXPECT_EQ(status(one), OrderStatus::done_for_day);
  at("2026-01-27T14:29:59Z");
  EXPECT_EQ(status(one), OrderStatus::done_for_day);
  at("2026-01-27T14:30:00Z");
  EXPECT_EQ(status(one), OrderStatus::fresh);
  quote("AAPL", "198", "198.5");
  EXPECT_EQ(status(one), OrderStatus::filled);
}

TEST_F(OrderTroubles, PositionsAreBehindTheOrders) {
  set([](Faults& faults) { faults.positions_lag = std::chrono::seconds(10); });
  const Order one = submit(order(Side::buy, "10"));
  EXPECT_EQ(status(one), OrderStatus::filled);
  EXPECT_TRUE(shown().empty());
  EXPECT_EQ(exchange.shown_position(kAccount, "AAPL").error().message, "position does not exist");
  after_seconds(9);
  submit(order(Side::sell, "4"));
  EXPECT_TRUE(shown().empty());
  after_seconds(1);
  ASSERT_EQ(shown().size(), 1U);
  EXPECT_EQ(shown()[0].quantity, 10_qty);
  EXPECT_EQ(held(), 6_qty);
  after_seconds(9);
  EXPECT_EQ(shown()[0].quantity, 6_qty);
}

TEST_F(OrderTroubles, RowsOfPositionsMayVanish) {
  hold("AAPL", "10");
  set([](Faults& faults) { faults.vanished_positions = {"AAPL"}; });
  EXPECT_TRUE(shown().empty());
  EXPECT_FALSE(exchange.shown_position(kAccount, "AAPL"));
  EXPECT_EQ(held(), 10_qty);
  set([](Faults& faults) { faults.vanished_positions.clear(); });
  EXPECT_EQ(shown().size(), 1U);
}

TEST_F(OrderTroubles, AnExecutionMayBeUndone) {
  const Money before = cash();
  const Order one = submit(order(Side::buy, "10"));
  const std::string execution = exchange.activities(kAccount).back().execution_id;
  static_cast<void>(events());
  ASSERT_TRUE(exchange.correct(kAccount, {.quantity = 0_qty}));
  EXPECT_EQ(held(), 0_qty);
  EXPECT_EQ(cash(), before);
  EXPECT_TRUE(exchange.activities(kAccount).empty());
  EXPECT_EQ(now(one).filled, 0_qty);
  EXPECT_EQ(now(one).filled_average, std::nullopt);
  const std::vector<OrderEvent> all = exchange.take_events();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].type, OrderEventType::trade_bust);
  EXPECT_EQ(all[0].execution_id, execution);
  EXPECT_EQ(all[0].quantity, 10_qty);
  EXPECT_EQ(all[0].position_quantity, 0_qty);
}

TEST_F(OrderTroubles, AnExecutionMayBeCorrected) {
  const Order one = submit(order(Side::buy, "10"));
  static_cast<void>(events());
  ASSERT_TRUE(exchange.correct(kAccount, {.price = 199_price, .quantity = 8_qty}));
  EXPECT_EQ(held(), 8_qty);
  EXPECT_EQ(now(one).filled, 8_qty);
  EXPECT_EQ(now(one).filled_average, 199_price);
  EXPECT_EQ(exchange.activities(kAccount).back().price, 199_price);
  EXPECT_EQ(events(), "trade_correct");
  EXPECT_EQ(exchange.correct(kAccount, {.quantity = 9_qty}).error().http_status, 422);
  EXPECT_EQ(exchange.correct(kAccount, {.execution_id = "none"}).error().http_status, 404);
}

TEST_F(OrderTroubles, AnOtoHasOneChildThatWakesWithTheFilledEntryAndGoesWithACanceledOne) {
  const SubmitRequest both = with_exits(order(Side::buy, "10"), OrderClass::oto, "220", "190");
  EXPECT_EQ(refusal(both).message, "oto orders require exactly one of take_profit and stop_loss");
  EXPECT_EQ(refusal(with_exits(order(Side::buy, "10"), OrderClass::oto, "", "")).message,
            "oto orders require exactly one of take_profit and stop_loss");
  EXPECT_EQ(refusal(with_exits(order(Side::buy, "10"), OrderClass::oto, "", "201")).message,
            "stop_loss.stop_price must be <= base_price - 0.01");
  const Order entry = submit(with_exits(limit(Side::buy, "10", "199"), OrderClass::oto, "", "190"));
  ASSERT_EQ(entry.legs.size(), 1U);
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::held);
  quote("AAPL", "198.9", "199");
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::fresh);
  EXPECT_EQ(available(), 0_qty);
  move_to("AAPL", "189");
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::filled);
  const Order other = submit(with_exits(limit(Side::buy, "10", "180"), OrderClass::oto, "220", ""));
  cancel(other);
  EXPECT_EQ(status(other.legs[0]), OrderStatus::canceled);
}

TEST_F(OrderTroubles, ASuspensionOutlastsACancelThatIsRefused) {
  exchange.add_trouble({.kind = TroubleKind::suspended, .lasts = std::chrono::seconds(60)});
  exchange.add_trouble({.kind = TroubleKind::cancel_rejected});
  Faults faults = exchange.faults();
  faults.cancel_delay = std::chrono::seconds(5);
  exchange.set_faults(faults);
  const Order order = submit(limit(Side::buy, "1", "150"));
  EXPECT_TRUE(exchange.cancel(kAccount, order.id));
  exchange.advance_to(exchange.now() + std::chrono::seconds(10));
  EXPECT_EQ(status(order), OrderStatus::suspended);
  exchange.advance_to(exchange.now() + std::chrono::seconds(50));
  EXPECT_EQ(status(order), OrderStatus::fresh);
}

TEST_F(OrderTroubles, ACancelThatHangsOutlastsTheDayAlsoWhereCancelsTakeTheirTime) {
  Faults faults = exchange.faults();
  faults.cancel_delay = std::chrono::seconds(5);
  exchange.set_faults(faults);
  exchange.add_trouble({.kind = TroubleKind::cancel_stuck});
  const Order order = submit(limit(Side::buy, "1", "150"));
  at("2026-01-26T20:59:58Z");
  EXPECT_TRUE(exchange.cancel(kAccount, order.id));
  at("2026-01-26T21:15:00Z");
  EXPECT_EQ(status(order), OrderStatus::pending_cancel);
}

}  // namespace
}  // namespace belay::sim
