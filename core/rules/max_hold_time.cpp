// SPDX-License-Identifier: Apache-2.0
#include "core/base/planted.hpp"
#include "core/rules/rule.hpp"
#include "core/rules/settings.hpp"

namespace belay::rules {

Verdict max_hold_time(const Situation& s) {
  using State = Verdict::State;
  const auto setting = max_hold_of(s.lot, s.policy);
  if (!setting) return {.state = State::off, .message = "no holding time"};
  const std::int64_t limit = *setting * (planted(Bug::minutes_are_hours) ? 60 : 1);
  constexpr std::int64_t kTenYears = 10LL * 366 * 24 * 60;
  if (limit <= 0 || limit > kTenYears) {
    return {.state = State::off, .message = std::to_string(limit) + " minutes is no holding time"};
  }
  const Timestamp due = s.lot.entry_time + std::chrono::minutes(limit);
  const std::int64_t held = std::chrono::floor<std::chrono::minutes>(s.now - s.lot.entry_time).count();
  const std::string text =
      std::to_string(held) + (s.now < due ? " < " : " >= ") + std::to_string(limit) + " minutes" + behind(setting.from);
  if (s.now < due) return {.state = State::waits, .message = "held " + text, .due = due};
  return {.state = State::holds, .message = "Max hold time exceeded: " + text, .due = due};
}

}  // namespace belay::rules
