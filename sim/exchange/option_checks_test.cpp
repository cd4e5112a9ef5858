// SPDX-License-Identifier: Apache-2.0
// Levels, cover and collateral of options (alpaca.md 3.7, 4).
#include <gtest/gtest.h>

#include "sim/exchange/scene.hpp"

namespace belay::sim {
namespace {

constexpr auto kCall = "AAPL260220C00210000";
constexpr auto kHigherCall = "AAPL260220C00220000";
constexpr auto kPut = "AAPL260220P00190000";
constexpr auto kLowerPut = "AAPL260220P00180000";

class OptionChecks : public Scene {
 protected:
  OptionChecks() {
    quote(kCall, "2.00", "2.10");
    quote(kHigherCall, "1.00", "1.10");
    quote(kPut, "3.00", "3.10");
    quote(kLowerPut, "1.00", "1.10");
  }
  void open_account(int level) {
    AccountConfig other;
    other.number = "LEVEL" + std::to_string(level);
    other.key_id = other.number;
    other.options_level = level;
    exchange.add_account(other);
  }
  std::string outcome(const std::string& account, const SubmitRequest& request) {
    const auto reply = exchange.submit(account, request);
    return reply ? "" : reply.error().message;
  }
};

TEST_F(OptionChecks, LevelsDecideWhatMayBeOpened) {
  for (const int level : {0, 1, 2}) open_account(level);
  const SubmitRequest buy = limit(Side::buy, "1", "1", kCall);
  const SubmitRequest sell_put = limit(Side::sell, "1", "3", kPut);
  EXPECT_EQ(outcome("LEVEL0", buy), "account not authorized to trade options");
  EXPECT_EQ(outcome("LEVEL0", sell_put), "account not authorized to trade options");
  EXPECT_EQ(outcome("LEVEL1", buy), "account not eligible for level2 options trading");
  EXPECT_EQ(outcome("LEVEL1", sell_put), "");
  EXPECT_EQ(outcome("LEVEL2", buy), "");
  EXPECT_EQ(exchange.account("LEVEL1").options_level, 1);
}

TEST_F(OptionChecks, BelowLevelThreeACallIsSoldAgainstSharesOnly) {
  open_account(2);
  const auto reply = exchange.submit("LEVEL2", limit(Side::sell, "1", "2", kCall));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().http_status, 403);
  EXPECT_EQ(reply.error().message,
            "insufficient underlying qty available for covered call (required: 100, available: 0)");
  EXPECT_EQ(field(reply.error(), "available_qty"), "0");
  EXPECT_EQ(field(reply.error(), "required_qty"), "100");
  EXPECT_EQ(field(reply.error(), "symbol"), kCall);
  EXPECT_EQ(field(reply.error(), "underlying_asset_id"), exchange.asset("AAPL")->id);
}

TEST_F(OptionChecks, ACoveredCallLocksItsSharesAndTiesUpNoCash) {
  hold("AAPL", "250");
  EXPECT_EQ(refusal(limit(Side::sell, "3", "2.50", kCall)).message,
            "insufficient underlying qty available for covered call (required: 300, available: 250)");
  const Money before = exchange.account(kAccount).options_buying_power;
  const Order order = submit(limit(Side::sell, "1", "2.50", kCall));
  EXPECT_EQ(available(), 150_qty);
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, before);
  submit(limit(Side::sell, "1", "2", kCall));
  EXPECT_EQ(held(kCall), -(1_qty));
  EXPECT_EQ(available(), 50_qty);
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, before + 200_usd);  // the premium
  EXPECT_EQ(refusal(Scene::order(Side::sell, "100")).message,
            "insufficient qty available for order (requested: 100, available: 50)");
  exchange.cancel(kAccount, order.id);
  EXPECT_EQ(available(), 150_qty);
}

TEST_F(OptionChecks, ACashSecuredPutNeedsItsStrikeLessThePremium) {
  const ApiError error = refusal(limit(Side::sell, "6", "3", kPut));
  EXPECT_EQ(error.http_status, 403);
  EXPECT_EQ(error.message,
            "insufficient options buying power for cash-secured put (required: 112200, available: 100000)");
  EXPECT_EQ(field(error, "required_options_buying_power"), "112200");
  submit(limit(Side::sell, "5", "4", kPut));
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, 7000_usd);  // 100000 − 5 × (19000 − 400)
}

