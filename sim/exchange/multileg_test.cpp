// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "sim/exchange/multileg_scene.hpp"

namespace belay::sim {
namespace {

TEST_F(MultiLeg, AllLegsFillAtOnceAtTheirQuotes) {
  const Order order = submit(debit_spread("2", "3.20"));
  const Order filled = now(order);
  EXPECT_EQ(filled.status, OrderStatus::filled);
  EXPECT_EQ(filled.filled_average, 3.20_price);  // 5.20 paid, 2.00 received
  ASSERT_EQ(filled.legs.size(), 2u);
  EXPECT_EQ(filled.legs[0].filled_average, 5.20_price);
  EXPECT_EQ(filled.legs[1].filled_average, 2.00_price);
  EXPECT_EQ(filled.legs[1].side, Side::sell);
  EXPECT_EQ(held(kLower), 2_qty);
  EXPECT_EQ(held(kUpper), -(2_qty));
  EXPECT_EQ(cash(), 99360_usd);
}

TEST_F(MultiLeg, TheOrderItselfHasNoSymbolAndItsLegsAreSaidInContracts) {
  SubmitRequest request = combination(
      "3", {leg(kLower, PositionIntent::buy_to_open, "3"), leg(kUpper, PositionIntent::sell_to_open, "1")}, "1");
  const Order order = submit(request);
  EXPECT_EQ(order.symbol, "");
  EXPECT_EQ(order.limit_price, 1_price);
  EXPECT_EQ(order.legs[0].quantity, 9_qty);
  EXPECT_EQ(order.legs[0].ratio, 3_qty);
  EXPECT_EQ(order.legs[1].quantity, 3_qty);
  EXPECT_EQ(order.legs[0].limit_price, std::nullopt);
  EXPECT_EQ(order.legs[0].status, OrderStatus::pending_new);
  EXPECT_EQ(now(order).legs[0].status, OrderStatus::fresh);
}

TEST_F(MultiLeg, ALimitIsTheNetOfAUnitPaidIfPositiveReceivedIfNegative) {
  const Order order = submit(credit_spread("1", "-3.00"));  // 5.00 − 2.10 = 2.90 is too little
  EXPECT_EQ(status(order), OrderStatus::fresh);
  quote(kLower, "5.10", "5.30");
  EXPECT_EQ(status(order), OrderStatus::filled);
  EXPECT_EQ(now(order).filled_average, -(3.00_price));
  EXPECT_EQ(cash(), 100300_usd);
}

TEST_F(MultiLeg, OneEventTellsOfAllLegs) {
  submit(debit_spread("2"));
  const auto events = exchange.take_events();
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].type, OrderEventType::pending_new);
  EXPECT_EQ(events[1].type, OrderEventType::fresh);
  const OrderEvent& fill = events[2];
  EXPECT_EQ(fill.type, OrderEventType::fill);
  EXPECT_EQ(fill.price, 3.20_price);
  EXPECT_EQ(fill.quantity, 2_qty);
  EXPECT_EQ(fill.execution_id, std::nullopt);
  EXPECT_EQ(fill.position_quantity, std::nullopt);
  ASSERT_EQ(fill.legs.size(), 2u);
  EXPECT_EQ(fill.legs[1].symbol, kUpper);
  EXPECT_EQ(fill.legs[1].price, 2.00_price);
  EXPECT_EQ(fill.legs[1].position_quantity, -(2_qty));
  EXPECT_EQ(fill.legs[1].order_id, fill.order.legs[1].id);
}

TEST_F(MultiLeg, EachLegHasItsFillActivity) {
  const Order order = submit(debit_spread("2"));
  const auto& activities = exchange.activities(kAccount);
  ASSERT_EQ(activities.size(), 2u);
  EXPECT_EQ(activities[0].symbol, kLower);
  EXPECT_EQ(activities[0].order_id, order.legs[0].id);
  EXPECT_EQ(activities[1].side, Side::sell);
  EXPECT_EQ(activities[1].quantity, 2_qty);
}

TEST_F(MultiLeg, PartialFillsKeepTheRatio) {
  Faults faults;
  faults.partial_fill_permille = 1000;
  exchange.set_faults(faults);
  const Order order = submit(debit_spread("10"));
  const Order partial = now(order);
  EXPECT_EQ(partial.status, OrderStatus::partially_filled);
  EXPECT_EQ(partial.legs[0].filled, partial.filled);
  EXPECT_EQ(partial.legs[1].filled, partial.filled);
}

