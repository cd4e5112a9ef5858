// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "sim/exchange/scene.hpp"

namespace belay::sim {
namespace {

/// Times in force, to the minute (alpaca.md 3.1, 7). The scene's Monday is at UTC-5.
class TimesInForce : public Scene {
 protected:
  static SubmitRequest with(SubmitRequest request, TimeInForce time_in_force) {
    request.time_in_force = time_in_force;
    return request;
  }
  static SubmitRequest for_open() { return with(order(Side::buy, "10"), TimeInForce::opg); }
  static SubmitRequest for_close() { return with(order(Side::buy, "10"), TimeInForce::cls); }
};

TEST_F(TimesInForce, OrdersForTheOpenAreRefusedFrom0928Until1900) {
  const std::string words = "opg orders must be submitted after 7:00pm and before 9:28am";
  EXPECT_EQ(refusal(for_open()).message, words);
  EXPECT_EQ(refusal(for_open()).code, kForbidden);
  at("2026-01-26T23:59:59Z");
  EXPECT_EQ(refusal(for_open()).message, words);
  at("2026-01-27T00:00:00Z");
  EXPECT_EQ(submit(for_open()).status, OrderStatus::accepted);
  at("2026-01-27T14:27:59Z");
  submit(for_open());
  at("2026-01-27T14:28:00Z");
  EXPECT_EQ(refusal(for_open()).message, words);
}

TEST_F(TimesInForce, OrdersForTheCloseAreRefusedFrom1550Until1900) {
  at("2026-01-26T20:49:59Z");
  submit(for_close());
  at("2026-01-26T20:50:00Z");
  EXPECT_EQ(refusal(for_close()).code, kForbidden);
  at("2026-01-27T00:00:00Z");
  EXPECT_EQ(submit(for_close()).status, OrderStatus::accepted);
}

TEST_F(TimesInForce, AnOrderForTheOpenFillsAroundIt) {
  at("2026-01-27T14:00:00Z");
  const Order market = submit(for_open());
  quote("AAPL", "205", "205.02");
  EXPECT_EQ(status(market), OrderStatus::accepted);
  at("2026-01-27T14:30:01Z");
  quote("AAPL", "206", "206.02");
  EXPECT_EQ(now(market).filled_average, 206.02_price);
}

TEST_F(TimesInForce, WhatDoesNotFillAroundTheOpenExpires) {
  at("2026-01-27T14:00:00Z");
  const Order far = submit(with(limit(Side::buy, "10", "150"), TimeInForce::opg));
  at("2026-01-27T14:30:01Z");
  quote("AAPL", "206", "206.02");
  EXPECT_EQ(status(far), OrderStatus::fresh);
  at("2026-01-27T14:31:00Z");
  EXPECT_EQ(status(far), OrderStatus::expired);
}

TEST_F(TimesInForce, AnOrderForTheCloseWaitsForIt) {
  const Order market = submit(for_close());
  const Order far = submit(with(limit(Side::buy, "10", "150"), TimeInForce::cls));
  EXPECT_EQ(status(market), OrderStatus::accepted);
  at("2026-01-26T20:58:59Z");
  EXPECT_EQ(status(market), OrderStatus::accepted);
  at("2026-01-26T20:59:00Z");
  EXPECT_EQ(now(market).filled_average, 200.02_price);
  EXPECT_EQ(status(far), OrderStatus::fresh);
  at("2026-01-26T21:00:00Z");
  EXPECT_EQ(status(far), OrderStatus::expired);
}

TEST_F(TimesInForce, AuctionsAndImmediateOrdersAreForMarketAndLimitOrdersAlone) {
  hold("AAPL", "10");
  for (const TimeInForce one : {TimeInForce::opg, TimeInForce::cls, TimeInForce::ioc, TimeInForce::fok}) {
    EXPECT_EQ(refusal(with(stop(Side::sell, "10", "190"), one)).http_status, 422);
    SubmitRequest oco = with_exits(limit(Side::sell, "10", "220"), OrderClass::oco, "", "190");
    EXPECT_EQ(refusal(with(oco, one)).http_status, 422);
    EXPECT_EQ(refusal(with(order(Side::buy, "0.5"), one)).message, "fractional orders must be DAY orders");
  }
}

TEST_F(TimesInForce, AnImmediateOrderEndsWithWhatItGot) {
  const Order nothing = submit(with(limit(Side::buy, "10", "199"), TimeInForce::ioc));
  EXPECT_EQ(status(nothing), OrderStatus::canceled);
  Faults faults;
  faults.partial_fill_permille = 1000;
  exchange.set_faults(faults);
  const Order some = submit(with(order(Side::buy, "10"), TimeInForce::ioc));
  EXPECT_EQ(status(some), OrderStatus::canceled);
  EXPECT_EQ(now(some).filled, held());
  const Order all = submit(with(order(Side::buy, "10"), TimeInForce::fok));
  EXPECT_EQ(now(all).filled, 10_qty);
}

TEST_F(TimesInForce, ADayOrderEndsWithTheSessionAndOneForExtendedHoursAt2000) {
  const Order day = submit(limit(Side::buy, "10", "150"));
  SubmitRequest request = limit(Side::buy, "10", "150");
  request.extended_hours = true;
  const Order extended = submit(request);
  EXPECT_EQ(day.expires_at, *parse_timestamp("2026-01-26T21:00:00Z"));
  EXPECT_EQ(extended.expires_at, *parse_timestamp("2026-01-27T01:00:00Z"));
  at("2026-01-26T21:00:00Z");
  EXPECT_EQ(status(day), OrderStatus::expired);
  at("2026-01-27T00:59:59Z");
  EXPECT_EQ(status(extended), OrderStatus::fresh);
  at("2026-01-27T01:00:00Z");
  EXPECT_EQ(status(extended), OrderStatus::expired);
}

TEST_F(TimesInForce, AGtcLimitForExtendedHoursTradesInThemDayAfterDay) {
  SubmitRequest request = with(limit(Side::buy, "10", "150"), TimeInForce::gtc);
  request.extended_hours = true;
  const Order order = submit(request);
  at("2026-01-27T12:00:00Z");
  quote("AAPL", "149", "149.5");
  EXPECT_EQ(status(order), OrderStatus::filled);
}

TEST_F(TimesInForce, TheJobAt1615EndsAGtcOrder90DaysAfterItsCreation) {
  const Order order = submit(with(limit(Side::buy, "10", "150"), TimeInForce::gtc));
  at("2026-04-24T23:00:00Z");  // Friday; the 90th day is Sunday, and the job runs on days of trading
  EXPECT_EQ(status(order), OrderStatus::fresh);
  at("2026-04-27T20:15:00Z");
  EXPECT_EQ(status(order), OrderStatus::expired);
}

TEST_F(TimesInForce, BuyStopsTurnIntoStopLimitsAndMayStayUnfilled) {
  move_to("AAPL", "200");
  const Order order = submit(stop(Side::buy, "10", "210"));
  move_to("AAPL", "220");  // beyond 210 + 2.5 %
  EXPECT_EQ(status(order), OrderStatus::fresh);
  quote("AAPL", "215.20", "215.25");
  EXPECT_EQ(status(order), OrderStatus::filled);
}

TEST_F(TimesInForce, BeyondSixTimesTheEquityOnlyClosingOrdersAreTaken) {
  hold("AAPL", "-600", "200");  // 120,000 short on 220,000 in cash
  move_to("AAPL", "330");       // 198,000 short on an equity of 22,000
  EXPECT_EQ(refusal(order(Side::sell, "1")).message, "insufficient buying power");
  submit(order(Side::buy, "100"));
  EXPECT_EQ(held(), qty("-500"));
}

TEST_F(TimesInForce, AShortSaleIsValuedAtItsLimitOrThreePercentAboveTheAsk) {
  submit(limit(Side::sell, "10", "205"));  // 200.02 × 1.03 is more
  EXPECT_EQ(exchange.account(kAccount).initial_margin, 515.0515_usd);
  submit(limit(Side::sell, "10", "220"));
  EXPECT_EQ(exchange.account(kAccount).initial_margin, 1065.0515_usd);
}

TEST_F(TimesInForce, OutsideTheSessionOpeningOrdersAreValuedElsewhere) {
  submit(order(Side::buy, "10"));
  at("2026-01-26T21:30:00Z");
  trade("AAPL", "201");
  quote("AAPL", "202", "204");
  submit(order(Side::buy, "4"));
  const Money holding = exchange.account(kAccount).long_market_value;
  EXPECT_EQ(exchange.account(kAccount).initial_margin,
            Money::from_nanos((holding.nanos() + 4 * 203 * fixed::kScale) / 4));  // in extended hours: the middle
  at("2026-01-27T02:00:00Z");
  EXPECT_EQ(exchange.account(kAccount).initial_margin,
            Money::from_nanos((holding.nanos() + 4 * 201 * fixed::kScale) / 4));  // closed: the last trade
}

}  // namespace
}  // namespace belay::sim
