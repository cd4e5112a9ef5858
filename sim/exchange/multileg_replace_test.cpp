// SPDX-License-Identifier: Apache-2.0
// Multi-leg orders are replaced as a whole.
#include <gtest/gtest.h>

#include "sim/exchange/multileg_scene.hpp"

namespace belay::sim {
namespace {

using std::chrono::seconds;

class MultiLegReplace : public MultiLeg {
 protected:
  static ReplaceRequest to_limit(std::string_view at_price) { return {.limit_price = price(at_price)}; }
  static ReplaceRequest to_quantity(std::string_view quantity) { return {.quantity = qty(quantity)}; }
  static SubmitRequest closing_spread(std::string_view quantity, std::string_view limit_price) {
    return combination(
        quantity, {leg(kLower, PositionIntent::sell_to_close), leg(kUpper, PositionIntent::buy_to_close)}, limit_price);
  }
  void delay_replacements(Duration delay) {
    Faults faults = exchange.faults();
    faults.replace_delay = delay;
    exchange.set_faults(faults);
  }
  Money free() { return exchange.account(kAccount).options_buying_power; }
};

TEST_F(MultiLegReplace, TheNewOrderHasLegsOfItsOwnAndTheOldOnesAreReplaced) {
  const Order old = submit(debit_spread("2", "1"));
  const Order next = replace(old, {.client_id = "mine", .limit_price = 2_price});
  EXPECT_EQ(next.client_id.text(), "mine");
  EXPECT_EQ(next.replaces, old.id);
  ASSERT_EQ(next.legs.size(), 2u);
  EXPECT_NE(next.legs[0].id, old.legs[0].id);
  EXPECT_EQ(next.legs[1].symbol, kUpper);
  EXPECT_EQ(next.legs[1].side, Side::sell);
  EXPECT_EQ(next.legs[1].intent, PositionIntent::sell_to_open);
  EXPECT_EQ(next.legs[1].quantity, 2_qty);
  EXPECT_EQ(now(next).status, OrderStatus::fresh);
  EXPECT_EQ(now(next).legs[0].status, OrderStatus::fresh);
  EXPECT_EQ(now(next).limit_price, 2_price);
  EXPECT_EQ(now(old).replaced_by, next.id);
  ASSERT_EQ(now(old).legs.size(), 2u);
  EXPECT_EQ(now(old).legs[0].status, OrderStatus::replaced);
  EXPECT_EQ(now(old).legs[0].replaced_by, next.legs[0].id);
  EXPECT_EQ(now(next).legs[0].replaces, old.legs[0].id);
  EXPECT_EQ(exchange.orders(kAccount, {}).size(), 1u);
}

TEST_F(MultiLegReplace, TheStreamTellsOfBothAsOfAnyOrder) {
  const Order old = submit(debit_spread("2", "1"));
  exchange.take_events();
  const Order next = replace(old, to_limit("2"));
  const auto all = exchange.take_events();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].type, OrderEventType::pending_replace);
  EXPECT_EQ(all[1].type, OrderEventType::pending_new);
  EXPECT_EQ(all[1].order.legs.size(), 2u);
  EXPECT_EQ(all[2].type, OrderEventType::replaced);
  EXPECT_EQ(all[2].order.id, old.id);
  EXPECT_EQ(all[2].order.legs[0].status, OrderStatus::replaced);
  EXPECT_EQ(all[3].type, OrderEventType::fresh);
  EXPECT_EQ(all[3].order.id, next.id);
}

TEST_F(MultiLegReplace, AMarketablePriceFillsAtOnce) {
  const Order next = replace(submit(debit_spread("2", "1")), to_limit("3.20"));
  EXPECT_EQ(status(next), OrderStatus::filled);
  EXPECT_EQ(held(kLower), 2_qty);
  EXPECT_EQ(held(kUpper), -(2_qty));
}

