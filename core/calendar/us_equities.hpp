// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/base/result.hpp"
#include "core/calendar/timestamp.hpp"

namespace belay::calendar {

/// One day of regular trading: 09:30 to 16:00 New York, to 13:00 on a half day. `open` belongs to it, `close` does not.
struct Session {
  Date date{};  // in New York
  Timestamp open{};
  Timestamp close{};

  [[nodiscard]] bool is_half_day() const;
  [[nodiscard]] bool contains(Timestamp at) const { return open <= at && at < close; }
  bool operator==(const Session&) const = default;
};

/// A stretch of time; `from` belongs to it, `to` does not.
struct Span {
  Timestamp from{};
  Timestamp to{};

  [[nodiscard]] bool contains(Timestamp at) const { return from <= at && at < to; }
  bool operator==(const Span&) const = default;
};

/// When the New York exchanges trade stocks: built-in rules, overruled by the broker's calendar where it is known.
/// A value, cheap to copy; the queries allocate nothing.
class UsEquities {
 public:
  UsEquities() = default;

  /// Whether the calendar is known to be right on `date`: the built-in rules were checked for 2010 to 2040 (closures
  /// nobody could foresee apart), the broker's word counts wherever it was given. The queries answer for any date.
  [[nodiscard]] bool covers(Date date) const;

  /// From `first` to `last` (inclusive) the calendar is now exactly `sessions`, in any order; a day without one is
  /// closed. Refused with an Error, changing nothing, when the reply cannot be right: a session outside the range or
  /// two on a day, times that are not of its day or upside down, or two weeks and more without any session.
  Result<void> apply_broker_calendar(Date first, Date last, std::vector<Session> sessions);

  /// The session of that date, if it is a trading day.
  [[nodiscard]] std::optional<Session> session_on(Date date) const;
  /// The session in progress: open ≤ at < close.
  [[nodiscard]] std::optional<Session> session_at(Timestamp at) const;
  [[nodiscard]] bool is_open(Timestamp at) const { return session_at(at).has_value(); }
  /// The session a trade made at that moment belongs to: the one in progress, else the next one. The moment of the
  /// close belongs to the next.
  [[nodiscard]] Session session_of(Timestamp at) const;
  /// The first session that opens after the moment: while one is in progress, the one after it.
  [[nodiscard]] Session next_open_after(Timestamp at) const;

  [[nodiscard]] Session first_session_on_or_after(Date date) const;
  [[nodiscard]] Session last_session_on_or_before(Date date) const;
  [[nodiscard]] Session session_after(Date date) const;   // strictly
  [[nodiscard]] Session session_before(Date date) const;  // strictly

  /// From the start of early trading to the end of late trading on a trading day, the session itself included: 04:00
  /// to 20:00 New York, to 17:00 on a half day.
  [[nodiscard]] std::optional<Span> extended_hours_on(Date date) const;
  /// In early or late trading of a trading day, not in its session.
  [[nodiscard]] bool is_extended_hours(Timestamp at) const;

 private:
  struct BrokerCalendar;

  [[nodiscard]] bool broker_knows(Date date) const;

  std::shared_ptr<const BrokerCalendar> broker_;  // shared between copies, never changed; null: none known yet
};

}  // namespace belay::calendar
