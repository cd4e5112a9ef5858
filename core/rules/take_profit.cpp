// SPDX-License-Identifier: Apache-2.0
#include "core/rules/rule.hpp"

namespace belay::rules {

Verdict take_profit(const Situation& s) {
  using State = Verdict::State;
  const auto target = usable_level(s.lot.take_profit);
  if (!target) return {.state = State::off, .message = "no target"};
  if (levels_contradict(s.lot)) {
    return {.state = State::blocked,
            .message = "target " + target->text() + " is at or beyond the stop " + s.lot.stop_loss->text() +
                       ": neither is trusted"};
  }
  if (!s.price) return {.state = State::blocked, .message = s.no_price};

  const bool rising = falls_with_price(s.lot);
  const Price best = rising ? s.price->high : s.price->low;
  const bool hit = rising ? best >= *target : best <= *target;
  if (!hit) {
    return {.state = State::waits,
            .message = "price " + best.text() + (rising ? " below target " : " above target ") + target->text() +
                       " by " + (best - *target).magnitude().text()};
  }
  return {.state = State::holds,
          .message = "Take profit hit: " + best.text() + (rising ? " >= " : " <= ") + target->text(),
          .trigger_price = best};
}

}  // namespace belay::rules
