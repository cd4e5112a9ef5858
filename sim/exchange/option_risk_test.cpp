// SPDX-License-Identifier: Apache-2.0
#include "sim/exchange/option_risk.hpp"

#include <gtest/gtest.h>

namespace belay::sim {
namespace {

Contracts of(std::string_view symbol, Quantity quantity) { return as_contracts(usual_asset(symbol), quantity); }

constexpr auto kCall200 = "AAPL260220C00200000";
constexpr auto kCall210 = "AAPL260220C00210000";
constexpr auto kLateCall210 = "AAPL260320C00210000";
constexpr auto kPut190 = "AAPL260220P00190000";
constexpr auto kPut200 = "AAPL260220P00200000";

TEST(OptionRisk, AShortCallIsCoveredByALongOneThatLivesAsLong) {
  EXPECT_EQ(uncovered_calls({of(kCall200, -2_qty)}), 200_qty);
  EXPECT_EQ(uncovered_calls({of(kCall200, -2_qty), of(kCall210, 1_qty)}), 100_qty);
  EXPECT_EQ(uncovered_calls({of(kCall200, -1_qty), of(kLateCall210, 1_qty)}), 0_qty);
  EXPECT_EQ(uncovered_calls({of(kLateCall210, -1_qty), of(kCall200, 1_qty)}), 100_qty);
  EXPECT_EQ(uncovered_calls({of(kCall200, -1_qty), of(kPut200, 1_qty)}), 100_qty);
  EXPECT_EQ(uncovered_puts({of(kPut200, -1_qty), of(kPut190, 1_qty)}), 0_qty);
}

TEST(OptionRisk, AnAdjustedContractCountsByWhatItDeliversAndIsCoveredByItsLike) {
  const auto adjusted = [](std::string_view symbol, Quantity quantity) {
    Contracts contracts = of(symbol, quantity);
    contracts.deliverable = 150_qty;
    return contracts;
  };
  constexpr auto kAdjusted200 = "AAPL1260220C00200000";
  constexpr auto kAdjusted210 = "AAPL1260220C00210000";
  constexpr auto kAdjustedPut200 = "AAPL1260220P00200000";
  EXPECT_EQ(uncovered_calls({adjusted(kAdjusted200, -2_qty)}), 300_qty);
  EXPECT_EQ(uncovered_calls({adjusted(kAdjusted200, -1_qty), of(kCall210, 1_qty)}), 150_qty);
  EXPECT_EQ(uncovered_calls({adjusted(kAdjusted200, -1_qty), adjusted(kAdjusted210, 1_qty)}), 0_qty);
  EXPECT_EQ(greatest_loss({adjusted(kAdjusted200, -1_qty), adjusted(kAdjusted210, 1_qty)}), 1000_usd);
  EXPECT_EQ(greatest_loss({adjusted(kAdjustedPut200, -1_qty), of(kPut200, 1_qty)}), 20000_usd);
  const auto kept = without_surplus({adjusted(kAdjusted200, -1_qty), of(kCall210, 1_qty)});
  EXPECT_EQ(uncovered_calls(kept), 150_qty);
  EXPECT_EQ(intrinsic(adjusted(kAdjusted200, 1_qty), 140_price), 10_price);  // 150 of them are worth 21,000
}

TEST(OptionRisk, AShortPutWithoutCoverCostsItsStrike) {
  EXPECT_EQ(greatest_loss({of(kPut200, -1_qty)}), 20000_usd);
  EXPECT_EQ(greatest_loss({of(kPut200, 3_qty)}), 0_usd);
}

TEST(OptionRisk, ASpreadCostsTheDistanceOfItsStrikesAndACondorOneOfItsWings) {
  EXPECT_EQ(greatest_loss({of(kPut200, -1_qty), of(kPut190, 1_qty)}), 1000_usd);
  EXPECT_EQ(greatest_loss({of(kPut200, 1_qty), of(kPut190, -1_qty)}), 0_usd);
  EXPECT_EQ(greatest_loss({of(kCall200, -2_qty), of(kCall210, 2_qty)}), 2000_usd);
  EXPECT_EQ(greatest_loss({of(kPut190, 1_qty), of(kPut200, -1_qty), of(kCall200, -1_qty), of(kCall210, 1_qty)}),
            1000_usd);
}

TEST(OptionRisk, CoverThatEndsEarlierIsNoHelp) {
  EXPECT_EQ(greatest_loss({of("AAPL260320P00200000", -1_qty), of(kPut190, 1_qty)}), 20000_usd);
}

TEST(OptionRisk, ALaterSpreadLeavesAnEarlierOneItsCover) {
  EXPECT_EQ(greatest_loss({of(kCall200, -1_qty), of(kCall210, 1_qty), of("AAPL260320C00250000", -1_qty),
                           of("AAPL260320C00260000", 1_qty)}),
            2000_usd);
}

TEST(OptionRisk, OfTheLongOnesThoseThatAreWorthMostCover) {
  EXPECT_EQ(greatest_loss({of("AAPL260220C00205000", 1_qty), of(kCall210, 1_qty), of(kCall200, -1_qty)}), 500_usd);
  EXPECT_EQ(greatest_loss({of("AAPL260220P00195000", 1_qty), of(kPut190, 1_qty), of(kPut200, -1_qty)}), 500_usd);
}

TEST(OptionRisk, ACallThatItsOwnCoverCoversIsNotTheStocks) {
  const std::vector<Contracts> held{of(kCall200, -1_qty), of("AAPL260220C00220000", 1_qty),
                                    of("AAPL260320C00230000", -1_qty)};
  EXPECT_EQ(greatest_loss(without_uncovered_calls(held)), 2000_usd);
}

TEST(OptionRisk, WhatIsBoughtCoversItsOwnOrdersSalesAndFreesNoOthers) {
  const std::vector<Contracts> before{of(kLateCall210, -1_qty),
                                      of(kCall200, 1_qty)};  // bare: the long one ends earlier
  const std::vector<Contracts> moves{of(kLateCall210, 1_qty), of(kCall200, -1_qty), of("AAPL260320C00220000", -1_qty),
                                     of("AAPL260320C00230000", 1_qty)};
  std::vector<Contracts> after = before;
  for (const Contracts& moved : moves) add_to(after, moved);
  ASSERT_EQ(uncovered_calls(after), 0_qty);
  take_back_cover(after, moves, before);
  EXPECT_EQ(uncovered_calls(after), 100_qty);
}

TEST(OptionRisk, WhatOnlyStockCanCoverIsLeftOutLowestStrikesFirst) {
  const auto left = without_uncovered_calls({of(kCall210, -1_qty), of(kCall200, -1_qty), of(kLateCall210, 1_qty)});
  Quantity at_210;
  Quantity at_200;
  for (const Contracts& one : left) {
    if (one.terms.strike == 200_price) at_200 += one.quantity;
    if (one.terms == parse_occ(kCall210)) at_210 += one.quantity;
  }
  EXPECT_EQ(at_200, 0_qty);
  EXPECT_EQ(at_210, -1_qty);
}

}  // namespace
}  // namespace belay::sim