TEST_F(MultiLegReplace, ACreditIsSaidAsANegativePrice) {
  const Order next = replace(submit(credit_spread("1", "-3.50")), to_limit("-2.90"));
  EXPECT_EQ(now(next).filled_average, -(2.90_price));
}

TEST_F(MultiLegReplace, TheLegsFollowTheQuantity) {
  const Order old = submit(combination(
      "3", {leg(kLower, PositionIntent::buy_to_open, "3"), leg(kUpper, PositionIntent::sell_to_open, "1")}, "1"));
  const Order next = replace(old, to_quantity("5"));
  EXPECT_EQ(now(next).legs[0].quantity, 15_qty);
  EXPECT_EQ(now(next).legs[1].quantity, 5_qty);
}

TEST_F(MultiLegReplace, WhatFillsMeanwhileIsTheOldOnes) {
  delay_replacements(seconds(5));
  const Order old = submit(debit_spread("10", "3.10"));
  const Order next = replace(old, to_limit("3.00"));
  EXPECT_EQ(status(old), OrderStatus::pending_replace);
  Faults faults = exchange.faults();
  faults.partial_fill_permille = 1000;
  exchange.set_faults(faults);
  quote(kLower, "4.90", "5.10");
  const Quantity filled = now(old).filled;
  ASSERT_TRUE(filled.is_positive() && filled < 10_qty) << filled.text();
  quote(kLower, "5.00", "5.20");
  exchange.advance_to(exchange.now() + seconds(5));
  EXPECT_EQ(status(old), OrderStatus::replaced);
  EXPECT_EQ(now(old).legs[0].filled, filled);
  EXPECT_EQ(now(next).quantity, 10_qty - filled);
  EXPECT_EQ(now(next).legs[0].quantity, 10_qty - filled);
  EXPECT_EQ(now(next).legs[1].quantity, 10_qty - filled);
}

TEST_F(MultiLegReplace, AnOrderThatFillsFirstRejectsItsReplacement) {
  delay_replacements(seconds(5));
  const Order old = submit(debit_spread("2", "3.10"));
  const Order next = replace(old, to_limit("3.00"));
  quote(kLower, "4.90", "5.10");
  EXPECT_EQ(status(old), OrderStatus::filled);
  EXPECT_EQ(now(next).status, OrderStatus::rejected);
  EXPECT_EQ(now(next).legs[1].status, OrderStatus::rejected);
  exchange.advance_to(exchange.now() + seconds(10));
  EXPECT_EQ(held(kLower), 2_qty);
}

TEST_F(MultiLegReplace, WhateverEndsTheOldOneRejectsTheNewOne) {
  delay_replacements(std::chrono::hours(12));
  const Order by_expiry = submit(debit_spread("2", "1"));
  const Order rejected = replace(by_expiry, to_limit("1.10"));
  EXPECT_EQ(exchange.cancel(kAccount, by_expiry.id).error(), unprocessable("order is not cancelable"));
  EXPECT_EQ(exchange.cancel(kAccount, by_expiry.legs[0].id).error(), unprocessable("order is not cancelable"));
  EXPECT_EQ(exchange.cancel(kAccount, rejected.legs[0].id).error(), unprocessable("order is not cancelable"));
  at("2026-01-26T21:15:00Z");
  EXPECT_EQ(status(by_expiry), OrderStatus::expired);
  EXPECT_EQ(now(rejected).status, OrderStatus::rejected);
  EXPECT_EQ(now(rejected).legs[0].failed_at, now(by_expiry).expired_at);
  EXPECT_TRUE(now(by_expiry).expired_at.has_value());
  EXPECT_EQ(free(), 100000_usd);
}

TEST_F(MultiLegReplace, ARejectedReplacementLeavesTheOldOneAsItWas) {
  const Order old = submit(debit_spread("2", "1"));
  exchange.add_trouble({.kind = TroubleKind::replace_rejected, .symbol = kUpper});
  const Order next = replace(old, to_limit("2"));
  EXPECT_EQ(status(next), OrderStatus::rejected);
  EXPECT_EQ(status(old), OrderStatus::fresh);
  EXPECT_EQ(now(old).legs[1].status, OrderStatus::fresh);
  EXPECT_EQ(status(replace(old, to_limit("2"))), OrderStatus::fresh);
}

