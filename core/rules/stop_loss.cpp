// SPDX-License-Identifier: Apache-2.0
#include "core/rules/rule.hpp"

namespace belay::rules {

Verdict stop_loss(const Situation& s) {
  using State = Verdict::State;
  const auto stop = usable_level(s.lot.stop_loss);
  if (!stop) return {.state = State::off, .message = "no stop: unprotected by choice"};
  if (levels_contradict(s.lot)) {
    return {.state = State::blocked,
            .message = "stop " + stop->text() + " is at or beyond the target " + s.lot.take_profit->text() +
                       ": neither is trusted"};
  }
  if (!s.price) return {.state = State::blocked, .message = s.no_price};

  const bool falling = falls_with_price(s.lot);
  const Price worst = falling ? s.price->low : s.price->high;
  const bool hit = falling ? worst <= *stop : worst >= *stop;
  if (!hit) {
    return {.state = State::waits,
            .message = "price " + worst.text() + (falling ? " above stop " : " below stop ") + stop->text() + " by " +
                       (worst - *stop).magnitude().text()};
  }
  return {.state = State::holds,
          .message = "Stop loss hit: " + worst.text() + (falling ? " <= " : " >= ") + stop->text(),
          .trigger_price = worst};
}

}  // namespace belay::rules
