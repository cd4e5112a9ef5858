// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "shell/json/value.hpp"
#include "sim/server/market_feed.hpp"

namespace belay::sim {

/// What one connection wants to hear of: symbols, or "*" for all, a channel.
class MarketSubscription {
 public:
  void add(MarketChannel channel, std::string symbol) { symbols_of(channel).insert(std::move(symbol)); }
  void remove(MarketChannel channel, const std::string& symbol) { symbols_of(channel).erase(symbol); }

  [[nodiscard]] bool wants(MarketChannel channel, std::string_view symbol) const;
  [[nodiscard]] bool wants_all(MarketChannel channel) const { return symbols_of(channel).contains("*"); }
  /// How many different symbols are subscribed to in trades and quotes: those are what a plan limits.
  [[nodiscard]] std::size_t counted_symbols() const;
  [[nodiscard]] std::size_t count(MarketChannel channel) const { return symbols_of(channel).size(); }

  /// {"T":"subscription", every channel of the feed with its symbols}
  [[nodiscard]] json::Value to_json(MarketFeed feed) const;

 private:
  using Symbols = std::set<std::string, std::less<>>;

  // Corrections and cancellations come with the trades they are about (alpaca.md 6.2).
  static std::size_t index_of(MarketChannel channel);
  [[nodiscard]] Symbols& symbols_of(MarketChannel channel) { return symbols_.at(index_of(channel)); }
  [[nodiscard]] const Symbols& symbols_of(MarketChannel channel) const { return symbols_.at(index_of(channel)); }

  std::array<Symbols, kMarketChannels> symbols_;
};

}  // namespace belay::sim
