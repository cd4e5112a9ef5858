// SPDX-License-Identifier: Apache-2.0
#include "sim/market/timeframe.hpp"

#include <string>

#include <gtest/gtest.h>

namespace belay::sim {
namespace {

Timestamp time(const std::string& text) { return parse_timestamp(text).value(); }

std::string start_of(const char* timeframe, const std::string& at) {
  return to_text(parse_timeframe(timeframe).value().start_of(time(at)));
}

Bar bar(const std::string& at, Price price, std::int64_t size) {
  Bar bar{.start = time(at)};
  bar.take(price, Quantity::whole(size));
  return bar;
}

TEST(TimeframeTest, what_the_broker_offers_is_understood_and_nothing_else) {
  for (const char* text : {"1Min", "59Min", "5T", "1Hour", "23H", "1Day", "1D", "1Week", "1W", "1Month", "2Month", "3M",
                           "4Month", "6Month", "12M"}) {
    EXPECT_TRUE(parse_timeframe(text).has_value()) << text;
  }
  for (const char* text : {"", "Min", "0Min", "60Min", "24Hour", "2Day", "2Week", "5Month", "13Month", "1min", "1 Min",
                           "-1Min", "1Minute", "99999999999Min"}) {
    EXPECT_FALSE(parse_timeframe(text).has_value()) << text;
  }
}

TEST(TimeframeTest, bars_are_counted_from_midnight_in_new_york) {
  EXPECT_EQ(start_of("1Min", "2026-01-26T14:31:40Z"), "2026-01-26T14:31:00Z");
  EXPECT_EQ(start_of("15Min", "2026-01-26T14:44:59Z"), "2026-01-26T14:30:00Z");
  EXPECT_EQ(start_of("1Hour", "2026-01-26T14:31:00Z"), "2026-01-26T14:00:00Z");
  EXPECT_EQ(start_of("4Hour", "2026-01-26T14:31:00Z"), "2026-01-26T13:00:00Z");  // 08:00
  EXPECT_EQ(start_of("1Day", "2026-01-26T14:31:00Z"), "2026-01-26T05:00:00Z");
  EXPECT_EQ(start_of("1Day", "2026-07-27T03:59:00Z"), "2026-07-26T04:00:00Z");  // in daylight saving time
}

TEST(TimeframeTest, weeks_begin_on_monday_and_months_in_january) {
  EXPECT_EQ(start_of("1Week", "2026-01-30T14:31:00Z"), "2026-01-26T05:00:00Z");
  EXPECT_EQ(start_of("1Week", "2026-02-01T14:31:00Z"), "2026-01-26T05:00:00Z");  // a Sunday
  EXPECT_EQ(start_of("1Month", "2026-05-20T14:31:00Z"), "2026-05-01T04:00:00Z");
  EXPECT_EQ(start_of("3Month", "2026-05-20T14:31:00Z"), "2026-04-01T04:00:00Z");
  EXPECT_EQ(start_of("12Month", "2026-05-20T14:31:00Z"), "2026-01-01T05:00:00Z");
}

TEST(TimeframeTest, bars_become_longer_ones) {
  const auto hours =
      aggregate({bar("2026-01-26T14:58:00Z", 200.0_price, 100), bar("2026-01-26T14:59:00Z", 204.0_price, 300),
                 bar("2026-01-26T15:00:00Z", 190.0_price, 100)},
                parse_timeframe("1Hour").value());
  ASSERT_EQ(hours.size(), 2U);
  EXPECT_EQ(hours[0].start, time("2026-01-26T14:00:00Z"));
  EXPECT_EQ(hours[0].open, 200.0_price);
  EXPECT_EQ(hours[0].high, 204.0_price);
  EXPECT_EQ(hours[0].close, 204.0_price);
  EXPECT_EQ(hours[0].whole_volume(), 400);
  EXPECT_EQ(hours[0].average(), 203.0_price);
  EXPECT_EQ(hours[1].close, 190.0_price);
}

TEST(TimeframeTest, a_day_without_prices_is_no_bar_and_adds_to_its_week) {
  Bar quiet{.start = time("2026-01-27T05:00:00Z")};
  quiet.take_volume(100.0_price, 50.0_qty);
  EXPECT_TRUE(aggregate({quiet}, parse_timeframe("1Day").value()).empty());
  const auto week = aggregate({quiet, bar("2026-01-28T05:00:00Z", 110.0_price, 10)}, parse_timeframe("1Week").value());
  ASSERT_EQ(week.size(), 1U);
  EXPECT_EQ(week[0].open, 110.0_price);
  EXPECT_EQ(week[0].whole_volume(), 60);
}

}  // namespace
}  // namespace belay::sim
