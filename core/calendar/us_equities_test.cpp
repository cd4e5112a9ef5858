// SPDX-License-Identifier: Apache-2.0
#include "core/calendar/us_equities.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/calendar/new_york.hpp"

namespace belay::calendar {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_days;
using testing::HasSubstr;

Timestamp at(const char* text) { return parse_timestamp(text).value(); }

Session session(Date date, std::chrono::seconds open, std::chrono::seconds close) {
  return {.date = date, .open = from_new_york(date, open), .close = from_new_york(date, close)};
}
Session full_day(Date date) { return session(date, 9h + 30min, 16h); }
Session half_day(Date date) { return session(date, 9h + 30min, 13h); }

TEST(UsEquities, SessionsAreGivenInUtc) {
  const UsEquities equities;
  const auto winter = equities.session_on(2026y / 1 / 26);
  ASSERT_TRUE(winter);
  EXPECT_EQ(to_text(winter->date), "2026-01-26");
  EXPECT_EQ(winter->open, at("2026-01-26T14:30:00Z"));
  EXPECT_EQ(winter->close, at("2026-01-26T21:00:00Z"));
  EXPECT_FALSE(winter->is_half_day());

  const auto summer = equities.session_on(2025y / 7 / 2);
  ASSERT_TRUE(summer);
  EXPECT_EQ(summer->open, at("2025-07-02T13:30:00Z"));
  EXPECT_EQ(summer->close, at("2025-07-02T20:00:00Z"));

  const auto half = equities.session_on(2015y / 12 / 24);
  ASSERT_TRUE(half);
  EXPECT_EQ(half->close, at("2015-12-24T18:00:00Z"));
  EXPECT_TRUE(half->is_half_day());

  EXPECT_FALSE(equities.session_on(2026y / 1 / 25));   // a Sunday
  EXPECT_FALSE(equities.session_on(2026y / 12 / 25));  // Christmas
}

TEST(UsEquities, OpensAtTheOpenAndIsShutAtTheClose) {
  const UsEquities equities;
  EXPECT_FALSE(equities.is_open(at("2026-01-26T14:29:59.999999999Z")));
  EXPECT_TRUE(equities.is_open(at("2026-01-26T14:30:00Z")));
  EXPECT_TRUE(equities.is_open(at("2026-01-26T20:59:59.999999999Z")));
  EXPECT_FALSE(equities.is_open(at("2026-01-26T21:00:00Z")));
  EXPECT_EQ(equities.session_at(at("2026-01-26T14:30:00Z")), full_day(2026y / 1 / 26));
  EXPECT_EQ(equities.session_at(at("2026-01-24T17:00:00Z")), std::nullopt);
}

TEST(UsEquities, ATradeBelongsToTheSessionInProgressElseToTheNext) {
  const UsEquities equities;
  EXPECT_EQ(equities.session_of(at("2026-01-26T19:00:00Z")).date, 2026y / 1 / 26);            // Monday, in session
  EXPECT_EQ(equities.session_of(at("2026-01-26T12:00:00Z")).date, 2026y / 1 / 26);            // Monday, before the open
  EXPECT_EQ(equities.session_of(at("2026-01-26T14:30:00Z")).date, 2026y / 1 / 26);            // at the open
  EXPECT_EQ(equities.session_of(at("2026-01-26T20:59:59.999999999Z")).date, 2026y / 1 / 26);  // just before the close
  EXPECT_EQ(equities.session_of(at("2026-01-26T21:00:00Z")).date, 2026y / 1 / 27);            // at the close
  EXPECT_EQ(equities.session_of(at("2026-01-27T01:00:00Z")).date, 2026y / 1 / 27);            // Monday, 20:00 New York
  EXPECT_EQ(equities.session_of(at("2026-01-23T22:00:00Z")).date, 2026y / 1 / 26);            // Friday evening
  EXPECT_EQ(equities.session_of(at("2026-07-03T16:00:00Z")).date, 2026y / 7 / 6);             // a holiday
  EXPECT_EQ(equities.session_of(at("2025-11-28T18:00:00Z")).date, 2025y / 12 / 1);            // a half day's close
  EXPECT_EQ(equities.session_of(at("2025-11-28T17:59:59Z")).date, 2025y / 11 / 28);
}

TEST(UsEquities, NextToOpenIsNotTheOneInProgress) {
  const UsEquities equities;
  EXPECT_EQ(equities.next_open_after(at("2026-01-26T14:29:59Z")).date, 2026y / 1 / 26);
  EXPECT_EQ(equities.next_open_after(at("2026-01-26T14:30:00Z")).date, 2026y / 1 / 27);
  EXPECT_EQ(equities.next_open_after(at("2026-01-23T19:00:00Z")).date, 2026y / 1 / 26);
  EXPECT_EQ(equities.next_open_after(at("2012-10-27T12:00:00Z")).date, 2012y / 10 / 31);  // Hurricane Sandy
}

TEST(UsEquities, FindsTheNeighbouringSessions) {
  const UsEquities equities;
  EXPECT_EQ(equities.first_session_on_or_after(2026y / 1 / 26).date, 2026y / 1 / 26);
  EXPECT_EQ(equities.first_session_on_or_after(2026y / 1 / 17).date, 2026y / 1 / 20);  // Saturday; Monday is a holiday
  EXPECT_EQ(equities.last_session_on_or_before(2026y / 1 / 26).date, 2026y / 1 / 26);
  EXPECT_EQ(equities.last_session_on_or_before(2026y / 1 / 19).date, 2026y / 1 / 16);
  EXPECT_EQ(equities.session_after(2026y / 1 / 16).date, 2026y / 1 / 20);
  EXPECT_EQ(equities.session_before(2026y / 1 / 20).date, 2026y / 1 / 16);
  EXPECT_EQ(equities.session_after(2025y / 12 / 31).date, 2026y / 1 / 2);
}

TEST(UsEquities, ExtendedHoursSurroundTheSession) {
  const UsEquities equities;
  const auto full = equities.extended_hours_on(2026y / 1 / 26);
  ASSERT_TRUE(full);
  EXPECT_EQ(full->from, at("2026-01-26T09:00:00Z"));
  EXPECT_EQ(full->to, at("2026-01-27T01:00:00Z"));
  const auto half = equities.extended_hours_on(2025y / 11 / 28);
  ASSERT_TRUE(half);
  EXPECT_EQ(half->to, at("2025-11-28T22:00:00Z"));
  EXPECT_FALSE(equities.extended_hours_on(2026y / 1 / 25));

  EXPECT_FALSE(equities.is_extended_hours(at("2026-01-26T08:59:59Z")));
  EXPECT_TRUE(equities.is_extended_hours(at("2026-01-26T09:00:00Z")));
  EXPECT_FALSE(equities.is_extended_hours(at("2026-01-26T14:30:00Z")));
  EXPECT_TRUE(equities.is_extended_hours(at("2026-01-26T21:00:00Z")));
  EXPECT_FALSE(equities.is_extended_hours(at("2026-01-27T01:00:00Z")));
  EXPECT_FALSE(equities.is_extended_hours(at("2026-01-25T17:00:00Z")));
}

TEST(UsEquities, SaysForWhichYearsItWasChecked) {
  const UsEquities equities;
  EXPECT_FALSE(equities.covers(2009y / 12 / 31));
  EXPECT_TRUE(equities.covers(2010y / 1 / 1));
  EXPECT_TRUE(equities.covers(2040y / 12 / 31));
  EXPECT_FALSE(equities.covers(2041y / 1 / 1));
}

TEST(UsEquities, AnswersOutsideThoseYears) {
  const UsEquities equities;
  EXPECT_EQ(equities.session_on(2008y / 9 / 15), full_day(2008y / 9 / 15));
  EXPECT_FALSE(equities.session_on(2009y / 5 / 25));
  EXPECT_TRUE(equities.session_on(2008y / 7 / 3)->is_half_day());
  EXPECT_FALSE(equities.session_on(2060y / 11 / 25));
}

TEST(UsEquities, AnswersAtTheEndsOfTime) {
  constexpr Timestamp kLatest{std::numeric_limits<std::int64_t>::max()};
  constexpr Timestamp kEarliest{std::numeric_limits<std::int64_t>::min()};
  const UsEquities equities;
  EXPECT_FALSE(equities.is_open(kLatest));
  EXPECT_FALSE(equities.is_open(kEarliest));
  EXPECT_GT(equities.session_of(kLatest).date, 2262y / 4 / 11);
  EXPECT_EQ(equities.session_of(kEarliest).date, 1677y / 9 / 21);
  EXPECT_EQ(equities.last_session_on_or_before(9999y / 12 / 31).date, 9999y / 12 / 31);
  EXPECT_TRUE(equities.extended_hours_on(9999y / 12 / 31));
}

TEST(UsEquities, QueriesAgreeWithEachOtherAtEveryHour) {
  const UsEquities equities;
  for (Timestamp now = at("2025-06-01T00:00:00Z"); now < at("2027-01-10T00:00:00Z"); now = now + 30min) {
    const Session of = equities.session_of(now);
    const Session next = equities.next_open_after(now);
    ASSERT_LT(now, of.close);
    ASSERT_LT(now, next.open);
    ASSERT_EQ(equities.is_open(now), of.contains(now));
    ASSERT_EQ(next.date, equities.is_open(now) ? equities.session_after(of.date).date : of.date);
    ASSERT_LE(equities.session_before(next.date).open, now);
  }
}

class BrokerCalendar : public testing::Test {
 protected:
  /// The built-in sessions of a range, as a broker would send them.
  [[nodiscard]] std::vector<Session> built_in(Date first, Date last) const {
    std::vector<Session> sessions;
    for (sys_days day = first; day <= sys_days(last); day += days(1)) {
      if (const auto found = UsEquities().session_on(Date(day))) sessions.push_back(*found);
    }
    return sessions;
  }

