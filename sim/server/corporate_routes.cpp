// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>

#include "core/calendar/new_york.hpp"
#include "sim/server/call.hpp"

namespace belay::sim {
namespace {

using belay::to_text;  // of a Date: sim::to_text would hide it

json::Value number(Ratio value) { return json::Value::number_text(value.text()); }

json::Value wire_split(const CorporateAction& action) {
  const std::string day = to_text(action.ex_date);
  json::Object wire{{"id", action.id},
                    {"symbol", action.symbol},
                    {"new_rate", number(action.new_rate)},
                    {"old_rate", number(action.old_rate)},
                    {"ex_date", day},
                    {"process_date", day}};
  if (action.new_rate > action.old_rate) {
    wire.append("cusip", "000000000");
  } else {
    wire.append("old_cusip", "000000000");
    wire.append("new_cusip", "000000001");
  }
  return wire;
}

json::Value wire_name_change(const CorporateAction& action) {
  return json::Object{{"id", action.id},          {"old_symbol", action.symbol},
                      {"old_cusip", "000000000"}, {"new_symbol", action.new_symbol},
                      {"new_cusip", "000000000"}, {"process_date", to_text(action.ex_date)}};
}

json::Value wire_spin_off(const CorporateAction& action) {
  const std::string day = to_text(action.ex_date);
  return json::Object{{"id", action.id},
                      {"source_symbol", action.symbol},
                      {"source_cusip", "000000000"},
                      {"source_rate", number(action.old_rate)},
                      {"new_symbol", action.new_symbol},
                      {"new_cusip", "000000002"},
                      {"new_rate", number(action.new_rate)},
                      {"ex_date", day},
                      {"process_date", day}};
}

std::string_view family_of(const CorporateAction& action) {
  if (action.kind == CorporateAction::Kind::rename) return "name_changes";
  if (action.kind == CorporateAction::Kind::spin_off) return "spin_offs";
  return action.new_rate > action.old_rate ? "forward_splits" : "reverse_splits";
}

json::Value wire(const CorporateAction& action) {
  if (action.kind == CorporateAction::Kind::rename) return wire_name_change(action);
  return action.kind == CorporateAction::Kind::spin_off ? wire_spin_off(action) : wire_split(action);
}

Reply list_actions(Exchange& exchange, const Call& call) {
  const auto symbols = call.query.list("symbols");
  const auto first = call.query.date("start");
  const auto last = call.query.date("end");
  if (!first || !last) return {400, json::Object{{"message", "start and end must be dates"}}};
  const Date today = calendar::to_new_york(exchange.now()).date;
  json::Object families;
  for (const CorporateAction& action : exchange.corporate_actions()) {
    const bool asked = symbols.empty() || std::ranges::count(symbols, action.symbol) > 0;
    if (!asked || action.ex_date < first->value_or(today) || last->value_or(today) < action.ex_date) continue;
    const std::string family(family_of(action));
    json::Array list;
    if (const json::Value* listed = json::Value(families).find(family)) list = *listed->as_array();
    list.push_back(wire(action));
    families.set(family, std::move(list));
  }
  return {200, json::Object{{"corporate_actions", std::move(families)}, {"next_page_token", nullptr}}};
}

constexpr std::array kRoutes{Route{"GET", "/v1/corporate-actions", list_actions}};

}  // namespace

std::span<const Route> corporate_routes() { return kRoutes; }

}  // namespace belay::sim
