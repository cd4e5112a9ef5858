// SPDX-License-Identifier: Apache-2.0
// Rules that go by the gain, for each kind of lot: what follows the peak, what moves the stop, what leaves in parts.
#include <gtest/gtest.h>

#include <limits>

#include "core/rules/effective_stop.hpp"
#include "core/rules/scale_out.hpp"
#include "core/rules/situation.hpp"

namespace belay::rules {
namespace {

using testing_stage::Stage;
using State = Verdict::State;
using Order = PriceRange::Order;

struct Kind {
  const char* symbol;
  Direction direction;
  PriceDomain domain;
  Quantity quantity;
  bool falls;
};

// Prices are told as gains, so that one table serves those that fall and those that rise: +5 is 105 or 95.
class Gains : public testing::TestWithParam<Kind> {
 protected:
  Stage s;

  void SetUp() override {
    s.is(GetParam().symbol);
    s.lot.direction = GetParam().direction;
    s.lot.price_domain = GetParam().domain;
    s.lot.original_quantity = s.lot.quantity = GetParam().quantity;
    if (GetParam().domain == PriceDomain::underlying) {
      s.lot.entry_price = 3_price;  // a premium: no gain is counted from it
      s.lot.entry_underlying_price = 100_price;
    }
  }
  [[nodiscard]] Price at(Price gain) const { return GetParam().falls ? 100_price + gain : 100_price - gain; }
  /// The lot is looked at with this price, which counts for its peak from then on.
  Verdict see(Verdict (*rule)(const Situation&), Price gain) {
    s.price = at(gain);
    const Verdict verdict = s.ask(rule);
    s.lot.peak_price = peak_after(s.lot, {*s.price, *s.price, *s.price});
    return verdict;
  }
  bool holds_at(Verdict (*rule)(const Situation&), Price gain) { return see(rule, gain).state == State::holds; }
};
INSTANTIATE_TEST_SUITE_P(
    Kinds, Gains,
    testing::Values(Kind{"AAPL", Direction::long_, PriceDomain::instrument, 100_qty, true},
                    Kind{"AAPL", Direction::short_, PriceDomain::instrument, 100_qty, false},
                    Kind{"AAPL", Direction::long_, PriceDomain::instrument, 10.5_qty, true},
                    Kind{"AAPL260220C00200000", Direction::long_, PriceDomain::instrument, 10_qty, true},
                    Kind{"AAPL260220C00200000", Direction::short_, PriceDomain::instrument, 10_qty, false},
                    Kind{"AAPL260220P00200000", Direction::long_, PriceDomain::instrument, 10_qty, true},
                    Kind{"AAPL260220P00200000", Direction::short_, PriceDomain::instrument, 10_qty, false},
                    Kind{"AAPL260220C00200000", Direction::long_, PriceDomain::underlying, 10_qty, true},
                    Kind{"AAPL260220C00200000", Direction::short_, PriceDomain::underlying, 10_qty, false},
                    Kind{"AAPL260220P00200000", Direction::long_, PriceDomain::underlying, 10_qty, false},
                    Kind{"AAPL260220P00200000", Direction::short_, PriceDomain::underlying, 10_qty, true}));

TEST_P(Gains, TrailingStopHoldsAtItsDistanceFromThePeak) {
  s.lot.terms.trail_amount = 5_price;
  s.lot.peak_price = at(0_price);
  EXPECT_FALSE(holds_at(trailing_stop, -4.99_price));
  EXPECT_FALSE(holds_at(trailing_stop, 8_price));
  EXPECT_FALSE(holds_at(trailing_stop, 3.01_price));
  EXPECT_TRUE(holds_at(trailing_stop, 3_price)) << "the distance included";
  EXPECT_EQ(s.lot.peak_price, at(8_price)) << "the peak never gets worse";
}

TEST_P(Gains, TrailingStopCountsPercentOfThePeak) {
  s.lot.terms.trail_percent = 10_ratio;
  s.lot.peak_price = at(20_price);
  const Price level = GetParam().falls ? 108_price : 88_price;
  s.price = GetParam().falls ? level + 0.01_price : level - 0.01_price;
  EXPECT_FALSE(s.holds(trailing_stop));
  s.price = level;
  EXPECT_TRUE(s.holds(trailing_stop));
  EXPECT_EQ(s.ask(trailing_stop).trigger_price, level);
}

TEST_P(Gains, TrailingStopOfBothDistancesLeavesAtTheNearer) {
  s.lot.terms.trail_percent = 10_ratio;
  s.lot.terms.trail_amount = 2_price;
  s.lot.peak_price = at(10_price);
  EXPECT_TRUE(holds_at(trailing_stop, 8_price));
}

TEST_P(Gains, TrailingStopWithActivationCountsFromThere) {
  s.lot.terms = {.trail_amount = 2_price, .trail_activation = 5_ratio};
  s.lot.peak_price = at(0_price);
  EXPECT_FALSE(holds_at(trailing_stop, 4.99_price));
  EXPECT_FALSE(holds_at(trailing_stop, -50_price)) << "not active";
  EXPECT_FALSE(holds_at(trailing_stop, 5_price)) << "active from here on";
  EXPECT_FALSE(holds_at(trailing_stop, 3.01_price));
  EXPECT_TRUE(holds_at(trailing_stop, 3_price));
}

TEST_P(Gains, BreakevenMovesTheStopToTheEntryAndNeverBack) {
  s.lot.stop_loss = at(-5_price);
  s.lot.terms.breakeven_at = 5_ratio;
  s.lot.peak_price = at(0_price);
  EXPECT_FALSE(holds_at(stop_loss, -1_price)) << "its own stop until then";
  EXPECT_FALSE(holds_at(stop_loss, 5_price));
  EXPECT_FALSE(holds_at(stop_loss, 0.01_price));
  const Verdict hit = see(stop_loss, 0_price);
  EXPECT_EQ(hit.state, State::holds);
  EXPECT_NE(hit.message.find("breakeven stop"), std::string::npos) << hit.message;
}

TEST_P(Gains, BreakevenAloneIsAStopOnceItIsReached) {
  s.lot.terms.breakeven_at = 5_ratio;
  s.lot.peak_price = at(0_price);
  EXPECT_FALSE(holds_at(stop_loss, -50_price));
  EXPECT_FALSE(holds_at(stop_loss, 5_price));
  EXPECT_TRUE(holds_at(stop_loss, -0.01_price));
}

TEST_P(Gains, ProfitLockKeepsItsPartOfTheBestGain) {
  s.lot.terms = {.profit_lock_at = 10_ratio, .profit_lock_keep = 50_ratio};
  s.lot.peak_price = at(0_price);
  EXPECT_FALSE(holds_at(stop_loss, 9.99_price));
  EXPECT_FALSE(holds_at(stop_loss, 0_price)) << "not reached";
  EXPECT_FALSE(holds_at(stop_loss, 20_price));
  EXPECT_FALSE(holds_at(stop_loss, 10.01_price));
  EXPECT_TRUE(holds_at(stop_loss, 10_price)) << "half of twenty";
}

TEST_P(Gains, AStopByItselfOnlyTightens) {
  s.lot.stop_loss = at(3_price);  // above the entry: legal
  s.lot.terms = {.breakeven_at = 5_ratio, .profit_lock_at = 6_ratio, .profit_lock_keep = 10_ratio};
  const auto level = [&](Price peak) { return effective_stop(s.lot, s.policy, at(peak)).level; };
  EXPECT_EQ(level(0_price), at(3_price));
  EXPECT_EQ(level(8_price), at(3_price)) << "neither breakeven nor a lock of 0.8 loosens it";
  EXPECT_EQ(level(40_price), at(4_price));
}

TEST_P(Gains, ScaleOutTakesEachRungOnce) {
  s.lot.terms.scale_out = Ladder{{5_ratio, 20_ratio}, {10_ratio, 30_ratio}};
  EXPECT_FALSE(holds_at(scale_out, 4.99_price));
  const Verdict first = see(scale_out, 5_price);
  ASSERT_EQ(first.state, State::holds);
  const bool fractional = !s.lot.original_quantity.is_whole();
  EXPECT_EQ(first.quantity, fractional ? 2.1_qty : scale(s.lot.original_quantity, 0.2_ratio));
  s.lot.rungs_taken = {5_ratio};
  EXPECT_FALSE(holds_at(scale_out, 9.99_price));
  EXPECT_EQ(see(scale_out, 10_price).quantity, fractional ? 3.15_qty : scale(s.lot.original_quantity, 0.3_ratio))
      << "of the original quantity, not of the rest";
  s.lot.rungs_taken = {5_ratio, 10_ratio};
  EXPECT_EQ(see(scale_out, 50_price).state, State::waits);
}

TEST_P(Gains, ScaleOutReachedTwoRungsAtOnceTakesBoth) {
  s.lot.terms.scale_out = Ladder{{5_ratio, 20_ratio}, {10_ratio, 30_ratio}};
  const Verdict both = see(scale_out, 12_price);
  EXPECT_EQ(both.quantity, scale(s.lot.original_quantity, 0.5_ratio));
}

TEST_P(Gains, F63TimeRulesHoldForEveryKindFromTheirMomentOnAndWithoutAPrice) {
  s.entered("2026-01-26T14:00:00-05:00").at("2026-01-26T15:54:59-05:00");
  s.lot.strategy = Strategy::day_trade;
  s.lot.max_hold_minutes = 120;
  EXPECT_FALSE(s.holds(day_trade_close));
  EXPECT_FALSE(s.holds(max_hold_time));
  s.at("2026-01-26T15:55:00-05:00");
  EXPECT_TRUE(s.holds(day_trade_close));
  s.at("2026-01-27T11:00:00-05:00");  // both moments were missed
  EXPECT_TRUE(s.holds(day_trade_close));
  EXPECT_TRUE(s.holds(max_hold_time));

  s.lot.strategy = Strategy::swing_trade;
  s.at("2026-02-19T09:29:59-05:00");  // the Thursday before a Friday's expiry
  EXPECT_FALSE(s.holds(expiration_risk));
  s.at("2026-02-19T09:30:00-05:00");
  EXPECT_EQ(s.holds(expiration_risk), s.lot.instrument.is_option());
}

TEST_P(Gains, AReasonOfTheWholeAccountIsEveryKindsReason) {
  s.price.reset();
  const LossStanding latched{LossStanding::State::latched, "too much"};
  const LossStanding undecided{LossStanding::State::undecided, "only one measure says so"};
  const auto state = [&](const LossStanding* loss) {
    return account_loss_limit(
               {.lot = s.lot, .now = s.now, .calendar = s.calendar, .policy = s.policy, .no_price = "", .loss = loss})
        .state;
  };
  EXPECT_EQ(state(nullptr), State::off);
  EXPECT_EQ(state(&undecided), State::blocked);
  EXPECT_EQ(state(&latched), State::holds);
}

TEST_P(Gains, AnUnknownEntryOfTheUnderlyingIsNotGuessed) {
  if (GetParam().domain != PriceDomain::underlying) return;
  s.lot.entry_underlying_price.reset();
  s.lot.terms = {.trail_amount = 2_price,
                 .trail_activation = 5_ratio,
                 .breakeven_at = 1_ratio,
                 .scale_out = Ladder{{5_ratio, 20_ratio}}};
  s.lot.peak_price = at(50_price);
  s.price = at(0_price);
  EXPECT_EQ(s.ask(trailing_stop).state, State::blocked);
  EXPECT_EQ(s.ask(scale_out).state, State::blocked);
  EXPECT_FALSE(s.holds(stop_loss));
  s.lot.terms = {.trail_amount = 2_price};
  EXPECT_TRUE(s.holds(trailing_stop)) << "a trail without activation needs no entry";
}

TEST(Ranges, ARetreatIsJudgedByWhatCertainlyCameAfterThePeak) {
  Stage s;
  s.lot.terms.trail_amount = 5_price;
  s.lot.peak_price = 100_price;
  const auto verdict = [&](PriceRange range) {
    return trailing_stop(
               {.lot = s.lot, .now = s.now, .calendar = s.calendar, .policy = s.policy, .price = range, .no_price = ""})
        .state;
  };
  EXPECT_EQ(verdict({96_price, 103_price, 103_price, Order::low_first}), State::waits);
  EXPECT_EQ(verdict({96_price, 103_price, 99_price, Order::high_first}), State::holds);
  EXPECT_EQ(verdict({96_price, 103_price, 99_price, Order::unknown}), State::waits) << "the low may have come first";
  EXPECT_EQ(verdict({96_price, 103_price, 98_price, Order::unknown}), State::holds) << "the last came after both";
  EXPECT_EQ(verdict({95_price, 103_price, 103_price, Order::low_first}), State::holds) << "against the peak before";
}

TEST(Ranges, APeakThatIsOnlyBegunStartsAtTheLastPrice) {
  Stage s;
  EXPECT_EQ(peak_after(s.lot, {90_price, 110_price, 100_price}), 100_price);
}

TEST(ScaleOut, ARungThatRoundsToZeroAsksForNothing) {
  Stage s;
  s.lot.original_quantity = s.lot.quantity = 3_qty;
  s.lot.terms.scale_out = Ladder{{5_ratio, 25_ratio}};
  s.price = 106_price;
  EXPECT_EQ(s.ask(scale_out).state, State::waits);
  const auto reached = reached_rungs(s.lot, s.policy, {106_price, 106_price, 106_price});
  ASSERT_EQ(reached.size(), 1U);
  EXPECT_TRUE(reached[0].quantity.is_zero());
}

TEST(ScaleOut, NeverAsksForMoreThanIsLeft) {
  Stage s;
  s.lot.quantity = 10_qty;  // of 100
  s.lot.terms.scale_out = Ladder{{5_ratio, 50_ratio}};
  s.price = 106_price;
  EXPECT_EQ(s.ask(scale_out).quantity, 10_qty);
}

TEST(Ladders, AreReadAsPeopleWriteThem) {
  EXPECT_EQ(parse_ladder("10:25, 5:33.5"), (Ladder{{5_ratio, 33.5_ratio}, {10_ratio, 25_ratio}}));
  EXPECT_EQ(parse_ladder(""), Ladder{});
  EXPECT_EQ(to_text(Ladder{{5_ratio, 33.5_ratio}, {10_ratio, 25_ratio}}), "5:33.5, 10:25");
  for (const char* wrong : {"5", "5:", ":50", "0:50", "-5:50", "5:0", "5:101", "5:50, 5:20", "five:50"}) {
    EXPECT_FALSE(parse_ladder(wrong)) << wrong;
  }
}

TEST(Precedence, ThePositionThenItsStrategyThenTheAccount) {
  Stage s;
  s.policy.account.stop_percent = 10_ratio;
  EXPECT_EQ(stop_of(s.lot, s.policy).value, 90_price);
  EXPECT_EQ(stop_of(s.lot, s.policy).from, Source::account);
  s.policy.swing_trade.stop_percent = 5_ratio;
  EXPECT_EQ(stop_of(s.lot, s.policy).value, 95_price);
  EXPECT_EQ(stop_of(s.lot, s.policy).from, Source::strategy);
  s.lot.strategy = Strategy::day_trade;
  EXPECT_EQ(stop_of(s.lot, s.policy).value, 90_price) << "another strategy's is not its own";
  s.lot.stop_loss = 97_price;
  EXPECT_EQ(stop_of(s.lot, s.policy).value, 97_price);
  s.lot.stop_loss = 0_price;
  EXPECT_FALSE(stop_of(s.lot, s.policy)) << "zero: off, whatever the wider places say";
}

TEST(Precedence, HoldsForEveryParameter) {
  Stage s;
  s.policy.account = {.target_percent = 20_ratio,
                      .max_hold_minutes = 100,
                      .terms = {.trail_percent = 3_ratio,
                                .trail_activation = 4_ratio,
                                .breakeven_at = 5_ratio,
                                .profit_lock_at = 6_ratio,
                                .profit_lock_keep = 7_ratio,
                                .scale_out = Ladder{{5_ratio, 50_ratio}}}};
  EXPECT_EQ(target_of(s.lot, s.policy).value, 120_price);
  EXPECT_EQ(max_hold_of(s.lot, s.policy).value, 100);
  EXPECT_EQ(trail_of(s.lot, s.policy).percent, 3_ratio);
  EXPECT_EQ(trail_of(s.lot, s.policy).activation, 4_ratio);
  EXPECT_EQ(breakeven_of(s.lot, s.policy).value, 5_ratio);
  EXPECT_EQ(lock_at_of(s.lot, s.policy).value, 6_ratio);
  EXPECT_EQ(lock_keep_of(s.lot, s.policy).value, 7_ratio);
  EXPECT_EQ((*ladder_of(s.lot, s.policy))->size(), 1U);
  s.policy.swing_trade.max_hold_minutes = 50;
  s.policy.swing_trade.terms.trail_amount = 1_price;
  EXPECT_EQ(max_hold_of(s.lot, s.policy).value, 50);
  EXPECT_EQ(trail_of(s.lot, s.policy).amount, 1_price);
  EXPECT_FALSE(trail_of(s.lot, s.policy).percent) << "a trail comes from one place";
  s.lot.terms = {.trail_percent = 0_ratio, .breakeven_at = 0_ratio, .scale_out = Ladder{}};
  s.lot.max_hold_minutes = 0;
  EXPECT_FALSE(trail_of(s.lot, s.policy).is_set());
  EXPECT_FALSE(breakeven_of(s.lot, s.policy));
  EXPECT_TRUE((*ladder_of(s.lot, s.policy))->empty());
  EXPECT_EQ(s.ask(max_hold_time).state, State::off);
}

TEST(Precedence, ALevelSaysWhereItComesFrom) {
  Stage s;
  s.policy.swing_trade.stop_percent = 5_ratio;
  s.price = 94_price;
  EXPECT_EQ(s.ask(stop_loss).message, "Stop loss hit: 94 <= 95 (strategy)");
  s.price = 96_price;
  EXPECT_EQ(s.ask(stop_loss).message, "price 96 above stop 95 (strategy) by 1");
}

TEST(Fallback, StandsInWhereStopAndTargetContradictEachOther) {
  Stage s;
  s.lot.stop_loss = 111_price;
  s.lot.take_profit = 110_price;
  s.policy.fallback_stop = 0.05_ratio;
  s.price = 96_price;
  EXPECT_FALSE(s.holds(stop_loss));
  s.price = 95_price;
  EXPECT_TRUE(s.holds(stop_loss));
  EXPECT_EQ(s.ask(take_profit).state, State::blocked) << "no fallback for it: neither level is trusted";
  s.policy.fallback_target = 0.1_ratio;
  s.price = 110_price;
  EXPECT_TRUE(s.holds(take_profit));
  EXPECT_FALSE(s.holds(stop_loss));
}

TEST(Absurd, F55ParametersCountAsNone) {
  const Price huge = Price::from_nanos(std::numeric_limits<std::int64_t>::max());
  const Percent much = Percent::from_nanos(std::numeric_limits<std::int64_t>::max());
  for (const Terms& terms :
       {Terms{.trail_percent = -5_ratio}, Terms{.trail_percent = 100_ratio}, Terms{.trail_percent = much},
        Terms{.trail_amount = -(1_price)}, Terms{.trail_amount = huge}, Terms{.breakeven_at = -5_ratio},
        Terms{.breakeven_at = much}, Terms{.profit_lock_at = 5_ratio, .profit_lock_keep = 100_ratio},
        Terms{.profit_lock_at = -5_ratio, .profit_lock_keep = 50_ratio}}) {
    Stage s;
    s.lot.terms = terms;
    s.lot.peak_price = 200_price;
    s.price = 1_price;
    EXPECT_FALSE(s.holds(trailing_stop));
    EXPECT_FALSE(s.holds(stop_loss));
    EXPECT_NE(absurd_terms(s.lot, s.policy), "");
  }
  EXPECT_EQ(absurd_terms(Stage().lot, Stage().policy), "");
}

TEST(Absurd, F55ABaselineOfZeroFiresNothing) {
  Stage s;
  s.lot.entry_price = 0_price;
  s.lot.terms = {.trail_percent = 5_ratio,
                 .trail_activation = 1_ratio,
                 .breakeven_at = 1_ratio,
                 .profit_lock_at = 1_ratio,
                 .profit_lock_keep = 50_ratio,
                 .scale_out = Ladder{{5_ratio, 50_ratio}}};
  s.policy.swing_trade.stop_percent = 5_ratio;
  s.lot.peak_price = 100_price;
  s.price = 1_price;
  EXPECT_FALSE(s.holds(trailing_stop));
  EXPECT_FALSE(s.holds(stop_loss));
  EXPECT_FALSE(s.holds(scale_out));
}

}  // namespace
}  // namespace belay::rules
