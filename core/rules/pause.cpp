// SPDX-License-Identifier: Apache-2.0
#include "core/calendar/new_york.hpp"
#include "core/rules/rule.hpp"

namespace belay::rules {

bool is_paused(const Rule& rule, const Lot& lot, Timestamp now) {
  if (!lot.pause || now >= lot.pause->until || rule.priority == 0) return false;
  return rule.goes_by_price || lot.pause->rules == Pause::Rules::all;
}

std::string pause_text(const Pause& pause) {
  return "paused until " + calendar::new_york_text(pause.until) + " by " + pause.who + " because " + pause.why;
}

}  // namespace belay::rules
