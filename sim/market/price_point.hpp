// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"

namespace belay::sim {

/// A trade happened. Size in shares, contracts or coins.
struct Print {
  Price price;
  Quantity size;

  bool operator==(const Print&) const = default;
};

/// The best bid and offer changed. A price of zero: that side is absent.
struct BidAsk {
  Price bid;
  Price ask;
  Quantity bid_size;
  Quantity ask_size;

  bool operator==(const BidAsk&) const = default;
};

/// One step of a market: at that moment, of that symbol.
struct PricePoint {
  Timestamp at;
  std::string symbol;
  std::variant<Print, BidAsk> what;

  bool operator==(const PricePoint&) const = default;
};

}  // namespace belay::sim
