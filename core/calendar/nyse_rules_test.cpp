// SPDX-License-Identifier: Apache-2.0
#include "core/calendar/nyse_rules.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace belay::calendar {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year;
using Dates = std::set<std::string>;

/// The days of that kind in a year, weekends left out, as "01-19".
Dates days_of_kind(year y, DayKind kind) {
  Dates found;
  for (sys_days day = y / 1 / 1; day <= sys_days(y / 12 / 31); day += days(1)) {
    const bool weekend = std::chrono::weekday(day).iso_encoding() > 5;
    if (!weekend && nyse_day(Date(day)) == kind) found.insert(to_text(Date(day)).substr(5));
  }
  return found;
}

// As the exchange kept them, and has announced them for 2026 and 2027; written down by hand, not computed.
const std::map<int, Dates> kClosures = {
    {2010, {"01-01", "01-18", "02-15", "04-02", "05-31", "07-05", "09-06", "11-25", "12-24"}},
    {2011, {"01-17", "02-21", "04-22", "05-30", "07-04", "09-05", "11-24", "12-26"}},
    {2012, {"01-02", "01-16", "02-20", "04-06", "05-28", "07-04", "09-03", "10-29", "10-30", "11-22", "12-25"}},
    {2013, {"01-01", "01-21", "02-18", "03-29", "05-27", "07-04", "09-02", "11-28", "12-25"}},
    {2014, {"01-01", "01-20", "02-17", "04-18", "05-26", "07-04", "09-01", "11-27", "12-25"}},
    {2015, {"01-01", "01-19", "02-16", "04-03", "05-25", "07-03", "09-07", "11-26", "12-25"}},
    {2016, {"01-01", "01-18", "02-15", "03-25", "05-30", "07-04", "09-05", "11-24", "12-26"}},
    {2017, {"01-02", "01-16", "02-20", "04-14", "05-29", "07-04", "09-04", "11-23", "12-25"}},
    {2018, {"01-01", "01-15", "02-19", "03-30", "05-28", "07-04", "09-03", "11-22", "12-05", "12-25"}},
    {2019, {"01-01", "01-21", "02-18", "04-19", "05-27", "07-04", "09-02", "11-28", "12-25"}},
    {2020, {"01-01", "01-20", "02-17", "04-10", "05-25", "07-03", "09-07", "11-26", "12-25"}},
    {2021, {"01-01", "01-18", "02-15", "04-02", "05-31", "07-05", "09-06", "11-25", "12-24"}},
    {2022, {"01-17", "02-21", "04-15", "05-30", "06-20", "07-04", "09-05", "11-24", "12-26"}},
    {2023, {"01-02", "01-16", "02-20", "04-07", "05-29", "06-19", "07-04", "09-04", "11-23", "12-25"}},
    {2024, {"01-01", "01-15", "02-19", "03-29", "05-27", "06-19", "07-04", "09-02", "11-28", "12-25"}},
    {2025, {"01-01", "01-09", "01-20", "02-17", "04-18", "05-26", "06-19", "07-04", "09-01", "11-27", "12-25"}},
    {2026, {"01-01", "01-19", "02-16", "04-03", "05-25", "06-19", "07-03", "09-07", "11-26", "12-25"}},
    {2027, {"01-01", "01-18", "02-15", "03-26", "05-31", "06-18", "07-05", "09-06", "11-25", "12-24"}},
};

const std::map<int, Dates> kHalfDays = {
    {2010, {"11-26"}},
    {2011, {"11-25"}},
    {2012, {"07-03", "11-23", "12-24"}},
    {2013, {"07-03", "11-29", "12-24"}},
    {2014, {"07-03", "11-28", "12-24"}},
    {2015, {"11-27", "12-24"}},
    {2016, {"11-25"}},
    {2017, {"07-03", "11-24"}},
    {2018, {"07-03", "11-23", "12-24"}},
    {2019, {"07-03", "11-29", "12-24"}},
    {2020, {"11-27", "12-24"}},
    {2021, {"11-26"}},
    {2022, {"11-25"}},
    {2023, {"07-03", "11-24"}},
    {2024, {"07-03", "11-29", "12-24"}},
    {2025, {"07-03", "11-28", "12-24"}},
    {2026, {"11-27", "12-24"}},
    {2027, {"11-26"}},
};

