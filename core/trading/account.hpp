// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"
#include "core/trading/instrument.hpp"

namespace belay {

/// The account behind the credentials, as far as a position manager needs it.
struct Account {
  std::string number;  ///< verified at start against what the store remembers
  std::string status;  ///< "ACTIVE" is the good one
  Money cash;
  Money equity;
  std::optional<Money> last_equity;  ///< at the previous close
  bool trading_blocked = false;
  bool account_blocked = false;
  bool suspended_by_user = false;

  bool operator==(const Account&) const = default;
};

/// What the broker holds of one symbol: the sum of all lots and of whatever else was traded there.
struct Holding {
  Instrument instrument;
  Quantity quantity;                  ///< negative for short
  std::optional<Quantity> available;  ///< not reserved by open orders; negative for short
  Price average_entry;
  std::optional<Price> broker_price;    ///< the broker's own valuation; shown, never acted on
  std::optional<Price> previous_close;  ///< of the session before, by the broker: where the account's day begins
  std::string asset_id;

  bool operator==(const Holding&) const = default;
};

/// The broker's clock. `timestamp` is the broker's now.
struct MarketClock {
  Timestamp timestamp;
  bool is_open = false;
  Timestamp next_open;
  Timestamp next_close;

  bool operator==(const MarketClock&) const = default;
};

}  // namespace belay
