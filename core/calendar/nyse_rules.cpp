// SPDX-License-Identifier: Apache-2.0
#include "core/calendar/nyse_rules.hpp"

namespace belay::calendar {
namespace {

using namespace std::chrono;

constexpr year kFirstJuneteenth{2022};

/// Hurricane Sandy, and days of mourning for Presidents Bush and Carter.
constexpr Date kSpecialClosures[] = {2012y / 10 / 29, 2012y / 10 / 30, 2018y / 12 / 5, 2025y / 1 / 9};

/// Anonymous Gregorian computus; Easter Sunday of years after 1582.
sys_days easter(year which) {
  const int y = static_cast<int>(which);
  const int golden = y % 19;
  const int century = y / 100;
  const int of_century = y % 100;
  const int lunar = (century - (century + 8) / 25 + 1) / 3;
  const int epact = (19 * golden + century - century / 4 - lunar + 15) % 30;
  const int to_sunday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
  const int correction = (golden + 11 * epact + 22 * to_sunday) / 451;
  const int days_from_march_first = epact + to_sunday - 7 * correction + 21;
  return sys_days(which / March / 1) + days(days_from_march_first);
}

/// A holiday with a fixed date: on a Saturday it is kept on the Friday, on a Sunday on the Monday.
bool keeps(sys_days today, sys_days holiday) {
  const weekday on(holiday);
  if (on == Saturday) return today == holiday - days(1);
  if (on == Sunday) return today == holiday + days(1);
  return today == holiday;
}

sys_days thanksgiving(year y) { return y / November / Thursday[4]; }

bool is_holiday(sys_days today) {
  const Date date(today);
  const year y = date.year();
  switch (static_cast<unsigned>(date.month())) {
    case 1:
      // A New Year on a Saturday is not kept: the Friday before ends the year's accounts (Rule 7.2).
      return keeps(today, y / January / 1) || today == sys_days(y / January / Monday[3]);
    case 2:
      return today == sys_days(y / February / Monday[3]);
    case 3:
    case 4:
      return today == easter(y) - days(2);
    case 5:
      return today == sys_days(y / May / Monday[last]);
    case 6:
      return y >= kFirstJuneteenth && keeps(today, y / June / 19);
    case 7:
      return keeps(today, y / July / 4);
    case 9:
      return today == sys_days(y / September / Monday[1]);
    case 11:
      return today == thanksgiving(y);
    case 12:
      return keeps(today, y / December / 25);
    default:
      return false;
  }
}

/// Of days that are no holiday: the day before Independence Day, after Thanksgiving and before Christmas. The eves
/// count only as such: when the holiday is kept on another day, the trading day before it is a full one.
bool closes_early(sys_days today) {
  const Date date(today);
  const year y = date.year();
  return date == y / July / 3 || date == y / December / 24 || today == thanksgiving(y) + days(1);
}

}  // namespace

DayKind nyse_day(Date date) {
  const sys_days today(date);
  const weekday on(today);
  if (on == Saturday || on == Sunday || is_holiday(today)) return DayKind::closed;
  for (const Date closure : kSpecialClosures) {
    if (date == closure) return DayKind::closed;
  }
  return closes_early(today) ? DayKind::half : DayKind::full;
}

}  // namespace belay::calendar
