// SPDX-License-Identifier: Apache-2.0
#include "sim/server/equity_curve.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace belay::sim {
namespace {

Timestamp at(const std::string& time) { return parse_timestamp("2026-01-26T" + time + "Z").value(); }

TEST(EquityCurveTest, of_a_minute_the_last_word_counts) {
  EquityCurve curve;
  curve.note("A", at("15:00:10"), 100_usd);
  curve.note("A", at("15:00:50"), 110_usd);
  curve.note("A", at("15:01:00"), 120_usd);
  EXPECT_EQ(curve.before("A", at("15:00:00")), std::nullopt);
  EXPECT_EQ(curve.before("A", at("15:01:00")), 110_usd);
  EXPECT_EQ(curve.before("A", at("15:02:00")), 120_usd);
  EXPECT_EQ(curve.before("A", at("20:00:00")), 120_usd);
  EXPECT_EQ(curve.opening("A"), 100_usd);
  EXPECT_EQ(curve.beginning("A"), at("15:00:00"));
  EXPECT_EQ(curve.before("B", at("20:00:00")), std::nullopt);
}

TEST(EquityCurveTest, minutes_in_which_nothing_changes_take_no_room) {
  EquityCurve curve;
  for (int i = 0; i < 1000; ++i) curve.note("A", at("00:00:00") + i * Duration(std::chrono::minutes(1)), 100_usd);
  EXPECT_EQ(curve.size("A"), 1U);
}

TEST(EquityCurveTest, when_room_is_used_up_a_value_a_day_remains_of_the_older_half) {
  EquityCurve curve(1000);
  const Timestamp begin = at("05:00:00");  // midnight in New York
  for (int i = 0; i < 5000; ++i) curve.note("A", begin + i * Duration(std::chrono::minutes(1)), Money::whole(i));
  EXPECT_LE(curve.size("A"), 1000U);
  EXPECT_EQ(curve.before("A", begin + Duration(std::chrono::days(1))), Money::whole(1439));
  EXPECT_EQ(curve.before("A", begin + Duration(std::chrono::minutes(4990))), Money::whole(4989));
}

}  // namespace
}  // namespace belay::sim
