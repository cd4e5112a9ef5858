// SPDX-License-Identifier: Apache-2.0
// What companies do (alpaca.md 2, Activities and Corporate actions; 4, Symbol).
#include <gtest/gtest.h>

#include "sim/exchange/scene.hpp"

namespace belay::sim {
namespace {

constexpr auto kCall = "AAPL260220C00210000";

class Adjustments : public Scene {
 protected:
  /// The activities that are no fills: "SPLIT AAPL 90; "
  std::string story() {
    std::string words;
    for (const Activity& activity : exchange.activities(kAccount)) {
      if (activity.is_fill()) continue;
      words += activity.activity_type + " " + activity.symbol + " " + activity.quantity.text() + "; ";
    }
    return words;
  }
};

TEST_F(Adjustments, AWholeSplitMultipliesContractsAndDividesStrikes) {
  hold(kCall, "3", "12");
  exchange.adjust_contracts("AAPL", 4, 1);
  const Position position = *exchange.position(kAccount, "AAPL260220C00052500");
  EXPECT_EQ(position.quantity, 12_qty);
  EXPECT_EQ(position.average_entry, 3_price);
  EXPECT_EQ(position.cost_basis, 3600_usd);
  EXPECT_EQ(held(kCall), 0_qty);
  EXPECT_EQ(story(), "OPCA AAPL260220C00210000 -3; OPCA AAPL260220C00052500 12; ");
  EXPECT_FALSE(exchange.asset(kCall)->active);
}

TEST_F(Adjustments, AnyOtherSplitMakesAnotherRootWithAnOddDeliverable) {
  hold("AAPL", "15");
  hold(kCall, "2", "12");
  exchange.adjust_contracts("AAPL", 1, 10);
  constexpr auto kAdjusted = "AAPL1260220C00210000";
  EXPECT_EQ(held(kAdjusted), 2_qty);
  EXPECT_EQ(exchange.asset(kAdjusted)->deliverable(), 10_qty);
  EXPECT_EQ(exchange.asset(kAdjusted)->multiplier, 100);
  EXPECT_EQ(underlying_of(*exchange.asset(kAdjusted)->instrument.option), "AAPL");
  EXPECT_EQ(exchange.exercise(kAccount, kAdjusted).error().message,
            "you are attempting to exercise a non-standard option contract, please contact support@alpaca.markets to "
            "complete this request");
  exchange.adjust_contracts("AAPL", 3, 2);
  EXPECT_EQ(held("AAPL2260220C00210000"), 2_qty);
  EXPECT_EQ(exchange.asset("AAPL2260220C00210000")->deliverable(), 15_qty);
}

TEST_F(Adjustments, AnAdjustedContractIsSettledByItsDeliverable) {
  hold("AAPL260126C00210000", "1", "12");
  exchange.split("AAPL", 1, 10);
  exchange.adjust_contracts("AAPL", 1, 10);
  trade("AAPL", "2500");  // ten shares are worth 25,000, the strike asks 21,000 for them
  at("2026-01-26T21:00:00Z");
  EXPECT_EQ(held("AAPL"), 10_qty);
  EXPECT_EQ(exchange.position(kAccount, "AAPL")->average_entry, 2100_price);
}

TEST_F(Adjustments, AnAdjustedCallLocksTheSharesThatItDelivers) {
  hold("AAPL", "100");
  hold(kCall, "-1", "12");
  exchange.split("AAPL", 3, 2);
  exchange.adjust_contracts("AAPL", 3, 2);
  EXPECT_EQ(held("AAPL"), 150_qty);
  EXPECT_EQ(available("AAPL"), 0_qty);
  EXPECT_EQ(exchange.assign(kAccount, "AAPL1260220C00210000", std::nullopt), 1_qty);
  EXPECT_EQ(held("AAPL"), 0_qty);
}

TEST_F(Adjustments, OrdersForTheOldContractEnd) {
  hold(kCall, "1", "12");
  quote(kCall, "1", "1.10");
  const Order resting = submit(limit(Side::sell, "1", "9", kCall));
  exchange.adjust_contracts("AAPL", 2, 1);
  EXPECT_EQ(status(resting), OrderStatus::canceled);
  EXPECT_EQ(refusal(limit(Side::buy, "1", "1", kCall)).message, "contract \"AAPL260220C00210000\" is not tradable");
}

TEST_F(Adjustments, ASpinOffBringsSharesOfAnother) {
  hold("AAPL", "100");
  exchange.spin_off("AAPL", "PEAR", 1, 4);
  EXPECT_EQ(held("AAPL"), 100_qty);
  EXPECT_EQ(held("PEAR"), 25_qty);
  EXPECT_EQ(exchange.position(kAccount, "PEAR")->cost_basis, 0_usd);
  EXPECT_EQ(story(), "SPIN PEAR 25; ");
}

TEST_F(Adjustments, ADividendIsPaidOnWhatIsHeldAndByWhoIsShort) {
  hold("AAPL", "100");
  hold("MSFT", "-10", "400");
  const Money before = cash();
  exchange.pay_dividend("AAPL", 0.25_usd);
  exchange.pay_dividend("MSFT", 1_usd);
  EXPECT_EQ(cash(), before + 15_usd);
  const Activity& paid = exchange.activities(kAccount)[2];
  EXPECT_EQ(paid.activity_type, "DIV");
  EXPECT_EQ(paid.sub_type, "CDIV");
  EXPECT_EQ(paid.quantity, 100_qty);
  EXPECT_EQ(paid.per_share, 0.25_usd);
  EXPECT_EQ(paid.net_amount, 25_usd);
}

TEST_F(Adjustments, AMergerTurnsSharesIntoCashAndOthers) {
  hold("AAPL", "100");
  SubmitRequest request = limit(Side::sell, "10", "300");
  request.time_in_force = TimeInForce::gtc;
  const Order resting = submit(request);
  const Money before = cash();
  exchange.merge("AAPL", 50_usd, "PEAR", 1, 2);
  EXPECT_EQ(status(resting), OrderStatus::canceled);
  EXPECT_EQ(held("AAPL"), 0_qty);
  EXPECT_EQ(held("PEAR"), 50_qty);
  EXPECT_EQ(cash(), before + 5000_usd);
  EXPECT_EQ(story(), "MA AAPL -100; MA PEAR 50; ");
  EXPECT_EQ(refusal(order(Side::buy, "1")).message, "asset \"AAPL\" is not tradable");
}

TEST_F(Adjustments, TheSharesOfTheBuyerTakeTheCostAlong) {
  hold("AAPL", "100", "200");
  hold("PEAR", "50", "300");
  hold("PLUM", "-10", "500");
  exchange.merge("AAPL", 0_usd, "PEAR", 1, 2);
  EXPECT_EQ(held("PEAR"), 100_qty);
  EXPECT_EQ(exchange.position(kAccount, "PEAR")->average_entry, 350_price);
  exchange.merge("PEAR", 0_usd, "PLUM", 1, 5);  // more than was owed of them
  EXPECT_EQ(held("PLUM"), 10_qty);
  EXPECT_EQ(exchange.position(kAccount, "PLUM")->average_entry, 1750_price);
}

TEST_F(Adjustments, SalesThatASpinOffLeavesNothingToSellEnd) {
  hold("AAPL", "-100");
  hold("PEAR", "20", "50");
  quote("PEAR", "50", "50.02");
  const Order resting = submit(limit(Side::sell, "20", "60", "PEAR"));
  exchange.spin_off("AAPL", "PEAR", 1, 10);  // who is short owes the new ones too
  EXPECT_EQ(held("PEAR"), 10_qty);
  EXPECT_EQ(status(resting), OrderStatus::canceled);
}

TEST_F(Adjustments, WhatIsDelistedTradesNoMoreAndIsHeldUnlessWorthless) {
  hold("AAPL", "100");
  exchange.delist("AAPL", false);
  EXPECT_EQ(held("AAPL"), 100_qty);
  EXPECT_EQ(refusal(order(Side::sell, "100")).message, "asset \"AAPL\" is not tradable");
  exchange.delist("AAPL", true);
  EXPECT_EQ(held("AAPL"), 0_qty);
  EXPECT_EQ(story(), "REORG AAPL -100; ");
}

TEST_F(Adjustments, ASplitsActivityIsTheDifferenceAndNamesItsKind) {
  hold("AAPL", "10");
  exchange.split("AAPL", 10, 1);
  exchange.split("AAPL", 1, 4);
  const auto activities = exchange.activities(kAccount);
  EXPECT_EQ(activities[1].sub_type, "FSPLIT");
  EXPECT_EQ(activities[1].quantity, 90_qty);
  EXPECT_EQ(activities[2].sub_type, "RSPLIT");
  EXPECT_EQ(activities[2].quantity, -(75_qty));
}

TEST_F(Adjustments, OrdersThatFollowAReverseSplitWantNoMoreThanItLeft) {
  hold("AAPL", "10");
  SubmitRequest request = limit(Side::sell, "5", "300");
  request.time_in_force = TimeInForce::gtc;
  const Order first = submit(request);
  const Order second = submit(request);
  exchange.split("AAPL", 1, 3);
  EXPECT_EQ(held("AAPL"), 3.333333333_qty);
  EXPECT_EQ(status(first), OrderStatus::fresh);
  EXPECT_EQ(status(second), OrderStatus::fresh);
}

TEST_F(Adjustments, AContractThatTakesAnothersSymbolDoesNotTakeItsPrice) {
  quote("AAPL260220C00100000", "100", "100.1");
  quote("AAPL260220C00200000", "150", "150.1");  // strange on purpose
  hold("AAPL260220C00200000", "1", "12");
  exchange.adjust_contracts("AAPL", 2, 1);
  EXPECT_EQ(held("AAPL260220C00100000"), 2_qty);
  EXPECT_FALSE(exchange.last_quote("AAPL260220C00100000"));
}

TEST_F(Adjustments, ARootOfSixLettersKeepsItsLength) {
  hold("ABCDEF260220C00100000", "1", "5");
  exchange.adjust_contracts("ABCDEF", 3, 2);
  EXPECT_EQ(held("ABCDE1260220C00100000"), 1_qty);
}

TEST_F(Adjustments, WhatWentByAnotherNameTradesNoMoreUnderTheOldOne) {
  hold("AAPL", "10");
  quote("PEAR", "5", "5.01");  // another company, until now
  exchange.halt("PEAR");
  const Order resting = submit(limit(Side::sell, "10", "300"));
  exchange.rename("AAPL", "PEAR");
  EXPECT_EQ(status(resting), OrderStatus::canceled);
  EXPECT_FALSE(exchange.asset("AAPL")->active);
  EXPECT_TRUE(exchange.asset("PEAR")->active);
  EXPECT_EQ(refusal(order(Side::buy, "1")).message, "asset \"AAPL\" is not tradable");
  EXPECT_FALSE(exchange.last_quote("PEAR"));
  move_to("PEAR", "200");
  submit(order(Side::sell, "10", OrderType::market, "PEAR"));
  EXPECT_EQ(held("PEAR"), 0_qty);
}

TEST_F(Adjustments, AReplacementUnderWayIsAdjustedWithTheOrderThatItReplaces) {
  Faults faults;
  faults.partial_fill_permille = 1000;
  exchange.set_faults(faults);
  SubmitRequest request = limit(Side::buy, "10", "200.02");
  request.time_in_force = TimeInForce::gtc;
  const Order old = submit(request);
  const Quantity first = now(old).filled;
  ASSERT_EQ(status(old), OrderStatus::partially_filled);
  quote("AAPL", "210", "210.02");
  faults.replace_delay = std::chrono::seconds(3);
  exchange.set_faults(faults);
  const Order next = replace(old, {.quantity = 12_qty, .time_in_force = TimeInForce::day});
  exchange.split("AAPL", 10, 1);
  EXPECT_EQ(now(old).filled_average, 20.002_price);
  exchange.advance_to(exchange.now() + std::chrono::seconds(3));
  EXPECT_EQ(status(next), OrderStatus::fresh);
  Quantity rest;
  for (int i = 0; i < 10; ++i) rest += 12_qty - first;
  EXPECT_EQ(now(next).quantity, rest);
  EXPECT_EQ(now(next).limit_price, 20.002_price);
}

TEST_F(Adjustments, ANewNameIsTakenAsItIsFiled) {
  hold("AAPL", "10");
  exchange.rename("AAPL", "ABC   261218C00010000");
  EXPECT_EQ(held("ABC261218C00010000"), 10_qty);
}

}  // namespace
}  // namespace belay::sim
