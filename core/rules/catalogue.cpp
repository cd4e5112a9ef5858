// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "core/rules/rule.hpp"

namespace belay::rules {

std::span<const Rule> catalogue() {
  static constexpr std::array kRules{
      Rule{.reason = ExitReason::manual_close, .priority = 0, .judge = manual_close},
      Rule{.reason = ExitReason::account_loss_limit, .priority = 0, .judge = account_loss_limit},
      Rule{.reason = ExitReason::stop_loss, .priority = 1, .judge = stop_loss, .goes_by_price = true},
      Rule{.reason = ExitReason::take_profit, .priority = 1, .judge = take_profit, .goes_by_price = true},
      Rule{.reason = ExitReason::trailing_stop, .priority = 1, .judge = trailing_stop, .goes_by_price = true},
      Rule{.reason = ExitReason::missing_brackets, .priority = 1, .judge = missing_brackets, .goes_by_price = true},
      Rule{.reason = ExitReason::scale_out,
           .priority = 1,
           .judge = scale_out,
           .goes_by_price = true,
           .is_partial = true},
      Rule{.reason = ExitReason::day_trade_close, .priority = 2, .judge = day_trade_close},
      Rule{.reason = ExitReason::expiration_risk, .priority = 2, .judge = expiration_risk},
      Rule{.reason = ExitReason::max_hold_time, .priority = 3, .judge = max_hold_time},
  };
  return kRules;
}

int priority_of(ExitReason reason) {
  for (const Rule& rule : catalogue()) {
    if (rule.reason == reason) return rule.priority;
  }
  return 3;
}

}  // namespace belay::rules
