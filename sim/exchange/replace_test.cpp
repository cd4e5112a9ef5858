// SPDX-License-Identifier: Apache-2.0
#include <functional>

#include <gtest/gtest.h>

#include "sim/exchange/scene.hpp"

namespace belay::sim {
namespace {

/// Replacing orders (alpaca.md 3.4).
class Replace : public Scene {
 protected:
  static ReplaceRequest to_limit(std::string_view at_price) { return {.limit_price = price(at_price)}; }
  static ReplaceRequest to_stop(std::string_view at_price) { return {.stop_price = price(at_price)}; }
  static ReplaceRequest to_quantity(std::string_view quantity) { return {.quantity = qty(quantity)}; }

  void set(const std::function<void(Faults&)>& change) {
    Faults faults = exchange.faults();
    change(faults);
    exchange.set_faults(faults);
  }
  void delay_replacements(Duration delay) {
    set([&](Faults& faults) { faults.replace_delay = delay; });
  }
  void after_seconds(int seconds) { exchange.advance_to(exchange.now() + std::chrono::seconds(seconds)); }
  /// A resting buy of 10 at 199 of which 4 have filled.
  Order partly_filled_buy() {
    const Order old = submit(limit(Side::buy, "10", "199"));
    Quantity filled;
    while (filled.is_zero() || filled > 8_qty) {
      set([](Faults& faults) { faults.partial_fill_permille = 1000; });
      quote("AAPL", "198.9", "199");
      filled = now(old).filled;
    }
    set([](Faults& faults) { faults.partial_fill_permille = 0; });
    quote("AAPL", "200.00", "200.02");
    return old;
  }
  Order bracket() { return submit(with_exits(order(Side::buy, "10"), OrderClass::bracket, "220", "190")); }
};

TEST_F(Replace, TheNewOrderHasAnIdOfItsOwnAndBothNameEachOther) {
  const Order old = submit(limit(Side::buy, "10", "199"));
  const Order next = replace(old, {.client_id = "mine", .quantity = 12_qty, .limit_price = 198_price});
  EXPECT_NE(next.id, old.id);
  EXPECT_EQ(next.client_id.text(), "mine");
  EXPECT_EQ(next.replaces, old.id);
  EXPECT_EQ(now(next).status, OrderStatus::fresh);
  EXPECT_EQ(now(next).quantity, 12_qty);
  EXPECT_EQ(now(next).limit_price, 198_price);
  EXPECT_EQ(now(next).side, Side::buy);
  EXPECT_EQ(now(old).status, OrderStatus::replaced);
  EXPECT_EQ(now(old).replaced_by, next.id);
  EXPECT_EQ(now(old).replaced_at, exchange.now());
  EXPECT_EQ(now(old).limit_price, 199_price);
}

TEST_F(Replace, TheReplacedEventCarriesTheOldOrder) {
  const Order old = submit(limit(Side::buy, "10", "199"));
  static_cast<void>(events());
  const Order next = replace(old, to_limit("198"));
  const std::vector<OrderEvent> all = exchange.take_events();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].type, OrderEventType::pending_replace);
  EXPECT_EQ(all[0].order.id, old.id);
  EXPECT_EQ(all[0].order.status, OrderStatus::pending_replace);
  EXPECT_EQ(all[1].type, OrderEventType::pending_new);
  EXPECT_EQ(all[1].order.id, next.id);
  EXPECT_EQ(all[2].type, OrderEventType::replaced);
  EXPECT_EQ(all[2].order.id, old.id);
  EXPECT_EQ(all[2].order.replaced_by, next.id);
  EXPECT_EQ(all[3].type, OrderEventType::fresh);
  EXPECT_EQ(all[3].order.id, next.id);
}

TEST_F(Replace, ChainsCanBeFollowedBothWays) {
  const Order first = submit(limit(Side::buy, "10", "199"));
  const Order second = replace(first, to_limit("198"));
  const Order third = replace(second, to_limit("197"));
  EXPECT_EQ(now(second).replaces, first.id);
  EXPECT_EQ(now(second).replaced_by, third.id);
  EXPECT_EQ(now(third).replaces, second.id);
  EXPECT_EQ(exchange.orders(kAccount, {}).size(), 1U);
}

