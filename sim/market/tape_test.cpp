// SPDX-License-Identifier: Apache-2.0
#include "sim/market/tape.hpp"

#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace belay::sim {
namespace {

Timestamp at(const std::string& time) { return parse_timestamp("2026-01-26T" + time + "Z").value(); }  // 15:00 is 10:00

class TapeTest : public testing::Test {
 protected:
  void print(const std::string& time, Price price, std::int64_t size = 100, std::string_view conditions = "@") {
    tape_.trade("AAPL", price, Quantity::whole(size), at(time), conditions);
  }
  Tape tape_{calendar::UsEquities{}};
};

TEST_F(TapeTest, a_minute_has_first_highest_lowest_and_last_price_and_what_was_traded) {
  print("15:00:00", 200.0_price, 100);
  print("15:00:10", 203.0_price, 300);
  print("15:00:20", 199.0_price, 100);
  print("15:00:59.999", 201.0_price, 500);
  print("15:01:00", 210.0_price);
  ASSERT_EQ(tape_.minutes("AAPL").size(), 2U);
  const Bar& bar = tape_.minutes("AAPL").front();
  EXPECT_EQ(bar.start, at("15:00:00"));
  EXPECT_EQ(bar.open, 200.0_price);
  EXPECT_EQ(bar.high, 203.0_price);
  EXPECT_EQ(bar.low, 199.0_price);
  EXPECT_EQ(bar.close, 201.0_price);
  EXPECT_EQ(bar.whole_volume(), 1000);
  EXPECT_EQ(bar.count, 4);
  EXPECT_EQ(bar.average(), 201.3_price);  // (20000 + 60900 + 19900 + 100500) / 1000
}

TEST_F(TapeTest, a_print_that_is_no_last_price_is_on_the_tape_and_in_no_bar) {
  print("15:00:00", 200.0_price);
  print("15:00:01", 250.0_price, 7, "@I");  // an odd lot
  EXPECT_EQ(tape_.trades("AAPL").size(), 2U);
  EXPECT_EQ(tape_.trades("AAPL").back().id, 2);
  EXPECT_EQ(tape_.last_trade("AAPL")->price, 200.0_price);
  EXPECT_EQ(tape_.minutes("AAPL").back().high, 200.0_price);
  EXPECT_EQ(tape_.minutes("AAPL").back().count, 1);
}

TEST_F(TapeTest, a_day_has_the_prices_of_its_session_and_the_volume_of_all_of_it) {
  print("13:00:00", 190.0_price, 10);  // before the open
  EXPECT_FALSE(tape_.days("AAPL").back().has_prices());
  print("14:30:00", 200.0_price, 100);
  print("20:59:59", 202.0_price, 100);
  print("21:00:00", 230.0_price, 50);  // at the close
  const Bar& day = tape_.days("AAPL").back();
  EXPECT_EQ(tape_.days("AAPL").size(), 1U);
  EXPECT_EQ(day.start, at("05:00:00"));  // midnight in New York
  EXPECT_EQ(day.open, 200.0_price);
  EXPECT_EQ(day.high, 202.0_price);
  EXPECT_EQ(day.low, 200.0_price);
  EXPECT_EQ(day.close, 202.0_price);
  EXPECT_EQ(day.whole_volume(), 260);
  EXPECT_EQ(day.count, 4);
}

TEST_F(TapeTest, minutes_that_ended_are_told_once_by_time_and_symbol) {
  tape_.trade("MSFT", 400.0_price, Quantity::whole(1), at("15:00:30"));
  print("15:00:40", 200.0_price);
  EXPECT_TRUE(tape_.take_ended_minutes(at("15:00:59.9")).empty());
  print("15:01:40", 201.0_price);
  const auto ended = tape_.take_ended_minutes(at("15:02:00"));
  ASSERT_EQ(ended.size(), 3U);
  EXPECT_EQ(ended[0].symbol, "AAPL");
  EXPECT_EQ(ended[1].symbol, "MSFT");
  EXPECT_EQ(ended[2].bar.start, at("15:01:00"));
  EXPECT_TRUE(tape_.take_ended_minutes(at("16:00:00")).empty());
}

TEST_F(TapeTest, a_time_that_goes_back_is_taken_for_the_latest) {
  print("15:01:00", 200.0_price);
  print("15:00:00", 201.0_price);
  EXPECT_EQ(tape_.trades("AAPL").back().at, at("15:01:00"));
  EXPECT_EQ(tape_.minutes("AAPL").size(), 1U);
}

TEST_F(TapeTest, only_the_latest_quote_of_an_option_is_kept) {
  for (const char* symbol : {"AAPL", "AAPL260320C00200000"}) {
    tape_.quote(symbol, {5.0_price, 5.1_price, 1.0_qty, 1.0_qty}, at("15:00:00"));
    tape_.quote(symbol, {6.0_price, 6.1_price, 1.0_qty, 1.0_qty}, at("15:00:01"));
  }
  EXPECT_EQ(tape_.quotes("AAPL").size(), 2U);
  ASSERT_EQ(tape_.quotes("AAPL260320C00200000").size(), 1U);
  EXPECT_EQ(tape_.last_quote("AAPL260320C00200000")->prices.bid, 6.0_price);
  EXPECT_EQ(tape_.last_quote("NOSUCH"), nullptr);
}

TEST(TapeRoom, when_it_is_used_up_the_largest_loses_its_older_half) {
  Tape tape(calendar::UsEquities{}, {.trades = 10, .quotes = 10, .minutes = 10, .days = 10});
  tape.trade("MSFT", 400.0_price, 1.0_qty, at("15:00:00"));
  for (int i = 0; i < 1000; ++i) {
    tape.trade("AAPL", Price::whole(i + 1), 1.0_qty, at("15:00:00") + i * Duration(std::chrono::minutes(1)));
  }
  EXPECT_LE(tape.trades("AAPL").size(), 9U);
  EXPECT_LE(tape.minutes("AAPL").size(), 9U);
  EXPECT_EQ(tape.trades("AAPL").back().price, 1000.0_price);
  EXPECT_EQ(tape.minutes("AAPL").back().close, 1000.0_price);
  EXPECT_EQ(tape.minutes("MSFT").size(), 1U);
}

TEST(BarTest, a_split_leaves_the_turnover_and_divides_the_prices) {
  Bar bar;
  bar.take(200.0_price, 100.0_qty);
  bar.take(210.0_price, 300.0_qty);
  const Bar after = bar.rescaled(4, 1);
  EXPECT_EQ(after.open, 50.0_price);
  EXPECT_EQ(after.high, 52.5_price);
  EXPECT_EQ(after.whole_volume(), 1600);
  EXPECT_EQ(after.average(), 51.875_price);
}

TEST(BarTest, volumes_beyond_sixty_four_bits_add_up) {
  Bar bar;
  for (int i = 0; i < 4; ++i) bar.take(500.0_price, Quantity::whole(9'000'000'000));
  EXPECT_EQ(bar.whole_volume(), 36'000'000'000);
  EXPECT_EQ(bar.average(), 500.0_price);
}

TEST(BarTest, absurd_sizes_end_at_a_limit) {
  Bar bar;
  const Price dearest = Price::from_nanos(std::numeric_limits<std::int64_t>::max());
  const Quantity most = Quantity::from_nanos(std::numeric_limits<std::int64_t>::max());
  for (int i = 0; i < 5; ++i) bar.take(dearest, most);
  EXPECT_EQ(bar.count, 5);
  EXPECT_GT(bar.rescaled(1'000'000, 1).whole_volume(), 36'000'000'000);
  EXPECT_LE(bar.average(), dearest);
}

}  // namespace
}  // namespace belay::sim
