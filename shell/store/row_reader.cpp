// SPDX-License-Identifier: Apache-2.0
#include "shell/store/row_reader.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace belay::store {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

bool plausible_symbol(std::string_view symbol) {
  const auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '/' || c == '-' || c == ' ';
  };
  return !symbol.empty() && symbol.size() <= 32 && std::ranges::all_of(symbol, fits);
}

/// The OCC symbol that a row's terms make; nullopt where they do not suffice.
std::optional<std::string> built_occ(RowReader& row, bool is_call) {
  const auto underlying = row.word("ticker");
  const auto expiration = row.date("expiration_date");
  const auto strike = row.decimal<Price>("strike_price");
  if (!underlying || !expiration || !strike) return std::nullopt;
  OptionTerms terms{upper(*underlying), *expiration, is_call, *strike};
  std::erase(terms.root, '.');  // BRK.B trades options as BRKB
  if (!has_occ_symbol(terms)) return std::nullopt;
  return occ_symbol(terms);
}

}  // namespace

std::optional<std::string> RowReader::text(std::string_view column) const {
  const std::string* found = rows_.text(row_, column);
  if (found == nullptr) return std::nullopt;
  return *found;
}

std::optional<std::string> RowReader::word(std::string_view column) const {
  const std::string* found = rows_.text(row_, column);
  if (found == nullptr || trimmed(*found).empty()) return std::nullopt;
  return std::string(trimmed(*found));
}

std::optional<std::int64_t> RowReader::integer(std::string_view column) {
  auto found = word(column);
  if (!found) return std::nullopt;
  if (const std::size_t zeros = found->find_last_not_of('0'); zeros != std::string::npos && (*found)[zeros] == '.') {
    found->resize(zeros);  // "30.0" from a column of another type
  }
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(found->data(), found->data() + found->size(), value);
  if (failed != std::errc() || end != found->data() + found->size()) {
    misunderstood(column, "not a whole number: \"" + found->substr(0, 40) + "\"");
    return std::nullopt;
  }
  return value;
}

std::optional<bool> RowReader::boolean(std::string_view column) {
  const auto found = word(column);
  if (!found) return std::nullopt;
  if (*found == "t" || *found == "true" || *found == "1") return true;
  if (*found == "f" || *found == "false" || *found == "0") return false;
  misunderstood(column, "neither true nor false: \"" + found->substr(0, 40) + "\"");
  return std::nullopt;
}

std::optional<Timestamp> RowReader::time(std::string_view column) {
  const auto found = word(column);
  if (!found) return std::nullopt;
  const auto value = parse_stored_time(*found);
  if (!value) {
    misunderstood(column, value.error().message);
    return std::nullopt;
  }
  return *value;
}

std::optional<Date> RowReader::date(std::string_view column) {
  const auto found = word(column);
  if (!found) return std::nullopt;
  const auto value = parse_date(std::string_view(*found).substr(0, 10));
  if (!value) {
    misunderstood(column, value.error().message);
    return std::nullopt;
  }
  return *value;
}

Result<Timestamp> parse_stored_time(std::string_view text) {
  const std::size_t sign = text.size() >= 3 ? text.size() - 3 : 0;
  if (text.size() > 11 && (text[sign] == '+' || text[sign] == '-')) return parse_timestamp(std::string(text) + ":00");
  return parse_timestamp(text);
}

Instrument read_instrument(RowReader& row, std::string_view symbol_column, std::string_view type_column) {
  const std::string symbol = upper(row.word(symbol_column).value_or(""));
  const std::string type = upper(row.word(type_column).value_or(""));
  if (!symbol.empty() && parse_occ(symbol)) return instrument_of(symbol);

  const auto kind = parse_instrument_kind(type);
  if (!kind && !type.empty()) row.complain("unknown instrument type \"" + type.substr(0, 40) + "\"");
  if (kind == InstrumentKind::call || kind == InstrumentKind::put) {
    if (const auto built = built_occ(row, kind == InstrumentKind::call)) return instrument_of(*built);
    row.complain("an option whose contract is not known: \"" + symbol.substr(0, 40) +
                 "\" is no OCC symbol, and ticker, expiration date and strike do not make one");
    return Instrument{.symbol = symbol, .kind = *kind, .option = {}};
  }
  const std::string name = symbol.empty() ? upper(row.word("ticker").value_or("")) : symbol;
  if (name.empty()) row.complain("no symbol");
  if (!name.empty() && !plausible_symbol(name)) row.complain("not a symbol: \"" + name.substr(0, 40) + "\"");
  return kind == InstrumentKind::crypto ? crypto_instrument(name) : instrument_of(name);
}

}  // namespace belay::store
