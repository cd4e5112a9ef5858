// SPDX-License-Identifier: Apache-2.0
#include "sim/server/behaviour.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "sim/server/body_reader.hpp"

namespace belay::sim {
namespace {

constexpr Words<StopOutShape, 2> kShapes{{"target_replaced", "stop_replaced"}};
constexpr std::int64_t kLongestDelayMs = std::int64_t{30} * 24 * 3600 * 1000;

void read_delay(BodyReader& body, std::string_view name, std::int64_t most_ms, Duration& into) {
  if (const auto ms = body.count(name, 0, most_ms)) into = std::chrono::milliseconds(*ms);
}

void read_shape(BodyReader& body, Faults& faults) {
  if (body.given("stop_out_shape") == nullptr) return;
  if (const auto shape = body.word("stop_out_shape", kShapes)) faults.stop_out_shape = *shape;
}

void read_vanished(BodyReader& body, Faults& faults) {
  const json::Value* value = body.given("vanished_positions");
  if (value == nullptr) return;
  const json::Array* symbols = value->as_array();
  const auto is_text = [](const json::Value& symbol) { return symbol.as_string() != nullptr; };
  if (symbols == nullptr || !std::ranges::all_of(*symbols, is_text)) {
    return body.refuse("vanished_positions", "must be a list of symbols");
  }
  faults.vanished_positions.clear();
  for (const json::Value& symbol : *symbols) faults.vanished_positions.insert(*symbol.as_string());
}

}  // namespace

Result<Faults> read_behaviour(const json::Value& wanted, Faults faults) {
  BodyReader body(wanted);
  faults.partial_fill_permille =
      static_cast<int>(body.count("partial_fill_permille", 0, 1000).value_or(faults.partial_fill_permille));
  read_shape(body, faults);
  read_delay(body, "cancel_delay_ms", kLongestDelayMs, faults.cancel_delay);
  read_delay(body, "replace_delay_ms", kLongestDelayMs, faults.replace_delay);
  read_delay(body, "positions_lag_ms",
             std::chrono::duration_cast<std::chrono::milliseconds>(kLongestPositionsLag).count(), faults.positions_lag);
  read_vanished(body, faults);
  faults.activities_next_day = body.flag("activities_next_day", faults.activities_next_day);
  faults.expiry_liquidation = body.flag("expiry_liquidation", faults.expiry_liquidation);
  if (const auto& wrong = body.refuse_the_rest()) return fail(*wrong);
  return faults;
}

Result<Trouble> read_trouble(const json::Value& wanted) {
  BodyReader body(wanted);
  const auto kind = parse_trouble(body.text("kind"));
  if (!kind) body.refuse_word("kind", trouble_words());
  Trouble trouble{
      .kind = kind.value_or(TroubleKind::cancel_stuck), .symbol = body.text("symbol"), .type = {}, .lasts = {}};
  if (const std::string type = body.text("order_type"); !type.empty()) {
    trouble.type = parse_order_type(type);
    if (*trouble.type == OrderType::other) body.refuse("order_type", "'" + type + "' is unknown");
  }
  trouble.times = body.count("times", 1, INT32_MAX).value_or(1);
  if (const auto ms = body.count("ms", 0, kLongestDelayMs)) trouble.lasts = std::chrono::milliseconds(*ms);
  if (const auto& wrong = body.refuse_the_rest()) return fail(*wrong);
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
