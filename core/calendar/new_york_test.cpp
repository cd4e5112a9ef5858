// SPDX-License-Identifier: Apache-2.0
#include "core/calendar/new_york.hpp"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>
#include <gtest/gtest.h>

#include <limits>

namespace belay::calendar {
namespace {

using namespace std::chrono_literals;

Timestamp at(const char* text) { return parse_timestamp(text).value(); }

/// The time zone data of the system, for comparison.
absl::TimeZone reference() {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone("America/New_York", &zone)) << "tzdata is missing";
  return zone;
}

void expect_as_reference(const absl::TimeZone& zone, std::int64_t unix_seconds) {
  const Timestamp moment{unix_seconds * 1'000'000'000};
  const auto expected = zone.At(absl::FromUnixSeconds(unix_seconds));
  ASSERT_EQ(utc_offset(moment).count(), expected.offset) << to_text(moment);

  const LocalTime local = to_new_york(moment);
  const absl::CivilSecond civil = expected.cs;
  ASSERT_EQ(to_text(local.date), absl::FormatCivilTime(absl::CivilDay(civil)));
  ASSERT_EQ(local.time_of_day.count(), civil.hour() * 3600 + civil.minute() * 60 + civil.second());

  // Back again: the same moment, or in the repeated hour the first time round.
  const auto info = zone.At(civil);
  const auto first = info.kind == absl::TimeZone::TimeInfo::REPEATED ? info.pre : absl::FromUnixSeconds(unix_seconds);
  ASSERT_EQ(from_new_york(local.date, local.time_of_day).nanos, absl::ToUnixNanos(first)) << to_text(moment);
}

TEST(NewYork, AgreesWithTheTimeZoneDataOnEveryHour) {
  const absl::TimeZone zone = reference();
  const std::int64_t end = absl::ToUnixSeconds(absl::FromCivil(absl::CivilHour(2041, 1, 1), absl::UTCTimeZone()));
  std::int64_t second = absl::ToUnixSeconds(absl::FromCivil(absl::CivilHour(1987, 1, 1), absl::UTCTimeZone()));
  for (; second <= end && !testing::Test::HasFatalFailure(); second += 3600) expect_as_reference(zone, second);
}

TEST(NewYork, AgreesWithTheTimeZoneDataAroundEveryTransition) {
  const absl::TimeZone zone = reference();
  int transitions = 0;
  absl::Time from = absl::FromCivil(absl::CivilHour(1987, 1, 1), zone);
  for (absl::TimeZone::CivilTransition next; zone.NextTransition(from, &next) && next.to.year() <= 2040;
       ++transitions) {
    const absl::Time moment = zone.At(next.to).trans;
    for (const int around : {-7200, -3601, -3600, -1, 0, 1, 3599, 3600, 7200}) {
      expect_as_reference(zone, absl::ToUnixSeconds(moment) + around);
    }
    from = moment;
  }
  EXPECT_EQ(transitions, 2 * (2040 - 1987 + 1));
}

TEST(NewYork, ChangesItsClocksToTheSecond) {
  EXPECT_EQ(new_york_text(at("2026-03-08T06:59:59Z")), "2026-03-08 01:59:59 EST");
  EXPECT_EQ(new_york_text(at("2026-03-08T07:00:00Z")), "2026-03-08 03:00:00 EDT");
  EXPECT_EQ(new_york_text(at("2026-11-01T05:59:59Z")), "2026-11-01 01:59:59 EDT");
  EXPECT_EQ(new_york_text(at("2026-11-01T06:00:00Z")), "2026-11-01 01:00:00 EST");
  EXPECT_EQ(utc_offset(at("2026-01-26T20:55:00Z")), -5h);
  EXPECT_EQ(utc_offset(at("2026-07-26T20:55:00Z")), -4h);
}

TEST(NewYork, TextIsForPeople) {
  EXPECT_EQ(new_york_text(at("2026-01-26T20:55:00.999Z")), "2026-01-26 15:55:00 EST");
  EXPECT_EQ(new_york_text(at("2026-07-01T03:04:05Z")), "2026-06-30 23:04:05 EDT");
}

TEST(NewYork, DateIsTheOneInNewYork) {
  EXPECT_EQ(to_new_york(at("2026-01-01T04:59:59Z")), (LocalTime{2025y / 12 / 31, 24h - 1s}));
  EXPECT_EQ(to_new_york(at("2026-01-01T05:00:00Z")), (LocalTime{2026y / 1 / 1, 0s}));
}

TEST(NewYork, SkippedHourIsReadForwards) {
  EXPECT_EQ(from_new_york(2026y / 3 / 8, 2h), at("2026-03-08T07:00:00Z"));
  EXPECT_EQ(from_new_york(2026y / 3 / 8, 2h + 30min), at("2026-03-08T07:30:00Z"));
  EXPECT_EQ(from_new_york(2026y / 3 / 8, 3h), at("2026-03-08T07:00:00Z"));
}

TEST(NewYork, RepeatedHourIsReadAsTheFirst) {
  EXPECT_EQ(from_new_york(2026y / 11 / 1, 1h + 30min), at("2026-11-01T05:30:00Z"));
  EXPECT_EQ(from_new_york(2026y / 11 / 1, 2h), at("2026-11-01T07:00:00Z"));
}

TEST(NewYork, HoldsForEveryTimestampAndDate) {
  constexpr Timestamp kEarliest{std::numeric_limits<std::int64_t>::min()};
  constexpr Timestamp kLatest{std::numeric_limits<std::int64_t>::max()};
  EXPECT_EQ(new_york_text(kLatest), "2262-04-11 19:47:16 EDT");
  EXPECT_EQ(new_york_text(kEarliest), "1677-09-20 20:12:43 EDT");
  EXPECT_EQ(from_new_york(9999y / 12 / 31, 16h), kLatest);
  EXPECT_EQ(from_new_york(1y / 1 / 1, 16h), kEarliest);
}

}  // namespace
}  // namespace belay::calendar