TEST_F(OptionChecks, AShortPutGoesOnTyingUpItsStrike) {
  submit(limit(Side::sell, "2", "3", kPut));
  EXPECT_EQ(held(kPut), -(2_qty));
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, 62600_usd);  // 100600 − 38000
}

TEST_F(OptionChecks, FromLevelThreeContractsCoverContracts) {
  EXPECT_EQ(refusal(limit(Side::sell, "1", "2", kCall)),
            forbidden("account not eligible to trade uncovered option contracts"));
  submit(limit(Side::buy, "1", "1.10", kHigherCall));
  submit(limit(Side::sell, "1", "2", kCall));
  // 100000 − 110 + 200, and the strikes are ten apart.
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, 99090_usd);
}

TEST_F(OptionChecks, ALongLegThatCoversCannotLeaveFirst) {
  submit(limit(Side::buy, "1", "1.10", kHigherCall));
  submit(limit(Side::sell, "1", "2", kCall));
  EXPECT_EQ(refusal(limit(Side::sell, "1", "1", kHigherCall)),
            forbidden("account not eligible to trade uncovered option contracts"));
  submit(limit(Side::buy, "1", "2.10", kCall));  // the short one back first
  submit(limit(Side::sell, "1", "1", kHigherCall));
  EXPECT_TRUE(exchange.positions(kAccount).empty());
}

TEST_F(OptionChecks, ALongCallCoversOneSaleThatIsPending) {
  submit(limit(Side::buy, "1", "1.10", kHigherCall));
  const Order pending = submit(limit(Side::sell, "1", "9", kCall));
  EXPECT_EQ(refusal(limit(Side::sell, "1", "9", kCall)),
            forbidden("account not eligible to trade uncovered option contracts"));
  exchange.cancel(kAccount, pending.id);
  submit(limit(Side::sell, "1", "8", kCall));
}

TEST_F(OptionChecks, ALongCallThatIsAboutToLeaveCoversNothing) {
  submit(limit(Side::buy, "1", "1.10", kHigherCall));
  const Order leaving = submit(limit(Side::sell, "1", "9", kHigherCall));
  EXPECT_EQ(refusal(limit(Side::sell, "1", "2", kCall)),
            forbidden("account not eligible to trade uncovered option contracts"));
  exchange.cancel(kAccount, leaving.id);
  const Order pending = submit(limit(Side::sell, "1", "9", kCall));
  EXPECT_EQ(refusal(limit(Side::sell, "1", "1", kHigherCall)),
            forbidden("account not eligible to trade uncovered option contracts"));
  exchange.cancel(kAccount, pending.id);
  submit(limit(Side::sell, "1", "1", kHigherCall));
}

TEST_F(OptionChecks, ABoughtCallThatIsPendingCoversNothingYet) {
  submit(limit(Side::buy, "1", "0.50", kHigherCall));
  EXPECT_EQ(refusal(limit(Side::sell, "1", "2", kCall)),
            forbidden("account not eligible to trade uncovered option contracts"));
}

TEST_F(OptionChecks, SharesGoOnCoveringWhatALeavingCallCovered) {
  hold("AAPL", "100");
  submit(limit(Side::buy, "1", "1.10", kHigherCall));
  submit(limit(Side::sell, "1", "2", kCall));
  EXPECT_EQ(available(), 100_qty);
  submit(limit(Side::sell, "1", "9", kHigherCall));
  EXPECT_EQ(available(), 0_qty);
  EXPECT_EQ(refusal(limit(Side::sell, "1", "9", kCall)).http_status, 403);
}

TEST_F(OptionChecks, ALongPutLessensWhatOnePendingSaleTiesUp) {
  submit(limit(Side::buy, "1", "1.10", kLowerPut));
  const Money before = exchange.account(kAccount).options_buying_power;
  submit(limit(Side::sell, "1", "4", kPut));
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, before - 600_usd);  // strikes ten apart, less 400
  submit(limit(Side::sell, "1", "4", kPut));
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, before - 600_usd - 18600_usd);
}