const std::map<int, std::size_t> kSessionsInYear = {
    {2010, 252}, {2011, 252}, {2012, 250}, {2013, 252}, {2014, 252}, {2015, 252}, {2016, 252}, {2017, 251},
    {2018, 251}, {2019, 252}, {2020, 253}, {2021, 252}, {2022, 251}, {2023, 250}, {2024, 252}, {2025, 250},
};

TEST(NyseRules, CloseOnTheDaysTheExchangeDid) {
  for (const auto& [y, closures] : kClosures) EXPECT_EQ(days_of_kind(year(y), DayKind::closed), closures) << y;
}

TEST(NyseRules, CloseEarlyOnTheDaysTheExchangeDid) {
  for (const auto& [y, half_days] : kHalfDays) EXPECT_EQ(days_of_kind(year(y), DayKind::half), half_days) << y;
}

TEST(NyseRules, CountTheSessionsThatThereWere) {
  for (const auto& [y, count] : kSessionsInYear) {
    EXPECT_EQ(days_of_kind(year(y), DayKind::full).size() + days_of_kind(year(y), DayKind::half).size(), count) << y;
  }
}

TEST(NyseRules, NeverTradeAtWeekends) {
  for (sys_days day = 2010y / 1 / 2; day < sys_days(2041y / 1 / 1); day += days(7)) {
    ASSERT_EQ(nyse_day(Date(day)), DayKind::closed) << to_text(Date(day));
    ASSERT_EQ(nyse_day(Date(day + days(1))), DayKind::closed) << to_text(Date(day + days(1)));
  }
}

TEST(NyseRules, DoNotKeepANewYearThatFallsOnASaturday) {
  EXPECT_EQ(nyse_day(2010y / 12 / 31), DayKind::full);
  EXPECT_EQ(nyse_day(2021y / 12 / 31), DayKind::full);
  EXPECT_EQ(nyse_day(2022y / 1 / 3), DayKind::full);
  EXPECT_EQ(nyse_day(2023y / 1 / 2), DayKind::closed);  // a Sunday's is kept on the Monday
}

TEST(NyseRules, LeaveTheDayBeforeAMovedHolidayFull) {
  EXPECT_EQ(nyse_day(2015y / 7 / 2), DayKind::full);
  EXPECT_EQ(nyse_day(2020y / 7 / 2), DayKind::full);
  EXPECT_EQ(nyse_day(2021y / 7 / 2), DayKind::full);
  EXPECT_EQ(nyse_day(2026y / 7 / 2), DayKind::full);
  EXPECT_EQ(nyse_day(2021y / 12 / 23), DayKind::full);
  EXPECT_EQ(nyse_day(2022y / 12 / 23), DayKind::full);
}

// Easter Sundays of the years in which the computus has its exceptions, and the earliest and latest dates around.
TEST(NyseRules, KnowGoodFriday) {
  for (const Date friday : {2008y / 3 / 21, 2011y / 4 / 22, 2035y / 3 / 23, 2038y / 4 / 23, 2040y / 3 / 30,
                            2049y / 4 / 16, 2076y / 4 / 17, 1981y / 4 / 17, 1954y / 4 / 16}) {
    EXPECT_EQ(nyse_day(friday), DayKind::closed) << to_text(friday);
  }
}

TEST(NyseRules, KeepJuneteenthSince2022) {
  EXPECT_EQ(nyse_day(2020y / 6 / 19), DayKind::full);
  EXPECT_EQ(nyse_day(2021y / 6 / 18), DayKind::full);
  EXPECT_EQ(nyse_day(2022y / 6 / 20), DayKind::closed);
}

}  // namespace
}  // namespace belay::calendar
