// SPDX-License-Identifier: Apache-2.0
#include "sim/server/behaviour.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace belay::sim {
namespace {

constexpr std::int64_t kLongestDelayMs = std::int64_t{30} * 24 * 3600 * 1000;

const json::Value* given(const json::Value& body, std::string_view name) {
  const json::Value* value = body.find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

Result<void> read_count(const json::Value& body, std::string_view name, std::int64_t most, std::int64_t& into) {
  const json::Value* value = given(body, name);
  if (value == nullptr) return {};
  const auto count = value->as_int64();
  if (!count || *count < 0 || *count > most) {
    return fail(std::string(name) + " must be 0 to " + std::to_string(most));
  }
  into = *count;
  return {};
}

Result<void> read_delay(const json::Value& body, std::string_view name, std::int64_t most_ms, Duration& into) {
  std::int64_t ms = std::chrono::duration_cast<std::chrono::milliseconds>(into).count();
  const auto read = read_count(body, name, most_ms, ms);
  if (read) into = std::chrono::milliseconds(ms);
  return read;
}

Result<void> read_shape(const json::Value& body, Faults& faults) {
  const json::Value* value = given(body, "stop_out_shape");
  if (value == nullptr) return {};
  const std::string* shape = value->as_string();
  if (shape == nullptr || (*shape != "target_replaced" && *shape != "stop_replaced")) {
    return fail("stop_out_shape must be target_replaced or stop_replaced");
  }
  faults.stop_out_shape = *shape == "stop_replaced" ? StopOutShape::stop_replaced : StopOutShape::target_replaced;
  return {};
}

Result<void> read_vanished(const json::Value& body, Faults& faults) {
  const json::Value* value = given(body, "vanished_positions");
  if (value == nullptr) return {};
  const json::Array* symbols = value->as_array();
  if (symbols == nullptr) return fail("vanished_positions must be a list of symbols");
  faults.vanished_positions.clear();
  for (const json::Value& symbol : *symbols) {
    if (symbol.as_string() == nullptr) return fail("vanished_positions must be a list of symbols");
    faults.vanished_positions.insert(*symbol.as_string());
  }
  return {};
}

Result<void> read_flag(const json::Value& body, std::string_view name, bool& into) {
  const json::Value* value = given(body, name);
  if (value == nullptr) return {};
  const auto flag = value->as_bool();
  if (!flag) return fail(std::string(name) + " must be true or false");
  into = *flag;
  return {};
}

}  // namespace

Result<Faults> read_behaviour(const json::Value& body, Faults faults) {
  const auto longest_lag = std::chrono::duration_cast<std::chrono::milliseconds>(kLongestPositionsLag).count();
  std::int64_t permille = faults.partial_fill_permille;
  for (const Result<void>& read :
       {read_count(body, "partial_fill_permille", 1000, permille), read_shape(body, faults),
        read_delay(body, "cancel_delay_ms", kLongestDelayMs, faults.cancel_delay),
        read_delay(body, "replace_delay_ms", kLongestDelayMs, faults.replace_delay),
        read_delay(body, "positions_lag_ms", longest_lag, faults.positions_lag), read_vanished(body, faults),
        read_flag(body, "activities_next_day", faults.activities_next_day),
        read_flag(body, "expiry_liquidation", faults.expiry_liquidation)}) {
    if (!read) return std::unexpected(read.error());
  }
  faults.partial_fill_permille = static_cast<int>(permille);
  return faults;
}

Result<Trouble> read_trouble(const json::Value& body) {
  const auto text = [&](std::string_view name) {
    const json::Value* value = given(body, name);
    const std::string* found = value == nullptr ? nullptr : value->as_string();
    return found == nullptr ? std::string() : *found;
  };
  const auto kind = parse_trouble(text("kind"));
  if (!kind) {
    std::string words;
    for (const std::string_view word : trouble_words()) words += (words.empty() ? "" : ", ") + std::string(word);
    return fail("kind is '" + text("kind") + "': use one of " + words);
  }
  Trouble trouble{.kind = *kind, .symbol = text("symbol"), .type = {}, .lasts = {}};
  if (const std::string type = text("order_type"); !type.empty()) {
    trouble.type = parse_order_type(type);
    if (*trouble.type == OrderType::other) return fail("order_type '" + type + "' is unknown");
  }
  const auto times = read_count(body, "times", INT32_MAX, trouble.times);
  if (!times) return std::unexpected(times.error());
  if (trouble.times == 0) return fail("times must be at least 1");
  if (given(body, "ms") != nullptr) {
    Duration lasts{0};
    const auto read = read_delay(body, "ms", kLongestDelayMs, lasts);
    if (!read) return std::unexpected(read.error());
    trouble.lasts = lasts;
  }
  return trouble;
}

json::Value trouble_json(const Trouble& trouble) {
  json::Object wire{{"kind", to_text(trouble.kind)}, {"symbol", trouble.symbol}};
  wire.append("order_type", trouble.type ? json::Value(to_text(*trouble.type)) : json::Value());
  wire.append("times", trouble.times);
  if (trouble.lasts) {
    wire.append("ms", std::chrono::duration_cast<std::chrono::milliseconds>(*trouble.lasts).count());
  }
  return wire;
}

}  // namespace belay::sim
