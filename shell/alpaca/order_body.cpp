// SPDX-License-Identifier: Apache-2.0
#include "shell/alpaca/order_body.hpp"

#include "core/base/check.hpp"
#include "shell/json/write.hpp"

namespace belay::alpaca {
namespace {

void set_price(json::Object& object, std::string_view key, const std::optional<Price>& price) {
  if (price) object.set(key, price->text());
}

}  // namespace

std::string order_body(const OrderRequest& request) {
  BELAY_CHECK(request.quantity.is_positive() && !request.symbol.empty());
  BELAY_CHECK(request.type != OrderType::other && request.time_in_force != TimeInForce::other);
  BELAY_CHECK(request.order_class != OrderClass::other && request.order_class != OrderClass::mleg);

  json::Object body{{"symbol", request.symbol},
                    {"qty", request.quantity.text()},
                    {"side", to_text(request.side)},
                    {"type", to_text(request.type)},
                    {"time_in_force", to_text(request.time_in_force)}};
  set_price(body, "limit_price", request.limit_price);
  set_price(body, "stop_price", request.stop_price);
  if (request.extended_hours) body.set("extended_hours", true);
  if (!request.client_id.empty()) body.set("client_order_id", request.client_id.text());
  if (request.order_class != OrderClass::simple) body.set("order_class", to_text(request.order_class));
  if (request.take_profit_limit) {
    body.set("take_profit", json::Object{{"limit_price", request.take_profit_limit->text()}});
  }
  if (request.stop_loss_stop) {
    json::Object stop_loss{{"stop_price", request.stop_loss_stop->text()}};
    set_price(stop_loss, "limit_price", request.stop_loss_limit);
    body.set("stop_loss", std::move(stop_loss));
  }
  if (request.intent) body.set("position_intent", to_text(*request.intent));
  return json::write(json::Value(std::move(body)));
}

}  // namespace belay::alpaca
