// SPDX-License-Identifier: Apache-2.0
#include "core/rules/rule.hpp"
#include "core/rules/settings.hpp"

namespace belay::rules {

Verdict take_profit(const Situation& s) {
  using State = Verdict::State;
  const auto target = target_of(s.lot, s.policy);
  if (!target) {
    const std::string refused = contradiction(s.lot, s.policy);
    if (!refused.empty()) return {.state = State::blocked, .message = refused};
    return {.state = State::off, .message = "no target"};
  }
  if (!s.price) return {.state = State::blocked, .message = s.no_price};
  const bool rising = falls_with_price(s.lot);
  const Price best = rising ? s.price->high : s.price->low;
  if (!as_good(best, *target, rising)) {
    return {.state = State::waits,
            .message = price_word(s.lot) + " " + best.text() + (rising ? " below target " : " above target ") +
                       target->text() + behind(target.from) + " by " + (best - *target).magnitude().text()};
  }
  return {
      .state = State::holds,
      .message = "Take profit hit: " + best.text() + (rising ? " >= " : " <= ") + target->text() + behind(target.from),
      .trigger_price = best};
}

}  // namespace belay::rules
