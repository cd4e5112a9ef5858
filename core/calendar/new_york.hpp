// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "core/calendar/timestamp.hpp"

namespace belay::calendar {

/// What a clock on the wall in New York shows.
struct LocalTime {
  Date date{};
  std::chrono::seconds time_of_day{};  // since midnight as the wall clock counts: 09:30 is 9.5 hours on every day

  bool operator==(const LocalTime&) const = default;
};

/// New York minus UTC: −5 h, or −4 h in daylight saving time. By the rules of 2007 (second Sunday of March, 2:00, to
/// first Sunday of November, 2:00) and, before that, of 1987 (first Sunday of April to last Sunday of October); years
/// before 1987 are read by the rules of 1987.
std::chrono::seconds utc_offset(Timestamp at);

/// Fractions of a second are cut off.
LocalTime to_new_york(Timestamp at);

/// The moment when New York shows `time_of_day` on `date`. In the hour that is skipped in spring: as much later as the
/// clock jumped (02:30 is the moment shown as 03:30). In the hour that is repeated in autumn: the first time round.
/// Dates that a Timestamp cannot hold give the earliest or latest Timestamp.
Timestamp from_new_york(Date date, std::chrono::seconds time_of_day);

/// "2026-01-26 15:55:00 EST", for people.
std::string new_york_text(Timestamp at);

}  // namespace belay::calendar
