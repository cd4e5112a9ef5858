// SPDX-License-Identifier: Apache-2.0
#include "shell/chart/axis.hpp"

#include <array>
#include <cmath>
#include <cstdio>

#include "core/calendar/new_york.hpp"

namespace belay::chart {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<seconds, 10> kStepsWithinDay = {seconds(10), minutes(1), minutes(5), minutes(15), minutes(30),
                                                     hours(1),    hours(2),   hours(3),   hours(6),    hours(12)};
constexpr std::array<int, 9> kStepsOfDays = {1, 2, 7, 14, 30, 60, 90, 180, 365};
constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// 1, 2, 2.5 or 5 times a power of ten, not below `least`.
double round_step(double least) {
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
    if (factor * power >= least * 0.999) return factor * power;
  }
  return 10 * power;
}

std::string day_label(Date date) {
  return std::string(kMonths.at(static_cast<unsigned>(date.month()) - 1)) + " " +
         std::to_string(static_cast<unsigned>(date.day()));
}

std::string clock_label(seconds of_day, seconds step) {
  std::array<char, 16> text{};
  const auto count = static_cast<int>(of_day.count());
  if (step < minutes(1)) {
    std::snprintf(text.data(), text.size(), "%02d:%02d:%02d", count / 3600, count / 60 % 60, count % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%02d:%02d", count / 3600, count / 60 % 60);
  }
  return text.data();
}

Date next_day(Date date, int by) { return {std::chrono::sys_days(date) + days(by)}; }

std::vector<TimeTick> ticks_within_days(Timestamp from, Timestamp to, seconds step) {
  std::vector<TimeTick> ticks;
  for (Date date = calendar::to_new_york(from).date;; date = next_day(date, 1)) {
    for (seconds of_day{0}; of_day < days(1); of_day += step) {
      const Timestamp at = calendar::from_new_york(date, of_day);
      if (at > to) return ticks;
      if (at < from || (!ticks.empty() && at <= ticks.back().at)) continue;
      ticks.push_back({at, of_day == seconds(0) ? day_label(date) : clock_label(of_day, step)});
    }
  }
}

std::vector<TimeTick> ticks_of_days(Timestamp from, Timestamp to, int step) {
  std::vector<TimeTick> ticks;
  for (Date date = calendar::to_new_york(from).date;; date = next_day(date, 1)) {
    const Timestamp at = calendar::from_new_york(date, seconds(0));
    if (at > to) return ticks;
    if (at < from) continue;
    if (!ticks.empty() && at - ticks.back().at < days(step) - hours(2)) continue;
    ticks.push_back({at, day_label(date)});
  }
}

/// "1,234.50"
std::string grouped(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  std::string out = text.data();
  const auto point = out.find('.');
  auto end = static_cast<int>(point == std::string::npos ? out.size() : point);
  for (int at = end - 3; at > 0; at -= 3) out.insert(static_cast<std::size_t>(at), ",");
  return out;
}

int digits_needed(double value, Unit unit, double step) {
  if (step > 0) {
    int digits = 0;
    for (double left = step; digits < 4 && std::abs(left - std::round(left)) > 1e-6 * left; left *= 10) ++digits;
    return unit == Unit::dollars && digits == 1 ? 2 : digits;
  }
  if (std::abs(value - std::round(value)) < 0.005) return 0;
  return unit == Unit::dollars || std::abs(value) < 10 ? 2 : 1;
}

}  // namespace

ValueAxis value_axis(double low, double high, int wanted) {
  if (high < low) std::swap(low, high);
  // A flat line gets room on both sides of it.
  const double least = std::max(std::abs(high), 1.0) * 1e-6;
  if (high - low < least) {
    const double room = std::max(std::abs(high) * 0.01, least);
    low -= room;
    high += room;
  }
  const double step = round_step((high - low) / wanted);
  ValueAxis axis{low, high, {}};
  for (double tick = std::ceil(low / step - 1e-9) * step; tick <= high + step * 1e-9; tick += step) {
    axis.ticks.push_back(std::abs(tick) < step * 1e-9 ? 0.0 : tick);
  }
  return axis;
}

std::vector<TimeTick> time_ticks(Timestamp from, Timestamp to, int wanted) {
  const Duration span = to - from;
  for (const seconds step : kStepsWithinDay) {
    if (span / step < wanted) return ticks_within_days(from, to, step);
  }
  for (const int step : kStepsOfDays) {
    if (span / days(step) < wanted) return ticks_of_days(from, to, step);
  }
  return ticks_of_days(from, to, static_cast<int>(span / days(1)) / wanted + 1);
}

std::string value_text(double value, Unit unit, double step) {
  const std::string number = grouped(std::abs(value), digits_needed(value, unit, step));
  const std::string sign = value < 0 && number.find_first_of("123456789") != std::string::npos ? "-" : "";
  switch (unit) {
    case Unit::plain:
    case Unit::count:
      return sign + number;
    case Unit::dollars:
      return sign + "$" + number;
    case Unit::percent:
      return sign + number + "%";
    case Unit::minutes:
      return sign + number + " min";
    case Unit::seconds:
      return sign + number + " s";
  }
  return number;
}

}  // namespace belay::chart