TEST_F(Replace, WhatFilledStaysWithTheOldOrderAndTheRestIsTheNewOnes) {
  const Order old = partly_filled_buy();
  const Quantity before = now(old).filled;
  const Order next = replace(old, to_limit("198"));
  EXPECT_EQ(now(next).quantity, 10_qty - before);
  EXPECT_EQ(now(next).filled, 0_qty);
  EXPECT_EQ(now(old).filled, before);
  quote("AAPL", "197.9", "198");
  EXPECT_EQ(status(next), OrderStatus::filled);
  EXPECT_EQ(held(), 10_qty);
}

TEST_F(Replace, TheQuantityAskedForIsThatOfBothTogether) {
  const Order old = partly_filled_buy();
  EXPECT_EQ(replace_refusal(old, to_quantity(now(old).filled.text())).message, "qty must be > filled_qty");
  const Order next = replace(old, to_quantity("15"));
  EXPECT_EQ(now(next).quantity, 15_qty - now(old).filled);
}

TEST_F(Replace, AMarketablePriceFillsAtOnce) {
  const Order old = submit(limit(Side::buy, "10", "199"));
  const Order next = replace(old, to_limit("201"));
  EXPECT_EQ(next.status, OrderStatus::pending_new);
  EXPECT_EQ(status(next), OrderStatus::filled);
  EXPECT_EQ(held(), 10_qty);
}

TEST_F(Replace, WhatIsNotOpenIsNotReplaced) {
  EXPECT_EQ(replace_refusal({.id = OrderId("nobody")}, to_limit("198")).message, "order not found for nobody");
  const Order filled = submit(order(Side::buy, "1"));
  EXPECT_EQ(replace_refusal(filled, to_quantity("2")).message, "order is not open");
  EXPECT_EQ(replace_refusal(filled, to_quantity("2")).code, kUnprocessable);
  const Order old = submit(limit(Side::buy, "10", "199"));
  static_cast<void>(replace(old, to_limit("198")));
  EXPECT_EQ(replace_refusal(old, to_limit("197")).message, "order is not open");
}

TEST_F(Replace, QueuedOrdersAreNotAtTheExchangeYet) {
  at("2026-01-26T23:00:00Z");
  const Order queued = submit(limit(Side::buy, "10", "199"));
  EXPECT_EQ(replace_refusal(queued, to_limit("198")).message,
            "unable to replace order, order isn't sent to exchange yet");
}

TEST_F(Replace, PendingOrdersAreNotReplaced) {
  delay_replacements(std::chrono::seconds(2));
  const Order old = submit(limit(Side::buy, "10", "199"));
  const Order next = replace(old, to_limit("198"));
  EXPECT_EQ(replace_refusal(old, to_limit("197")).message, "cannot replace order in pending_replace status");
  EXPECT_EQ(replace_refusal(next, to_limit("197")).message,
            "unable to replace order, order isn't sent to exchange yet");
  set([](Faults& faults) { faults.cancel_delay = std::chrono::seconds(2); });
  const Order other = submit(limit(Side::buy, "10", "199"));
  EXPECT_TRUE(exchange.cancel(kAccount, other.id));
  EXPECT_EQ(replace_refusal(other, to_limit("197")).message, "cannot replace order in pending_cancel status");
}

TEST_F(Replace, SomethingMustChange) {
  const Order old = submit(limit(Side::buy, "10", "199"));
  EXPECT_EQ(replace_refusal(old, {}).message, "order parameters are not changed");
  EXPECT_EQ(replace_refusal(old, {.quantity = 10_qty, .limit_price = 199_price}).message,
            "order parameters are not changed");
}

TEST_F(Replace, EachTypeTakesItsOwnPricesOnly) {
  const Order buy = submit(limit(Side::buy, "10", "199"));
  EXPECT_EQ(replace_refusal(buy, to_stop("190")).message, "limit orders must not have stop_price");
  EXPECT_EQ(replace_refusal(buy, {.trail = 1_ratio}).message, "limit orders must not have trail");
  EXPECT_EQ(replace_refusal(buy, to_limit("198.001")).message,
            "invalid limit_price 198.001. sub-penny increment does not fulfill minimum pricing criteria");
  EXPECT_EQ(replace_refusal(buy, {.time_in_force = TimeInForce::other}).message, "invalid time_in_force");
  EXPECT_EQ(replace_refusal(buy, to_quantity("0")).message, "qty must be > 0");
}