  void apply(Date first, Date last, std::vector<Session> sessions) {
    const auto applied = equities_.apply_broker_calendar(first, last, std::move(sessions));
    ASSERT_TRUE(applied.has_value()) << applied.error().message;
  }

  void expect_refused(Date first, Date last, std::vector<Session> sessions, const char* because) {
    const auto applied = equities_.apply_broker_calendar(first, last, std::move(sessions));
    ASSERT_FALSE(applied.has_value());
    EXPECT_THAT(applied.error().message, HasSubstr(because));
    EXPECT_EQ(equities_.session_on(2026y / 1 / 26), full_day(2026y / 1 / 26)) << "a refused calendar changed something";
  }

  UsEquities equities_;
};

TEST_F(BrokerCalendar, ClosesADayNobodyForesaw) {
  auto week = built_in(2026y / 1 / 26, 2026y / 1 / 30);
  std::erase_if(week, [](const Session& s) { return s.date == 2026y / 1 / 28; });
  apply(2026y / 1 / 26, 2026y / 1 / 30, week);
  EXPECT_FALSE(equities_.session_on(2026y / 1 / 28));
  EXPECT_FALSE(equities_.is_open(at("2026-01-28T16:00:00Z")));
  EXPECT_EQ(equities_.session_after(2026y / 1 / 27).date, 2026y / 1 / 29);
  EXPECT_EQ(equities_.session_of(at("2026-01-28T16:00:00Z")).date, 2026y / 1 / 29);
  EXPECT_EQ(equities_.session_on(2026y / 2 / 2), full_day(2026y / 2 / 2)) << "outside the range nothing changes";
}

TEST_F(BrokerCalendar, ShortensADay) {
  apply(2026y / 1 / 26, 2026y / 1 / 27, {half_day(2026y / 1 / 26), full_day(2026y / 1 / 27)});
  EXPECT_TRUE(equities_.session_on(2026y / 1 / 26)->is_half_day());
  EXPECT_EQ(equities_.session_of(at("2026-01-26T18:00:00Z")).date, 2026y / 1 / 27);
  EXPECT_EQ(equities_.extended_hours_on(2026y / 1 / 26)->to, at("2026-01-26T22:00:00Z"));
}

TEST_F(BrokerCalendar, OpensADayTheRulesHaveClosed) {
  apply(2026y / 6 / 19, 2026y / 6 / 19, {full_day(2026y / 6 / 19)});
  EXPECT_EQ(equities_.session_on(2026y / 6 / 19), full_day(2026y / 6 / 19));
}

TEST_F(BrokerCalendar, IsReplacedByALaterOneWhereTheyOverlap) {
  apply(2026y / 1 / 26, 2026y / 1 / 28, {half_day(2026y / 1 / 26), half_day(2026y / 1 / 28)});
  apply(2026y / 1 / 28, 2026y / 1 / 29, {full_day(2026y / 1 / 29), full_day(2026y / 1 / 28)});  // in any order
  EXPECT_EQ(equities_.session_on(2026y / 1 / 26), half_day(2026y / 1 / 26));
  EXPECT_FALSE(equities_.session_on(2026y / 1 / 27));
  EXPECT_EQ(equities_.session_on(2026y / 1 / 28), full_day(2026y / 1 / 28));
  EXPECT_EQ(equities_.session_on(2026y / 1 / 29), full_day(2026y / 1 / 29));
}

TEST_F(BrokerCalendar, RangesMayComeInAnyOrderWithGaps) {
  apply(2041y / 3 / 4, 2041y / 3 / 5, {half_day(2041y / 3 / 4), half_day(2041y / 3 / 5)});
  apply(2041y / 1 / 7, 2041y / 1 / 8, {half_day(2041y / 1 / 7), half_day(2041y / 1 / 8)});
  EXPECT_TRUE(equities_.covers(2041y / 1 / 8));
  EXPECT_FALSE(equities_.covers(2041y / 2 / 1));
  EXPECT_TRUE(equities_.covers(2041y / 3 / 4));
  EXPECT_EQ(equities_.session_on(2041y / 2 / 1), full_day(2041y / 2 / 1));
  apply(2041y / 1 / 9, 2041y / 3 / 3, built_in(2041y / 1 / 9, 2041y / 3 / 3));
  EXPECT_TRUE(equities_.covers(2041y / 2 / 1));
  EXPECT_TRUE(equities_.covers(2041y / 3 / 5));
  EXPECT_EQ(equities_.session_on(2041y / 1 / 8), half_day(2041y / 1 / 8));
}

TEST_F(BrokerCalendar, ThatAgreesWithTheRulesChangesNoAnswer) {
  apply(2025y / 1 / 1, 2027y / 12 / 31, built_in(2025y / 1 / 1, 2027y / 12 / 31));
  const UsEquities rules;
  for (sys_days day = 2024y / 12 / 1; day < sys_days(2028y / 2 / 1); day += days(1)) {
    const Date date(day);
    ASSERT_EQ(equities_.session_on(date), rules.session_on(date)) << to_text(date);
    ASSERT_EQ(equities_.session_before(date), rules.session_before(date)) << to_text(date);
    ASSERT_EQ(equities_.session_after(date), rules.session_after(date)) << to_text(date);
  }
}

TEST_F(BrokerCalendar, LeavesCopiesMadeBeforeAsTheyWere) {
  const UsEquities before = equities_;
  apply(2026y / 1 / 26, 2026y / 1 / 26, {});
  EXPECT_FALSE(equities_.session_on(2026y / 1 / 26));
  EXPECT_TRUE(before.session_on(2026y / 1 / 26));
  const UsEquities after = equities_;
  EXPECT_FALSE(after.session_on(2026y / 1 / 26));
}

TEST_F(BrokerCalendar, IsRefusedWhenItCannotBeRight) {
  const Date first = 2026y / 1 / 26;
  const Date last = 2026y / 2 / 20;
  expect_refused(first, last, {}, "no session from 2026-01-26 to 2026-02-20");
  expect_refused(last, first, {}, "no range");
  expect_refused(first, 2026y / 2 / 30, {full_day(2026y / 1 / 27)}, "no range");
  expect_refused(first, last, {full_day(2026y / 1 / 23)}, "2026-01-23");
  expect_refused(first, last, {full_day(2026y / 2 / 23)}, "2026-02-23");
  expect_refused(first, last, {full_day(2026y / 1 / 27), half_day(2026y / 1 / 27)}, "twice 2026-01-27");
  expect_refused(first, last, {session(2026y / 1 / 27, 16h, 9h)}, "impossible times on 2026-01-27");
  expect_refused(first, last, {session(2026y / 1 / 27, 9h, 25h)}, "impossible times on 2026-01-27");
  expect_refused(first, last, {Session{.date = 2026y / 1 / 27}}, "impossible times on 2026-01-27");
}

}  // namespace
}  // namespace belay::calendar
