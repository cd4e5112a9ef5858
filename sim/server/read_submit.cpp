// SPDX-License-Identifier: Apache-2.0
#include "sim/server/read_submit.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/trading/order.hpp"

namespace belay::sim {
namespace {

/// Reads members one after the other and remembers the first that cannot be read.
class Reader {
 public:
  explicit Reader(const json::Value& body) : body_(body) {}

  [[nodiscard]] std::string text(std::string_view name) {
    const json::Value* value = given(name);
    if (value == nullptr) return {};
    if (const std::string* text = value->as_string()) return *text;
    refuse(name, "must be a string");
    return {};
  }

  template <class T>
  [[nodiscard]] std::optional<T> decimal(std::string_view name) {
    const json::Value* value = given(name);
    if (value == nullptr) return std::nullopt;
    const std::string* text = value->decimal_text();
    if (text != nullptr && text->empty()) return std::nullopt;
    if (text != nullptr) {
      if (const auto number = T::parse(*text)) return *number;
    }
    refuse(name, "must be a decimal number with at most nine decimals");
    return std::nullopt;
  }

  [[nodiscard]] bool flag(std::string_view name) {
    const json::Value* value = given(name);
    if (value == nullptr) return false;
    if (const auto flag = value->as_bool()) return *flag;
    refuse(name, "must be true or false");
    return false;
  }

  void refuse(std::string_view name, std::string_view why) {
    if (!error_) error_ = invalid_request(std::string(name) + " " + std::string(why));
  }
  [[nodiscard]] const json::Value* given(std::string_view name) const {
    const json::Value* value = body_.find(name);
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  [[nodiscard]] const std::optional<ApiError>& error() const { return error_; }

 private:
  const json::Value& body_;
  std::optional<ApiError> error_;
};

std::optional<ApiError> read_children(const json::Value* take_profit, const json::Value* stop_loss,
                                      SubmitRequest& request) {
  if (take_profit != nullptr) {
    Reader reader(*take_profit);
    request.take_profit_limit = reader.decimal<Price>("limit_price");
    if (reader.error()) return reader.error();
  }
  if (stop_loss != nullptr) {
    Reader reader(*stop_loss);
    request.stop_loss_stop = reader.decimal<Price>("stop_price");
    request.stop_loss_limit = reader.decimal<Price>("limit_price");
    if (reader.error()) return reader.error();
  }
  return std::nullopt;
}

std::optional<ApiError> read_legs(const json::Value* legs, SubmitRequest& request) {
  if (legs == nullptr) return std::nullopt;
  const json::Array* array = legs->as_array();
  if (array == nullptr) return invalid_request("legs must be a list");
  for (const json::Value& each : *array) {
    if (!each.is_object()) return invalid_request("legs must be a list of objects");
    Reader reader(each);
    LegRequest leg;
    leg.symbol = reader.text("symbol");
    leg.ratio = reader.decimal<Quantity>("ratio_qty");
    leg.side = parse_side(reader.text("side"));
    const std::string intent = reader.text("position_intent");
    leg.intent = parse_position_intent(intent);
    if (!intent.empty() && !leg.intent) reader.refuse("position_intent", "is unknown");
    if (reader.error()) return reader.error();
    request.legs.push_back(std::move(leg));
  }
  return std::nullopt;
}

}  // namespace

Answer<SubmitRequest> read_submit(const json::Value& body) {
  if (!body.is_object()) return std::unexpected(ApiError{400, 40010000, "request body format is invalid", {}});
  Reader reader(body);
  SubmitRequest request;
  request.client_id = reader.text("client_order_id");
  request.symbol = reader.text("symbol");
  request.quantity = reader.decimal<Quantity>("qty");
  request.notional = reader.decimal<Money>("notional");
  request.side = parse_side(reader.text("side"));
  request.type = parse_order_type(reader.text("type"));
  request.time_in_force = parse_time_in_force(reader.text("time_in_force"));
  request.order_class = parse_order_class(reader.text("order_class"));
  request.limit_price = reader.decimal<Price>("limit_price");
  request.stop_price = reader.decimal<Price>("stop_price");
  request.trail_price = reader.decimal<Price>("trail_price");
  request.trail_percent = reader.decimal<Ratio>("trail_percent");
  request.extended_hours = reader.flag("extended_hours");
  const std::string intent = reader.text("position_intent");
  request.intent = parse_position_intent(intent);
  if (!intent.empty() && !request.intent) reader.refuse("position_intent", "is unknown");
  if (reader.error()) return std::unexpected(*reader.error());
  if (const auto error = read_children(reader.given("take_profit"), reader.given("stop_loss"), request)) {
    return std::unexpected(*error);
  }
  if (const auto error = read_legs(reader.given("legs"), request)) return std::unexpected(*error);
  return request;
}

Answer<ReplaceRequest> read_replace(const json::Value& body) {
  if (!body.is_object()) return std::unexpected(ApiError{400, 40010000, "request body format is invalid", {}});
  Reader reader(body);
  ReplaceRequest request;
  request.client_id = reader.text("client_order_id");
  request.quantity = reader.decimal<Quantity>("qty");
  const std::string tif = reader.text("time_in_force");
  if (!tif.empty()) request.time_in_force = parse_time_in_force(tif);
  request.limit_price = reader.decimal<Price>("limit_price");
  request.stop_price = reader.decimal<Price>("stop_price");
  request.trail = reader.decimal<Ratio>("trail");
  // Indications of interest in new shares alone are replaced by their dollars, and nothing here is one.
  if (reader.given("notional") != nullptr) reader.refuse("notional", "cannot be changed");
  if (reader.error()) return std::unexpected(*reader.error());
  return request;
}

}  // namespace belay::sim
