// SPDX-License-Identifier: Apache-2.0
#include "sim/exchange/market_state.hpp"

#include <utility>

#include "core/calendar/new_york.hpp"

namespace belay::sim {

void Listing::forget_freshness() {
  trade_seen.reset();
  quote_seen.reset();
}

std::optional<Price> Listing::value() const {
  if (trade) return trade->price;
  if (quote && quote->bid.is_positive() && quote->ask.is_positive()) return middle(quote->bid, quote->ask);
  return std::nullopt;
}

std::optional<Price> Listing::far_side(Side side, Timestamp now) const {
  const std::optional<Timestamp>& seen = quote ? quote_seen : trade_seen;
  if (!seen) return std::nullopt;
  if (asset.instrument.kind != InstrumentKind::crypto &&
      calendar::to_new_york(*seen).date != calendar::to_new_york(now).date) {
    return std::nullopt;
  }
  if (!quote) return trade->price;
  const Price price = side == Side::buy ? quote->ask : quote->bid;
  if (!price.is_positive()) return std::nullopt;
  return price;
}

Listing& MarketState::listing(std::string_view symbol) {
  const auto found = listings_.find(symbol);
  if (found != listings_.end()) return found->second;
  return add(usual_asset(symbol));
}

Listing& MarketState::add(Asset asset) {
  const std::string symbol = asset.symbol();
  Listing& listing = listings_[symbol];
  if (asset.id.empty()) asset.id = listing.asset.id.empty() ? ids_->uuid() : listing.asset.id;
  if (asset.multiplier == 0) asset.multiplier = usual_multiplier(asset.instrument);
  symbols_by_id_.erase(listing.asset.id);
  symbols_by_id_[asset.id] = symbol;
  listing.asset = std::move(asset);
  return listing;
}

Listing& MarketState::replace(Asset asset) {
  Listing& listing = add(std::move(asset));
  listing = Listing{.asset = listing.asset};
  return listing;
}

const Listing* MarketState::find(std::string_view symbol) const {
  const auto found = listings_.find(symbol);
  return found == listings_.end() ? nullptr : &found->second;
}

const Listing* MarketState::find_by_symbol_or_id(std::string_view symbol_or_id) const {
  const auto by_id = symbols_by_id_.find(symbol_or_id);
  return find(by_id == symbols_by_id_.end() ? symbol_or_id : std::string_view(by_id->second));
}

void MarketState::close_session() {
  for (auto& [symbol, listing] : listings_) listing.latest_close = listing.value();
}

void MarketState::begin_new_day() {
  for (auto& [symbol, listing] : listings_) listing.previous_close = listing.latest_close;
}

}  // namespace belay::sim
