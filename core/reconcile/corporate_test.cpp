// SPDX-License-Identifier: Apache-2.0
#include "core/reconcile/corporate.hpp"

#include <gtest/gtest.h>

namespace belay::reconcile {
namespace {

Timestamp at(const char* text) { return parse_timestamp(text).value(); }
Date day(const char* text) { return parse_date(text).value(); }

CorporateAction split(Ratio new_rate, Ratio old_rate) {
  return {.id = "1",
          .kind = CorporateAction::Kind::split,
          .symbol = "AAPL",
          .new_symbol = "",
          .old_rate = old_rate,
          .new_rate = new_rate,
          .ex_date = day("2026-02-02")};  // a Monday
}

Lot lot_of(const char* entered = "2026-01-26T10:00:00-05:00") {
  Lot lot;
  lot.instrument = instrument_of("AAPL");
  lot.original_quantity = 30_qty;
  lot.quantity = 21_qty;
  lot.entry_price = 100.5_price;
  lot.entry_time = at(entered);
  lot.stop_loss = 95_price;
  lot.take_profit = 110_price;
  lot.good_price = 101_price;
  lot.peak_price = 104_price;
  lot.terms.trail_amount = 2_price;
  return lot;
}

TEST(Corporate, F66ASplitConcernsALotFromTheSessionBeforeItOn) {
  struct Row {
    const char* now;
    Concern concern;
  };
  const calendar::UsEquities calendar;
  for (const Row& row :
       {Row{"2026-01-29T17:00:00-05:00", Concern::none}, Row{"2026-01-30T10:00:00-05:00", Concern::announced},
        Row{"2026-01-31T12:00:00-05:00", Concern::announced}, Row{"2026-02-01T23:59:59-05:00", Concern::announced},
        Row{"2026-02-02T00:00:00-05:00", Concern::effective}, Row{"2026-02-04T10:00:00-05:00", Concern::effective}}) {
    EXPECT_EQ(concern_of(split(4_ratio, 1_ratio), lot_of(), calendar, at(row.now)), row.concern) << row.now;
  }
  const Timestamp later = at("2026-02-04T10:00:00-05:00");
  EXPECT_EQ(concern_of(split(4_ratio, 1_ratio), lot_of("2026-02-02T10:00:00-05:00"), calendar, later), Concern::none)
      << "opened after it";
  Lot done = lot_of();
  done.split_applied = day("2026-02-02");
  EXPECT_EQ(concern_of(split(4_ratio, 1_ratio), done, calendar, later), Concern::none) << "never twice";
  Lot other = lot_of();
  other.instrument = instrument_of("MSFT");
  EXPECT_EQ(concern_of(split(4_ratio, 1_ratio), other, calendar, later), Concern::none);
  EXPECT_EQ(guards_end(day("2026-02-02"), calendar), at("2026-01-30T15:55:00-05:00"));
}

TEST(Corporate, F66ASplitRescalesQuantitiesAndLevelsAndKeepsValues) {
  struct Row {
    Ratio new_rate;
    Ratio old_rate;
    Quantity quantity;
    Price entry;
    Price stop;
  };
  for (const Row& row : {Row{4_ratio, 1_ratio, 84_qty, 25.125_price, 23.75_price},
                         Row{1_ratio, 10_ratio, 2.1_qty, 1005_price, 950_price},
                         Row{3_ratio, 2_ratio, 31.5_qty, 67_price, 63.333333333_price}}) {
    Lot lot = lot_of();
    lot.left_elsewise.push_back({.order = OrderId("x"), .quantity = 9_qty, .value = 900_usd, .at = {}});
    rescale(lot, split(row.new_rate, row.old_rate));
    EXPECT_EQ(lot.quantity, row.quantity);
    EXPECT_EQ(lot.original_quantity - left_so_far(lot), row.quantity) << "what has left counts in new shares too";
    EXPECT_EQ(lot.left_elsewise[0].value, 900_usd);
    EXPECT_EQ(lot.entry_price, row.entry);
    EXPECT_EQ(lot.stop_loss, row.stop);
    EXPECT_EQ(lot.peak_price, rescaled(104_price, split(row.new_rate, row.old_rate)));
    EXPECT_EQ(lot.terms.trail_amount, rescaled(2_price, split(row.new_rate, row.old_rate)));
    EXPECT_EQ(lot.split_applied, day("2026-02-02"));
  }
}

TEST(Corporate, TheBrokersCountTellsThatItHasRescaledToo) {
  EXPECT_TRUE(count_is_rescaled(84_qty, 21_qty, split(4_ratio, 1_ratio)));
  EXPECT_FALSE(count_is_rescaled(21_qty, 21_qty, split(4_ratio, 1_ratio)));
  EXPECT_FALSE(count_is_rescaled(83_qty, 21_qty, split(4_ratio, 1_ratio)));
  EXPECT_TRUE(count_is_rescaled(2_qty, 21_qty, split(1_ratio, 10_ratio))) << "a tenth was paid out";
  EXPECT_TRUE(count_is_rescaled(-(84_qty), -(21_qty), split(4_ratio, 1_ratio)));
  EXPECT_FALSE(count_is_rescaled(84_qty, -(21_qty), split(4_ratio, 1_ratio)));
  EXPECT_FALSE(count_is_rescaled(0_qty, 21_qty, split(4_ratio, 1_ratio))) << "gone is not rescaled";
}

}  // namespace
}  // namespace belay::reconcile