TEST_F(MultiLeg, IsCanceledAsOneAlsoByALeg) {
  const Order first = submit(debit_spread("1", "1"));
  EXPECT_TRUE(exchange.cancel(kAccount, first.id));
  EXPECT_EQ(now(first).legs[0].status, OrderStatus::canceled);
  exchange.take_events();
  const Order second = submit(debit_spread("1", "1"));
  EXPECT_TRUE(exchange.cancel(kAccount, second.legs[1].id));
  EXPECT_EQ(status(second), OrderStatus::canceled);
  EXPECT_EQ(events(), "pending_new new canceled");
  EXPECT_EQ(exchange.cancel(kAccount, second.legs[1].id).error(),
            unprocessable("leg order is already in canceled state"));
  submit(debit_spread("1", "1"));
  EXPECT_EQ(exchange.cancel_all(kAccount).size(), 1u);
}

TEST_F(MultiLeg, ACancelThatHangsOutlastsTheDay) {
  const Order order = submit(debit_spread("1", "1"));
  exchange.add_trouble({.kind = TroubleKind::cancel_stuck, .symbol = kLower});
  EXPECT_TRUE(exchange.cancel(kAccount, order.id));
  at("2026-01-26T21:15:00Z");
  EXPECT_EQ(status(order), OrderStatus::pending_cancel);
}

TEST_F(MultiLeg, ACancelThatHangsEndsWithItsContracts) {
  SubmitRequest spread = debit_spread("1", "1");
  spread.time_in_force = TimeInForce::gtc;
  const Order order = submit(spread);
  exchange.add_trouble({.kind = TroubleKind::cancel_stuck});
  EXPECT_TRUE(exchange.cancel(kAccount, order.id));
  at("2026-02-20T23:00:00Z");
  EXPECT_EQ(status(order), OrderStatus::expired);
}

TEST_F(MultiLeg, IsReleasedWithItsLegs) {
  exchange.add_trouble({.kind = TroubleKind::suspended});
  const Order order = submit(debit_spread("1", "1"));
  Faults faults = exchange.faults();
  faults.cancel_delay = std::chrono::seconds(5);
  exchange.set_faults(faults);
  EXPECT_TRUE(exchange.cancel(kAccount, order.id));
  exchange.take_events();
  exchange.release_troubles();
  EXPECT_EQ(events(), "");
  exchange.advance_to(exchange.now() + std::chrono::seconds(5));
  EXPECT_EQ(status(order), OrderStatus::canceled);
}

TEST_F(MultiLeg, IsSuspendedWithItsLegs) {
  exchange.add_trouble({.kind = TroubleKind::suspended, .lasts = std::chrono::seconds(5)});
  const Order order = submit(debit_spread("1", "1"));
  EXPECT_EQ(now(order).legs[1].status, OrderStatus::suspended);
  exchange.advance_to(exchange.now() + std::chrono::seconds(5));
  EXPECT_EQ(now(order).legs[1].status, OrderStatus::fresh);
}

TEST_F(MultiLeg, AtTheMarketTiesUpWhatItWouldCostAlsoWhileALegIsHalted) {
  exchange.halt(kUpper);
  const Order order = submit(debit_spread("1"));
  ASSERT_EQ(status(order), OrderStatus::fresh);
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, 99680_usd);
}

TEST_F(MultiLeg, WhatItWouldFreeStaysLockedUntilItFills) {
  hold("AAPL", "100");
  SubmitRequest call = limit(Side::sell, "1", "4", kLate);
  submit(call);
  ASSERT_EQ(held(kLate), -(1_qty));
  submit(limit(Side::buy, "1", "5.20", kLower));  // ends earlier: covers nothing
  ASSERT_EQ(available(), 0_qty);
  submit(
      combination("1", {leg(kLower, PositionIntent::sell_to_close), leg(kLate, PositionIntent::buy_to_close)}, "-99"));
  EXPECT_EQ(available(), 0_qty);
}

