// SPDX-License-Identifier: Apache-2.0
#include "core/calendar/new_york.hpp"
#include "core/rules/rule.hpp"

namespace belay::rules {

Timestamp day_trade_deadline(const Lot& lot, const calendar::UsEquities& calendar, const Policy& policy) {
  return calendar.session_of(lot.entry_time).close - policy.day_trade_lead;
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
