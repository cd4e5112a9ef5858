// SPDX-License-Identifier: Apache-2.0
// Rules that go by the gain, lived through: ticks, sweeps, restarts, edits, exits that meet.
#include <gtest/gtest.h>

#include <limits>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

constexpr auto kNoLevels = std::nullopt;

LotUid trailed(Scene& s, Terms terms) {
  const LotUid lot = enter(s, {.stop = kNoLevels, .target = kNoLevels, .terms = std::move(terms)});
  s.cycle();
  return lot;
}
void minute_at(Scene& s, Price price) {
  s.pass_time(60s);
  s.price("AAPL", price);
  s.cycle();
  s.wait(2s);
}

TEST(TrailingStop, FollowsThePeakMinuteByMinute) {
  Scene s;
  const LotUid lot = trailed(s, {.trail_amount = 3_price});
  for (const Price price : {101_price, 104_price, 101.01_price, 106_price, 103.01_price}) {
    minute_at(s, price);
    ASSERT_NE(s.open(lot), nullptr) << price.text();
  }
  minute_at(s, 103_price);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.stored(lot).close_reason, ExitReason::trailing_stop);
}

TEST(TrailingStop, ItsPeakSurvivesRestarts) {
  Scene s;
  const LotUid lot = trailed(s, {.trail_amount = 3_price});
  minute_at(s, 108_price);
  s.restart();
  s.now.wall = s.now.wall + 60s;
  s.price("AAPL", 105.5_price);
  s.cycle();
  EXPECT_EQ(s.open(lot)->peak_price, 108_price);
  s.restart();
  minute_at(s, 105_price);
  EXPECT_TRUE(s.is_closed(lot));
}

TEST(TrailingStop, F43APeakThatOnlyTicksSawCountsAndIsKeptAtTheNextSweep) {
  Scene s;
  const LotUid lot = trailed(s, {.trail_amount = 3_price});
  s.pass_time(1s);
  s.tick("AAPL", 107_price);
  s.pass_time(1s);
  s.tick("AAPL", 104.5_price);
  s.sweep();
  EXPECT_EQ(s.stored(lot).peak_price, 107_price);
  s.pass_time(1s);
  s.tick("AAPL", 104_price);
  s.pump();
  s.wait(2s);
  EXPECT_TRUE(s.is_closed(lot));
}

TEST(TrailingStop, F52ABadPrintIsNoPeak) {
  Scene s;
  const LotUid lot = trailed(s, {.trail_amount = 3_price});
  s.pass_time(1s);
  s.broker.trade_at("AAPL", 150_price, s.now.wall);  // the quote stays at 100
  s.feed(event::Tick{"AAPL", {s.broker.prices.at("AAPL")}});
  s.sweep();
  minute_at(s, 100_price);
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_LT(*s.open(lot)->peak_price, 101_price);
}

TEST(TrailingStop, SetLaterItCountsFromThen) {
  Scene s;
  const LotUid lot = trailed(s, {});
  minute_at(s, 108_price);
  minute_at(s, 104_price);
  s.kept.at(lot).terms.trail_amount = 3_price;  // a person edits the table
  minute_at(s, 103_price);
  ASSERT_NE(s.open(lot), nullptr) << "the retreat from 108 was before";
  EXPECT_EQ(s.open(lot)->peak_price, 103_price);
  minute_at(s, 100_price);
  EXPECT_TRUE(s.is_closed(lot));
}

TEST(Edits, OfEveryParameterActAtOnce) {
  for (const Terms& terms : {Terms{.trail_amount = 0.5_price}, Terms{.breakeven_at = 7_ratio},
                             Terms{.profit_lock_at = 7_ratio, .profit_lock_keep = 99_ratio}}) {
    Scene s;
    const LotUid lot = trailed(s, {.breakeven_at = 50_ratio});
    minute_at(s, 108_price);
    s.kept.at(lot).terms = terms;
    minute_at(s, 99.5_price);
    EXPECT_TRUE(s.is_closed(lot)) << "the peak of 108 was remembered for the breakeven";
  }
}

TEST(Breakeven, MovesTheStopAndTicksFireIt) {
  Scene s;
  const LotUid lot = enter(s, {.terms = {.breakeven_at = 5_ratio}});
  s.cycle();
  s.pass_time(1s);
  s.tick("AAPL", 105_price);
  s.pass_time(1s);
  s.tick("AAPL", 100_price);
  s.pump();
  s.wait(2s);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.stored(lot).close_reason, ExitReason::stop_loss);
}

TEST(ProfitLock, TicksFireItWhereItHasMovedTo) {
  Scene s;
  const LotUid lot =
      enter(s, {.target = kNoLevels, .terms = {.profit_lock_at = 5_ratio, .profit_lock_keep = 50_ratio}});
  s.cycle();
  for (const Price price : {105_price, 108_price, 104.5_price}) {
    s.pass_time(1s);
    s.tick("AAPL", price);
    s.pump();
    ASSERT_FALSE(s.open(lot)->exit) << price.text();
  }
  s.pass_time(1s);
  s.tick("AAPL", 104_price);
  EXPECT_TRUE(s.open(lot)->exit);
}

