// SPDX-License-Identifier: Apache-2.0
// The exit table row by row: situation in, next move out.
#include "core/lifecycle/exit_table.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "core/lifecycle/exit_stage.hpp"

namespace belay::lifecycle {
namespace {

using stage::kWall;
using stage::Stage;
using namespace std::chrono_literals;

struct RowCase {
  std::string_view situation;
  std::function<void(Stage&)> given;
};
class Rows : public testing::TestWithParam<RowCase> {};

const RestingOrder kStop{
    .id = OrderId("stop"), .status = OrderStatus::held, .type = OrderType::stop, .stop_price = 95_price};

INSTANTIATE_TEST_SUITE_P(Table, Rows,
                         testing::Values(RowCase{"all has left",
                                                 [](Stage& s) {
                                                   s.sent(OrderStatus::filled).filled = 100_qty;
                                                   s.lot.quantity = 0_qty;
                                                 }},
                                         RowCase{"reply outstanding",
                                                 [](Stage& s) {
                                                   s.sent(OrderStatus::unknown);
                                                   s.flight.submitting = true;
                                                 }},
                                         RowCase{"unknown, never arrived",
                                                 [](Stage& s) {
                                                   s.sent(OrderStatus::unknown);
                                                   s.flight.not_found = 3;
                                                   s.allowance = 0_qty;
                                                 }},
                                         RowCase{"unknown outcome",
                                                 [](Stage& s) {
                                                   s.sent(OrderStatus::unknown);
                                                   s.flight.not_found = 2;
                                                 }},
                                         RowCase{"unknown outcome",
                                                 [](Stage& s) {
                                                   s.sent(OrderStatus::unknown);
                                                   s.flight.not_found = 9;
                                                   s.session_open = false;
                                                 }},
                                         RowCase{"unknown outcome",
                                                 [](Stage& s) {
                                                   s.sent(OrderStatus::unknown);
                                                   s.flight.not_found = 9;
                                                   s.allowance = -(1_qty);
                                                 }},
                                         RowCase{"limit too slow",
                                                 [](Stage& s) {
                                                   s.option(1_price, 1.1_price);
                                                   s.sent(OrderStatus::fresh, OrderType::limit, 2_qty);
                                                   s.steady += 2s;
                                                 }},
                                         RowCase{"order working",
                                                 [](Stage& s) {
                                                   s.option(1_price, 1.1_price);
                                                   s.sent(OrderStatus::fresh, OrderType::limit, 2_qty);
                                                   s.steady += 1900ms;
                                                 }},
                                         RowCase{"order working",
                                                 [](Stage& s) {
                                                   s.sent(OrderStatus::partially_filled).filled = 10_qty;
                                                   s.steady += 1h;
                                                 }},
                                         RowCase{"account restricted", [](Stage& s) { s.restricted = "blocked"; }},
                                         RowCase{"refused a moment ago",
                                                 [](Stage& s) {
                                                   s.sent(OrderStatus::rejected);
                                                   s.flight.retry_at = s.steady + 1ms;
                                                 }},
                                         RowCase{"entry still open",
                                                 [](Stage& s) {
                                                   s.entry = {{.id = OrderId("entry")}};
                                                   s.guards = {kStop};
                                                 }},
                                         RowCase{"outside session",
                                                 [](Stage& s) {
                                                   s.session_open = false;
                                                   s.guards = {kStop};
                                                 }},
                                         RowCase{"guard at its own trigger",
                                                 [](Stage& s) {
                                                   s.guards = {kStop};
                                                   s.steady += 1999ms;
                                                 }},
                                         RowCase{"guards hold the shares",
                                                 [](Stage& s) {
                                                   s.guards = {kStop};
                                                   s.steady += 2s;
                                                 }},
                                         RowCase{"guards hold the shares",
                                                 [](Stage& s) {
                                                   s.guards = {kStop};
                                                   s.lot.exit->trigger_price = 95.01_price;
                                                 }},
                                         RowCase{"nothing certainly held", [](Stage& s) { s.allowance = 0_qty; }},
                                         RowCase{"nothing certainly held", [](Stage& s) { s.allowance = -(5_qty); }},
                                         RowCase{"stock in session", [](Stage&) {}},
                                         RowCase{"quote on its way",
                                                 [](Stage& s) {
                                                   s.option(1_price, 1.1_price);
                                                   s.flight.priced.reset();
                                                   s.flight.price_asked = s.steady;
                                                 }},
                                         RowCase{"option without current quote",
                                                 [](Stage& s) {
                                                   s.option(1_price, 1.1_price);
                                                   s.flight.priced.reset();
                                                 }},
                                         RowCase{"option without current quote",
                                                 [](Stage& s) {
                                                   s.option(1_price, 1.1_price);
                                                   s.steady += 3001ms;
                                                 }},
                                         RowCase{"option in session", [](Stage& s) { s.option(1_price, 1.1_price); }}));

TEST_P(Rows, TheFirstThatFitsDecides) {
  Stage s;
  GetParam().given(s);
  EXPECT_EQ(s.decide().situation, GetParam().situation) << s.decide().why;
}

TEST(ExitTable, StockLeavesAtMarketWithAllThatIsFree) {
  Stage s;
  EXPECT_EQ(s.move<Send>().quantity, 100_qty);
  EXPECT_EQ(s.move<Send>().type, OrderType::market);
  s.allowance = 30_qty;
  EXPECT_EQ(s.move<Send>().quantity, 30_qty) << "never more than is free";
  s.allowance = 500_qty;
  s.lot.exit->wanted = 12.5_qty;
  EXPECT_EQ(s.move<Send>().quantity, 12.5_qty) << "never more than is wanted";
  s.lot.exit->wanted = 900_qty;
  EXPECT_EQ(s.move<Send>().quantity, 100_qty) << "never more than the lot";
}

TEST(ExitTable, WhatHasLeftIsNotSentAgain) {
  Stage s;
  ExitOrder& order = s.sent(OrderStatus::canceled);
  order.filled = 40_qty;
  s.lot.quantity = 60_qty;
  EXPECT_EQ(remaining(s.lot), 60_qty);
  EXPECT_EQ(s.move<Send>().quantity, 60_qty);
  EXPECT_EQ(next_attempt(s.lot), 2);
}

TEST(ExitTable, QuestionsComeAtGrowingDistances) {
  Stage s;
  s.sent(OrderStatus::unknown);
  s.steady += 49ms;
  EXPECT_EQ(s.move<Wait>().until, s.steady + 1ms);
  s.steady += 1ms;
  EXPECT_EQ(s.move<AskExit>().client_id, exit_client_id(s.lot.uid, 1));
  s.flight.asked = s.steady;
  s.flight.asks = 20;
  EXPECT_EQ(s.move<Wait>().until, s.steady + 1s);
}

TEST(ExitTable, ResendsTheSameIdOnlyAfterThreeAnswersAndAPause) {
  Stage s;
  s.sent(OrderStatus::unknown);
  s.flight.not_found = 3;
  s.allowance = 0_qty;
  EXPECT_EQ(s.move<SendAgain>().client_id, exit_client_id(s.lot.uid, 1));
  s.flight.retry_at = s.steady + 1s;
  EXPECT_NE(s.decide().situation, "unknown, never arrived");
}

TEST(ExitTable, GuardsAreCancelledOnceLookedAtAndCancelledAgainWhenNothingCame) {
  Stage s;
  s.guards = {kStop, {.id = OrderId("target"), .status = OrderStatus::fresh}};
  s.lot.exit->trigger_price.reset();
  EXPECT_EQ(s.move<CancelOrders>().ids.size(), 2U);
  s.flight.cancels = {{OrderId("stop"), s.steady}, {OrderId("target"), s.steady}};
  s.flight.asked = s.steady;
  s.steady += 60ms;
  EXPECT_EQ(s.move<LookAt>().ids.size(), 2U);
  s.steady += 3s;
  EXPECT_EQ(s.move<CancelOrders>().ids.size(), 2U) << "the cancel may have been lost";
}

TEST(ExitTable, OutsideTheSessionTheWaitIsPassive) {
  Stage s;
  s.session_open = false;
  EXPECT_TRUE(s.move<Wait>().passive);
}

TEST(ExitTable, ARestrictedAccountIsStuck) {
  Stage s;
  s.restricted = "blocked";
  EXPECT_GT(s.move<Stuck>().until, s.steady);
}

// ---- options

TEST(OptionLadder, GoesFromTheMiddleToTheExitSideAndThenToMarket) {
  for (const bool is_short : {false, true}) {
    Stage s;
    s.option(4.8_price, 5.2_price);
    s.last_good = 5_price;
    if (is_short) s.is_short();
    const std::vector<Price> steps =
        is_short ? std::vector{5_price, 5.1_price, 5.2_price} : std::vector{5_price, 4.9_price, 4.8_price};
    for (const Price price : steps) {
      EXPECT_EQ(s.move<Send>().limit, price);
      s.sent(OrderStatus::canceled, OrderType::limit, 2_qty);
      s.steady += 1s;
      s.flight.priced = s.steady;
    }
    EXPECT_EQ(s.move<Send>().type, OrderType::market);
    EXPECT_EQ(s.move<Send>().quantity, 2_qty);
  }
}

TEST(OptionLadder, AStopAndAnUnsoundQuoteStartAtTheExitSide) {
  Stage s;
  s.option(4.8_price, 5.2_price);
  s.lot.exit->reasons.push_back(ExitReason::stop_loss);
  EXPECT_EQ(s.move<Send>().limit, 4.8_price);
  Stage wide;
  wide.option(1_price, 5_price);
  wide.quote_sound = false;
  EXPECT_EQ(wide.move<Send>().limit, 1_price);
}

TEST(OptionLadder, BeyondTheCollarItIsALimitAtTheCollar) {
  for (const bool is_short : {false, true}) {
    Stage s;
    s.option(is_short ? 15_price : 1_price, is_short ? 16_price : 1.1_price);
    s.last_good = 10_price;
    if (is_short) s.is_short();
    for (int i = 0; i < 3; ++i) s.sent(OrderStatus::canceled, OrderType::limit, 2_qty);
    s.steady += 1s;
    s.flight.priced = s.steady;
    EXPECT_EQ(s.move<Send>().type, OrderType::limit);
    EXPECT_EQ(s.move<Send>().limit, is_short ? 15_price : 5_price);
  }
}

TEST(OptionLadder, WithoutItsExitSideALongIsOfferedAtTheTickAndAShortIsStuck) {
  Stage s;
  s.option(0_price, 0.05_price);
  EXPECT_EQ(s.move<Send>().limit, 0.01_price);
  s.flight.coarse_tick = true;
  EXPECT_EQ(s.move<Send>().limit, 0.05_price) << "the coarser tick after a refusal";
  Stage t;
  t.option(1_price, 0_price);
  t.is_short();
  EXPECT_TRUE(std::holds_alternative<Stuck>(t.decide().move));
}

TEST(OptionLadder, ARefusalMovesToTheCoarserTick) {
  Stage s;
  s.option(2.02_price, 2.08_price);
  s.lot.exit->reasons = {ExitReason::stop_loss};
  EXPECT_EQ(s.move<Send>().limit, 2.02_price);
  s.flight.coarse_tick = true;
  EXPECT_EQ(s.move<Send>().limit, 2_price);
  s.is_short();
  EXPECT_EQ(s.move<Send>().limit, 2.1_price);
  s.option(4.02_price, 4.08_price);
  EXPECT_EQ(s.move<Send>().limit, 4.1_price);
}

}  // namespace
}  // namespace belay::lifecycle
