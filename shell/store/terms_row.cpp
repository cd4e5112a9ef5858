// SPDX-License-Identifier: Apache-2.0
#include "shell/store/terms_row.hpp"

#include <string>

#include "shell/json/parse.hpp"
#include "shell/json/value.hpp"

namespace belay::store {
namespace {

/// A JSON ladder as the text that people write.
Result<std::string> ladder_text(const json::Value& value) {
  if (const std::string* text = value.as_string()) return *text;
  const json::Array* const rungs = value.as_array();
  if (rungs == nullptr) return fail("neither a list of rungs nor a text");
  std::string text;
  for (const json::Value& rung : *rungs) {
    const json::Value* const at = rung.find("at");
    const json::Value* const close = rung.find("close");
    const std::string* const gain = at == nullptr ? nullptr : at->decimal_text();
    const std::string* const part = close == nullptr ? nullptr : close->decimal_text();
    if (gain == nullptr || part == nullptr) return fail("a rung is {\"at\": gain, \"close\": part}");
    text += *gain + ":" + *part + ",";
  }
  return text;
}

std::optional<Ladder> read_ladder(RowReader& row) {
  const auto stored = row.word("scale_out_ladder");
  if (!stored || *stored == "null") return std::nullopt;
  Result<std::string> text = *stored;
  if (stored->front() == '[' || stored->front() == '"' || stored->front() == '{') {
    const auto parsed = json::parse(*stored);
    text = parsed ? ladder_text(*parsed) : Result<std::string>(std::unexpected(parsed.error()));
  }
  auto ladder = text ? parse_ladder(*text) : Result<Ladder>(std::unexpected(text.error()));
  if (!ladder) {
    row.complain("scale_out_ladder: " + ladder.error().message);
    return std::nullopt;
  }
  return std::move(*ladder);
}

}  // namespace

Terms read_terms(RowReader& row) {
  return {.trail_percent = row.decimal<Percent>("trail_percent"),
          .trail_amount = row.decimal<Price>("trail_amount"),
          .trail_activation = row.decimal<Percent>("trail_activation_percent"),
          .breakeven_at = row.decimal<Percent>("breakeven_at_percent"),
          .profit_lock_at = row.decimal<Percent>("profit_lock_at_percent"),
          .profit_lock_keep = row.decimal<Percent>("profit_lock_keep_percent"),
          .scale_out = read_ladder(row)};
}

}  // namespace belay::store
