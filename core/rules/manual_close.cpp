// SPDX-License-Identifier: Apache-2.0
#include "core/rules/rule.hpp"

namespace belay::rules {

Verdict manual_close(const Situation& s) {
  if (s.command == nullptr) return {.state = Verdict::State::off, .message = "nobody asked"};
  return {.state = Verdict::State::holds,
          .message = "Closed by " + s.command->who + (s.command->why.empty() ? "" : ": " + s.command->why)};
}

}  // namespace belay::rules
