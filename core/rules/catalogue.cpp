// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "core/rules/rule.hpp"

namespace belay::rules {

std::span<const Rule> catalogue() {
  static constexpr std::array kRules{
      Rule{ExitReason::manual_close, 0, manual_close},       Rule{ExitReason::stop_loss, 1, stop_loss},
      Rule{ExitReason::take_profit, 1, take_profit},         Rule{ExitReason::missing_brackets, 1, missing_brackets},
      Rule{ExitReason::day_trade_close, 2, day_trade_close}, Rule{ExitReason::expiration_risk, 2, expiration_risk},
      Rule{ExitReason::max_hold_time, 3, max_hold_time},
  };
  return kRules;
}

}  // namespace belay::rules
