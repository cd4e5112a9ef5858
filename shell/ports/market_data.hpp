// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/trading/corporate_action.hpp"
#include "core/trading/market.hpp"
#include "shell/ports/broker.hpp"

namespace belay {

/// Latest prices by request. Symbols without any price are absent from the answer; that is no error. A failed batch is
/// reported in `failed` with its symbols, and never empties the others.
struct PriceRead {
  std::vector<MarketPrices> prices;
  struct Failure {
    std::vector<std::string> symbols;
    BrokerError error;
  };
  std::vector<Failure> failed;
};

class MarketData {
 public:
  virtual ~MarketData() = default;

  virtual PriceRead stocks(const std::vector<std::string>& symbols) = 0;
  /// Quotes by OCC symbol.
  virtual PriceRead options(const std::vector<std::string>& symbols) = 0;

  /// Splits, spin-offs and renames of these symbols whose ex-date is within these days, both included.
  virtual BrokerResult<std::vector<CorporateAction>> corporate_actions(const std::vector<std::string>& symbols,
                                                                       Date first, Date last) = 0;

  [[nodiscard]] virtual std::uint64_t calls() const = 0;
};

}  // namespace belay
