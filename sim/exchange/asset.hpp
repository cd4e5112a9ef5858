// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"
#include "core/trading/instrument.hpp"

namespace belay::sim {

/// Something that can be traded. A symbol becomes one by add_asset or by its first price; OCC symbols are contracts.
struct Asset {
  std::string id;  ///< UUID; the exchange makes one where it is empty
  Instrument instrument;
  std::string name;
  std::string exchange = "NASDAQ";
  std::int64_t multiplier = 1;  ///< add_asset puts the usual one in place of zero
  /// Shares that a contract delivers where an adjustment made them other than the multiplier (alpaca.md 2, Option
  /// contract); zero: the multiplier.
  Quantity delivers;
  bool active = true;  ///< false: delisted, merged away, replaced by an adjusted contract
  bool tradable = true;
  bool shortable = true;
  bool fractionable = true;

  [[nodiscard]] const std::string& symbol() const { return instrument.symbol; }
  [[nodiscard]] Quantity deliverable() const { return delivers.is_zero() ? Quantity::whole(multiplier) : delivers; }
  [[nodiscard]] bool is_adjusted() const { return instrument.is_option() && !delivers.is_zero(); }
  bool operator==(const Asset&) const = default;
};

/// A stock, contract or coin with the properties that most have.
Asset usual_asset(std::string_view symbol);

/// The stock or index that an option's root stands on: SPXW on SPX, AAPL1 on AAPL, AAPL on AAPL.
std::string underlying_of(const OptionTerms& terms);
/// The shares of so many contracts.
Quantity delivered_by(Quantity contracts, Quantity deliverable);
/// Whether contracts of that root pay out in cash (index options).
bool is_cash_settled(const OptionTerms& terms);

}  // namespace belay::sim
