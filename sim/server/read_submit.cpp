// SPDX-License-Identifier: Apache-2.0
#include "sim/server/read_submit.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/trading/order.hpp"
#include "sim/server/body_reader.hpp"

namespace belay::sim {
namespace {

std::optional<ApiError> refusal_by(const BodyReader& reader) {
  return reader.error() ? std::optional(invalid_request(*reader.error())) : std::nullopt;
}

/// Clients write what they leave out as an empty text too.
template <class T>
std::optional<T> decimal(BodyReader& reader, std::string_view name) {
  const json::Value* given = reader.given(name);
  const std::string* text = given == nullptr ? nullptr : given->as_string();
  return text != nullptr && text->empty() ? std::nullopt : reader.decimal<T>(name);
}

std::optional<ApiError> read_children(const json::Value* take_profit, const json::Value* stop_loss,
                                      SubmitRequest& request) {
  if (take_profit != nullptr) {
    BodyReader reader(*take_profit);
    request.take_profit_limit = decimal<Price>(reader, "limit_price");
    if (auto refusal = refusal_by(reader)) return refusal;
  }
  if (stop_loss != nullptr) {
    BodyReader reader(*stop_loss);
    request.stop_loss_stop = decimal<Price>(reader, "stop_price");
    request.stop_loss_limit = decimal<Price>(reader, "limit_price");
    if (auto refusal = refusal_by(reader)) return refusal;
  }
  return std::nullopt;
}

std::optional<ApiError> read_legs(const json::Value* legs, SubmitRequest& request) {
  if (legs == nullptr) return std::nullopt;
  const json::Array* array = legs->as_array();
  if (array == nullptr) return invalid_request("legs must be a list");
  for (const json::Value& each : *array) {
    if (!each.is_object()) return invalid_request("legs must be a list of objects");
    BodyReader reader(each);
    LegRequest leg;
    leg.symbol = reader.text("symbol");
    leg.ratio = decimal<Quantity>(reader, "ratio_qty");
    leg.side = parse_side(reader.text("side"));
    const std::string intent = reader.text("position_intent");
    leg.intent = parse_position_intent(intent);
    if (!intent.empty() && !leg.intent) reader.refuse("position_intent", "is unknown");
    if (auto refusal = refusal_by(reader)) return refusal;
    request.legs.push_back(std::move(leg));
  }
  return std::nullopt;
}

}  // namespace

Answer<SubmitRequest> read_submit(const json::Value& body) {
  if (!body.is_object()) return std::unexpected(ApiError{400, 40010000, "request body format is invalid", {}});
  BodyReader reader(body);
  SubmitRequest request;
  request.client_id = reader.text("client_order_id");
  request.symbol = reader.text("symbol");
  request.quantity = decimal<Quantity>(reader, "qty");
  request.notional = decimal<Money>(reader, "notional");
  request.side = parse_side(reader.text("side"));
  request.type = parse_order_type(reader.text("type"));
  request.time_in_force = parse_time_in_force(reader.text("time_in_force"));
  request.order_class = parse_order_class(reader.text("order_class"));
  request.limit_price = decimal<Price>(reader, "limit_price");
  request.stop_price = decimal<Price>(reader, "stop_price");
  request.trail_price = decimal<Price>(reader, "trail_price");
  request.trail_percent = decimal<Ratio>(reader, "trail_percent");
  request.extended_hours = reader.flag("extended_hours");
  const std::string intent = reader.text("position_intent");
  request.intent = parse_position_intent(intent);
  if (!intent.empty() && !request.intent) reader.refuse("position_intent", "is unknown");
  const json::Value* take_profit = reader.part("take_profit");
  const json::Value* stop_loss = reader.part("stop_loss");
  if (auto refusal = refusal_by(reader)) return std::unexpected(std::move(*refusal));
  if (const auto error = read_children(take_profit, stop_loss, request)) return std::unexpected(*error);
  if (const auto error = read_legs(reader.given("legs"), request)) return std::unexpected(*error);
  return request;
}

Answer<ReplaceRequest> read_replace(const json::Value& body) {
  if (!body.is_object()) return std::unexpected(ApiError{400, 40010000, "request body format is invalid", {}});
  BodyReader reader(body);
  ReplaceRequest request;
  request.client_id = reader.text("client_order_id");
  request.quantity = decimal<Quantity>(reader, "qty");
  const std::string tif = reader.text("time_in_force");
  if (!tif.empty()) request.time_in_force = parse_time_in_force(tif);
  request.limit_price = decimal<Price>(reader, "limit_price");
  request.stop_price = decimal<Price>(reader, "stop_price");
  request.trail = decimal<Ratio>(reader, "trail");
  // Indications of interest in new shares alone are replaced by their dollars, and nothing here is one.
  if (reader.given("notional") != nullptr) reader.refuse("notional", "cannot be changed");
  if (auto refusal = refusal_by(reader)) return std::unexpected(std::move(*refusal));
  return request;
}

}  // namespace belay::sim