TEST_F(OptionChecks, BelowLevelThreeWhatIsLongMayLeaveAsItCame) {
  open_account(2);
  const auto free = [&] { return exchange.account("LEVEL2").options_buying_power; };
  for (const char* contract : {kCall, kPut}) {
    ASSERT_EQ(outcome("LEVEL2", limit(Side::buy, "1", "9", contract)), "");
    const Money before = free();
    EXPECT_EQ(outcome("LEVEL2", limit(Side::sell, "1", "20", contract)), "");
    EXPECT_EQ(free(), before) << "a sale of what is held ties up nothing";
    exchange.cancel_all("LEVEL2");
    EXPECT_EQ(outcome("LEVEL2", order(Side::sell, "1", OrderType::market, contract)), "");
  }
  EXPECT_TRUE(exchange.positions("LEVEL2").empty());
}

TEST_F(OptionChecks, ACallThatAHigherOneCoversNeedsTheDifference) {
  submit(limit(Side::buy, "120", "1.10", kHigherCall));
  const ApiError error = refusal(limit(Side::sell, "120", "2", kCall));
  EXPECT_EQ(error.message, "insufficient options buying power");
  EXPECT_EQ(field(error, "cost_basis"), "96000");  // 120 × (1000 − 200)
  submit(limit(Side::sell, "50", "2", kCall));
}

TEST_F(OptionChecks, WhatNeedsNoMoreIsReplacedHoweverPoorTheAccountIsNow) {
  const Order sale = submit(limit(Side::sell, "2", "4", kPut));
  exchange.deposit(kAccount, -(99000_usd));
  const Order less = replace(sale, {.quantity = 1_qty});
  EXPECT_EQ(replace_refusal(less, {.quantity = 2_qty}).http_status, 403);
  replace(less, {.limit_price = 4.10_price});
}

TEST_F(OptionChecks, OfAnOrderAndItsReplacementTheDearerOneCounts) {
  Faults faults = exchange.faults();
  faults.replace_delay = std::chrono::seconds(5);
  exchange.set_faults(faults);
  const Order sale = submit(limit(Side::sell, "1", "4", kPut));
  replace(sale, {.quantity = 2_qty});
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, 62800_usd);  // 100000 − 2 × 18600
}

TEST_F(OptionChecks, ASaleThatGrowsIsJudgedAsOneThatIsSent) {
  submit(limit(Side::buy, "2", "1.10", kHigherCall));
  submit(limit(Side::sell, "1", "2", kCall));
  const Order leaving = submit(limit(Side::sell, "1", "9", kHigherCall));
  EXPECT_EQ(replace_refusal(leaving, {.quantity = 2_qty}),
            forbidden("account not eligible to trade uncovered option contracts"));
  replace(leaving, {.limit_price = 8_price});
}

TEST_F(OptionChecks, AReplacementTiesUpWhatTheOrderThenCanCost) {
  submit(limit(Side::buy, "1", "1.10", kLowerPut));
  const Money before = exchange.account(kAccount).options_buying_power;
  const Order sale = submit(limit(Side::sell, "1", "4", kPut));
  const Order larger = replace(sale, {.quantity = 2_qty});
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, before - 19200_usd);  // 1000 and 19000, less 800
  replace(larger, {.limit_price = 5_price});
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, before - 19000_usd);
}

TEST_F(OptionChecks, WhatAnOrderTiesUpFollowsWhatIsHeld) {
  const Order sale = submit(limit(Side::sell, "1", "4", kPut));
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, 81400_usd);
  submit(limit(Side::buy, "1", "1.10", kLowerPut));
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, 100000_usd - 110_usd - 600_usd);
  // It covers the sale no longer, which the cash secures again: once, not twice.
  submit(limit(Side::sell, "1", "9", kLowerPut));
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, 100000_usd - 110_usd - 600_usd - 17100_usd);
  exchange.cancel(kAccount, sale.id);
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, 99890_usd);
}

TEST_F(OptionChecks, ASaleThatCashSecuresKeepsNoLongPutFromLeaving) {
  submit(limit(Side::sell, "5", "4", kPut));
  submit(limit(Side::buy, "5", "1.10", kLowerPut));
  submit(limit(Side::sell, "5", "1.05", kLowerPut));
}

TEST_F(OptionChecks, WhatAPendingCombinationBuysCoversItsOwnSalesAlone) {
  const auto leg = [](std::string_view symbol, Side side) {
    return LegRequest{std::string(symbol), 1_qty, side, std::nullopt};
  };
  SubmitRequest spread;
  spread.order_class = OrderClass::mleg;
  spread.quantity = 1_qty;
  spread.type = OrderType::limit;
  spread.limit_price = -(5_price);
  spread.time_in_force = TimeInForce::day;
  spread.legs = {leg(kCall, Side::sell), leg(kHigherCall, Side::buy)};
  submit(spread);
  EXPECT_EQ(refusal(limit(Side::sell, "1", "9", kCall)).http_status, 403);
  hold("AAPL", "100");
  EXPECT_EQ(available(), 100_qty) << "its own legs cover each other";
}

