// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"
#include "core/trading/lot.hpp"
#include "core/trading/terms.hpp"

namespace belay {

/// What becomes of a holding that no lot explains.
enum class Adoption : std::uint8_t { watch, protect, ignore };

/// What follows when a bracket that should rest at the broker is proved absent.
enum class MissingBrackets : std::uint8_t {
  restore,  ///< put one back; only if that fails the lot leaves
  close,    ///< the lot leaves at once
};

/// What becomes of a stock's exit outside of the session: it waits for the next one, or a limit is worked in early and
/// late trading.
enum class AfterHours : std::uint8_t { wait, limit };

/// The numbers that a person may set; the defaults are the product's.
struct Policy {
  // Prices
  Duration unseen_limit = std::chrono::seconds(90);            ///< polled prices not confirmed for so long are stale
  Duration unseen_limit_streaming = std::chrono::seconds(15);  ///< likewise of a symbol that a stream feeds
  Duration quote_age_limit = std::chrono::minutes(15);         ///< a quote as of longer ago is no current quote
  Ratio stock_spread_limit = 0.10_ratio;                       ///< of the middle
  Ratio option_spread_limit = 0.30_ratio;                      ///< of the middle, or the amount below if that is more
  Price option_spread_amount = 0.10_price;
  Duration unsound_persistence = std::chrono::seconds(30);
  Ratio stock_jump_band = 0.10_ratio;

  // Time rules
  Duration day_trade_lead = std::chrono::minutes(5);            ///< before the close
  Duration expiring_day_trade_lead = std::chrono::minutes(60);  ///< before the close of the expiry session

  // Rules: what a position's row leaves open
  DefaultTerms day_trade;
  DefaultTerms swing_trade;
  DefaultTerms account;
  std::optional<Ratio> fallback_stop;       ///< this far from the entry, where stop and target contradict each other
  std::optional<Ratio> fallback_target;     ///< likewise
  std::optional<Money> account_loss_limit;  ///< lost in one session, everything leaves

  // Ownership
  Adoption adoption = Adoption::watch;
  std::vector<std::string> ignored_symbols;
  std::optional<Ratio> adopted_stop;                    ///< under `protect`: this far from the entry, e.g. 0.05
  std::optional<Ratio> adopted_target;                  ///< likewise
  Duration settling_window = std::chrono::seconds(10);  ///< positions, orders and fills may disagree for so long
  Duration orphan_grace = std::chrono::seconds(30);     ///< upstream's row about a fresh fill may come so late

  // Leaving
  Duration exit_deadline = std::chrono::seconds(60);      ///< not flat by then: a person is told
  Duration witness_rest = std::chrono::seconds(1);        ///< before a doubtful price is looked at again, at first
  Duration stream_down_limit = std::chrono::seconds(60);  ///< in session: then a person is told
  Duration guard_grace = std::chrono::seconds(2);         ///< for a resting guard at its own trigger
  Duration guard_grace_limit = std::chrono::seconds(10);  ///< likewise where it has begun to fill, or was elected
  Duration first_price_wait = std::chrono::seconds(60);   ///< from the open: for a price of the session to leave by
  AfterHours after_hours = AfterHours::wait;
  Ratio stock_collar = 0.01_ratio;  ///< a stock's marketable limit is that far beyond the side at which it leaves
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

  // Breakers: more than this is no exit but a fault of ours
  int orders_per_lot = 12;                       ///< a minute
  int orders_per_account = 120;                  ///< a minute; or six for each lot, where that is more
  Ratio notional_per_minute = 6_ratio;           ///< sent in a minute, in proportion to what is held
  Duration safe_mode = std::chrono::minutes(5);  ///< nothing is sent for so long once one of them is reached

  [[nodiscard]] const DefaultTerms& of(Strategy strategy) const {
    return strategy == Strategy::day_trade ? day_trade : swing_trade;
  }
  bool operator==(const Policy&) const = default;
};

}  // namespace belay
