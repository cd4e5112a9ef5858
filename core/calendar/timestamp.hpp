// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace belay {

using Duration = std::chrono::nanoseconds;
using Date = std::chrono::year_month_day;

/// A moment in UTC, in nanoseconds since 1970-01-01T00:00:00Z. Good for the years 1678 to 2261.
struct Timestamp {
  std::int64_t nanos = 0;

  auto operator<=>(const Timestamp&) const = default;
  friend constexpr Timestamp operator+(Timestamp at, Duration by) { return {at.nanos + by.count()}; }
  friend constexpr Timestamp operator-(Timestamp at, Duration by) { return {at.nanos - by.count()}; }
  friend constexpr Duration operator-(Timestamp a, Timestamp b) { return Duration(a.nanos - b.nanos); }
};

/// RFC 3339 with any offset ("2026-01-26T14:30:00.5-05:00"), and as PostgreSQL prints it: a blank for the T, offsets of
/// whole hours ("+00"), no offset (a `timestamp` column; read as UTC). Digits finer than a nanosecond are cut off.
/// Impossible dates and times, leap seconds and years outside 1678 to 2261 are errors.
Result<Timestamp> parse_timestamp(std::string_view text);
/// RFC 3339 in UTC: "2026-01-26T19:30:00Z", with as many fractional digits as needed (none, 3, 6 or 9).
std::string to_text(Timestamp at);

/// "2026-01-26"; an impossible date is an error.
Result<Date> parse_date(std::string_view text);
std::string to_text(Date date);

}  // namespace belay
