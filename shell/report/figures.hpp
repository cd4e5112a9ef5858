// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/money/money.hpp"
#include "core/trading/lot.hpp"
#include "shell/ports/archive.hpp"

/// What came of a day or of some days. The one place where a metric is defined; docs/operating/metrics.md says the same
/// for people.
namespace belay::report {

/// Days in New York, both included.
struct Days {
  Date first{};
  Date last{};

  [[nodiscard]] Timestamp from() const;
  [[nodiscard]] Timestamp to() const;  ///< the end of the last day, not included
  bool operator==(const Days&) const = default;
};

/// What the figures are made of: read once, then pure computation.
struct Material {
  std::vector<ArchivedLot> lots;
  std::vector<ExitTrigger> triggers;
  std::vector<PassDay> passes;
};
/// `account` empty: of every account.
StoreResult<Material> gather(Archive& archive, const std::string& account, Days days);

/// A position that closed.
struct Trade {
  std::int64_t id = 0;
  std::string account;
  std::string symbol;
  Direction direction = Direction::long_;
  Strategy strategy = Strategy::swing_trade;
  ExitReason reason = ExitReason::manual_close;
  Quantity quantity;  ///< at the opening
  Price entry_price;
  std::optional<Price> exit_price;
  Timestamp entry_time;
  Timestamp closed_at;
  std::optional<Money> result;  ///< before fees; absent where it could not be counted
  std::optional<Money> fees;    ///< absent where they are not known

  [[nodiscard]] Duration held() const { return closed_at - entry_time; }
};

/// An order of Belay's that took from a position, a part of it or all.
struct Departure {
  std::string account;
  std::string symbol;
  ExitReason reason = ExitReason::manual_close;
  Quantity quantity;
  Timestamp at;                  ///< of its last fill; where the broker did not tell it, when it was sent
  std::optional<Duration> took;  ///< from the trigger, or from the open where it waited for that, to its last fill
  std::optional<Price> trigger_price;
  Price fill_price;               ///< average
  std::optional<Price> slippage;  ///< per share or unit; positive: worse than the price that triggered it
  std::optional<Money> cost;      ///< of the slippage, for all of it
};

/// Some positions together.
struct Tally {
  std::int64_t count = 0;
  Money result;

  bool operator==(const Tally&) const = default;
};

struct Figures {
  std::string account;  ///< empty: all of them
  Days days;

  std::int64_t opened = 0;  ///< positions with an entry in these days
  std::int64_t closed = 0;
  std::map<ExitReason, Tally> by_reason;
  std::vector<std::pair<Date, Tally>> by_day;  ///< every day of trading, and any other on which something closed
  std::optional<Duration> average_hold;        ///< from entry to close, of those that closed
  std::int64_t results = 0;                    ///< closed ones whose result is known
  std::int64_t wins = 0;                       ///< of them, those with a result above zero
  std::optional<Ratio> win_rate;               ///< wins ÷ results
  std::optional<Ratio> take_profit_rate;       ///< closed by take_profit ÷ closed
  Money result;                                ///< realised, before fees
  std::optional<Money> fees;                   ///< of those whose fees are known
  std::int64_t still_open = 0;                 ///< now, whatever the days

  std::int64_t passes = 0;
  std::optional<std::int64_t> average_pass_ms;
  std::int64_t longest_pass_ms = 0;
  PassFigures sums;                              ///< of all passes
  std::optional<Ratio> check_rate;               ///< positions judged ÷ positions, over all passes
  std::optional<Ratio> price_rate;               ///< positions with a price that is not in doubt ÷ positions
  std::optional<Ratio> guard_rate;               ///< guards seen resting ÷ guards expected
  std::optional<Duration> trigger_to_fill_half;  ///< the median: of an even number, the lower of the middle two
  std::optional<Duration> trigger_to_fill_worst;
  std::optional<Money> slippage_cost;  ///< of all departures whose slippage is known

  std::vector<Trade> trades;          ///< in the order of their closing
  std::vector<Departure> departures;  ///< in the order of their time

  /// Result less the fees that are known.
  [[nodiscard]] Money net() const;
};

/// `account` empty: over all of the material. What is not that account's is left out.
Figures figures(const Material& material, const std::string& account, Days days);

/// The accounts of the material, in alphabetical order.
std::vector<std::string> accounts_of(const Material& material);

}  // namespace belay::report
