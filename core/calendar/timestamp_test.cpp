// SPDX-License-Identifier: Apache-2.0
#include "core/calendar/timestamp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace belay {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kHalfPastTwo = 1'769'437'800 * kSecond;  // 2026-01-26T14:30:00Z, by `date -u -d @1769437800`

std::int64_t parsed(std::string_view text) {
  const auto at = parse_timestamp(text);
  EXPECT_TRUE(at.has_value()) << text << ": " << (at ? "" : at.error().message);
  return at ? at->nanos : 0;
}

TEST(ParseTimestamp, ReadsRfc3339) {
  EXPECT_EQ(parsed("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parsed("2026-01-26T14:30:00Z"), kHalfPastTwo);
  EXPECT_EQ(parsed("2026-01-26t14:30:00z"), kHalfPastTwo);
  EXPECT_EQ(parsed("2026-01-26T09:30:00-05:00"), kHalfPastTwo);
  EXPECT_EQ(parsed("2026-01-26T20:00:00+05:30"), kHalfPastTwo);
  EXPECT_EQ(parsed("2026-01-27T00:30:00+10:00"), kHalfPastTwo);
  EXPECT_EQ(parsed("1969-12-31T23:59:59.999999999Z"), -1);
}

TEST(ParseTimestamp, ReadsWhatPostgresqlPrints) {
  EXPECT_EQ(parsed("2026-01-26 14:30:00.123456+00"), kHalfPastTwo + 123'456'000);
  EXPECT_EQ(parsed("2026-01-26 09:30:00.1-05"), kHalfPastTwo + 100'000'000);
  EXPECT_EQ(parsed("2026-01-26 20:00:00+05:30"), kHalfPastTwo);
}

TEST(ParseTimestamp, WithoutOffsetIsUtc) {
  EXPECT_EQ(parsed("2026-01-26 14:30:00"), kHalfPastTwo);
  EXPECT_EQ(parsed("2026-01-26T14:30:00.000000001"), kHalfPastTwo + 1);
}

TEST(ParseTimestamp, CutsWhatIsFinerThanNanoseconds) {
  EXPECT_EQ(parsed("2026-01-26T14:30:00.123456789Z"), kHalfPastTwo + 123'456'789);
  EXPECT_EQ(parsed("2026-01-26T14:30:00.1234567899999999999999Z"), kHalfPastTwo + 123'456'789);
  EXPECT_EQ(parsed("2026-01-26T14:30:00.0000000009Z"), kHalfPastTwo);
}

TEST(ParseTimestamp, KnowsTheLeapYears) {
  EXPECT_EQ(parsed("2024-03-01T00:00:00Z") - parsed("2024-02-29T00:00:00Z"), 86'400 * kSecond);
  EXPECT_FALSE(parse_timestamp("2023-02-29T00:00:00Z"));
  EXPECT_FALSE(parse_timestamp("2100-02-29T00:00:00Z"));
  EXPECT_TRUE(parse_timestamp("2000-02-29T00:00:00Z"));
}

class NoTimestamp : public testing::TestWithParam<const char*> {};

TEST_P(NoTimestamp, IsRefusedAndShown) {
  const auto at = parse_timestamp(GetParam());
  ASSERT_FALSE(at.has_value()) << to_text(*at);
  EXPECT_THAT(at.error().message, HasSubstr(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Form, NoTimestamp,
                         testing::Values("", "now", "infinity", "2026-01-26", "2026-01-26T", "2026-01-26T14:30",
                                         "2026-01-26T14:30Z", "2026-1-26T14:30:00Z", "26-01-26T14:30:00Z",
                                         " 2026-01-26T14:30:00Z", "2026-01-26T14:30:00Z ", "2026-01-26T14:30:00 Z",
                                         "2026-01-26  14:30:00Z", "2026-01-26_14:30:00Z", "2026/01/26T14:30:00Z",
                                         "2026-01-26T14:30:00.Z", "2026-01-26T14:30:00,5Z", "2026-01-26T14:30:00.5.5Z",
                                         "2026-01-26T14:30:00+5", "2026-01-26T14:30:00+0530",
                                         "2026-01-26T14:30:00+05:3", "2026-01-26T14:30:00+05:30:00",
                                         "2026-01-26T14:30:00ZZ", "2026-01-26T14:30:00EST", "2026-01-26T-1:30:00Z",
                                         "+2026-01-26T14:30:00Z", "2026-01-26T14:30:00+00 BC",
                                         "2026-01-2\xc2\xb2T14:30:00Z"));

INSTANTIATE_TEST_SUITE_P(NoSuchMoment, NoTimestamp,
                         testing::Values("2026-00-26T14:30:00Z", "2026-13-26T14:30:00Z", "2026-01-00T14:30:00Z",
                                         "2026-01-32T14:30:00Z", "2026-04-31T14:30:00Z", "2026-01-26T24:00:00Z",
                                         "2026-01-26T14:60:00Z", "2026-01-26T14:30:60Z", "2026-01-26T14:30:00+24:00",
                                         "2026-01-26T14:30:00-05:60"));

INSTANTIATE_TEST_SUITE_P(DoesNotFit, NoTimestamp,
                         testing::Values("0001-01-01T00:00:00Z", "1677-12-31T23:59:59Z", "2262-01-01T00:00:00Z",
                                         "9999-12-31T23:59:59Z"));

TEST(ParseTimestamp, ReadsTheEndsOfItsRange) {
  EXPECT_EQ(to_text(Timestamp{parsed("1678-01-01T00:00:00+23:59")}), "1677-12-31T00:01:00Z");
  EXPECT_EQ(to_text(Timestamp{parsed("2261-12-31T23:59:59.999999999-23:59")}), "2262-01-01T23:58:59.999999999Z");
}

TEST(ParseTimestamp, ShowsOnlyTheBeginningOfALongText) {
  const auto at = parse_timestamp(std::string(100'000, 'x'));
  ASSERT_FALSE(at.has_value());
  EXPECT_LT(at.error().message.size(), 200U);
}

TEST(TimestampText, HasAsManyDigitsAsNeeded) {
  EXPECT_EQ(to_text(Timestamp{kHalfPastTwo}), "2026-01-26T14:30:00Z");
  EXPECT_EQ(to_text(Timestamp{kHalfPastTwo + 500'000'000}), "2026-01-26T14:30:00.500Z");
  EXPECT_EQ(to_text(Timestamp{kHalfPastTwo + 1'000'000}), "2026-01-26T14:30:00.001Z");
  EXPECT_EQ(to_text(Timestamp{kHalfPastTwo + 123'456'000}), "2026-01-26T14:30:00.123456Z");
  EXPECT_EQ(to_text(Timestamp{kHalfPastTwo + 1}), "2026-01-26T14:30:00.000000001Z");
}

TEST(TimestampText, CountsBackwardsBefore1970) {
  EXPECT_EQ(to_text(Timestamp{-1}), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(to_text(Timestamp{-kSecond}), "1969-12-31T23:59:59Z");
}

TEST(TimestampText, HoldsForEveryTimestamp) {
  EXPECT_EQ(to_text(Timestamp{std::numeric_limits<std::int64_t>::max()}), "2262-04-11T23:47:16.854775807Z");
  EXPECT_EQ(to_text(Timestamp{std::numeric_limits<std::int64_t>::min()}), "1677-09-21T00:12:43.145224192Z");
}

TEST(TimestampText, ReadsBackAsTheSameMoment) {
  std::mt19937_64 random(20260126);
  std::uniform_int_distribution<std::int64_t> any(-9'214'000'000 * kSecond, 9'214'000'000 * kSecond);
  for (int i = 0; i < 20'000; ++i) {
    const Timestamp at{any(random)};
    ASSERT_EQ(parsed(to_text(at)), at.nanos);
  }
}

TEST(ParseDate, ReadsDates) {
  EXPECT_EQ(parse_date("2026-01-26").value(), 2026y / 1 / 26);
  EXPECT_EQ(parse_date("2024-02-29").value(), 2024y / 2 / 29);
  EXPECT_EQ(parse_date("9999-12-31").value(), 9999y / 12 / 31);
}

TEST(ParseDate, RefusesWhatIsNoDate) {
  for (const char* text : {"", "2026-01", "2026-1-26", "20260126", "2026-01-26 ", "2026-01-26T00:00:00Z", "2026-02-30",
                           "2026-00-10", "2026-13-01", "2025-02-29", "-026-01-01"}) {
    const auto date = parse_date(text);
    ASSERT_FALSE(date.has_value()) << text;
    EXPECT_THAT(date.error().message, HasSubstr(text));
  }
}

TEST(DateText, ReadsBackAsTheSameDate) {
  EXPECT_EQ(to_text(Date{2026y / 1 / 26}), "2026-01-26");
  EXPECT_EQ(to_text(Date{987y / 1 / 2}), "0987-01-02");
  for (auto day = std::chrono::sys_days(1999y / 1 / 1); day < std::chrono::sys_days(2001y / 12 / 31);
       day += std::chrono::days(1)) {
    ASSERT_EQ(parse_date(to_text(Date(day))).value(), Date(day));
  }
}

TEST(Timestamp, IsAMomentWithDistances) {
  const Timestamp at{kHalfPastTwo};
  EXPECT_EQ((at + 1h).nanos, kHalfPastTwo + 3600 * kSecond);
  EXPECT_EQ((at + 1h) - at, 1h);
  EXPECT_LT(at - 1ns, at);
}

}  // namespace
}  // namespace belay
