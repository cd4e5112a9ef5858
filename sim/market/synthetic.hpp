// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"
#include "sim/market/price_source.hpp"

namespace belay::sim {

/// A stock that walks at random. Basis points of its price: 100 are one percent.
struct SyntheticStock {
  std::string symbol;
  Price start;
  int volatility_bp = 5;  ///< largest move in one step, either way
  int drift_bp_per_100_steps = 0;
  Price spread = Price::from_nanos(20'000'000);  ///< between bid and ask: 0.02
};

/// An option whose price follows a stock of the same market: intrinsic value plus a time value that is greatest at the
/// money and melts with the days to expiry.
struct SyntheticOption {
  std::string symbol;      ///< OCC
  std::string underlying;  ///< a SyntheticStock's symbol
};

/// Something that shall happen: at `at` the symbol jumps to the price, or, over a duration, trends there in a straight
/// line; random walk goes on from there afterwards.
struct ScriptedMove {
  Timestamp at;
  std::string symbol;  ///< a stock
  Price to;
  Duration over{};  ///< zero: a jump
};

struct SyntheticConfig {
  std::uint64_t seed = 1;
  Timestamp start;
  std::optional<Timestamp> end;  ///< exclusive; absent: for ever
  Duration step = std::chrono::seconds(1);
  std::vector<SyntheticStock> stocks;
  std::vector<SyntheticOption> options;
  std::vector<ScriptedMove> moves;
};

/// Every step gives each stock a quote and a trade (at the bid or the ask), and each option a quote; stocks in the
/// order of the configuration, then options. Same configuration, same market. Preconditions: step > 0, prices > 0,
/// option symbols are OCC and name a stock of the configuration.
std::unique_ptr<PriceSource> synthetic_market(SyntheticConfig config);

}  // namespace belay::sim
