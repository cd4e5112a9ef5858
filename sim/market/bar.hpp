// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"

namespace belay::sim {

/// Sums of volumes and turnovers: a year of a large stock does not fit into 64 bits with nine decimals.
__extension__ using WideSum = __int128;

/// What was traded of a symbol in a stretch of time (alpaca.md 5, bars).
struct Bar {
  Timestamp start;
  Price open;
  Price high;
  Price low;
  Price close;
  WideSum volume = 0;      ///< in billionths
  WideSum turnover = 0;    ///< price × size, in billionths of billionths
  std::int64_t count = 0;  ///< of trades

  /// A print that counts for the prices too; the first of them makes all four.
  void take(Price price, Quantity size);
  /// A print that counts as volume only: it sets no price.
  void take_volume(Price price, Quantity size);
  /// The stretch that follows this one.
  void append(const Bar& later);

  [[nodiscard]] bool has_prices() const { return open.is_positive(); }
  /// The price of an average unit; the close where nothing but prices is known.
  [[nodiscard]] Price average() const;
  /// Whole units, rounded down.
  [[nodiscard]] std::int64_t whole_volume() const;
  /// After `new_shares` for `old_shares`: as if they had been traded in the new shares all along.
  [[nodiscard]] Bar rescaled(std::int64_t new_shares, std::int64_t old_shares) const;

  bool operator==(const Bar&) const = default;
};

}  // namespace belay::sim
