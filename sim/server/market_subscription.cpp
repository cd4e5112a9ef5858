// SPDX-License-Identifier: Apache-2.0
#include "sim/server/market_subscription.hpp"

#include <utility>

namespace belay::sim {

std::size_t MarketSubscription::index_of(MarketChannel channel) {
  const bool with_trades = channel == MarketChannel::corrections || channel == MarketChannel::cancel_errors;
  return static_cast<std::size_t>(with_trades ? MarketChannel::trades : channel);
}

bool MarketSubscription::wants(MarketChannel channel, std::string_view symbol) const {
  const Symbols& symbols = symbols_of(channel);
  return !symbols.empty() && (symbols.contains(symbol) || symbols.contains("*"));
}

std::size_t MarketSubscription::counted_symbols() const {
  Symbols all = symbols_of(MarketChannel::trades);
  all.insert(symbols_of(MarketChannel::quotes).begin(), symbols_of(MarketChannel::quotes).end());
  return all.size();
}

json::Value MarketSubscription::to_json(MarketFeed feed) const {
  json::Object echo{{"T", "subscription"}};
  for (std::size_t i = 0; i < kMarketChannels; ++i) {
    const auto channel = static_cast<MarketChannel>(i);
    if (!has_channel(feed, channel)) continue;
    json::Array names;
    for (const std::string& symbol : symbols_of(channel)) names.emplace_back(symbol);
    echo.append(std::string(to_text(channel)), std::move(names));
  }
  return echo;
}

}  // namespace belay::sim
