// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/calendar/us_equities.hpp"
#include "core/money/money.hpp"
#include "core/trading/lot.hpp"
#include "sim/market/synthetic.hpp"

namespace belay::app::demonstration {

/// An entry as an upstream trader makes it: an order at the broker, then a row of dispatch_executions.
struct DemoEntry {
  Timestamp at;  ///< before the session's open: held from an earlier day
  std::string symbol;
  Side side = Side::buy;
  Quantity quantity;
  Strategy strategy = Strategy::swing_trade;
  std::optional<Price> stop;
  std::optional<Price> target;
  std::optional<std::int64_t> max_hold_minutes;
  bool bracket = false;        ///< sent as a bracket: stop and target rest at the broker
  bool told = true;            ///< false: no row is written, nobody tells Belay
  std::optional<Price> price;  ///< what was paid on the earlier day
};

/// A person's word in the middle of the day.
struct DemoWord {
  Timestamp at;
  std::string symbol;
  std::string why;
};

/// One trading day: what the market does, what upstream buys and sells, what a person says. Made so that every way of
/// leaving a position is seen once; the seed changes the random walk between the scripted moves, not the story.
struct DemoScenario {
  std::uint64_t seed = 1;
  calendar::Session session;
  Money cash;  ///< of the account before its first trade
  sim::SyntheticConfig market;
  std::vector<DemoEntry> entries;  ///< by time
  DemoWord word;
};

DemoScenario demo_scenario(std::uint64_t seed);

}  // namespace belay::app::demonstration
