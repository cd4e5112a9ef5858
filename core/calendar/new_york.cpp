// SPDX-License-Identifier: Apache-2.0
#include "core/calendar/new_york.hpp"

#include <limits>

namespace belay::calendar {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::seconds;
using std::chrono::Sunday;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

constexpr seconds kStandard = -5h;
constexpr seconds kDaylight = -4h;
constexpr year kPresentRulesSince{2007};

/// Both changes are at 2:00 on the clock that is about to be changed.
sys_seconds daylight_begins(year y) {
  using namespace std::chrono;
  const auto day = y >= kPresentRulesSince ? sys_days(y / March / Sunday[2]) : sys_days(y / April / Sunday[1]);
  return day + 2h - kStandard;
}

sys_seconds daylight_ends(year y) {
  using namespace std::chrono;
  const auto day = y >= kPresentRulesSince ? sys_days(y / November / Sunday[1]) : sys_days(y / October / Sunday[last]);
  return day + 2h - kDaylight;
}

seconds offset_at(sys_seconds moment) {
  // The year turns in winter on either clock, so the year in UTC will do.
  const year y = Date(std::chrono::floor<days>(moment)).year();
  return moment >= daylight_begins(y) && moment < daylight_ends(y) ? kDaylight : kStandard;
}

sys_seconds to_seconds(Timestamp at) {
  return std::chrono::floor<seconds>(std::chrono::sys_time<Duration>{Duration(at.nanos)});
}

Timestamp to_timestamp(sys_seconds moment) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kPerSecond = 1'000'000'000;
  const std::int64_t count = moment.time_since_epoch().count();
  if (count > kMost / kPerSecond) return {kMost};
  if (count < -(kMost / kPerSecond)) return {std::numeric_limits<std::int64_t>::min()};
  return {count * kPerSecond};
}

void append_two_digits(std::string& out, std::int64_t number) {
  if (number < 10) out += '0';
  out += std::to_string(number);
}

}  // namespace

seconds utc_offset(Timestamp at) { return offset_at(to_seconds(at)); }

LocalTime to_new_york(Timestamp at) {
  const sys_seconds moment = to_seconds(at);
  const sys_seconds shown = moment + offset_at(moment);
  const auto midnight = std::chrono::floor<days>(shown);
  return {.date = Date(midnight), .time_of_day = shown - midnight};
}

Timestamp from_new_york(Date date, seconds time_of_day) {
  const sys_seconds shown = sys_days(date) + time_of_day;
  const sys_seconds in_daylight_time = shown - kDaylight;  // the earlier one, so the first of a repeated hour
  if (offset_at(in_daylight_time) == kDaylight) return to_timestamp(in_daylight_time);
  return to_timestamp(shown - kStandard);
}

std::string new_york_text(Timestamp at) {
  const LocalTime local = to_new_york(at);
  const std::int64_t second_of_day = local.time_of_day.count();
  std::string out = to_text(local.date) + " ";
  append_two_digits(out, second_of_day / 3600);
  out += ':';
  append_two_digits(out, second_of_day / 60 % 60);
  out += ':';
  append_two_digits(out, second_of_day % 60);
  out += utc_offset(at) == kDaylight ? " EDT" : " EST";
  return out;
}

}  // namespace belay::calendar