TEST_F(MultiLeg, ExpiresWithTheDayAndQueuesForTheNext) {
  const Order order = submit(debit_spread("1", "1"));
  at("2026-01-26T21:15:00Z");
  EXPECT_EQ(status(order), OrderStatus::expired);
  EXPECT_EQ(now(order).legs[1].status, OrderStatus::expired);
  const Order queued = submit(debit_spread("1", "4"));
  EXPECT_EQ(queued.status, OrderStatus::accepted);
  at("2026-01-27T14:30:00Z");
  EXPECT_EQ(now(queued).legs[0].status, OrderStatus::fresh);
  quote(kLower, "5.00", "5.20");
  EXPECT_EQ(status(queued), OrderStatus::fresh);  // the other leg has no quote of today yet
  quote(kUpper, "2.00", "2.10");
  EXPECT_EQ(status(queued), OrderStatus::filled);
}

TEST_F(MultiLeg, ListingsShowTheLegsInsideTheirOrderOnly) {
  submit(debit_spread("1", "1"));
  for (const bool nested : {false, true}) {
    OrderQuery query;
    query.nested = nested;
    query.symbols = {kUpper};
    const auto listed = exchange.orders(kAccount, query);
    ASSERT_EQ(listed.size(), 1u);
    EXPECT_TRUE(listed[0].is_combination());
    EXPECT_EQ(listed[0].legs.size(), 2u);
  }
}

TEST_F(MultiLeg, FormIsChecked) {
  hold("AAPL", "100");
  const auto changed = [](SubmitRequest request, auto&& change) {
    change(request);
    return request;
  };
  const SubmitRequest sound = debit_spread("1", "3");
  const std::vector<std::pair<SubmitRequest, std::string>> cases{
      {changed(sound, [](auto& r) { r.legs.pop_back(); }), "mleg orders must have at least 2 legs and at most 4 legs"},
      {changed(sound, [](auto& r) { r.quantity = 1.5_qty; }), "qty must be integer for options trading"},
      {changed(sound, [](auto& r) { r.limit_price.reset(); }), "limit price is required for limit orders"},
      {changed(sound, [](auto& r) { r.type = OrderType::market; }), "limit price is only valid for limit orders"},
      {changed(sound, [](auto& r) { r.type = OrderType::stop; }), "invalid order type for options trading"},
      {changed(sound, [](auto& r) { r.time_in_force = TimeInForce::ioc; }), "invalid time in force"},
      {changed(sound, [](auto& r) { r.extended_hours = true; }), "extended hours is not supported for options trading"},
      {changed(sound,
               [](auto& r) {
                 r.legs[0].ratio = 4_qty;
                 r.legs[1].ratio = 2_qty;
               }),
       "leg ratio quantities must be relatively prime (common divisor: 2)"},
      {changed(sound, [](auto& r) { r.legs[1] = leg("AAPL", PositionIntent::sell_to_close); }),
       "equity legs are allowed only with a corresponding amount of call contracts"},
      {changed(sound, [](auto& r) { r.legs[1].symbol = "AAPL260220C00999000"; }),
       "asset not found for AAPL260220C00999000"},
      {changed(sound,
               [](auto& r) {
                 r.legs[1].side.reset();
                 r.legs[1].intent.reset();
               }),
       "leg.1 position intent is required"},
      {changed(sound, [](auto& r) { r.legs[1].intent = PositionIntent::sell_to_close; }),
       "position intent mismatch, inferred: sell_to_open, specified: sell_to_close"}};
  for (const auto& [request, message] : cases) EXPECT_EQ(refusal(request).message, message);
}

TEST_F(MultiLeg, LegsAreOfOneUnderlying) {
  quote("MSFT260220C00400000", "5", "5.20");
  SubmitRequest request = debit_spread("1", "3");
  request.legs[1].symbol = "MSFT260220C00400000";
  EXPECT_EQ(refusal(request), unprocessable("underlying asset mismatch: AAPL != MSFT"));
}

TEST_F(MultiLeg, ShortLegsAreCoveredWithinTheOrder) {
  const ApiError uncovered = forbidden("account not eligible to trade uncovered option contracts");
  const auto two = [](std::string_view a, std::string_view b) {
    return combination("1", {leg(a, PositionIntent::sell_to_open), leg(b, PositionIntent::sell_to_open)});
  };
  EXPECT_EQ(refusal(two(kLower, kUpper)), uncovered);
  SubmitRequest ratio = debit_spread("1");
  ratio.legs[1].ratio = 2_qty;
  EXPECT_EQ(refusal(ratio), uncovered);
  SubmitRequest calendar = credit_spread("1");
  calendar.legs = {leg(kLate, PositionIntent::sell_to_open), leg(kLower, PositionIntent::buy_to_open)};
  EXPECT_EQ(refusal(calendar), uncovered);  // the cover ends first
  calendar.legs = {leg(kLate, PositionIntent::buy_to_open), leg(kLower, PositionIntent::sell_to_open)};
  submit(calendar);
}

