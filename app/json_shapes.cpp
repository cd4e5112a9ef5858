// SPDX-License-Identifier: Apache-2.0
#include "app/json_shapes.hpp"

#include "shell/json/parse.hpp"
#include "shell/store/lot_columns.hpp"

namespace belay::app {

json::Value position_json(const Lot& lot, const Fields& other_columns) {
  json::Object object;
  for (auto& [name, value] : store::lot_columns(lot)) object.append(name, std::move(value));
  for (const auto& [name, value] : other_columns) {
    const auto* text = std::get_if<std::string>(&value);
    object.append(name, text == nullptr ? json::Value() : json::Value(*text));
  }
  return object;
}

json::Value event_json(const StoredEvent& event) {
  auto data = json::parse(event.event_data.empty() ? "{}" : event.event_data);
  return json::Object{{"id", event.id},
                      {"position_id", event.position_id ? json::Value(*event.position_id) : json::Value()},
                      {"event_type", event.event_type},
                      {"event_data", data ? std::move(*data) : json::Value(json::Object{{"text", event.event_data}})},
                      {"created_at", to_text(event.created_at)}};
}

}  // namespace belay::app