TEST_F(Replace, ClientIdsAreUniqueHereToo) {
  SubmitRequest request = limit(Side::buy, "10", "199");
  request.client_id = "mine";
  const Order old = submit(request);
  EXPECT_EQ(replace_refusal(old, {.client_id = "mine", .limit_price = 198_price}).message,
            "client_order_id must be unique");
  EXPECT_EQ(replace_refusal(old, {.client_id = std::string(129, 'x'), .limit_price = 198_price}).message,
            "client_order_id must be no more than 128 characters");
}

TEST_F(Replace, NotionalAndFractionalQuantitiesStay) {
  SubmitRequest dollars = limit(Side::buy, "1", "199");
  dollars.quantity.reset();
  dollars.notional = 500_usd;
  EXPECT_EQ(replace_refusal(submit(dollars), to_limit("198")).http_status, 422);
  const Order part = submit(limit(Side::buy, "1.5", "199"));
  EXPECT_EQ(replace_refusal(part, to_quantity("2")).http_status, 422);
  EXPECT_EQ(now(replace(part, to_limit("198"))).quantity, 1.5_qty);
}

TEST_F(Replace, AnExitMayNotGrowBeyondWhatIsFree) {
  hold("AAPL", "10");
  const Order exit = submit(limit(Side::sell, "4", "210"));
  submit(limit(Side::sell, "3", "211"));
  const ApiError error = replace_refusal(exit, to_quantity("8"));
  EXPECT_EQ(error.code, kForbidden);
  EXPECT_EQ(error.message, "insufficient qty available for order (requested: 8, available: 7)");
  static_cast<void>(replace(exit, to_quantity("7")));
  EXPECT_EQ(available(), 0_qty);
}

TEST_F(Replace, OfBothExitsTheLargerIsReserved) {
  hold("AAPL", "10");
  delay_replacements(std::chrono::seconds(2));
  const Order exit = submit(limit(Side::sell, "4", "210"));
  const Order larger = replace(exit, to_quantity("6"));
  EXPECT_EQ(available(), 4_qty);
  after_seconds(3);
  EXPECT_EQ(available(), 4_qty);
  static_cast<void>(replace(larger, to_quantity("2")));
  EXPECT_EQ(available(), 4_qty);
  after_seconds(3);
  EXPECT_EQ(available(), 8_qty);
}