TEST_F(MultiLeg, RollingAShortLegIsAnUncoveredLegToo) {
  submit(debit_spread("1"));
  const SubmitRequest roll =
      combination("1", {leg(kUpper, PositionIntent::buy_to_close), leg(kLate, PositionIntent::sell_to_open)});
  EXPECT_EQ(refusal(roll), forbidden("account not eligible to trade uncovered option contracts"));
}

TEST_F(MultiLeg, ASpreadClosesAsOneButNotItsLongLegFirst) {
  submit(debit_spread("1"));
  EXPECT_EQ(refusal(order(Side::sell, "1", OrderType::market, kLower)),
            forbidden("account not eligible to trade uncovered option contracts"));
  submit(combination("1", {leg(kLower, PositionIntent::sell_to_close), leg(kUpper, PositionIntent::buy_to_close)}));
  EXPECT_TRUE(exchange.positions(kAccount).empty());
}

TEST_F(MultiLeg, ClosingLegsReserveWhatTheyClose) {
  submit(debit_spread("1"));
  submit(
      combination("1", {leg(kLower, PositionIntent::sell_to_close), leg(kUpper, PositionIntent::buy_to_close)}, "-9"));
  EXPECT_EQ(available(kLower), 0_qty);
  EXPECT_EQ(available(kUpper), 0_qty);
  EXPECT_EQ(refusal(order(Side::buy, "1", OrderType::market, kUpper)).message,
            "insufficient qty available for order (requested: 1, available: 0)");
}

TEST_F(MultiLeg, ADebitSpreadCostsItsPriceACreditSpreadItsWidthLessTheCredit) {
  submit(debit_spread("10", "3.20"));
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, 96800_usd);
  quote("AAPL260220P00180000", "1.00", "1.10");
  const ApiError error = refusal(combination(
      "200", {leg(kPut, PositionIntent::sell_to_open), leg("AAPL260220P00180000", PositionIntent::buy_to_open)}, "-2"));
  EXPECT_EQ(error.message, "insufficient options buying power");
  EXPECT_EQ(field(error, "options_buying_power"), "96800");
  EXPECT_EQ(field(error, "cost_basis"), "160000");
}

TEST_F(MultiLeg, ACreditSpreadTiesUpItsRiskBeforeAndAfterItFills) {
  const Order resting = submit(credit_spread("10", "-5.00"));
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, 95000_usd);  // 10 wide, 5 received
  EXPECT_TRUE(exchange.cancel(kAccount, resting.id));
  submit(credit_spread("10", "-2.90"));
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, 92900_usd);
}

TEST_F(MultiLeg, NeedsLevelThree) {
  AccountConfig second;
  second.number = "LEVEL2";
  second.key_id = "other";
  second.options_level = 2;
  exchange.add_account(second);
  EXPECT_EQ(exchange.submit("LEVEL2", debit_spread("1")).error(),
            forbidden("account not eligible to trade spreads or uncovered contracts"));
}

TEST_F(MultiLeg, AnAccountThatSuspendedTradingTakesNone) {
  exchange.set_settings(kAccount, {.suspend_trade = true});
  const auto buy = PositionIntent::buy_to_open;
  const auto sell = PositionIntent::sell_to_open;
  EXPECT_EQ(refusal(combination("1", {leg(kLower, buy), leg(kUpper, sell)}, "3.50")).http_status, 403);
}

TEST_F(MultiLeg, ACancelUnderWayOutlivesAPartialFill) {
  const auto buy = PositionIntent::buy_to_open;
  const auto sell = PositionIntent::sell_to_open;
  const Order spread = submit(combination("9", {leg(kLower, buy), leg(kUpper, sell)}, "2.50"));
  exchange.set_faults({.partial_fill_permille = 1000, .cancel_delay = std::chrono::seconds(5)});
  ASSERT_TRUE(exchange.cancel(kAccount, spread.id));
  quote(kLower, "4.00", "4.40");
  ASSERT_FALSE(now(spread).filled.is_zero());
  EXPECT_EQ(status(spread), OrderStatus::pending_cancel);
  exchange.advance_to(exchange.now() + std::chrono::seconds(6));
  EXPECT_EQ(status(spread), OrderStatus::canceled);
}

}  // namespace
}  // namespace belay::sim
