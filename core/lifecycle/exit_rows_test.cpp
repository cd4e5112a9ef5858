// SPDX-License-Identifier: Apache-2.0
// The table "what is sent, first row that fits" of the specification of leaving, one test for each of its rows.
#include <gtest/gtest.h>

#include "core/lifecycle/exit_stage.hpp"

namespace belay::lifecycle {
namespace {

using stage::kWall;
using stage::Stage;
using namespace std::chrono_literals;

const RestingOrder kStop{
    .id = OrderId("stop"), .status = OrderStatus::held, .type = OrderType::stop, .stop_price = 95_price};

TEST(ExitRows, RowAccountRestrictedPagesReadsOnAndRetriesSlowly) {
  Stage s;
  s.restricted = "the account is blocked";
  s.guards = {kStop};
  EXPECT_EQ(s.decide().page, "order_failed");
  EXPECT_TRUE(s.move<Stuck>().reread);
  EXPECT_GE(s.move<Stuck>().until, s.steady + 5s);
}

TEST(ExitRows, RowEntryOfTheLotStillOpenCancelsItsRemainderAndAwaitsItsEnd) {
  Stage s;
  s.entry = {{.id = OrderId("entry"), .status = OrderStatus::partially_filled}};
  EXPECT_EQ(s.move<CancelOrders>().ids, std::vector{OrderId("entry")});
  s.flight.cancels = {{OrderId("entry"), s.steady}};
  s.flight.asked = s.steady;
  EXPECT_TRUE(std::holds_alternative<Wait>(s.decide().move)) << "nothing is sold while it may still buy";
}

TEST(ExitRows, RowHaltedF57KeepsTheGuardAndSendsNothing) {
  Stage s;
  s.halted = "volatility pause";
  s.guards = {kStop};
  EXPECT_TRUE(s.move<Wait>().passive) << "the guard is not taken over during a halt";
  EXPECT_TRUE(s.decide().page.empty());
  s.guards.clear();
  EXPECT_TRUE(s.move<Wait>().passive);
  s.lot.exit->reasons.push_back(ExitReason::stop_loss);
  EXPECT_EQ(s.decide().page, "halted") << "a stop that cannot act is worth a page";
  s.halted.clear();
  EXPECT_EQ(s.decide().situation, "stock in session");
}

TEST(ExitRows, RowHaltedLeavesAWorkingLimitAloneAndSendsNoIdAgain) {
  Stage s;
  s.option(1_price, 1.1_price);
  s.sent(OrderStatus::fresh, OrderType::limit, 2_qty);
  s.steady += 60s;
  EXPECT_EQ(s.decide().situation, "limit too slow");
  s.halted = "regulatory halt";
  EXPECT_EQ(s.decide().situation, "order working");
  Stage t;
  t.sent(OrderStatus::unknown);
  t.flight.not_found = 9;
  t.halted = "regulatory halt";
  EXPECT_EQ(t.decide().situation, "unknown outcome");
}

TEST(ExitRows, RowOutsideSessionUnderWaitWaitsAndPagesWhatWasCarriedOver) {
  Stage s;
  s.session_open = false;
  s.guards = {kStop};
  EXPECT_TRUE(s.move<Wait>().passive);
  EXPECT_TRUE(s.decide().page.empty());
  s.carried_over = true;
  EXPECT_EQ(s.decide().page, "carried_over") << "F58: not out before the close";
}

TEST(ExitRows, RowFirstPriceOfTheSessionIsAwaitedForAWhileOnly) {
  Stage s;
  s.session_priced = false;
  s.session_opened = kWall;
  EXPECT_TRUE(std::holds_alternative<FetchPrice>(s.decide().move));
  s.flight.price_asked = s.steady;
  EXPECT_TRUE(std::holds_alternative<Wait>(s.decide().move));
  s.session_priced = true;
  EXPECT_EQ(s.decide().situation, "stock in session");
  s.session_priced = false;
  s.session_opened = kWall - s.policy.first_price_wait;
  EXPECT_EQ(s.decide().situation, "stock in session") << "no price at all must not hold it for ever";
}

TEST(ExitRows, RowStockAfterHoursIsALimitAtTheExitSideAndTheCollar) {
  for (const bool is_short : {false, true}) {
    Stage s;
    if (is_short) s.is_short();
    s.session_open = false;
    s.extended_hours = true;
    s.policy.after_hours = AfterHours::limit;
    s.lot.exit->wanted = s.lot.quantity = s.lot.original_quantity = s.allowance = 10.5_qty;
    EXPECT_TRUE(std::holds_alternative<FetchPrice>(s.decide().move)) << "by a current quote only";
    s.flight.priced = s.steady;
    s.quote = Quote{100_price, 100.1_price, kWall};
    EXPECT_EQ(s.move<Send>().type, OrderType::limit);
    EXPECT_EQ(s.move<Send>().limit, is_short ? 101.11_price : 99_price);
    EXPECT_TRUE(s.move<Send>().extended_hours);
    EXPECT_EQ(s.move<Send>().quantity, 10_qty) << "fractions wait for the session";
    s.quote_sound = false;
    EXPECT_TRUE(s.move<Wait>().passive);
    s.quote_sound = true;
    s.guards = {kStop};
    EXPECT_EQ(s.decide().situation, "outside session") << "shares that a guard reserves stay guarded";
    s.guards.clear();
    s.extended_hours = false;
    EXPECT_EQ(s.decide().situation, "outside session") << "at night nothing is sent";
  }
}

TEST(ExitRows, RowStockAfterHoursIsRepriced) {
  Stage s;
  s.session_open = false;
  s.extended_hours = true;
  s.policy.after_hours = AfterHours::limit;
  s.sent(OrderStatus::fresh, OrderType::limit);
  s.steady += 29s;
  EXPECT_EQ(s.decide().situation, "order working");
  s.steady += 1s;
  EXPECT_EQ(s.decide().situation, "limit too slow");
}

TEST(ExitRows, RowAGuardAtItsOwnTriggerHasTwoSecondsAndLongerWhenItActs) {
  Stage s;
  s.guards = {kStop};
  s.steady += 1999ms;
  EXPECT_EQ(s.decide().situation, "guard at its own trigger");
  s.steady += 1ms;
  EXPECT_EQ(s.decide().situation, "guards hold the shares");
  s.guards.front().filled = 10_qty;
  EXPECT_EQ(s.decide().situation, "guard at its own trigger") << "part filled";
  s.guards.front().filled = 0_qty;
  s.guards.front().elected = true;
  EXPECT_EQ(s.decide().situation, "guard at its own trigger") << "elected";
  s.steady = s.flight.began + 10s;
  EXPECT_EQ(s.decide().situation, "guards hold the shares") << "but not for ever";
}

TEST(ExitRows, RowAGuardAtItsOwnTriggerHasNoNewGraceAfterARestart) {
  Stage s;
  s.guards = {kStop};
  s.lot.exit->triggered_at = kWall - 30s;
  EXPECT_EQ(s.decide().situation, "guards hold the shares");
}

TEST(ExitRows, RowGuardsHoldTheSharesF11CancelsTheGroupAndAwaitsEveryMember) {
  Stage s;
  s.lot.exit->trigger_price.reset();
  s.guards = {kStop, {.id = OrderId("target"), .status = OrderStatus::fresh}};
  EXPECT_EQ(s.move<CancelOrders>().ids.size(), 2U);
  s.flight.cancels = {{OrderId("stop"), s.steady}, {OrderId("target"), s.steady}};
  s.flight.asked = s.steady;
  EXPECT_TRUE(std::holds_alternative<Wait>(s.decide().move));
  s.guards.pop_back();
  EXPECT_TRUE(std::holds_alternative<Wait>(s.decide().move)) << "every member's end";
  s.guards.clear();
  EXPECT_EQ(s.decide().situation, "stock in session");
}

TEST(ExitRows, RowAForeignOrderHoldsTheSharesF39SellsWhatIsFreeAndNamesIt) {
  Stage s;
  s.foreign = 40_qty;
  s.allowance = 60_qty;
  EXPECT_EQ(s.move<Send>().quantity, 60_qty);
  EXPECT_EQ(s.decide().page, "foreign_order");
  EXPECT_NE(s.decide().why.find("sell limit 100 (theirs)"), std::string::npos);
  s.allowance = 0_qty;
  EXPECT_TRUE(s.move<Stuck>().reread);
  EXPECT_EQ(s.decide().page, "foreign_order");
}

TEST(ExitRows, RowSpreadLeavesTheShortLegFirst) {
  Stage s;
  s.option(4.8_price, 5.2_price);
  s.last_good = 5_price;
  s.uncovers = "AAPL260220C00210000";
  EXPECT_EQ(s.decide().page, "spread") << "never the order that uncovers";
  EXPECT_TRUE(std::holds_alternative<Stuck>(s.decide().move));
  s.uncovered_leaves = true;
  EXPECT_TRUE(std::holds_alternative<Wait>(s.decide().move));
  s.uncovers.clear();
  EXPECT_EQ(s.decide().situation, "option in session");
}

TEST(ExitRows, RowStockWholeOrFractionalF17LeavesAtMarket) {
  Stage s;
  s.lot.exit->wanted = s.lot.quantity = s.allowance = 0.000000001_qty;
  EXPECT_EQ(s.move<Send>().type, OrderType::market);
  EXPECT_EQ(s.move<Send>().quantity, 0.000000001_qty) << "the last fraction too";
}

TEST(ExitRows, RowOptionInSessionWithoutAKnownValueNeverGoesToMarket) {
  Stage s;
  s.option(4.8_price, 5.2_price);
  for (int i = 0; i < 5; ++i) s.sent(OrderStatus::canceled, OrderType::limit, 2_qty);
  s.steady += 1s;
  s.flight.priced = s.steady;
  EXPECT_EQ(s.move<Send>().limit, 4.8_price);
}

TEST(ExitRows, RowOptionExitSideMissingF54OffersALongAtTheTickAndPagesBoth) {
  Stage s;
  s.option(0_price, 0.05_price);
  EXPECT_EQ(s.move<Send>().limit, 0.01_price);
  EXPECT_EQ(s.decide().page, "no_exit_side");
  Stage t;
  t.option(1_price, 0_price);
  t.is_short();
  EXPECT_TRUE(std::holds_alternative<Stuck>(t.decide().move));
  EXPECT_EQ(t.decide().page, "no_exit_side");
}

TEST(ExitRows, RowRejectedHeldSharesAndWashTradeClearOurOrdersInTheWay) {
  Stage s;
  s.in_the_way = {{.id = OrderId("old-guard"), .status = OrderStatus::fresh}};
  EXPECT_EQ(s.move<CancelOrders>().ids, std::vector{OrderId("old-guard")});
}

TEST(ExitRows, RowRejectedRateLimitWaitsAsTold) {
  Stage s;
  s.flight.retry_at = s.steady + 20s;
  s.flight.last_refusal = "rate limit";
  EXPECT_EQ(s.move<Wait>().until, s.steady + 20s);
}

TEST(ExitRows, RowRejectedTickTakesTheCoarserOne) {
  Stage s;
  s.option(2.02_price, 2.08_price);
  s.lot.exit->reasons = {ExitReason::stop_loss};
  s.flight.refusals = 1;
  EXPECT_EQ(s.move<Send>().limit, 2.02_price) << "another refusal says nothing about the tick";
  s.flight.coarse_tick = true;
  EXPECT_EQ(s.move<Send>().limit, 2_price);
  s.option(4.02_price, 4.08_price);
  EXPECT_EQ(s.move<Send>().limit, 4_price);
}

TEST(ExitRows, RowSameRejectionThreeTimesTriesTheOtherTactic) {
  Stage s;
  s.flight.other_tactic = true;
  EXPECT_TRUE(std::holds_alternative<FetchPrice>(s.decide().move));
  s.flight.priced = s.steady;
  s.quote = Quote{94_price, 94.02_price, kWall};
  EXPECT_EQ(s.move<Send>().type, OrderType::limit);
  EXPECT_EQ(s.move<Send>().limit, 93.06_price);
  s.quote_sound = false;
  EXPECT_EQ(s.move<Send>().type, OrderType::market) << "no quote to lean on";
  Stage t;
  t.option(4.8_price, 5.2_price);
  t.last_good = 5_price;
  t.flight.other_tactic = true;
  EXPECT_EQ(t.move<Send>().type, OrderType::market);
}

TEST(ExitRows, RowUnknownF1F2AsksByClientIdUntilAnsweredAndCountsAsLive) {
  Stage s;
  s.sent(OrderStatus::unknown);
  s.steady += 50ms;
  EXPECT_EQ(s.move<AskExit>().client_id, exit_client_id(s.lot.uid, 1));
  EXPECT_EQ(live_leaves(s.lot), 100_qty);
  s.flight.not_found = 3;
  s.lot.exit->wanted = 60_qty;  // meanwhile a guard took part of it
  s.allowance = 0_qty;
  EXPECT_EQ(s.decide().situation, "unknown outcome") << "the same id means the same quantity: no longer wanted";
}

TEST(ExitRows, RowUnknownBehindGuardsFreesTheSharesBeforeItIsSentAgain) {
  Stage s;
  s.sent(OrderStatus::unknown);
  s.flight.not_found = 3;
  s.guards = {kStop};
  EXPECT_EQ(s.move<CancelOrders>().ids, std::vector{kStop.id});
  s.guards.clear();
  EXPECT_EQ(s.move<SendAgain>().client_id, exit_client_id(s.lot.uid, 1));
}

TEST(ExitRows, RowUnknownIsDeadOnlyLongAfterTheEndOfItsDay) {
  Stage s;
  s.sent(OrderStatus::unknown);
  s.allowance = -(100_qty);  // somebody else sold the shares
  s.session_open = false;
  s.flight.not_found = 50;
  s.flight.not_found_after_end = 3;
  s.flight.ended_since = s.steady - 10s;
  EXPECT_EQ(s.decide().situation, "unknown outcome");
  s.nothing_arrives_after = kWall + 1ms;
  EXPECT_EQ(s.decide().situation, "unknown outcome");
  s.nothing_arrives_after = kWall;
  EXPECT_EQ(s.move<CountDead>().client_id, exit_client_id(s.lot.uid, 1));
  s.flight.ended_since = s.steady - 9s;
  EXPECT_EQ(s.decide().situation, "unknown outcome") << "asked over the settling window";
  s.flight.ended_since = s.steady - 10s;
  s.flight.not_found_after_end = 2;
  EXPECT_EQ(s.decide().situation, "unknown outcome") << "and again and again";
}

TEST(ExitRows, RowDoneForTheDayIsEndedSoThatTheRestCanGo) {
  Stage s;
  s.sent(OrderStatus::done_for_day).filled = 10_qty;
  EXPECT_EQ(s.decide().situation, "order working");
  s.steady += 5s;
  EXPECT_EQ(s.move<CancelOrders>().ids, std::vector{OrderId("order-1")});
}

TEST(ExitRows, RowSuspendedAndPendingCancelAreLive) {
  for (const OrderStatus status : {OrderStatus::suspended, OrderStatus::pending_cancel, OrderStatus::stopped}) {
    Stage s;
    s.sent(status);
    s.steady += 1h;
    EXPECT_EQ(s.decide().situation, "order working") << to_text(status);
  }
}

TEST(ExitRows, RowSafeModeSendsNothing) {
  Stage s;
  s.paused_until = s.steady + 300s;
  EXPECT_EQ(s.move<Stuck>().until, s.steady + 300s);
  EXPECT_EQ(s.decide().page, "safe_mode");
}

TEST(ExitRows, CryptoIsWatchedOnly) {
  Stage s;
  s.lot.instrument = crypto_instrument("BTCUSD");
  EXPECT_TRUE(std::holds_alternative<Stuck>(s.decide().move));
}

}  // namespace
}  // namespace belay::lifecycle
