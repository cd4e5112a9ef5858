// SPDX-License-Identifier: Apache-2.0
#include "core/base/planted.hpp"
#include "core/calendar/new_york.hpp"
#include "core/rules/rule.hpp"

namespace belay::rules {

Timestamp day_trade_deadline(const Lot& lot, const calendar::UsEquities& calendar, const Policy& policy) {
  const calendar::Session session = calendar.session_of(lot.entry_time);
  if (planted(Bug::close_is_at_21_utc)) {
    return Timestamp{Duration(std::chrono::sys_days(session.date).time_since_epoch()).count()} +
           std::chrono::hours(21) - policy.day_trade_lead;
  }
  return session.close - policy.day_trade_lead;
}

Verdict day_trade_close(const Situation& s) {
  using State = Verdict::State;
  if (s.lot.strategy != Strategy::day_trade) return {.state = State::off, .message = "not a day trade"};
  const Timestamp due = day_trade_deadline(s.lot, s.calendar, s.policy);
  const std::string when = calendar::new_york_text(due);
  if (s.now < due) return {.state = State::waits, .message = "day trade leaves at " + when, .due = due};
  return {.state = State::holds, .message = "Day trade must close by " + when, .due = due};
}

}  // namespace belay::rules
