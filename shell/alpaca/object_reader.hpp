// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.hpp"
#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"
#include "core/trading/order.hpp"
#include "shell/json/value.hpp"

namespace belay::alpaca {

/// "order 3 of 7 (AAPL): ": how to begin what is wrong with the list's element at `place`, from 0.
std::string element_name(std::string_view what, std::size_t place, const json::Array& list);

/// Reads the members of one JSON object of the broker's and keeps the first thing that is wrong with it, so that what
/// is read from it can be written down as a plain list. Decimals may be strings or numbers; null counts as missing.
class ObjectReader {
 public:
  /// `what` begins every message, e.g. "order". The value must outlive the reader.
  ObjectReader(const json::Value& value, std::string what);

  /// Required and not empty.
  std::string text(std::string_view key);
  /// "" if it is missing.
  std::string optional_text(std::string_view key);
  /// "buy", "sell" or, as activities say as well, "sell_short".
  Side side(std::string_view key);
  /// false if it is missing.
  bool flag(std::string_view key);
  Timestamp timestamp(std::string_view key);
  /// Also absent: the zero time of the broker's programming language, "0001-01-01T00:00:00Z".
  std::optional<Timestamp> optional_timestamp(std::string_view key);
  /// More than nine decimals are rounded: averages have them.
  Price price(std::string_view key);
  std::optional<Price> optional_price(std::string_view key);
  Money money(std::string_view key);
  std::optional<Money> optional_money(std::string_view key);
  /// Never rounded: one billionth too many cannot be sold.
  Quantity quantity(std::string_view key);
  std::optional<Quantity> optional_quantity(std::string_view key);

  /// The member, unless it is missing or null.
  [[nodiscard]] const json::Value* member(std::string_view key) const;
  /// Keeps the complaint unless there is one already.
  void complain(const std::string& about);
  [[nodiscard]] bool failed() const { return error_.has_value(); }

  /// What was read, or the first complaint.
  template <class T>
  [[nodiscard]] Result<T> finish(T value) const {
    if (error_) return std::unexpected(*error_);
    return value;
  }

 private:
  template <class Kind>
  std::optional<Kind> decimal(std::string_view key);
  template <class T>
  T required(std::optional<T> value, std::string_view key);

  const json::Value& value_;
  std::string what_;
  std::optional<Error> error_;
};

}  // namespace belay::alpaca
