// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/rules/settings.hpp"
#include "core/rules/situation.hpp"

namespace belay::rules {
namespace {

using testing_stage::Stage;
using State = Verdict::State;

// The first reason of the catalogue that holds: the reason of record.
std::optional<ExitReason> first_reason(const Stage& s) {
  for (const Rule& rule : catalogue()) {
    if (s.holds(rule.judge)) return rule.reason;
  }
  return std::nullopt;
}

TEST(ThePlan, test_stop_loss_trigger) {
  Stage s;
  s.lot.stop_loss = 95_price;
  s.lot.take_profit = 110_price;
  s.price = 94_price;
  EXPECT_EQ(first_reason(s), ExitReason::stop_loss);
  EXPECT_EQ(s.ask(stop_loss).trigger_price, 94_price);
}

TEST(ThePlan, test_day_trade_time_limit) {
  Stage s;
  s.lot.strategy = Strategy::day_trade;
  s.entered("2026-01-26T14:00:00-05:00").at("2026-01-26T15:56:00-05:00");
  EXPECT_EQ(first_reason(s), ExitReason::day_trade_close);
}

TEST(ThePlan, test_options_expiration) {
  Stage s;
  s.is("AAPL260127C00200000").entered("2026-01-20T10:00:00-05:00").at("2026-01-26T10:00:00-05:00");
  EXPECT_EQ(first_reason(s), ExitReason::expiration_risk);
}

struct Case {
  const char* symbol;
  Direction direction;
  PriceDomain domain;
  bool falls;  // a falling price is the loss
};
class EachKind : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Lots, EachKind,
                         testing::Values(Case{"AAPL", Direction::long_, PriceDomain::instrument, true},
                                         Case{"AAPL", Direction::short_, PriceDomain::instrument, false},
                                         Case{"AAPL260220C00200000", Direction::long_, PriceDomain::instrument, true},
                                         Case{"AAPL260220C00200000", Direction::short_, PriceDomain::instrument, false},
                                         Case{"AAPL260220P00200000", Direction::long_, PriceDomain::instrument, true},
                                         Case{"AAPL260220P00200000", Direction::short_, PriceDomain::instrument, false},
                                         Case{"AAPL260220C00200000", Direction::long_, PriceDomain::underlying, true},
                                         Case{"AAPL260220C00200000", Direction::short_, PriceDomain::underlying, false},
                                         Case{"AAPL260220P00200000", Direction::long_, PriceDomain::underlying, false},
                                         Case{"AAPL260220P00200000", Direction::short_, PriceDomain::underlying,
                                              true}));

TEST_P(EachKind, StopAndTargetHoldOnTheirSidesTheLevelIncluded) {
  Stage s;
  s.is(GetParam().symbol);
  s.lot.direction = GetParam().direction;
  s.lot.price_domain = GetParam().domain;
  const Price low = 95_price;
  const Price high = 105_price;
  s.lot.stop_loss = GetParam().falls ? low : high;
  s.lot.take_profit = GetParam().falls ? high : low;
  const auto at_low = GetParam().falls ? stop_loss : take_profit;
  const auto at_high = GetParam().falls ? take_profit : stop_loss;
  for (const auto& [price, is_low, is_high] :
       {std::tuple{94_price, true, false}, std::tuple{95_price, true, false}, std::tuple{95.01_price, false, false},
        std::tuple{104.99_price, false, false}, std::tuple{105_price, false, true},
        std::tuple{106_price, false, true}}) {
    s.price = price;
    EXPECT_EQ(s.holds(at_low), is_low) << price.text();
    EXPECT_EQ(s.holds(at_high), is_high) << price.text();
  }
  EXPECT_EQ(contradiction(s.lot, s.policy), "");
  std::swap(s.lot.stop_loss, s.lot.take_profit);
  EXPECT_NE(contradiction(s.lot, s.policy), "");
  s.price = 50_price;
  EXPECT_EQ(s.ask(stop_loss).state, State::blocked);
  EXPECT_EQ(s.ask(take_profit).state, State::blocked);
}

TEST(Levels, NullAndZeroSwitchARuleOff) {
  for (const std::optional<Price>& level :
       {std::optional<Price>(), std::optional(0_price), std::optional(-(1_price))}) {
    Stage s;
    s.lot.stop_loss = level;
    s.lot.take_profit = level;
    s.price = 0.01_price;
    EXPECT_EQ(s.ask(stop_loss).state, State::off);
    EXPECT_EQ(s.ask(take_profit).state, State::off);
  }
}

TEST(Levels, AStopAtTheTargetContradictsIt) {
  Stage s;
  s.lot.stop_loss = 105_price;
  s.lot.take_profit = 105_price;
  EXPECT_FALSE(contradiction(s.lot, s.policy).empty());
}

TEST(Levels, AStopAboveTheEntryIsLegal) {
  Stage s;
  s.lot.stop_loss = 104_price;
  s.price = 103_price;
  EXPECT_TRUE(s.holds(stop_loss));
}

TEST(Levels, WithoutAPriceNothingHolds) {
  Stage s;
  s.lot.stop_loss = 95_price;
  EXPECT_EQ(s.ask(stop_loss).state, State::blocked);
  EXPECT_EQ(s.ask(stop_loss).message, "no price");
}

TEST(Levels, UnreadPricesAreJudgedByTheirExtremes) {
  Stage s;
  s.lot.stop_loss = 95_price;
  s.lot.take_profit = 105_price;
  const Situation situation{.lot = s.lot,
                            .now = s.now,
                            .calendar = s.calendar,
                            .policy = s.policy,
                            .price = PriceRange{.low = 94_price, .high = 106_price, .last = 100_price},
                            .no_price = ""};
  EXPECT_EQ(stop_loss(situation).state, State::holds);
  EXPECT_EQ(take_profit(situation).state, State::holds);
}

TEST(MissingBrackets, ReportsAndSellsNothing) {
  Stage s;
  EXPECT_EQ(s.ask(missing_brackets).state, State::off);
  s.guards = Guards::resting;
  EXPECT_EQ(s.ask(missing_brackets).state, State::waits);
  s.guards = Guards::unverified;
  EXPECT_EQ(s.ask(missing_brackets).state, State::blocked);
  s.guards = Guards::absent;
  EXPECT_EQ(s.ask(missing_brackets).state, State::waits) << "to be restored";
  s.policy.missing_brackets = MissingBrackets::close;
  EXPECT_EQ(s.ask(missing_brackets).state, State::holds);
  s.guards = Guards::restoring;
  EXPECT_EQ(s.ask(missing_brackets).state, State::waits) << "taken away by ourselves";
  s.policy.missing_brackets = MissingBrackets::restore;
  s.guards = Guards::lost;
  EXPECT_EQ(s.ask(missing_brackets).state, State::holds) << "restoring failed";
}

TEST(ManualClose, HoldsWhenAPersonSaidSo) {
  Stage s;
  EXPECT_EQ(s.ask(manual_close).state, State::off);
  const OperatorCommand command{.id = 1, .lot = s.lot.uid, .quantity = {}, .who = "ann", .why = "news"};
  s.command = &command;
  EXPECT_EQ(s.ask(manual_close).message, "Closed by ann: news");
}

TEST(Catalogue, IsOrderedByPriorityAndThenByThePlan) {
  const std::vector<std::pair<ExitReason, int>> expected{
      {ExitReason::manual_close, 0}, {ExitReason::account_loss_limit, 0}, {ExitReason::stop_loss, 1},
      {ExitReason::take_profit, 1},  {ExitReason::trailing_stop, 1},      {ExitReason::missing_brackets, 1},
      {ExitReason::scale_out, 1},    {ExitReason::day_trade_close, 2},    {ExitReason::expiration_risk, 2},
      {ExitReason::max_hold_time, 3}};
  std::vector<std::pair<ExitReason, int>> found;
  for (const Rule& rule : catalogue()) found.emplace_back(rule.reason, rule.priority);
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace belay::rules