TEST_F(MultiLegReplace, MayFailThoughItHappened) {
  const Order old = submit(debit_spread("2", "1"));
  exchange.add_trouble({.kind = TroubleKind::replace_error_though_replaced});
  EXPECT_EQ(replace_refusal(old, to_limit("2")).http_status, 422);
  EXPECT_EQ(status(old), OrderStatus::replaced);
}

TEST_F(MultiLegReplace, GoesOnFromReplacementToReplacementAlsoOvernight) {
  SubmitRequest request = debit_spread("2", "1");
  request.time_in_force = TimeInForce::gtc;
  const Order first = submit(request);
  const Order second = replace(first, to_limit("1.10"));
  at("2026-01-26T22:00:00Z");
  const Order third = replace(second, to_limit("3.20"));
  EXPECT_EQ(now(third).legs[0].status, OrderStatus::accepted);
  EXPECT_EQ(now(second).replaced_by, third.id);
  at("2026-01-27T14:30:00Z");
  quote(kLower, "5.00", "5.20");
  quote(kUpper, "2.00", "2.10");
  EXPECT_EQ(status(third), OrderStatus::filled);
}

TEST_F(MultiLegReplace, ALowerQuantityThatHasFilledMeanwhileIsRejected) {
  delay_replacements(seconds(5));
  Faults faults = exchange.faults();
  faults.partial_fill_permille = 1000;
  exchange.set_faults(faults);
  const Order old = submit(debit_spread("10", "3.10"));
  const Order next = replace(old, to_quantity("1"));
  quote(kLower, "4.90", "5.10");
  quote(kLower, "5.00", "5.20");
  ASSERT_TRUE(now(old).filled.is_positive());
  exchange.advance_to(exchange.now() + seconds(5));
  EXPECT_EQ(now(next).status, OrderStatus::rejected);
  EXPECT_EQ(status(old), OrderStatus::partially_filled);
}

TEST_F(MultiLegReplace, CannotTakeCoverAway) {
  submit(limit(Side::buy, "5", "5.20", kLower));
  submit(limit(Side::sell, "3", "2", kUpper));
  ASSERT_EQ(held(kUpper), -(3_qty));
  const Order old = submit(combination(
      "1", {leg(kLower, PositionIntent::sell_to_close, "2"), leg(kPut, PositionIntent::buy_to_open)}, "-99"));
  EXPECT_EQ(replace_refusal(old, to_quantity("2")).message, "account not eligible to trade uncovered option contracts");
  EXPECT_EQ(status(old), OrderStatus::fresh);
}

TEST_F(MultiLegReplace, CannotTakeCoverFromPutsHoweverMuchItBrings) {
  constexpr auto kHigher = "AAPL260220P00200000";
  quote(kHigher, "9.00", "9.10");
  submit(limit(Side::buy, "5", "9.10", kHigher));
  submit(limit(Side::sell, "3", "3", kPut));
  const Order old = submit(combination(
      "1", {leg(kHigher, PositionIntent::sell_to_close, "2"), leg(kLower, PositionIntent::buy_to_open)}, "-390"));
  EXPECT_EQ(replace_refusal(old, to_quantity("2")).message, "account not eligible to trade uncovered option contracts");
}

TEST_F(MultiLegReplace, WhatNeedsNoMoreIsTakenHoweverPoorTheAccountIsNow) {
  const Order old = submit(debit_spread("10", "3.10"));
  exchange.deposit(kAccount, -(99500_usd));
  const Order less = replace(old, to_limit("2"));
  EXPECT_EQ(replace_refusal(less, to_limit("2.10")).message, "insufficient options buying power");
  replace(less, to_quantity("5"));
}

