// SPDX-License-Identifier: Apache-2.0
#include "core/rules/rule.hpp"

namespace belay::rules {

// A healthy position is not sold for lacking a guard: an absent bracket is put back, the local rules stand in
// meanwhile, and only when that has failed the lot leaves. The plan's letter, to leave at once, is a policy.
Verdict missing_brackets(const Situation& s) {
  using State = Verdict::State;
  const bool closes = s.policy.missing_brackets == MissingBrackets::close;
  switch (s.guards) {
    case Guards::not_expected:
      return {.state = State::off, .message = "no bracket was asked for"};
    case Guards::resting:
      return {.state = State::waits, .message = "bracket seen resting at the broker"};
    case Guards::unverified:
      return {.state = State::blocked, .message = "bracket not verified in this pass"};
    case Guards::restoring:
      return {.state = State::waits, .message = "the bracket is being renewed; the local rules guard the lot"};
    case Guards::absent:
      if (closes)
        return {.state = State::holds, .message = "Bracket missing at the broker, and the policy is to close"};
      return {.state = State::waits, .message = "bracket absent at the broker: to be restored; the local rules guard"};
    case Guards::lost:
      break;
  }
  return {.state = State::holds, .message = "Bracket missing at the broker, and restoring it failed"};
}

}  // namespace belay::rules