TEST_F(Replace, OfBothEntriesTheLargerTiesUpBuyingPower) {
  delay_replacements(std::chrono::seconds(2));
  const auto power = [&] { return exchange.account(kAccount).buying_power; };
  const Order entry = submit(limit(Side::buy, "100", "100"));
  EXPECT_EQ(power(), 390'000_usd);
  const Order dearer = replace(entry, to_limit("150"));
  EXPECT_EQ(power(), 385'000_usd);
  after_seconds(3);
  EXPECT_EQ(power(), 385'000_usd);
  static_cast<void>(replace(dearer, to_limit("50")));
  EXPECT_EQ(power(), 385'000_usd);
  after_seconds(3);
  EXPECT_EQ(power(), 395'000_usd);
  const ApiError error = replace_refusal(exchange.orders(kAccount, {}).front(), to_quantity("10000"));
  EXPECT_EQ(error.message, "insufficient buying power");
  EXPECT_EQ(field(error, "cost_basis"), "500000");
  EXPECT_EQ(field(error, "buying_power"), "400000");
}

TEST_F(Replace, AnOrderThatFillsMeanwhileHasItsReplacementRejected) {
  delay_replacements(std::chrono::seconds(2));
  const Order old = submit(limit(Side::buy, "10", "199"));
  const Order next = replace(old, to_limit("198"));
  static_cast<void>(events());
  quote("AAPL", "198.9", "199");
  EXPECT_EQ(events(), "fill rejected order_replace_rejected");
  EXPECT_EQ(status(old), OrderStatus::filled);
  EXPECT_EQ(status(next), OrderStatus::rejected);
  EXPECT_EQ(now(next).failed_at, exchange.now());
  after_seconds(3);
  EXPECT_EQ(held(), 10_qty);
}

TEST_F(Replace, APartThatFillsMeanwhileIsNotBoughtAgain) {
  delay_replacements(std::chrono::seconds(2));
  const Order old = submit(limit(Side::buy, "10", "199"));
  const Order next = replace(old, to_limit("198"));
  set([](Faults& faults) { faults.partial_fill_permille = 1000; });
  quote("AAPL", "198.9", "199");
  set([](Faults& faults) { faults.partial_fill_permille = 0; });
  quote("AAPL", "200", "200.02");
  EXPECT_EQ(status(old), OrderStatus::pending_replace);
  after_seconds(3);
  EXPECT_EQ(now(next).quantity, 10_qty - now(old).filled);
}

TEST_F(Replace, ChildrenChangeTheirPricesOnly) {
  const Order entry = bracket();
  for (const Order& leg : entry.legs) {
    EXPECT_EQ(replace_refusal(leg, to_quantity("5")).message, "qty cannot be changed for advanced orders");
    EXPECT_EQ(replace_refusal(leg, {.time_in_force = TimeInForce::day}).http_status, 422);
  }
}

TEST_F(Replace, TheParentShowsTheNewLeg) {
  const Order entry = bracket();
  const Order stop = replace(entry.legs[1], to_stop("195"));
  EXPECT_EQ(status(stop), OrderStatus::held);
  ASSERT_EQ(now(entry).legs.size(), 2U);
  EXPECT_EQ(now(entry).legs[1].id, stop.id);
  EXPECT_EQ(now(entry).legs[1].stop_price, 195_price);
  EXPECT_EQ(status(entry.legs[1]), OrderStatus::replaced);
  move_to("AAPL", "194.5");
  EXPECT_EQ(status(stop), OrderStatus::filled);
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::replaced);
  EXPECT_EQ(held(), 0_qty);
}

TEST_F(Replace, AReplacedTargetStillCancelsItsStop) {
  const Order entry = bracket();
  const Order target = replace(entry.legs[0], to_limit("200"));  // out at the market, as one closes a bracket
  EXPECT_EQ(status(target), OrderStatus::filled);
  EXPECT_EQ(status(entry.legs[1]), OrderStatus::canceled);
  EXPECT_EQ(held(), 0_qty);
}

TEST_F(Replace, AnOcoKeepsItsStopUnderTheNewParent) {
  hold("AAPL", "10");
  const Order oco = submit(with_exits(limit(Side::sell, "10", "220"), OrderClass::oco, "", "190"));
  const Order next = replace(oco, to_limit("215"));
  ASSERT_EQ(next.legs.size(), 1U);
  EXPECT_EQ(now(next).legs.at(0).id, oco.legs[0].id);
  EXPECT_EQ(available(), 0_qty);
  move_to("AAPL", "215.5");
  EXPECT_EQ(status(next), OrderStatus::filled);
  EXPECT_EQ(status(oco.legs[0]), OrderStatus::canceled);
}

TEST_F(Replace, AnEntryKeepsItsChildrenUnderTheNewId) {
  const Order entry = submit(with_exits(limit(Side::buy, "10", "199"), OrderClass::bracket, "220", "190"));
  const Order next = replace(entry, to_limit("198"));
  quote("AAPL", "197.9", "198");
  EXPECT_EQ(status(next), OrderStatus::filled);
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::fresh);
  EXPECT_EQ(available(), 0_qty);
}

TEST_F(Replace, WhenTheSiblingFillsMeanwhileTheReplacementIsRejected) {
  delay_replacements(std::chrono::seconds(2));
  const Order entry = bracket();
  const Order stop = replace(entry.legs[1], to_stop("195"));
  move_to("AAPL", "221");
  EXPECT_EQ(status(entry.legs[1]), OrderStatus::canceled);
  EXPECT_EQ(status(stop), OrderStatus::rejected);
  after_seconds(3);
  EXPECT_EQ(held(), 0_qty);
}

TEST_F(Replace, AStopPendingReplacementStillFires) {
  delay_replacements(std::chrono::seconds(2));
  hold("AAPL", "10");
  const Order stop_order = submit(stop(Side::sell, "10", "190"));
  const Order next = replace(stop_order, to_stop("185"));
  move_to("AAPL", "189");
  EXPECT_EQ(status(stop_order), OrderStatus::filled);
  EXPECT_EQ(status(next), OrderStatus::rejected);
}

TEST_F(Replace, PaperTakesAStopOnTheWrongSideAndWaitsForAPrint) {
  hold("AAPL", "10");
  move_to("AAPL", "200");
  const Order stop_order = submit(stop(Side::sell, "10", "190"));
  const Order next = replace(stop_order, to_stop("210"));
  EXPECT_EQ(status(next), OrderStatus::fresh);
  trade("AAPL", "200");
  EXPECT_EQ(status(next), OrderStatus::filled);
}

TEST_F(Replace, AWashTradeIsRefusedHereToo) {
  hold("AAPL", "10");
  submit(limit(Side::sell, "10", "205"));
  const Order buy = submit(limit(Side::buy, "5", "199"));
  EXPECT_EQ(replace_refusal(buy, to_limit("205")).message, "potential wash trade detected. use complex orders");
  static_cast<void>(replace(buy, to_limit("199.5")));
}

TEST_F(Replace, AReplacedOptionSaleTiesUpWhatItsPremiumLeaves) {
  constexpr auto kPut = "AAPL260220P00190000";
  constexpr auto kCall = "AAPL260220C00210000";
  quote(kPut, "3.00", "3.10");
  quote(kCall, "2.00", "2.10");
  const Order puts = submit(limit(Side::sell, "5", "4", kPut));
  const Money before = exchange.account(kAccount).options_buying_power;
  const Order dearer = replace(puts, to_limit("4.10"));
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, before + 50_usd);
  EXPECT_EQ(replace_refusal(dearer, to_quantity("10")).http_status, 403);
  hold("AAPL", "100");
  const Order call = submit(limit(Side::sell, "1", "2.50", kCall));
  EXPECT_EQ(replace_refusal(call, to_quantity("100")).http_status, 403);
}

TEST_F(Replace, AChildThatItsEntryArmsMeanwhileIsReplacedAllTheSame) {
  delay_replacements(std::chrono::seconds(5));
  const Order entry = submit(with_exits(limit(Side::buy, "10", "199"), OrderClass::bracket, "220", "190"));
  const Order target = replace(entry.legs[0], to_limit("215"));
  quote("AAPL", "198.9", "199");
  EXPECT_EQ(status(entry), OrderStatus::filled);
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::pending_replace);
  after_seconds(6);
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::replaced);
  EXPECT_EQ(status(target), OrderStatus::fresh);
  move_to("AAPL", "216");
  EXPECT_EQ(status(target), OrderStatus::filled);
  EXPECT_EQ(held(), 0_qty);
}