Terms ladder() { return {.scale_out = Ladder{{3_ratio, 25_ratio}, {6_ratio, 25_ratio}}}; }

TEST(ScaleOut, RungsLeaveOneByOneAndTheStopTakesTheRest) {
  Scene s;
  const LotUid lot = enter(s, {.terms = ladder()});
  s.cycle();
  minute_at(s, 103_price);
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_EQ(s.open(lot)->quantity, 75_qty);
  EXPECT_EQ(s.open(lot)->status, LotStatus::open);
  minute_at(s, 104_price);
  EXPECT_EQ(s.open(lot)->quantity, 75_qty) << "each rung once";
  minute_at(s, 106.5_price);
  EXPECT_EQ(s.open(lot)->quantity, 50_qty);
  minute_at(s, 95_price);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.stored(lot).close_reason, ExitReason::stop_loss);
  EXPECT_EQ(s.broker.held["AAPL"], 0_qty);
}

TEST(ScaleOut, ARungHasItsTurnOnceAlsoAcrossRestarts) {
  Scene s;
  const LotUid lot = enter(s, {.terms = ladder()});
  s.cycle();
  minute_at(s, 103_price);
  for (int i = 0; i < 3; ++i) {
    s.restart();
    minute_at(s, 104_price);
  }
  EXPECT_EQ(s.open(lot)->quantity, 75_qty);
  EXPECT_EQ(s.broker.held["AAPL"], 75_qty);
}

TEST(ScaleOut, F20ARungWhoseRecordDiedWithTheProcessIsNotRepeated) {
  Scene s;
  const LotUid lot = enter(s, {.terms = ladder()});
  s.cycle();
  const auto kept = s.kept;
  minute_at(s, 103_price);
  s.restart();
  s.kept = kept;  // nothing of that minute was written
  minute_at(s, 104_price);
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_EQ(s.open(lot)->quantity, 75_qty);
  EXPECT_EQ(s.broker.held["AAPL"], 75_qty);
  EXPECT_EQ(s.open(lot)->rungs_taken, std::vector<Percent>{3_ratio});
}

TEST(ScaleOut, ASmallRungIsSkippedWithAnEvent) {
  Scene s;
  const LotUid lot = enter(s, {.quantity = 2_qty, .terms = ladder()});
  s.cycle();
  minute_at(s, 103_price);
  EXPECT_EQ(s.open(lot)->quantity, 2_qty);
  EXPECT_EQ(s.open(lot)->rungs_taken.size(), 1U);
  EXPECT_TRUE(std::ranges::any_of(s.records, [](const EventRecord& record) {
    return !record.data.empty() && record.data.front().first == "skipped_rung";
  }));
}

// The first rung was reached; its order works.
LotUid leaving_in_part(Scene& s) {
  s.broker.fills_at_once = false;
  const LotUid lot = enter(s, {.terms = ladder()});
  s.cycle();
  s.pass_time(60s);
  s.price("AAPL", 103_price);
  s.cycle();
  return lot;
}

TEST(ScaleOut, AReasonForTheWholeLotCancelsAPartialOne) {
  Scene s;
  const LotUid lot = leaving_in_part(s);
  ASSERT_EQ(s.open(lot)->exit->reason, ExitReason::scale_out);
  EXPECT_EQ(s.open(lot)->exit->wanted, 25_qty);
  s.pass_time(1s);
  s.tick("AAPL", 95_price);
  EXPECT_EQ(s.open(lot)->exit->reason, ExitReason::stop_loss);
  EXPECT_EQ(s.open(lot)->exit->reasons, std::vector<ExitReason>{ExitReason::stop_loss});
  EXPECT_EQ(s.open(lot)->exit->wanted, 100_qty);
}

TEST(ScaleOut, WhatWidensAnExitHasATriggerAndADeadlineOfItsOwn) {
  Scene s;
  const LotUid lot = leaving_in_part(s);
  s.wait(70s);
  EXPECT_EQ(s.alerts_of("order_failed"), 1) << "the part is late";
  const Timestamp stopped = s.now.wall;
  s.tick("AAPL", 94_price);
  s.pump();
  EXPECT_EQ(s.open(lot)->exit->trigger_price, 94_price);
  EXPECT_EQ(s.open(lot)->exit->triggered_at, stopped);
  s.wait(50s);
  EXPECT_EQ(s.alerts_of("order_failed"), 1);
  s.wait(15s);
  EXPECT_EQ(s.alerts_of("order_failed"), 2) << "so is all of it";
}

TEST(ScaleOut, AFurtherRungJoinsThePartThatLeaves) {
  Scene s;
  const LotUid lot = leaving_in_part(s);
  s.pass_time(1s);
  s.tick("AAPL", 106_price);
  EXPECT_EQ(s.open(lot)->exit->wanted, 50_qty);
  EXPECT_EQ(s.open(lot)->rungs_taken.size(), 2U);
}

