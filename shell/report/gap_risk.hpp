// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/state.hpp"

/// Before the close: what stays overnight, when no stop can act, and what a gap could do to it.
namespace belay::report {

/// A position as the close finds it.
struct Overnight {
  std::int64_t id = 0;
  std::string symbol;
  Direction direction = Direction::long_;
  Quantity quantity;
  std::optional<Money> value;          ///< at its latest price, without a sign
  std::optional<Money> result;         ///< unrealised
  bool is_leaving = false;             ///< an exit of all of it is under way
  std::optional<Timestamp> leaves_at;  ///< the next time rule that will hold for it
  bool stays = true;                   ///< beyond the close
  std::optional<Date> expires;         ///< of an option
  Protection protection = Protection::none;
  Quantity stops_beyond;  ///< how much of it resting stops cover that outlive the session (GTC)
  Quantity stops_today;   ///< likewise of those that end with it (DAY)
  std::vector<std::string> warnings;
};

struct GapRisk {
  std::string account;
  Timestamp at;
  calendar::Session session;         ///< whose close is meant: the one in progress, else the next
  calendar::Session next;            ///< the one after it
  std::vector<Overnight> positions;  ///< those that stay first, the largest first
  std::int64_t stay = 0;             ///< so many stay
  std::int64_t bare = 0;  ///< of them, those for which no stop rests at the broker beyond the close, for all of them
  Money value;            ///< of those that stay, as far as it is known
};

/// Of what the engine knows after a read of the broker.
GapRisk gap_risk(const engine::State& state, Timestamp now);

/// "3 positions stay overnight ($12,300.00), 1 of them without a stop at the broker after the close."
std::string headline(const GapRisk& risk);
/// "overnight", "leaves 15:55", "leaving"; "until Jan 27 09:30"
std::string stays_words(const Overnight& position);
/// "stop, GTC", "stop, ends today", "Belay's rules", "none"
std::string guard_words(const Overnight& position);

}  // namespace belay::report
