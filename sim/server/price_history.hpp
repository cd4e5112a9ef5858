// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "sim/exchange/exchange.hpp"
#include "sim/market/tape.hpp"
#include "sim/market/timeframe.hpp"

namespace belay::sim {

/// What a symbol's tape says with corporate actions in mind: data from before a rename goes by the name of the day
/// asked for, and bars can be told in today's shares (alpaca.md 5; parameters asof and adjustment).
class PriceHistory {
 public:
  /// `as_of` absent: the symbol is meant literally.
  PriceHistory(const Exchange& exchange, const Tape& tape, std::string symbol, std::optional<Date> as_of);

  // From `first` to `last`, both included.
  [[nodiscard]] std::vector<TapeTrade> trades(Timestamp first, Timestamp last) const;
  [[nodiscard]] std::vector<TapeQuote> quotes(Timestamp first, Timestamp last) const;
  /// Bars of at least a minute that have begun before `now`; a minute that is not over is not shown.
  [[nodiscard]] std::vector<Bar> bars(const Timeframe& timeframe, bool adjusted_for_splits, Timestamp now) const;

 private:
  /// The company went by that name in that stretch of time.
  struct Name {
    std::string symbol;
    std::optional<Timestamp> from;
    std::optional<Timestamp> to;

    [[nodiscard]] bool covers(Timestamp at) const { return (!from || *from <= at) && (!to || at < *to); }
  };

  void go_back(Timestamp bound);
  void go_on(Timestamp bound);
  [[nodiscard]] Bar adjusted(const Bar& bar, bool is_day) const;

  const Tape* tape_;
  std::vector<ExecutedAction> actions_;  // by time
  std::vector<Name> names_;              // oldest first
};

/// What was carried out, and what was announced for a day that has come: where prices are replayed, the market carries
/// it out by itself. By time.
[[nodiscard]] std::vector<ExecutedAction> effective_actions(const Exchange& exchange);

}  // namespace belay::sim
