// SPDX-License-Identifier: Apache-2.0
#include "shell/report/figures.hpp"

#include <gmock/gmock.h>

#include "core/calendar/new_york.hpp"

namespace belay::report {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

Date date(const char* text) { return parse_date(text).value(); }
Timestamp at(const char* text) { return parse_timestamp(text).value(); }
const Days kMonday{date("2026-01-26"), date("2026-01-26")};

/// A long lot of 10 AAPL at 100, opened on that Monday at 10:00 and closed an hour later.
ArchivedLot closed_lot(const std::string& uid, ExitReason reason, std::optional<Money> result) {
  Lot lot;
  lot.uid = LotUid(uid);
  lot.account = "main";
  lot.instrument = instrument_of("AAPL");
  lot.original_quantity = 10_qty;
  lot.entry_price = 100_price;
  lot.entry_time = at("2026-01-26T10:00:00-05:00");
  lot.status = LotStatus::closed;
  lot.close_reason = reason;
  lot.closed_at = at("2026-01-26T11:00:00-05:00");
  lot.realised_result = result;
  return {lot, std::nullopt};
}

ExitOrder filled_order(int attempt, Quantity quantity, Price price, const char* sent, const char* filled) {
  return {.attempt = attempt,
          .status = OrderStatus::filled,
          .quantity = quantity,
          .filled = quantity,
          .filled_average = price,
          .sent_at = at(sent),
          .filled_at = at(filled)};
}

Exit triggered(ExitReason reason, const char* when, std::optional<Price> price) {
  return {.reason = reason, .triggered_at = at(when), .trigger_price = price};
}

TEST(Figures, OfNothingAreNothing) {
  const Figures none = figures({}, "", kMonday);
  EXPECT_EQ(none.opened, 0);
  EXPECT_EQ(none.closed, 0);
  EXPECT_EQ(none.average_hold, std::nullopt);
  EXPECT_EQ(none.win_rate, std::nullopt) << "no rate of nothing";
  EXPECT_EQ(none.take_profit_rate, std::nullopt);
  EXPECT_EQ(none.average_pass_ms, std::nullopt);
  EXPECT_EQ(none.guard_rate, std::nullopt);
  EXPECT_EQ(none.trigger_to_fill_half, std::nullopt);
  EXPECT_EQ(none.result, Money());
  EXPECT_THAT(none.by_day, ElementsAre(Pair(date("2026-01-26"), Tally{}))) << "a day of trading without trades";
}

TEST(Figures, CountWhatClosedByReasonAndWinsByResult) {
  ArchivedLot long_hold = closed_lot("d", ExitReason::day_trade_close, -10_usd);
  long_hold.lot.closed_at = at("2026-01-26T14:00:00-05:00");  // held four hours, the others one
  const Figures day = figures(
      {.lots = {closed_lot("a", ExitReason::take_profit, 100_usd), closed_lot("b", ExitReason::stop_loss, -50.25_usd),
                closed_lot("c", ExitReason::stop_loss, Money()), long_hold}},
      "", kMonday);
  EXPECT_EQ(day.opened, 4);
  EXPECT_EQ(day.closed, 4);
  EXPECT_EQ(day.result, 39.75_usd);
  EXPECT_EQ(day.wins, 1) << "a result of zero is no win";
  EXPECT_EQ(day.win_rate, 0.25_ratio);
  EXPECT_EQ(day.take_profit_rate, 0.25_ratio);
  EXPECT_EQ(day.average_hold, 105min) << "(3 × 60 + 240) ÷ 4";
  EXPECT_EQ(day.by_reason.at(ExitReason::stop_loss), (Tally{2, -50.25_usd}));
  EXPECT_THAT(day.by_day, ElementsAre(Pair(date("2026-01-26"), Tally{4, 39.75_usd})));
}

TEST(Figures, AResultThatIsNotKnownIsNeitherWonNorLost) {
  const Figures day = figures({.lots = {closed_lot("a", ExitReason::manual_close, 5_usd),
                                        closed_lot("b", ExitReason::external_close, std::nullopt)}},
                              "", kMonday);
  EXPECT_EQ(day.closed, 2);
  EXPECT_EQ(day.results, 1);
  EXPECT_EQ(day.win_rate, 1_ratio);
}

TEST(Figures, FeesComeOffWhereTheyAreKnown) {
  ArchivedLot with_fees = closed_lot("a", ExitReason::take_profit, 100_usd);
  with_fees.fees = 1.30_usd;
  Figures day = figures({.lots = {with_fees, closed_lot("b", ExitReason::take_profit, 20_usd)}}, "", kMonday);
  EXPECT_EQ(day.result, 120_usd);
  EXPECT_EQ(day.fees, 1.30_usd);
  EXPECT_EQ(day.net(), 118.70_usd);
  day = figures({.lots = {closed_lot("b", ExitReason::take_profit, 20_usd)}}, "", kMonday);
  EXPECT_EQ(day.fees, std::nullopt) << "not known is not free";
}

TEST(Figures, OpenedAndClosedAreCountedOnTheirOwnDays) {
  ArchivedLot before = closed_lot("a", ExitReason::take_profit, 1_usd);
  before.lot.entry_time = at("2026-01-23T10:00:00-05:00");
  ArchivedLot after = closed_lot("b", ExitReason::take_profit, 1_usd);
  after.lot.closed_at = at("2026-01-27T10:00:00-05:00");
  ArchivedLot open = closed_lot("c", ExitReason::take_profit, 1_usd);
  open.lot.status = LotStatus::open;
  open.lot.closed_at.reset();
  const Figures day = figures({.lots = {before, after, open}}, "", kMonday);
  EXPECT_EQ(day.opened, 2);
  EXPECT_EQ(day.closed, 1);
  EXPECT_EQ(day.still_open, 1);
}

TEST(Figures, DaysAreNewYorksAcrossTheChangeOfClocks) {
  const Days sunday{date("2026-03-08"), date("2026-03-08")};  // 23 hours long
  EXPECT_EQ(sunday.from(), at("2026-03-08T05:00:00Z"));
  EXPECT_EQ(sunday.to(), at("2026-03-09T04:00:00Z"));
  const Days autumn{date("2026-11-01"), date("2026-11-01")};  // 25 hours
  EXPECT_EQ(autumn.to() - autumn.from(), 25h);
  ArchivedLot late = closed_lot("a", ExitReason::manual_close, 1_usd);  // crypto closes on Sundays too
  late.lot.entry_time = at("2026-03-08T06:00:00Z");
  late.lot.closed_at = at("2026-03-09T03:59:59Z");
  EXPECT_EQ(figures({.lots = {late}}, "", sunday).closed, 1);
  EXPECT_THAT(figures({.lots = {late}}, "", sunday).by_day, ElementsAre(Pair(date("2026-03-08"), Tally{1, 1_usd})));
  late.lot.closed_at = at("2026-03-09T04:00:00Z");
  EXPECT_EQ(figures({.lots = {late}}, "", sunday).closed, 0);
}

TEST(Figures, EveryDayOfTradingIsThereAlsoWithoutTrades) {
  const Figures week = figures({}, "", {date("2026-01-16"), date("2026-01-21")});  // Monday the 19th: a holiday
  EXPECT_THAT(week.by_day, ElementsAre(Pair(date("2026-01-16"), Tally{}), Pair(date("2026-01-20"), Tally{}),
                                       Pair(date("2026-01-21"), Tally{})));
}

TEST(Figures, SlippageIsWhatTheFillWasWorseThanItsTrigger) {
  ArchivedLot kept = closed_lot("a", ExitReason::stop_loss, -62_usd);
  kept.lot.exit = triggered(ExitReason::stop_loss, "2026-01-26T10:30:00-05:00", 94_price);
  kept.lot.exit_orders = {
      filled_order(1, 10_qty, 93.80_price, "2026-01-26T10:30:00.1-05:00", "2026-01-26T10:30:00.75-05:00")};
  const Figures day = figures({.lots = {kept}}, "", kMonday);
  ASSERT_THAT(day.departures, SizeIs(1));
  EXPECT_EQ(day.departures[0].slippage, 0.20_price);
  EXPECT_EQ(day.departures[0].cost, 2_usd) << "10 × 0.20";
  EXPECT_EQ(day.departures[0].took, 750ms);
  EXPECT_EQ(day.slippage_cost, 2_usd);
}

TEST(Figures, AShortIsBoughtBackSoHigherIsWorse) {
  ArchivedLot kept = closed_lot("a", ExitReason::stop_loss, -62_usd);
  kept.lot.direction = Direction::short_;
  kept.lot.exit = triggered(ExitReason::stop_loss, "2026-01-26T10:30:00-05:00", 106_price);
  kept.lot.exit_orders = {
      filled_order(1, 10_qty, 106.30_price, "2026-01-26T10:30:00-05:00", "2026-01-26T10:30:01-05:00")};
  EXPECT_EQ(figures({.lots = {kept}}, "", kMonday).slippage_cost, 3_usd);
  kept.lot.exit_orders[0].filled_average = 105.90_price;
  EXPECT_EQ(figures({.lots = {kept}}, "", kMonday).slippage_cost, -1_usd) << "better than the trigger";
}

TEST(Figures, AnOptionsSlippageCountsItsMultiplier) {
  ArchivedLot kept = closed_lot("a", ExitReason::stop_loss, -62_usd);
  kept.lot.instrument = instrument_of("AAPL260220C00200000");
  kept.lot.multiplier = 100;
  kept.lot.exit = triggered(ExitReason::stop_loss, "2026-01-26T10:30:00-05:00", 1.20_price);
  kept.lot.exit_orders = {filled_order(1, 3_qty, 1.15_price, "2026-01-26T10:30:00-05:00", "2026-01-26T10:30:04-05:00")};
  EXPECT_EQ(figures({.lots = {kept}}, "", kMonday).slippage_cost, 15_usd) << "3 × 100 × 0.05";
}

TEST(Figures, EachPartialExitIsHeldAgainstItsOwnTrigger) {
  ArchivedLot kept = closed_lot("a", ExitReason::trailing_stop, 80_usd);
  kept.lot.exit = triggered(ExitReason::trailing_stop, "2026-01-26T10:50:00-05:00", 108_price);
  kept.lot.exit_orders = {
      filled_order(1, 5_qty, 104.90_price, "2026-01-26T10:20:00-05:00", "2026-01-26T10:20:01-05:00"),
      filled_order(2, 5_qty, 107.50_price, "2026-01-26T10:50:00-05:00", "2026-01-26T10:50:03-05:00")};
  const Material material{
      .lots = {kept},
      .triggers = {{LotUid("a"), at("2026-01-26T10:20:00-05:00"), ExitReason::scale_out, 105_price},
                   {LotUid("another"), at("2026-01-26T10:20:00-05:00"), ExitReason::stop_loss, 1_price},
                   {LotUid("a"), at("2026-01-26T10:50:00-05:00"), ExitReason::trailing_stop, 108.10_price}}};
  const Figures day = figures(material, "", kMonday);
  ASSERT_THAT(day.departures, SizeIs(2));
  EXPECT_EQ(day.departures[0].reason, ExitReason::scale_out);
  EXPECT_EQ(day.departures[0].cost, 0.50_usd);
  EXPECT_EQ(day.departures[1].reason, ExitReason::trailing_stop);
  EXPECT_EQ(day.departures[1].cost, 2.50_usd) << "by what the lot itself remembers of its last exit";
  EXPECT_EQ(day.trigger_to_fill_half, 1s) << "of an even number the lower of the middle two";
  EXPECT_EQ(day.trigger_to_fill_worst, 3s);
  EXPECT_EQ(day.closed, 1) << "one position";
}

TEST(Figures, AnExitThatWaitedForTheOpenIsTimedFromThere) {
  ArchivedLot kept = closed_lot("a", ExitReason::stop_loss, -62_usd);
  kept.lot.exit = triggered(ExitReason::stop_loss, "2026-01-24T18:00:00-05:00", 94_price);  // on Saturday
  kept.lot.exit_orders = {filled_order(1, 10_qty, 93_price, "2026-01-26T09:30:00-05:00", "2026-01-26T09:30:02-05:00")};
  EXPECT_EQ(figures({.lots = {kept}}, "", kMonday).trigger_to_fill_worst, 2s);
}

TEST(Figures, WhatHasNoTriggerPriceHasNoSlippage) {
  ArchivedLot kept = closed_lot("a", ExitReason::day_trade_close, -62_usd);
  kept.lot.exit_orders = {filled_order(1, 10_qty, 93_price, "2026-01-26T10:30:00-05:00", "2026-01-26T10:30:01-05:00")};
  const Figures day = figures({.lots = {kept}}, "", kMonday);
  ASSERT_THAT(day.departures, SizeIs(1));
  EXPECT_EQ(day.departures[0].slippage, std::nullopt);
  EXPECT_EQ(day.departures[0].took, std::nullopt);
  EXPECT_EQ(day.slippage_cost, std::nullopt);
}

TEST(Figures, HealthIsOverAllPasses) {
  PassDay monday{.account = "main", .day = date("2026-01-26"), .passes = 390, .longest_ms = 900};
  monday.sums = {.duration_ms = 39'000, .positions = 1000, .checked = 990, .priced = 950};
  monday.sums.guards_expected = 400;
  monday.sums.guards_verified = 398;
  monday.sums.failed_closes = 2;
  PassDay other = monday;
  other.account = "other";
  other.longest_ms = 5'000;
  PassDay tuesday = monday;
  tuesday.day = date("2026-01-27");
  const Material material{.passes = {monday, other, tuesday}};
  const Figures day = figures(material, "main", kMonday);
  EXPECT_EQ(day.passes, 390);
  EXPECT_EQ(day.average_pass_ms, 100);
  EXPECT_EQ(day.longest_pass_ms, 900);
  EXPECT_EQ(day.check_rate, 0.99_ratio);
  EXPECT_EQ(day.price_rate, 0.95_ratio);
  EXPECT_EQ(day.guard_rate, 0.995_ratio);
  EXPECT_EQ(day.sums.failed_closes, 2);
  EXPECT_EQ(figures(material, "", kMonday).longest_pass_ms, 5'000);
  EXPECT_THAT(accounts_of(material), ElementsAre("main", "other"));
}

TEST(Figures, AccountsAreToldApart) {
  ArchivedLot other = closed_lot("b", ExitReason::stop_loss, -7_usd);
  other.lot.account = "other";
  const Material material{.lots = {closed_lot("a", ExitReason::take_profit, 9_usd), other}};
  EXPECT_EQ(figures(material, "main", kMonday).result, 9_usd);
  EXPECT_EQ(figures(material, "other", kMonday).result, -7_usd);
  EXPECT_EQ(figures(material, "", kMonday).result, 2_usd);
}

TEST(Figures, AnAbsurdNumberSpoilsNoOther) {
  const Money absurd = Money::from_nanos(INT64_MAX);
  const Figures day = figures(
      {.lots = {closed_lot("a", ExitReason::take_profit, 9_usd), closed_lot("b", ExitReason::take_profit, absurd)}}, "",
      kMonday);
  EXPECT_EQ(day.result, 9_usd);
  EXPECT_EQ(day.results, 1);
  EXPECT_EQ(day.closed, 2);
}

}  // namespace
}  // namespace belay::report
