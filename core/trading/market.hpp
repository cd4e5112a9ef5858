// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"

namespace belay {

/// The last eligible print of a symbol.
struct Trade {
  Price price;
  Timestamp as_of;  ///< the exchange's time

  bool operator==(const Trade&) const = default;
};

/// The best bid and offer (NBBO, or the feed's own). A price of zero means that the side is absent (alpaca.md 5).
struct Quote {
  Price bid;
  Price ask;
  Timestamp as_of;  ///< the exchange's time

  bool operator==(const Quote&) const = default;
};

/// What one read of the market data said about a symbol; either part may be absent.
struct MarketPrices {
  std::string symbol;
  std::optional<Trade> trade;
  std::optional<Quote> quote;

  bool operator==(const MarketPrices&) const = default;
};

}  // namespace belay
