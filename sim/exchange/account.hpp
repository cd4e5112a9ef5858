// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"
#include "core/trading/instrument.hpp"
#include "core/trading/order.hpp"

namespace belay::sim {

/// An account to be opened. The key pair is what requests are authenticated with.
struct AccountConfig {
  std::string number = "PA3SIM000001";
  std::string key_id = "PKSIM000000000000001";
  std::string secret = "simulated-secret";
  Money cash = Money::from_nanos(100'000 * fixed::kScale);  ///< the paper default (alpaca.md 7)
  int multiplier = 4;                                       ///< of buying power: 1, 2 or 4
  bool shorting_enabled = true;
  bool uncovered_options = false;  ///< whether options may be sold short without cover
  int options_level = 3;           ///< alpaca.md 4, Levels: 0 none, 1 covered, 2 and long, 3 and spreads
};

/// The account in figures (alpaca.md 2, Account). Positions are valued at the last trade, failing that at the middle of
/// the quote, failing that at cost.
struct AccountView {
  std::string id;  ///< UUID
  std::string number;
  Timestamp created_at;
  int options_approved_level = 3;  ///< without the owner's own limit
  bool suspended_by_owner = false;
  Money cash;
  Money equity;
  Money last_equity;  ///< at the previous session's close; the starting equity before the first
  Money long_market_value;
  Money short_market_value;  ///< zero or negative
  Money buying_power;
  Money options_buying_power;
  Money initial_margin;
  Money maintenance_margin;
  int multiplier = 4;
  bool shorting_enabled = true;
  int options_level = 3;

  bool operator==(const AccountView&) const = default;
};

/// What the account's owner has set (alpaca.md 2, Config). Limits lower what the account was opened with, and never
/// raise it.
struct AccountSettings {
  bool disable_overnight_trading = false;
  bool fractional_trading = true;
  int max_margin_multiplier = 4;
  int max_options_trading_level = 3;
  bool no_shorting = false;
  bool ptp_no_exception_entry = false;
  bool suspend_trade = false;
  std::string trade_confirm_email = "all";

  bool operator==(const AccountSettings&) const = default;
};

/// A position in figures (alpaca.md 2, Position). Ratios are the reader's to form.
struct Position {
  std::string asset_id;
  std::string symbol;
  InstrumentKind kind = InstrumentKind::stock;
  std::int64_t multiplier = 1;
  Quantity quantity;   ///< signed: negative is short
  Quantity available;  ///< signed alike: not reserved by open orders
  Price average_entry;
  Money cost_basis;                    ///< signed
  std::optional<Price> current_price;  ///< last trade, else the quote's middle
  std::optional<Price> lastday_price;  ///< at the previous session's close
  Money market_value;                  ///< signed
  Money unrealized_pl;

  bool operator==(const Position&) const = default;
};

/// A row of the account's activities (alpaca.md 2, Activities; 4, Activity signs).
struct Activity {
  std::string id;  ///< New York time in digits (yyyymmddhhmmssmmm) "::" UUID; ascending
  std::string
      activity_type;   ///< "FILL", "OPEXP", "OPEXC", "OPASN", "OPTRD", "OPCSH", "OPCA", "SPLIT", "SPIN", "NC", "CSD" …
  Timestamp at;        ///< transaction_time of a FILL, created_at of the others
  std::string symbol;  ///< empty where cash alone came or went
  Quantity quantity;   ///< unsigned for FILL, signed for the others
  std::optional<Price> price;

  // FILL only:
  bool is_partial = false;  ///< type "partial_fill", else "fill"
  OrderId order_id;
  OrderStatus order_status = OrderStatus::filled;
  Side side = Side::buy;
  Quantity cumulative;
  Quantity leaves;
  std::string execution_id;

  // the others only:
  std::string sub_type;      ///< "FSPLIT", "CDIV"; empty: none
  std::optional<Date> date;  ///< where it is not that of `at`
  std::optional<Money> per_share;
  Money net_amount;
  std::string group_id;
  std::string description;

  [[nodiscard]] bool is_fill() const { return activity_type == "FILL"; }
  /// Whether its quantity came or went; a dividend's tells only how many shares it was paid on.
  [[nodiscard]] bool moves_units() const { return activity_type != "DIV" && !symbol.empty(); }
  bool operator==(const Activity&) const = default;
};

}  // namespace belay::sim