TEST_F(OptionChecks, TheLongestLivedLegOfACombinationCoversFirst) {
  constexpr auto kSooner = "AAPL260220C00230000";
  constexpr auto kSold = "AAPL260320C00220000";
  constexpr auto kLater = "AAPL260417C00230000";
  for (const auto* contract : {kSooner, kSold, kLater}) quote(contract, "1.00", "1.10");
  hold("AAPL", "100");
  SubmitRequest order;
  order.order_class = OrderClass::mleg;
  order.quantity = 1_qty;
  order.type = OrderType::limit;
  order.limit_price = 0.10_price;
  order.time_in_force = TimeInForce::day;
  for (const auto* contract : {kSooner, kSold, kLater}) {
    order.legs.push_back({contract, 1_qty, contract == kSold ? Side::sell : Side::buy, std::nullopt});
  }
  submit(order);
  EXPECT_EQ(available(), 100_qty);
}

TEST_F(OptionChecks, AbsurdPricesAreNoTrouble) {
  submit(limit(Side::buy, "1", "2.10", kCall));
  submit(limit(Side::sell, "1", "99000000", kCall));
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, 99790_usd);
}

TEST_F(OptionChecks, ALongPutMayLeaveItsShortOneWhereTheCashSecuresIt) {
  submit(limit(Side::buy, "1", "1.10", kLowerPut));
  submit(limit(Side::sell, "1", "3", kPut));
  submit(limit(Side::sell, "1", "1", kLowerPut));
  EXPECT_EQ(held(kLowerPut), 0_qty);
}

TEST_F(OptionChecks, ALongPutThatIsAboutToLeaveTiesUpWhatItCovered) {
  submit(limit(Side::buy, "5", "1.10", kLowerPut));
  submit(limit(Side::sell, "5", "3", kPut));
  const Money before = exchange.account(kAccount).options_buying_power;
  const Order leaving = submit(limit(Side::sell, "1", "9", kLowerPut));
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, before - 17100_usd);  // 18000 − 900
  exchange.cancel(kAccount, leaving.id);
  EXPECT_EQ(exchange.account(kAccount).options_buying_power, before);
}

TEST_F(OptionChecks, StopsAndGoodTilCanceledOrdersAreTaken) {
  hold(kCall, "1", "2");
  SubmitRequest guard = order(Side::sell, "1", OrderType::stop, kCall);
  guard.stop_price = price("1.50");
  guard.time_in_force = TimeInForce::gtc;
  const Order resting = submit(guard);
  EXPECT_EQ(status(resting), OrderStatus::fresh);
  quote(kCall, "1.40", "1.45");
  EXPECT_EQ(now(resting).filled_average, 1.40_price);
}

TEST_F(OptionChecks, AStopLimitWaitsForItsLimitOnceElected) {
  hold(kCall, "1", "2");
  SubmitRequest guard = order(Side::sell, "1", OrderType::stop_limit, kCall);
  guard.stop_price = price("1.50");
  guard.limit_price = price("1.45");
  const Order resting = submit(guard);
  quote(kCall, "1.30", "1.35");
  EXPECT_EQ(status(resting), OrderStatus::fresh);
  quote(kCall, "1.46", "1.60");
  EXPECT_EQ(now(resting).filled_average, 1.46_price);
}

TEST_F(OptionChecks, OptionsTakeNoGroupsAndNoTrailingStops) {
  SubmitRequest trailing = order(Side::sell, "1", OrderType::trailing_stop, kCall);
  EXPECT_EQ(refusal(trailing).http_status, 422);
  for (const OrderClass group : {OrderClass::oco, OrderClass::oto, OrderClass::bracket}) {
    SubmitRequest request = limit(Side::buy, "1", "2", kCall);
    request.order_class = group;
    if (group != OrderClass::oto) request.take_profit_limit = price("3");
    request.stop_loss_stop = price("1");
    EXPECT_EQ(refusal(request), unprocessable("complex orders not supported for options trading"));
  }
}

}  // namespace
}  // namespace belay::sim
