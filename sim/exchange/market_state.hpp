// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"
#include "core/trading/market.hpp"
#include "core/trading/order.hpp"
#include "sim/exchange/asset.hpp"
#include "sim/exchange/ids.hpp"

namespace belay::sim {

/// What the exchange knows of one symbol.
struct Listing {
  Asset asset;
  std::optional<Trade> trade;  ///< last print
  std::optional<Quote> quote;  ///< last quote
  /// When they came in, in the exchange's time. Absent: never, or forgotten: such prices are values, nothing fills at
  /// them.
  std::optional<Timestamp> trade_seen;
  std::optional<Timestamp> quote_seen;
  bool halted = false;
  std::optional<Price> latest_close;    ///< at the last close of a session
  std::optional<Price> previous_close;  ///< the same, one trading day back until the next one begins

  /// Nothing fills until the next price: after a halt, a split.
  void forget_freshness();
  /// For valuation: last trade, else the middle of a two-sided quote (alpaca.md 2, Position: current_price).
  [[nodiscard]] std::optional<Price> value() const;
  /// Where an order of that side would fill at `now`: the far side of the quote; the last trade where there never was
  /// a quote. nullopt: nothing there, or it is of an earlier day or from before a halt.
  [[nodiscard]] std::optional<Price> far_side(Side side, Timestamp now) const;
};

/// All symbols. A symbol is known once it was added or had a price.
class MarketState {
 public:
  explicit MarketState(IdMaker& ids) : ids_(&ids) {}

  Listing& listing(std::string_view symbol);  ///< lists it where it is new
  Listing& add(Asset asset);
  /// The same, without the prices of what went by its symbol until now.
  Listing& replace(Asset asset);
  [[nodiscard]] const Listing* find(std::string_view symbol) const;
  [[nodiscard]] const Listing* find_by_symbol_or_id(std::string_view symbol_or_id) const;
  [[nodiscard]] const std::map<std::string, Listing, std::less<>>& all() const { return listings_; }

  void close_session();  ///< remembers the prices as latest closes
  void begin_new_day();  ///< latest closes become previous ones

 private:
  IdMaker* ids_;
  std::map<std::string, Listing, std::less<>> listings_;
  std::map<std::string, std::string, std::less<>> symbols_by_id_;
};

}  // namespace belay::sim