TEST(Joining, F76APersonAndARuleMakeOneExit) {
  Scene s;
  s.broker.fills_at_once = false;
  const LotUid lot = trailed(s, {.trail_amount = 3_price});
  s.play(event::CommandGiven{{.id = 1, .lot = lot, .quantity = {}, .who = "ann", .why = "news"}});
  s.pass_time(1s);
  s.price("AAPL", 96_price);
  s.sweep();
  EXPECT_EQ(s.open(lot)->exit->reasons, (std::vector<ExitReason>{ExitReason::manual_close, ExitReason::trailing_stop}));
  EXPECT_EQ(s.broker.received.size(), 1U);
}

TEST(Joining, F14TrailDeadlineAndStopTogetherMakeOneExit) {
  Scene s;
  s.jump_to("2026-01-26T15:54:00-05:00");
  const LotUid lot = enter(
      s, {.when = "2026-01-26T15:50:00-05:00", .strategy = Strategy::day_trade, .terms = {.trail_amount = 3_price}});
  s.cycle();
  s.jump_to("2026-01-26T15:55:00-05:00");
  s.price("AAPL", 95_price);
  s.cycle();
  s.wait(2s);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.stored(lot).close_reason, ExitReason::stop_loss);
  EXPECT_EQ(s.stored(lot).exit->reasons,
            (std::vector<ExitReason>{ExitReason::stop_loss, ExitReason::trailing_stop, ExitReason::day_trade_close}));
  EXPECT_EQ(s.broker.received.size(), 1U);
}

TEST(Underlying, TheEntryIsTheFirstBelievedPriceOfAnEntryJustMade) {
  Scene s;
  s.price("AAPL", 200_price);
  const LotUid lot = enter(s, {.symbol = "AAPL260220C00200000",
                               .quantity = 2_qty,
                               .price = 5_price,
                               .when = "2026-01-26T09:59:00-05:00",
                               .stop = kNoLevels,
                               .target = kNoLevels,
                               .domain = PriceDomain::underlying,
                               .terms = {.trail_percent = 5_ratio}});
  s.cycle();
  EXPECT_EQ(s.open(lot)->entry_underlying_price, 200_price);
  minute_at(s, 210_price);
  s.price("AAPL260220C00200000", 5_price);
  EXPECT_EQ(s.open(lot)->peak_price, 210_price);
  s.pass_time(60s);
  s.price("AAPL", 199.5_price);
  s.price("AAPL260220C00200000", 5_price);
  s.cycle();
  ASSERT_TRUE(s.open(lot) == nullptr || s.open(lot)->exit);
}

TEST(Underlying, TheEntryOfAnOldOneStaysUnknown) {
  Scene s;
  s.price("AAPL", 200_price);
  const LotUid lot = enter(s, {.symbol = "AAPL260220C00200000",
                               .quantity = 2_qty,
                               .price = 5_price,
                               .when = "2026-01-23T09:59:00-05:00",
                               .domain = PriceDomain::underlying,
                               .terms = {.breakeven_at = 1_ratio}});
  s.cycle();
  EXPECT_FALSE(s.open(lot)->entry_underlying_price);
}

TEST(Strategies, TheirDefaultsGuardALotThatSaysNothing) {
  Scene s;
  s.state.policy.swing_trade.stop_percent = 4_ratio;
  const LotUid lot = trailed(s, {});
  EXPECT_EQ(s.open(lot)->concern, "");
  s.pass_time(1s);
  s.tick("AAPL", 96_price);
  ASSERT_TRUE(s.open(lot)->exit);
  EXPECT_EQ(s.open(lot)->exit->message, "Stop loss hit: 96 <= 96 (strategy)");
}

TEST(Contradictions, ArePagedOnceAndTheFallbackStandsIn) {
  Scene s;
  s.state.policy.fallback_stop = 0.05_ratio;
  const LotUid lot = enter(s, {.stop = 111_price, .target = 110_price});
  s.cycle();
  s.sweep();
  EXPECT_EQ(s.alerts_of("concern"), 1);
  EXPECT_NE(s.open(lot)->concern.find("fallback stop 95"), std::string::npos) << s.open(lot)->concern;
  s.pass_time(1s);
  s.tick("AAPL", 95_price);
  EXPECT_TRUE(s.open(lot)->exit);
}

TEST(Absurd, F55ALotOfAbsurdNumbersDisturbsNoOther) {
  Scene s;
  const Price huge = Price::from_nanos(std::numeric_limits<std::int64_t>::max());
  const LotUid odd = enter(s, {.key = "1",
                               .symbol = "MSFT",
                               .price = 100_price,
                               .stop = kNoLevels,
                               .target = kNoLevels,
                               .terms = {.trail_amount = huge, .breakeven_at = 99'999_ratio}});
  const LotUid sound = enter(s, {.key = "2", .terms = {.trail_amount = 2_price}});
  s.cycle();
  s.kept.at(odd).entry_price = huge;
  s.restart();
  s.cycle();
  s.pass_time(1s);
  s.tick("MSFT", 101_price);
  s.tick("AAPL", 97.9_price);
  EXPECT_TRUE(s.open(sound)->exit);
  EXPECT_FALSE(s.open(odd)->exit);
}

}  // namespace
}  // namespace belay::engine::scene
