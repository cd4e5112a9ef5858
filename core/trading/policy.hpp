// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"

namespace belay {

/// What becomes of a holding that no lot explains.
enum class Adoption : std::uint8_t { watch, protect, ignore };

/// What follows when a bracket that should rest at the broker is proved absent.
enum class MissingBrackets : std::uint8_t {
  restore,  ///< put one back; only if that fails the lot leaves
  close,    ///< the lot leaves at once
};

/// The numbers that a person may set; the defaults are the product's.
struct Policy {
  // Prices
  Duration unseen_limit = std::chrono::seconds(90);     ///< polled prices not confirmed for so long are stale
  Duration quote_age_limit = std::chrono::minutes(15);  ///< a quote as of longer ago is no current quote
  Ratio stock_spread_limit = 0.10_ratio;                ///< of the middle
  Ratio option_spread_limit = 0.30_ratio;               ///< of the middle, or the amount below if that is more
  Price option_spread_amount = 0.10_price;
  Duration unsound_persistence = std::chrono::seconds(30);
  Ratio stock_jump_band = 0.10_ratio;

  // Time rules
  Duration day_trade_lead = std::chrono::minutes(5);            ///< before the close
  Duration expiring_day_trade_lead = std::chrono::minutes(60);  ///< before the close of the expiry session

  // Ownership
  Adoption adoption = Adoption::watch;
  std::vector<std::string> ignored_symbols;
  std::optional<Ratio> adopted_stop;                    ///< under `protect`: this far from the entry, e.g. 0.05
  std::optional<Ratio> adopted_target;                  ///< likewise
  Duration settling_window = std::chrono::seconds(10);  ///< positions, orders and fills may disagree for so long

  // Leaving
  Duration exit_deadline = std::chrono::seconds(60);  ///< not flat by then: a person is told
  Duration guard_grace = std::chrono::seconds(2);     ///< for a resting guard at its own trigger
  Duration ladder_step = std::chrono::seconds(2);
  int ladder_steps = 3;              ///< from the middle to the exit side
  Ratio option_collar = 0.50_ratio;  ///< of the last good value: below it no market order for an option

  // Guards
  MissingBrackets missing_brackets = MissingBrackets::restore;
  int guard_failures = 3;                                ///< definitive refusals in session until restoring has failed
  Duration guard_rearm_lead = std::chrono::minutes(15);  ///< before the close: DAY guards that must last overnight
  Duration held_children_limit = std::chrono::seconds(30);  ///< children still `held` so long after a filled entry
  bool option_resting_stop = false;       ///< a resting stop for options with a stop of their own price
  bool move_resting_stop = false;         ///< the resting stop follows the local one as that tightens
  std::optional<Ratio> catastrophe_stop;  ///< a resting stop this much wider than the local one, e.g. 0.05

  bool operator==(const Policy&) const = default;
};

}  // namespace belay
