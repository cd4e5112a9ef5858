// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "core/calendar/us_equities.hpp"
#include "sim/exchange/account.hpp"

namespace belay::sim {

/// What a triggered stop leg of a bracket or OCO looks like afterwards; both were reported (alpaca.md 3.3, SL
/// triggers).
enum class StopOutShape : std::uint8_t {
  target_replaced,  ///< the take-profit becomes `replaced` (by the stop's id), the stop itself fills
  stop_replaced,    ///< the stop becomes `replaced` by a new order that fills, the take-profit `canceled`
};

/// How the exchange misbehaves; may be changed at any time.
struct Faults {
  /// Of 1000 eligible fills that many are partial, of random size. Paper: 100 (alpaca.md 7).
  int partial_fill_permille = 0;
  StopOutShape stop_out_shape = StopOutShape::target_replaced;
};
inline constexpr int kPaperPartialFillPermille = 100;

struct ExchangeConfig {
  std::uint64_t seed = 1;
  Timestamp start;  ///< the first `now`
  calendar::UsEquities calendar;
  std::vector<AccountConfig> accounts = {AccountConfig{}};
  Faults faults;
};

}  // namespace belay::sim
