// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
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
  /// How long a cancel stays `pending_cancel` and a replacement `pending_replace`; the order may fill meanwhile. Zero:
  /// at once, without the word for it in a cancel (alpaca.md 3.4).
  Duration cancel_delay{0};
  Duration replace_delay{0};
  /// By how much positions are behind orders when they are asked for (alpaca.md 8, Orders vs positions lag).
  Duration positions_lag{0};
  /// Rows that positions leave out (alpaca.md 8, Positions vanish).
  std::set<std::string> vanished_positions = {};
  /// Exercises, assignments and expiries move positions and cash at once, but their activities show the next day at
  /// 04:00 only, as on paper (alpaca.md 4, Assignment; 8, Expiry liquidation).
  bool activities_next_day = false;
  /// From half an hour before an expiry's end, contracts in the money that the account could not exercise or deliver
  /// are closed by the broker (alpaca.md 4, Expiry day).
  bool expiry_liquidation = false;
};
inline constexpr Duration kLongestPositionsLag = std::chrono::seconds(10);
inline constexpr int kPaperPartialFillPermille = 100;

struct ExchangeConfig {
  std::uint64_t seed = 1;
  Timestamp start;  ///< the first `now`
  calendar::UsEquities calendar;
  std::vector<AccountConfig> accounts = {AccountConfig{}};
  Faults faults;
};

}  // namespace belay::sim
