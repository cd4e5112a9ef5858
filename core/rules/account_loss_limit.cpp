// SPDX-License-Identifier: Apache-2.0
#include "core/base/planted.hpp"
#include "core/rules/rule.hpp"

namespace belay::rules {

// The account's standing is found once for all its lots; here it becomes each lot's reason.
Verdict account_loss_limit(const Situation& s) {
  using State = Verdict::State;
  if (s.loss == nullptr || planted(Bug::loss_limit_moves_nothing)) return {.state = State::off, .message = "no limit"};
  if (s.lot.instrument.kind == InstrumentKind::crypto)
    return {.state = State::off, .message = "crypto is watched only"};
  switch (s.loss->state) {
    case LossStanding::State::off:
      return {.state = State::off, .message = s.loss->message};
    case LossStanding::State::within:
      return {.state = State::waits, .message = s.loss->message};
    case LossStanding::State::undecided:
      return {.state = State::blocked, .message = s.loss->message};
    case LossStanding::State::latched:
      break;
  }
  return {.state = State::holds, .message = s.loss->message};
}

}  // namespace belay::rules