TEST_F(MultiLegReplace, ACancelMayLeaveAllThatTheLegsReserved) {
  submit(debit_spread("2", "3.20"));
  const Order leaving = submit(closing_spread("2", "-9"));
  exchange.add_trouble({.kind = TroubleKind::reservation_stays, .symbol = kLower});
  EXPECT_TRUE(exchange.cancel(kAccount, leaving.id));
  EXPECT_EQ(available(kLower), 0_qty);
  EXPECT_EQ(available(kUpper), 0_qty);
}

TEST_F(MultiLegReplace, FormIsChecked) {
  const Order old = submit(debit_spread("2", "1"));
  EXPECT_EQ(replace_refusal(old, to_limit("1")).message, "order parameters are not changed");
  EXPECT_EQ(replace_refusal(old, to_limit("1.005")).message, "invalid limit price");
  EXPECT_EQ(replace_refusal(old, to_quantity("1.5")).http_status, 422);
  EXPECT_EQ(replace_refusal(old, {.time_in_force = TimeInForce::ioc}).message, "invalid time in force");
  EXPECT_EQ(replace_refusal(old, {.stop_price = 1_price}).http_status, 422);
  EXPECT_EQ(replace_refusal(old, {.client_id = old.client_id.text(), .limit_price = 2_price}).message,
            "client_order_id must be unique");
  EXPECT_EQ(replace_refusal(old.legs[0], to_limit("2")).http_status, 422);
  EXPECT_EQ(status(old), OrderStatus::fresh);
}

TEST_F(MultiLegReplace, OfTheTwoOrdersTheDearerOneTiesUpWhatItCosts) {
  const Order old = submit(debit_spread("2", "1"));
  EXPECT_EQ(free(), 99800_usd);
  const Order dearer = replace(old, to_limit("2"));
  EXPECT_EQ(free(), 99600_usd);
  delay_replacements(seconds(5));
  replace(dearer, to_limit("3"));
  EXPECT_EQ(free(), 99400_usd);
  exchange.advance_to(exchange.now() + seconds(5));
  EXPECT_EQ(free(), 99400_usd);
}

TEST_F(MultiLegReplace, WhatCannotBePaidIsRefused) {
  const Order old = submit(debit_spread("2", "1"));
  const ApiError error = replace_refusal(old, to_quantity("1001"));
  EXPECT_EQ(error.message, "insufficient options buying power");
  EXPECT_EQ(field(error, "options_buying_power"), "100000");
  EXPECT_EQ(field(error, "cost_basis"), "100100");
}

TEST_F(MultiLegReplace, AClosingOrderReservesNoMoreThanItNeeds) {
  submit(debit_spread("3", "3.20"));
  const Order old = submit(closing_spread("2", "-9"));
  EXPECT_EQ(available(kLower), 1_qty);
  const Order next = replace(old, to_limit("-8"));
  EXPECT_EQ(available(kLower), 1_qty);
  EXPECT_EQ(replace_refusal(next, to_quantity("4")).message,
            "insufficient qty available for order (requested: 4, available: 3)");
  const Order all = replace(next, to_quantity("3"));
  EXPECT_EQ(available(kLower), 0_qty);
  EXPECT_TRUE(exchange.cancel(kAccount, all.id));
  EXPECT_EQ(available(kLower), 3_qty);
}

TEST_F(MultiLegReplace, AReplacementMayBeRefusedForWhatItHasReservedItself) {
  submit(debit_spread("2", "3.20"));
  const Order old = submit(closing_spread("2", "-9"));
  exchange.add_trouble({.kind = TroubleKind::replace_insufficient_qty, .symbol = kLower});
  EXPECT_EQ(replace_refusal(old, to_limit("-8")).message,
            "insufficient qty available for order (requested: 2, available: 0)");
  replace(old, to_limit("-8"));
}

}  // namespace
}  // namespace belay::sim
