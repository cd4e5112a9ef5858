// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/calendar/timestamp.hpp"
#include "sim/exchange/config.hpp"
#include "sim/market/synthetic.hpp"
#include "sim/server/server.hpp"

namespace belay::sim {

/// What `belay sim` can be told. Prices come from the files, from the synthetic market, from both (the files first
/// where both name a time), and from POST /_sim/price.
struct SimOptions {
  ServerOptions server;
  /// Seed, calendar, accounts with their keys and cash, misbehaviour. Its `start` is set by run_sim.
  ExchangeConfig exchange;
  /// Virtual time at the start. Absent: the first price of the files, else the real time.
  std::optional<Timestamp> start;
  std::vector<std::string> replay_files;
  /// Begins when the exchange does: its `start` is set by run_sim.
  std::optional<SyntheticConfig> synthetic;
};

/// Serves until `stop` is set. When it listens, one line of JSON goes to `out` and is flushed: {"url": "http://…",
/// "now": "…"}. An Error if it cannot start.
[[nodiscard]] Result<void> run_sim(SimOptions options, std::ostream& out, const std::atomic<bool>& stop);

}  // namespace belay::sim
