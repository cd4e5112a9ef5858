// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/trading/instrument.hpp"
#include "sim/exchange/exchange.hpp"
#include "sim/exchange/ids.hpp"
#include "sim/world/weather.hpp"

namespace belay::world {

/// What moves the exchange's prices: each symbol walks at random from the seed, jumps, gaps and misprints as the
/// scenario says. An option follows its underlying.
class Market {
 public:
  Market(sim::Exchange& exchange, Weather& weather, std::uint64_t seed)
      : exchange_(&exchange), weather_(&weather), seed_(seed) {}

  /// From now on the symbol is traded; an option's underlying with it.
  void list(std::string_view symbol);
  /// One step of all, with its quotes and prints.
  void step(Timestamp now);
  void jump(std::string_view symbol, std::int64_t basis_points);
  void bad_print(std::string_view symbol, std::int64_t basis_points, Timestamp now);
  /// The price is of fewer or more shares from now on.
  void split(std::string_view symbol, std::int64_t new_shares, std::int64_t old_shares);
  /// The present middle, whatever the quotes claim.
  [[nodiscard]] Price middle_of(std::string_view symbol) const;

 private:
  struct Walk {
    Instrument instrument;
    Price price;
    int volatility = 5;  // largest step in basis points
    sim::Dice dice{0};
  };
  [[nodiscard]] Price option_price(const Walk& option, Timestamp now) const;
  void publish(const std::string& symbol, const Walk& walk, std::uint64_t chance, Timestamp now);

  sim::Exchange* exchange_;
  Weather* weather_;
  std::uint64_t seed_;
  Timestamp now_;
  std::map<std::string, Walk, std::less<>> walks_;
};

}  // namespace belay::world
