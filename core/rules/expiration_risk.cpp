// SPDX-License-Identifier: Apache-2.0
#include "core/calendar/new_york.hpp"
#include "core/calendar/us_options.hpp"
#include "core/rules/rule.hpp"

namespace belay::rules {

Verdict expiration_risk(const Situation& s) {
  using State = Verdict::State;
  if (!s.lot.instrument.option) return {.state = State::off, .message = "not an option"};
  const Date expiration = s.lot.instrument.option->expiration;
  Timestamp due = calendar::session_before_expiry(s.calendar, expiration).open;

  // A day trade opened after that moment was meant to be here: it leaves as a day trade, and at the latest before the
  // broker begins to liquidate what expires.
  if (s.lot.strategy == Strategy::day_trade && s.lot.entry_time > due) {
    due = calendar::expiry_session(s.calendar, expiration).close - s.policy.expiring_day_trade_lead;
  }
  const std::string text = "expires " + to_text(expiration);
  if (s.now < due) {
    return {.state = State::waits, .message = text + ", leaves at " + calendar::new_york_text(due), .due = due};
  }
  return {.state = State::holds,
          .message = "Option " + text + ": had to leave from " + calendar::new_york_text(due),
          .due = due};
}

}  // namespace belay::rules
