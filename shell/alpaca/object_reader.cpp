// SPDX-License-Identifier: Apache-2.0
#include "shell/alpaca/object_reader.hpp"

#include <cstdint>
#include <limits>

namespace belay::alpaca {
namespace {

std::string named(std::string_view key) { return "\"" + std::string(key) + "\""; }

template <class Kind>
Result<Kind> read_decimal(std::string_view text) {
  return Kind::parse_rounding(text);
}

template <>
Result<Quantity> read_decimal<Quantity>(std::string_view text) {
  // An exponent is how some JSON writers print a small number; it carries no more digits than they had.
  if (text.find_first_of("eE") != std::string_view::npos) return Quantity::parse_rounding(text);
  return Quantity::parse(text);
}

}  // namespace

std::string element_name(std::string_view what, std::size_t place, const json::Array& list) {
  const json::Value* symbol = list[place].find("symbol");
  const std::string* name = symbol != nullptr ? symbol->as_string() : nullptr;
  return std::string(what) + " " + std::to_string(place + 1) + " of " + std::to_string(list.size()) +
         (name != nullptr ? " (" + *name + ")" : "") + ": ";
}

ObjectReader::ObjectReader(const json::Value& value, std::string what) : value_(value), what_(std::move(what)) {
  if (!value.is_object()) complain("an object was expected, not " + std::string(value.type_name()));
}

const json::Value* ObjectReader::member(std::string_view key) const {
  const json::Value* found = value_.find(key);
  return found != nullptr && !found->is_null() ? found : nullptr;
}

void ObjectReader::complain(const std::string& about) {
  if (!error_) error_ = Error{what_ + ": " + about};
}

template <class T>
T ObjectReader::required(std::optional<T> value, std::string_view key) {
  if (!value) complain(named(key) + " is missing");
  return value.value_or(T());
}

std::string ObjectReader::optional_text(std::string_view key) {
  const json::Value* found = member(key);
  if (found == nullptr) return "";
  const std::string* text = found->decimal_text();
  if (text == nullptr) {
    complain(named(key) + " is no text but of type " + std::string(found->type_name()));
    return "";
  }
  return *text;
}

std::string ObjectReader::text(std::string_view key) {
  std::string text = optional_text(key);
  if (text.empty()) complain(named(key) + " is missing");
  return text;
}

Side ObjectReader::side(std::string_view key) {
  const std::string word = text(key);
  if (word == "sell_short") return Side::sell;
  const auto side = parse_side(word);
  if (!side) complain("\"" + std::string(key) + "\" is neither buy nor sell: \"" + word + "\"");
  return side.value_or(Side::sell);
}

bool ObjectReader::flag(std::string_view key) {
  const json::Value* found = member(key);
  if (found == nullptr) return false;
  const auto value = found->as_bool();
  if (!value) complain(named(key) + " is neither true nor false");
  return value.value_or(false);
}

template <class Kind>
std::optional<Kind> ObjectReader::decimal(std::string_view key) {
  const json::Value* found = member(key);
  if (found == nullptr) return std::nullopt;
  const std::string* text = found->decimal_text();
  if (text == nullptr) {
    complain(named(key) + " is no number but of type " + std::string(found->type_name()));
    return std::nullopt;
  }
  if (text->empty()) return std::nullopt;
  auto value = read_decimal<Kind>(*text);
  // The one value without a magnitude would throw in every sum.
  if (value && value->nanos() == std::numeric_limits<std::int64_t>::min()) value = fail("out of range: " + *text);
  if (!value) {
    complain(named(key) + ": " + value.error().message);
    return std::nullopt;
  }
  return *value;
}

std::optional<Price> ObjectReader::optional_price(std::string_view key) { return decimal<Price>(key); }
Price ObjectReader::price(std::string_view key) { return required(decimal<Price>(key), key); }
std::optional<Money> ObjectReader::optional_money(std::string_view key) { return decimal<Money>(key); }
Money ObjectReader::money(std::string_view key) { return required(decimal<Money>(key), key); }
std::optional<Quantity> ObjectReader::optional_quantity(std::string_view key) { return decimal<Quantity>(key); }
Quantity ObjectReader::quantity(std::string_view key) { return required(decimal<Quantity>(key), key); }

std::optional<Timestamp> ObjectReader::optional_timestamp(std::string_view key) {
  const std::string text = optional_text(key);
  if (text.empty() || text.starts_with("0001-01-01T00:00:00")) return std::nullopt;
  const auto at = parse_timestamp(text);
  if (!at) {
    complain(named(key) + ": " + at.error().message);
    return std::nullopt;
  }
  return *at;
}

Timestamp ObjectReader::timestamp(std::string_view key) { return required(optional_timestamp(key), key); }

}  // namespace belay::alpaca
