// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/calendar/timestamp.hpp"

namespace belay::sim {

/// The streams of market data, each an endpoint of its own (alpaca.md 1).
enum class MarketFeed : std::uint8_t { iex, sip, delayed_sip, test, boats, overnight, indicative, opra };
inline constexpr std::size_t kMarketFeeds = 8;
/// Some of the feeds, a bit each.
using MarketFeeds = std::bitset<kMarketFeeds>;
inline constexpr MarketFeeds kAllMarketFeeds{0xff};
[[nodiscard]] constexpr std::size_t place_of(MarketFeed feed) { return static_cast<std::size_t>(feed); }

/// The feed that is served under a path as at stream.data.alpaca.markets: "/v2/iex", "/v1beta1/opra".
[[nodiscard]] std::optional<MarketFeed> market_feed_at(std::string_view path);
[[nodiscard]] std::string_view to_text(MarketFeed feed);
/// Options, or stocks.
[[nodiscard]] bool is_of_options(MarketFeed feed);
/// Only Algo Trader Plus may see it (alpaca.md 1, Basic plan).
[[nodiscard]] bool needs_plus(MarketFeed feed);
/// Whether the feed has what happens at that time: boats and overnight have the night, 20:00 to 04:00 in New York
/// (alpaca.md 7).
[[nodiscard]] bool streams_at(MarketFeed feed, Timestamp at);

/// What of a symbol one may subscribe to (alpaca.md 6.2).
enum class MarketChannel : std::uint8_t {
  trades,
  quotes,
  bars,
  updated_bars,
  daily_bars,
  statuses,
  lulds,
  corrections,    ///< comes with trades
  cancel_errors,  ///< comes with trades
  imbalances
};
inline constexpr std::size_t kMarketChannels = 10;

/// As in the subscription: "trades", "updatedBars".
[[nodiscard]] std::string_view to_text(MarketChannel channel);
[[nodiscard]] std::optional<MarketChannel> market_channel(std::string_view name);
/// Feeds of options have trades and quotes alone (alpaca.md 6.3).
[[nodiscard]] bool has_channel(MarketFeed feed, MarketChannel channel);

}  // namespace belay::sim
