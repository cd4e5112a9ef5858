// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <chrono>

#include "core/calendar/new_york.hpp"
#include "shell/alpaca/object_reader.hpp"
#include "shell/alpaca/parse.hpp"

namespace belay::alpaca {
namespace {

struct KindWord {
  std::string_view word;
  Movement::Kind kind;
};
constexpr std::array kKinds{
    KindWord{"OPEXP", Movement::Kind::expired},      KindWord{"OPEXC", Movement::Kind::exercised},
    KindWord{"OPASN", Movement::Kind::assigned},     KindWord{"OPTRD", Movement::Kind::delivered},
    KindWord{"OPCSH", Movement::Kind::cash_settled}, KindWord{"SPLIT", Movement::Kind::split},
    KindWord{"SPIN", Movement::Kind::spun_off},      KindWord{"NC", Movement::Kind::renamed},
    KindWord{"MA", Movement::Kind::merged},          KindWord{"REORG", Movement::Kind::reorganised},
    KindWord{"OPCA", Movement::Kind::reorganised}};

std::optional<Movement::Kind> kind_of(std::string_view word) {
  for (const KindWord& each : kKinds) {
    if (each.word == word) return each.kind;
  }
  return std::nullopt;
}

Result<Fill> parse_fill(const json::Value& value) {
  ObjectReader reader(value, "activity");
  Fill fill;
  fill.id = reader.text("id");
  fill.order_id = OrderId(reader.text("order_id"));
  fill.symbol = reader.text("symbol");
  fill.side = reader.side("side");
  fill.quantity = reader.quantity("qty").magnitude();
  fill.price = reader.price("price");
  fill.at = reader.timestamp("transaction_time");
  return reader.finish(fill);
}

/// What is no execution may bear a date only: it counts as of that session's usual close.
Timestamp moment_of(ObjectReader& reader) {
  if (const auto at = reader.optional_timestamp("created_at")) return *at;
  const auto date = parse_date(reader.text("date"));
  if (!date) reader.complain("\"date\": " + date.error().message);
  return date ? calendar::from_new_york(*date, std::chrono::hours(16)) : Timestamp{};
}

Result<Movement> parse_movement(const json::Value& value, Movement::Kind kind) {
  ObjectReader reader(value, "activity");
  Movement movement;
  movement.id = reader.text("id");
  movement.kind = kind;
  movement.symbol = reader.text("symbol");
  // The money of a cash settlement moves no contracts.
  movement.quantity = reader.optional_quantity("qty").value_or(Quantity{});
  movement.price = reader.optional_price("price");
  movement.net = reader.optional_money("net_amount").value_or(Money{});
  movement.group = reader.optional_text("group_id");
  movement.at = moment_of(reader);
  return reader.finish(movement);
}

}  // namespace

Result<ActivityPage> parse_activities(const json::Value& value) {
  const json::Array* array = value.as_array();
  if (array == nullptr) return fail("a list of activities was expected, not " + std::string(value.type_name()));
  ActivityPage page;
  page.rows = array->size();
  for (std::size_t i = 0; i < array->size(); ++i) {
    const json::Value& row = (*array)[i];
    ObjectReader reader(row, "activity");
    page.last_id = reader.optional_text("id");
    const std::string type = reader.optional_text("activity_type");
    if (type == "FILL") {
      auto fill = parse_fill(row);
      if (!fill) return fail(element_name("activity", i, *array) + fill.error().message);
      page.fills.push_back(std::move(*fill));
      continue;
    }
    const auto kind = kind_of(type);
    if (!kind || reader.optional_text("status") == "canceled" || reader.optional_text("symbol").empty()) continue;
    auto movement = parse_movement(row, *kind);
    if (!movement) return fail(element_name("activity", i, *array) + movement.error().message);
    page.movements.push_back(std::move(*movement));
  }
  return page;
}

}  // namespace belay::alpaca
