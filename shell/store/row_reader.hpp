// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"
#include "core/trading/instrument.hpp"
#include "shell/store/connection.hpp"

namespace belay::store {

/// Reads the columns of one row. The first thing that is not understood is kept as `why()`; reading goes on.
class RowReader {
 public:
  RowReader(const Rows& rows, std::size_t row) : rows_(rows), row_(row) {}

  /// nullopt for NULL and for a column that is not there; blanks around the text are dropped.
  [[nodiscard]] std::optional<std::string> text(std::string_view column) const;
  /// As text, but an empty text counts as NULL.
  [[nodiscard]] std::optional<std::string> word(std::string_view column) const;
  std::optional<std::int64_t> integer(std::string_view column);
  std::optional<bool> boolean(std::string_view column);
  std::optional<Timestamp> time(std::string_view column);
  std::optional<Date> date(std::string_view column);
  /// The value is rounded at the ninth decimal.
  template <class Decimal>
  std::optional<Decimal> decimal(std::string_view column) {
    const auto found = word(column);
    if (!found) return std::nullopt;
    const auto value = Decimal::parse_rounding(*found);
    if (!value) {
      misunderstood(column, value.error().message);
      return std::nullopt;
    }
    return *value;
  }

  /// Says that something that must be there is not, or makes no sense. Only the first complaint is kept.
  void complain(std::string what) {
    if (!why_) why_ = std::move(what);
  }
  [[nodiscard]] const std::optional<std::string>& why() const { return why_; }

 private:
  void misunderstood(std::string_view column, std::string_view message) {
    complain(std::string(column) + ": " + std::string(message));
  }

  const Rows& rows_;
  std::size_t row_;
  std::optional<std::string> why_;
};

/// A time as either database prints it; PostgreSQL shortens an offset to its hours ("+00").
Result<Timestamp> parse_stored_time(std::string_view text);

/// The instrument of a row: an OCC symbol in `symbol` decides by itself; else it is built from an option's terms; a
/// stock's or a coin's symbol is taken as it is, in capitals. Where what the row says cannot be put together,
/// complains.
Instrument read_instrument(RowReader& row, std::string_view symbol_column, std::string_view type_column);

}  // namespace belay::store