TEST_F(Replace, AReplacementOverTheOpenIsLiveAtOnce) {
  hold("AAPL", "10");
  at("2026-01-26T22:00:00Z");
  SubmitRequest guard = stop(Side::sell, "10", "190");
  guard.time_in_force = TimeInForce::gtc;
  at("2026-01-27T15:00:00Z");
  const Order resting = submit(guard);
  at("2026-01-28T14:29:59Z");
  delay_replacements(std::chrono::seconds(2));
  const Order higher = replace(resting, to_stop("195"));
  at("2026-01-28T14:30:05Z");
  move_to("AAPL", "194.5");
  EXPECT_EQ(status(higher), OrderStatus::filled);
}

TEST_F(Replace, WhatTheOldOrderFillsMeanwhileIsNotReservedAgain) {
  delay_replacements(std::chrono::seconds(5));
  hold("AAPL", "100");
  set([](Faults& faults) { faults.partial_fill_permille = 1000; });
  const Order old = submit(limit(Side::sell, "100", "201"));
  replace(old, to_limit("202"));
  quote("AAPL", "201", "201.02");
  set([](Faults& faults) { faults.partial_fill_permille = 0; });
  ASSERT_FALSE(now(old).filled.is_zero());
  EXPECT_EQ(available(), 0_qty);
  EXPECT_EQ(held(), 100_qty - now(old).filled);  // and the scene's end finds no invariant broken
}

}  // namespace
}  // namespace belay::sim
