// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "shell/json/value.hpp"
#include "sim/server/data_request.hpp"
#include "sim/server/world.hpp"

namespace belay::sim {

// The newest that a feed shows of a symbol. What the exchange holds for its last price counts (it scales it by a
// split), what the tape has beside it is told with it.

[[nodiscard]] std::optional<TapeTrade> latest_trade(const World& world, std::string_view symbol, const Feed& feed);
[[nodiscard]] std::optional<TapeQuote> latest_quote(const World& world, std::string_view symbol, const Feed& feed);
/// Of the last minute that is over.
[[nodiscard]] std::optional<Bar> latest_minute(const World& world, std::string_view symbol, const Feed& feed);

/// minuteBar, dailyBar and prevDailyBar of a snapshot; null where there is none. The daily bar is the latest that there
/// is: before the open, of the session before.
struct SnapshotBars {
  json::Value minute;
  json::Value day;
  json::Value previous_day;
};
[[nodiscard]] SnapshotBars snapshot_bars(const World& world, std::string_view symbol, const Feed& feed);

}  // namespace belay::sim
