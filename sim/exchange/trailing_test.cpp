// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "sim/exchange/scene.hpp"

namespace belay::sim {
namespace {

/// Trailing stops (alpaca.md 3.2).
class Trailing : public Scene {
 protected:
  Trailing() { move_to("AAPL", "200"); }

  static SubmitRequest by_dollars(Side side, std::string_view dollars) {
    SubmitRequest request = order(side, "10", OrderType::trailing_stop);
    request.trail_price = price(dollars);
    return request;
  }
  static SubmitRequest by_percent(Side side, std::string_view percent) {
    SubmitRequest request = order(side, "10", OrderType::trailing_stop);
    request.trail_percent = *Ratio::parse(percent);
    return request;
  }
};

TEST_F(Trailing, AHigherPrintDrawsTheSellStopUpAndALowerOneDoesNotDrawItDown) {
  hold("AAPL", "10");
  const Order order = submit(by_dollars(Side::sell, "5"));
  EXPECT_EQ(order.high_water, 200_price);
  EXPECT_EQ(order.stop_price, 195_price);
  move_to("AAPL", "210");
  EXPECT_EQ(now(order).high_water, 210_price);
  EXPECT_EQ(now(order).stop_price, 205_price);
  move_to("AAPL", "206");
  EXPECT_EQ(now(order).stop_price, 205_price);
  move_to("AAPL", "205");
  EXPECT_EQ(status(order), OrderStatus::filled);
  EXPECT_EQ(now(order).filled_average, 204.99_price);
}

TEST_F(Trailing, ABuyTrailsTheLowestPrint) {
  hold("AAPL", "-10");
  const Order order = submit(by_percent(Side::buy, "2"));
  EXPECT_EQ(order.stop_price, 204_price);
  move_to("AAPL", "190");
  EXPECT_EQ(now(order).high_water, 190_price);
  EXPECT_EQ(now(order).stop_price, 193.8_price);
  move_to("AAPL", "194");
  EXPECT_EQ(status(order), OrderStatus::filled);
}

TEST_F(Trailing, OnlyPrintsOfTheSessionCount) {
  hold("AAPL", "10");
  SubmitRequest request = by_dollars(Side::sell, "5");
  request.time_in_force = TimeInForce::gtc;
  const Order order = submit(request);
  at("2026-01-26T22:00:00Z");
  move_to("AAPL", "230");
  EXPECT_EQ(now(order).high_water, 200_price);
  move_to("AAPL", "150");
  EXPECT_EQ(status(order), OrderStatus::fresh);
}

TEST_F(Trailing, OneThatIsQueuedBeginsWithTheFirstPrintOfTheSession) {
  hold("AAPL", "10");
  at("2026-01-26T22:00:00Z");
  const Order order = submit(by_dollars(Side::sell, "5"));
  EXPECT_EQ(order.high_water, std::nullopt);
  EXPECT_EQ(order.stop_price, std::nullopt);
  at("2026-01-27T14:30:00Z");
  EXPECT_EQ(status(order), OrderStatus::fresh);
  move_to("AAPL", "180");
  EXPECT_EQ(now(order).high_water, 180_price);
  EXPECT_EQ(now(order).stop_price, 175_price);
}

TEST_F(Trailing, APrintOutsideTheQuoteMovesNothing) {
  hold("AAPL", "10");
  const Order order = submit(by_dollars(Side::sell, "5"));
  trade("AAPL", "230");
  EXPECT_EQ(now(order).high_water, 200_price);
}

TEST_F(Trailing, ThePatchedTrailIsOfTheSameKindAndKeepsTheHighWaterMark) {
  hold("AAPL", "10");
  const Order dollars = submit(by_dollars(Side::sell, "5"));
  move_to("AAPL", "210");
  move_to("AAPL", "207");
  const auto tighter = exchange.replace(kAccount, dollars.id, {.trail = 4_ratio});
  ASSERT_TRUE(tighter);
  EXPECT_EQ(now(*tighter).trail_price, 4_price);
  EXPECT_EQ(now(*tighter).trail_percent, std::nullopt);
  EXPECT_EQ(now(*tighter).high_water, 210_price);
  EXPECT_EQ(now(*tighter).stop_price, 206_price);
  EXPECT_EQ(exchange.replace(kAccount, tighter->id, {.trail = 4_ratio}).error().message,
            "order parameters are not changed");
  EXPECT_EQ(exchange.replace(kAccount, tighter->id, {.stop_price = 199_price}).error().message,
            "trailing_stop orders must not have stop_price");
}

TEST_F(Trailing, ItTakesOneTrailAndNotTooSmallAOne) {
  SubmitRequest none = order(Side::sell, "10", OrderType::trailing_stop);
  EXPECT_EQ(refusal(none).message, "trailing_stop orders require trail_price or trail_percent");
  SubmitRequest both = by_dollars(Side::sell, "5");
  both.trail_percent = 1_ratio;
  EXPECT_EQ(refusal(both).message, "only one of trail_price or trail_percent is accepted");
  EXPECT_EQ(refusal(by_percent(Side::sell, "0.09")).message, "trail_percent must be >= 0.1");
  EXPECT_EQ(refusal(by_dollars(Side::sell, "0")).message, "trail_price must be > 0");
  SubmitRequest market = order(Side::buy, "10");
  market.trail_price = 5_price;
  EXPECT_EQ(refusal(market).message, "market orders must not have trail_price or trail_percent");
}

TEST_F(Trailing, SimpleOrdersOnlyForDayOrGtcInTheSession) {
  hold("AAPL", "10");
  SubmitRequest extended = by_dollars(Side::sell, "5");
  extended.extended_hours = true;
  EXPECT_EQ(refusal(extended).message, "stop orders are not eligible for extended hours trading");
  SubmitRequest immediate = by_dollars(Side::sell, "5");
  immediate.time_in_force = TimeInForce::ioc;
  EXPECT_EQ(refusal(immediate).http_status, 422);
  EXPECT_EQ(refusal(with_exits(by_dollars(Side::buy, "5"), OrderClass::bracket, "250", "150")).message,
            "bracket orders must be market or limit orders");
  SubmitRequest part = by_dollars(Side::sell, "5");
  part.quantity = 1.5_qty;
  EXPECT_EQ(refusal(part).http_status, 422);
}

TEST_F(Trailing, ItReservesSharesAndIsNoWashTrade) {
  hold("AAPL", "10");
  submit(by_dollars(Side::sell, "5"));
  EXPECT_EQ(available(), 0_qty);
  submit(order(Side::buy, "1"));
}

TEST_F(Trailing, ADistanceThatLeadsNowhereIsRefused) {
  EXPECT_EQ(refusal(by_percent(Side::buy, "100")).message, "trail_percent must be < 100");
  EXPECT_EQ(refusal(by_percent(Side::buy, "9000000000")).http_status, 422);
  EXPECT_EQ(refusal(by_dollars(Side::buy, "9223372036")).message, "trail_price is out of range");
  EXPECT_TRUE(exchange.orders(kAccount, {}).empty());
}

}  // namespace
}  // namespace belay::sim
