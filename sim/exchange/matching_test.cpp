// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "sim/exchange/scene.hpp"

namespace belay::sim {
namespace {

class Matching : public Scene {};

TEST_F(Matching, MarketOrdersFillAtTheFarSideAndCashMovesExactly) {
  const Order buy = submit(order(Side::buy, "10"));
  EXPECT_EQ(buy.status, OrderStatus::pending_new);
  EXPECT_EQ(events(), "pending_new new fill");
  EXPECT_EQ(now(buy).filled_average, 200.02_price);
  EXPECT_EQ(cash(), 97999.8_usd);
  submit(order(Side::sell, "10"));
  EXPECT_EQ(cash(), 99999.8_usd);
  EXPECT_EQ(exchange.position(kAccount, "AAPL").error(), not_found("position does not exist"));
}

TEST_F(Matching, LimitsFillAtTheQuoteOnceItReachesThem) {
  const Order buy = submit(limit(Side::buy, "10", "199.50"));
  EXPECT_EQ(status(buy), OrderStatus::fresh);
  quote("AAPL", "199.40", "199.51");
  EXPECT_EQ(status(buy), OrderStatus::fresh);
  quote("AAPL", "199.40", "199.45");
  EXPECT_EQ(now(buy).filled_average, 199.45_price);  // the ask, better than the limit
}

TEST_F(Matching, AnAbsentSideFillsNothing) {
  hold("AAPL", "10");
  quote("AAPL", "0", "200.02");
  const Order sell = submit(order(Side::sell, "10"));
  EXPECT_EQ(status(sell), OrderStatus::fresh);
  quote("AAPL", "150", "200.02");
  EXPECT_EQ(now(sell).filled_average, 150_price);
}

TEST_F(Matching, TheLastTradeStandsInForASymbolNeverQuoted) {
  trade("IBM", "182.05");
  const Order buy = submit(order(Side::buy, "1", OrderType::market, "IBM"));
  EXPECT_EQ(now(buy).filled_average, 182.05_price);
}

TEST_F(Matching, SellStopsElectOnPrintsAndFillAtTheBid) {
  hold("AAPL", "10");
  trade("AAPL", "200");
  const Order guard = submit(stop(Side::sell, "10", "195"));
  quote("AAPL", "194.00", "201.00");
  trade("AAPL", "195.01");
  EXPECT_EQ(status(guard), OrderStatus::fresh);  // nor do quotes elect, once there are prints
  trade("AAPL", "195.00");
  EXPECT_EQ(now(guard).filled_average, 194_price);
}

TEST_F(Matching, PrintsOutsideTheQuoteElectNothing) {
  hold("AAPL", "10");
  const Order guard = submit(stop(Side::sell, "10", "195"));
  trade("AAPL", "190");
  EXPECT_EQ(status(guard), OrderStatus::fresh);
}

TEST_F(Matching, StopsOfSymbolsWithQuotesAloneElectOnTheSideTheyFillAt) {
  hold("AAPL", "10");
  const Order guard = submit(stop(Side::sell, "10", "195"));
  quote("AAPL", "195.01", "195.03");
  EXPECT_EQ(status(guard), OrderStatus::fresh);
  quote("AAPL", "194.90", "195.20");
  EXPECT_EQ(now(guard).filled_average, 194.9_price);
}

TEST_F(Matching, ElectedBuyStopsPayAtMostTheirCollar) {
  hold("AAPL", "-10");
  const Order cover = submit(stop(Side::buy, "10", "210"));
  quote("AAPL", "210", "216");  // the collar is 215.25, 2.5 % above
  trade("AAPL", "212");
  EXPECT_EQ(status(cover), OrderStatus::fresh);
  quote("AAPL", "214", "215.25");
  EXPECT_EQ(now(cover).filled_average, 215.25_price);
}

TEST_F(Matching, StopLimitsRestAtTheirLimitOnceElected) {
  hold("AAPL", "10");
  SubmitRequest request = stop(Side::sell, "10", "195");
  request.type = OrderType::stop_limit;
  request.limit_price = 194_price;
  const Order guard = submit(request);
  move_to("AAPL", "193");  // gapped through the limit
  EXPECT_EQ(status(guard), OrderStatus::fresh);
  quote("AAPL", "194.20", "194.30");
  EXPECT_EQ(now(guard).filled_average, 194.2_price);
}

TEST_F(Matching, ImmediateOrdersFillOrGo) {
  SubmitRequest request = limit(Side::buy, "10", "199");
  request.time_in_force = TimeInForce::ioc;
  EXPECT_EQ(status(submit(request)), OrderStatus::canceled);
  request.time_in_force = TimeInForce::fok;
  request.limit_price = 201_price;
  EXPECT_EQ(status(submit(request)), OrderStatus::filled);
}

TEST_F(Matching, NotionalBuysSpendTheirDollars) {
  SubmitRequest request = order(Side::buy, "1");
  request.quantity.reset();
  request.notional = 1000.1_usd;
  const Order buy = now(submit(request));
  EXPECT_EQ(buy.quantity, std::nullopt);
  EXPECT_EQ(buy.filled, 5_qty);
}

TEST_F(Matching, HaltsMakeOrdersWaitForTheFirstPriceAfterwards) {
  hold("AAPL", "10");
  exchange.halt("AAPL");
  const Order sell = submit(order(Side::sell, "10"));
  quote("AAPL", "150", "151");
  EXPECT_EQ(status(sell), OrderStatus::fresh);
  exchange.resume("AAPL");
  EXPECT_EQ(status(sell), OrderStatus::fresh);
  quote("AAPL", "140", "141");
  EXPECT_EQ(now(sell).filled_average, 140_price);
}

TEST_F(Matching, PartialFillsComeByChanceAndAddUp) {
  Faults faults;
  faults.partial_fill_permille = 1000;  // always, while two shares are left
  exchange.set_faults(faults);
  const Order buy = submit(order(Side::buy, "100"));
  EXPECT_EQ(status(buy), OrderStatus::partially_filled);
  EXPECT_EQ(held(), now(buy).filled);
  for (int i = 0; i < 100 && status(buy) != OrderStatus::filled; ++i) quote("AAPL", "200.00", "200.02");
  EXPECT_EQ(held(), 100_qty);
  const auto& fills = exchange.activities(kAccount);
  EXPECT_TRUE(fills.front().is_partial);
  EXPECT_EQ(fills.front().leaves, 100_qty - fills.front().quantity);
  EXPECT_FALSE(fills.back().is_partial);
  EXPECT_EQ(fills.back().cumulative, 100_qty);
}

TEST_F(Matching, AverageCostSurvivesAddingAndReducing) {
  hold("AAPL", "10", "100");
  hold("AAPL", "20", "130");
  EXPECT_EQ(exchange.position(kAccount, "AAPL")->average_entry, 120_price);
  submit(order(Side::sell, "10"));
  const Position rest = *exchange.position(kAccount, "AAPL");
  EXPECT_EQ(rest.average_entry, 120_price);
  EXPECT_EQ(rest.cost_basis, 2400_usd);
  EXPECT_EQ(rest.market_value, 4000.2_usd);  // at the middle of the quote, for want of a trade
  EXPECT_EQ(rest.unrealized_pl, 1600.2_usd);
}

TEST_F(Matching, SameCallsGiveTheSameEverything) {
  const auto play = [] {
    Exchange other(make_config());
    other.on_quote("AAPL", {200_price, 201_price, other.now()});
    static_cast<void>(other.submit(kAccount, order(Side::buy, "10")));
    return other.take_events();
  };
  EXPECT_EQ(play(), play());
}

}  // namespace
}  // namespace belay::sim
