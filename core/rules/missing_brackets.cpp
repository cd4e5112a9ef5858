// SPDX-License-Identifier: Apache-2.0
#include "core/rules/rule.hpp"

namespace belay::rules {

// A healthy position is not sold for lacking a guard: an absent bracket is reported, and the local rules stand in.
Verdict missing_brackets(const Situation& s) {
  using State = Verdict::State;
  switch (s.guards) {
    case Guards::not_expected:
      return {.state = State::off, .message = "no bracket was asked for"};
    case Guards::resting:
      return {.state = State::waits, .message = "bracket seen resting at the broker"};
    case Guards::unverified:
      return {.state = State::blocked, .message = "bracket not verified in this pass"};
    case Guards::absent:
      break;
  }
  return {.state = State::blocked, .message = "bracket absent at the broker: reported; the local rules guard the lot"};
}

}  // namespace belay::rules
