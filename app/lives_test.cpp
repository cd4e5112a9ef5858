// SPDX-License-Identifier: Apache-2.0
#include "app/lives.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/calendar/timestamp.hpp"

namespace belay::app {
namespace {

const Timestamp kNow = *parse_timestamp("2026-01-26T15:00:00Z");

StoredEvent life(const std::string& word, Duration ago = std::chrono::minutes(5)) {
  return {.event_type = "service", .event_data = R"({"what":")" + word + R"("})", .created_at = kNow - ago};
}

TEST(Lives, F34ThoseThatNobodyStoppedAreCounted) {
  EXPECT_EQ(lives_cut_short({}, kNow), 0);
  EXPECT_EQ(lives_cut_short({life("started"), life("started"), life("started")}, kNow), 3);
}

TEST(Lives, F34OneThatWasStoppedOrEndedItselfBeginsTheCountAnew) {
  for (const std::string end : {"stopped", "ended"}) {
    EXPECT_EQ(lives_cut_short({life("started"), life("started"), life("started"), life(end)}, kNow), 0);
    EXPECT_EQ(lives_cut_short({life("started"), life("started"), life(end), life("started")}, kNow), 1);
  }
}

TEST(Lives, F34ThoseOfTheLastHourCountByTheOrderInWhichTheyWereRecorded) {
  const Duration long_ago = std::chrono::minutes(61);
  EXPECT_EQ(lives_cut_short({life("started", long_ago), life("started")}, kNow), 1);
  // The clock was ahead while it lived; its end was told by the right one.
  EXPECT_EQ(lives_cut_short({life("started"), life("stopped", long_ago)}, kNow), 0);
  EXPECT_EQ(lives_cut_short({life("started", -std::chrono::hours(2))}, kNow), 0);
}

TEST(Lives, WhatIsNoLifeCountsForNothing) {
  StoredEvent torn = life("");
  torn.event_data = "no JSON";
  StoredEvent list = life("");
  list.event_data = "[]";
  StoredEvent other = life("started");
  other.event_type = "operator";
  EXPECT_EQ(lives_cut_short({life("started"), life("paused"), torn, list, other}, kNow), 1);
}

}  // namespace
}  // namespace belay::app
