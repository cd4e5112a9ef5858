// SPDX-License-Identifier: Apache-2.0
#include "core/calendar/us_equities.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/calendar/new_york.hpp"
#include "core/calendar/nyse_rules.hpp"

namespace belay::calendar {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year;

constexpr auto kOpen = 9h + 30min;
constexpr auto kFullClose = 16h;
constexpr auto kHalfClose = 13h;
constexpr auto kEarlyTradingOpens = 4h;
constexpr auto kLateTrading = 4h;  // after the close, on full and half days alike

constexpr year kFirstCheckedYear{2010};
constexpr year kLastCheckedYear{2040};
constexpr days kNeverWithoutSession{14};  // the longest closure since 1933 was four trading days, in September 2001

Date days_later(Date date, int count) { return sys_days(date) + days(count); }

std::optional<Session> built_in_session(Date date) {
  const DayKind kind = nyse_day(date);
  if (kind == DayKind::closed) return std::nullopt;
  return Session{.date = date,
                 .open = from_new_york(date, kOpen),
                 .close = from_new_york(date, kind == DayKind::half ? kHalfClose : kFullClose)};
}

std::unexpected<Error> refused(const std::string& why) {
  return fail("the broker's calendar cannot be right and was not applied: " + why);
}

bool is_of_its_day(const Session& session) {
  return session.date.ok() && session.open < session.close && to_new_york(session.open).date == session.date &&
         to_new_york(session.close).date == session.date;
}

/// `sessions` in ascending order.
Result<void> check(Date first, Date last, const std::vector<Session>& sessions) {
  if (!first.ok() || !last.ok() || last < first) return refused("its range is no range of dates");
  const Session* previous = nullptr;
  for (const Session& session : sessions) {
    if (!is_of_its_day(session)) return refused("impossible times on " + to_text(session.date));
    if (session.date < first || session.date > last) {
      return refused("it was asked for " + to_text(first) + " to " + to_text(last) + " and has " +
                     to_text(session.date));
    }
    if (previous != nullptr && previous->date == session.date) return refused("twice " + to_text(session.date));
    previous = &session;
  }
  const bool long_range = sys_days(last) - sys_days(first) + days(1) >= kNeverWithoutSession;
  if (sessions.empty() && long_range) return refused("no session from " + to_text(first) + " to " + to_text(last));
  return {};
}

}  // namespace

struct UsEquities::BrokerCalendar {
  struct Range {
    Date first{};
    Date last{};
  };
  std::vector<Range> ranges;      // ascending, neither overlapping nor touching
  std::vector<Session> sessions;  // ascending, all within the ranges

  void replace(Date first, Date last, const std::vector<Session>& by) {
    std::erase_if(sessions, [&](const Session& s) { return s.date >= first && s.date <= last; });
    sessions.insert(std::ranges::lower_bound(sessions, first, {}, &Session::date), by.begin(), by.end());

    Range merged{first, last};
    std::erase_if(ranges, [&](const Range& range) {
      if (range.last < days_later(first, -1) || range.first > days_later(last, 1)) return false;
      merged = {std::min(merged.first, range.first), std::max(merged.last, range.last)};
      return true;
    });
    ranges.insert(std::ranges::lower_bound(ranges, merged.first, {}, &Range::first), merged);
  }
};

bool Session::is_half_day() const { return close < from_new_york(date, kFullClose); }

bool UsEquities::broker_knows(Date date) const {
  if (broker_ == nullptr) return false;
  return std::ranges::any_of(broker_->ranges,
                             [&](const auto& range) { return range.first <= date && date <= range.last; });
}

bool UsEquities::covers(Date date) const {
  return (date.year() >= kFirstCheckedYear && date.year() <= kLastCheckedYear) || broker_knows(date);
}

Result<void> UsEquities::apply_broker_calendar(Date first, Date last, std::vector<Session> sessions) {
  std::ranges::sort(sessions, {}, &Session::date);
  if (auto checked = check(first, last, sessions); !checked) return checked;
  auto next = broker_ == nullptr ? std::make_shared<BrokerCalendar>() : std::make_shared<BrokerCalendar>(*broker_);
  next->replace(first, last, sessions);
  broker_ = std::move(next);
  return {};
}

std::optional<Session> UsEquities::session_on(Date date) const {
  if (!broker_knows(date)) return built_in_session(date);
  const auto found = std::ranges::lower_bound(broker_->sessions, date, {}, &Session::date);
  if (found == broker_->sessions.end() || found->date != date) return std::nullopt;
  return *found;
}

std::optional<Session> UsEquities::session_at(Timestamp at) const {
  const auto session = session_on(to_new_york(at).date);
  if (!session || !session->contains(at)) return std::nullopt;
  return session;
}

Session UsEquities::session_of(Timestamp at) const {
  const Session candidate = first_session_on_or_after(to_new_york(at).date);
  return at < candidate.close ? candidate : session_after(candidate.date);
}

Session UsEquities::next_open_after(Timestamp at) const {
  const Session candidate = first_session_on_or_after(to_new_york(at).date);
  return at < candidate.open ? candidate : session_after(candidate.date);
}

Session UsEquities::first_session_on_or_after(Date date) const {
  for (;; date = days_later(date, 1)) {
    if (const auto session = session_on(date)) return *session;
  }
}

Session UsEquities::last_session_on_or_before(Date date) const {
  for (;; date = days_later(date, -1)) {
    if (const auto session = session_on(date)) return *session;
  }
}

Session UsEquities::session_after(Date date) const { return first_session_on_or_after(days_later(date, 1)); }

Session UsEquities::session_before(Date date) const { return last_session_on_or_before(days_later(date, -1)); }

std::optional<Span> UsEquities::extended_hours_on(Date date) const {
  const auto session = session_on(date);
  if (!session) return std::nullopt;
  return Span{.from = from_new_york(date, kEarlyTradingOpens),
              .to = from_new_york(date, to_new_york(session->close).time_of_day + kLateTrading)};
}

bool UsEquities::is_extended_hours(Timestamp at) const {
  const Date date = to_new_york(at).date;
  const auto hours = extended_hours_on(date);
  return hours && hours->contains(at) && !is_open(at);
}

}  // namespace belay::calendar
