// SPDX-License-Identifier: Apache-2.0
#include "shell/store/execution_row.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "shell/store/row_reader.hpp"
#include "shell/store/terms_row.hpp"

namespace belay::store {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

Direction read_direction(RowReader& row) {
  const std::string word = lower(row.word("side").value_or(""));
  if (word == "short" || word == "sell" || word == "sell_short") return Direction::short_;
  // An option row may name the contract's kind as its side: it was bought.
  if (word == "long" || word == "buy" || word == "call" || word == "put") return Direction::long_;
  row.complain(word.empty() ? "side is missing" : "unknown side \"" + word.substr(0, 40) + "\"");
  return Direction::long_;
}

template <class T>
T positive(RowReader& row, std::string_view column) {
  const auto value = row.decimal<T>(column);
  if (!value) row.complain(std::string(column) + " is missing");
  if (value && !value->is_positive()) row.complain(std::string(column) + " is not positive: " + value->text());
  return value.value_or(T());
}

std::optional<Price> level(RowReader& row, std::string_view column) {
  const auto value = row.decimal<Price>(column);
  if (!value || value->is_zero()) return std::nullopt;
  if (value->is_negative()) row.complain(std::string(column) + " is negative: " + value->text());
  return value;
}

PriceDomain read_domain(RowReader& row) {
  const auto word = row.word("price_domain");
  if (!word) return PriceDomain::instrument;
  const auto domain = parse_price_domain(lower(*word));
  if (!domain) row.complain("unknown price_domain \"" + word->substr(0, 40) + "\"");
  return domain.value_or(PriceDomain::instrument);
}

void read_entry(Execution& execution, RowReader& row) {
  execution.instrument = read_instrument(row, "symbol", "instrument_type");
  execution.direction = read_direction(row);
  execution.quantity = positive<Quantity>(row, "quantity");
  execution.entry_price = positive<Price>(row, "entry_price");
  const auto entry_time = row.time("entry_time");
  if (!entry_time) row.complain("entry_time is missing");
  execution.entry_time = entry_time.value_or(Timestamp());
  execution.stop_loss = level(row, "stop_loss");
  execution.take_profit = level(row, "take_profit");
  execution.price_domain = read_domain(row);
  if (!execution.instrument.is_option()) execution.price_domain = PriceDomain::instrument;  // it is its own underlying
  execution.max_hold_minutes = row.integer("max_hold_minutes");
  execution.entry_underlying_price = level(row, "entry_underlying_price");
}

}  // namespace

std::expected<Execution, QuarantinedExecution> read_execution(const Rows& rows, std::size_t row_index) {
  RowReader row(rows, row_index);
  Execution execution;
  execution.key = row.text("execution_key").value_or("");
  execution.account_name = row.text("account_name").value_or("");
  if (execution.key.empty()) row.complain("execution_key is missing");
  read_entry(execution, row);
  execution.terms = read_terms(row);
  if (const auto id = row.word("broker_order_id")) execution.broker_order_id = OrderId(*id);
  execution.strategy_said = row.word("strategy_type").value_or("");
  execution.strategy = parse_strategy(lower(execution.strategy_said)).value_or(Strategy::swing_trade);
  execution.bracket_expected = row.boolean("bracket_expected").value_or(false);
  execution.is_trade = row.boolean("is_trade").value_or(false);
  if (row.why()) return std::unexpected(QuarantinedExecution{execution.key, execution.account_name, *row.why()});
  return execution;
}

}  // namespace belay::store
