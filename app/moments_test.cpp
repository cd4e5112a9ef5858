// SPDX-License-Identifier: Apache-2.0
#include "app/moments.hpp"

#include <gtest/gtest.h>

namespace belay::app {
namespace {

Timestamp at(const char* text) { return parse_timestamp(text).value(); }

const Timestamp kNow = at("2026-01-26T15:00:00Z");

TEST(Moments, FromADateIsItsMidnightInNewYorkAndUpToItIncludesTheDay) {
  EXPECT_EQ(parse_since("--from", "2026-01-25", kNow).value(), at("2026-01-25T05:00:00Z"));
  EXPECT_EQ(parse_until("--to", "2026-01-25", kNow).value(), at("2026-01-26T05:00:00Z"));
}

TEST(Moments, ATimeIsItselfAndASpanIsBackFromNow) {
  EXPECT_EQ(parse_since("--since", "2026-01-26T14:30:00Z", kNow).value(), at("2026-01-26T14:30:00Z"));
  EXPECT_EQ(parse_until("--until", "2h", kNow).value(), at("2026-01-26T13:00:00Z"));
}

TEST(Moments, TheNextTimeOfDayIsTodayOrTomorrow) {
  EXPECT_EQ(parse_coming("--until", "15:30", kNow).value(), at("2026-01-26T20:30:00Z"));
  EXPECT_EQ(parse_coming("--until", "09:30", kNow).value(), at("2026-01-27T14:30:00Z"));
  EXPECT_EQ(parse_coming("--until", "2026-02-01T00:00:00Z", kNow).value(), at("2026-02-01T00:00:00Z"));
}

TEST(Moments, WhatIsNoneIsRefusedByTheOptionsName) {
  for (const char* text : {"", "soon", "25:00", "12:60", "1:30", "2026-01-26T15:00:00Z"}) {
    const auto parsed = parse_coming("--until", text, kNow);
    ASSERT_FALSE(parsed) << text;
    EXPECT_TRUE(parsed.error().message.starts_with("--until ")) << parsed.error().message;
  }
  EXPECT_TRUE(parse_since("--from", "whenever", kNow).error().message.starts_with("--from whenever"));
}

}  // namespace
}  // namespace belay::app
