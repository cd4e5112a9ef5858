// SPDX-License-Identifier: Apache-2.0
#include "sim/world/convert.hpp"

namespace belay::world {

Order to_port(const sim::Order& order) {
  Order out;
  out.id = order.id;
  out.client_id = order.client_id;
  out.symbol = order.symbol;
  out.side = order.side;
  out.type = order.type;
  out.time_in_force = order.time_in_force;
  out.order_class = order.order_class;
  out.status = order.status;
  out.quantity = order.quantity;
  out.filled = order.filled;
  out.filled_average = order.filled_average;
  out.limit_price = order.limit_price;
  out.stop_price = order.stop_price;
  out.extended_hours = order.extended_hours;
  out.created_at = order.created_at;
  out.updated_at = order.updated_at;
  out.submitted_at = order.submitted_at;
  out.filled_at = order.filled_at;
  out.replaced_by = order.replaced_by;
  out.replaces = order.replaces;
  for (const sim::Order& leg : order.legs) out.legs.push_back(to_port(leg));
  return out;
}

Holding to_port(const sim::Position& position) {
  return {.instrument = instrument_of(position.symbol),
          .quantity = position.quantity,
          .available = position.available,
          .average_entry = position.average_entry,
          .broker_price = position.current_price,
          .asset_id = position.asset_id};
}

Account to_port(const sim::AccountView& account) {
  Account out;
  out.number = account.number;
  out.status = "ACTIVE";
  out.cash = account.cash;
  out.equity = account.equity;
  out.last_equity = account.last_equity;
  return out;
}

BrokerError to_port(const sim::ApiError& error) {
  BrokerError out{.kind = error.http_status == 404 ? BrokerError::Kind::not_found : BrokerError::Kind::rejected,
                  .http_status = error.http_status,
                  .code = error.code,
                  .message = error.message,
                  .related_orders = {}};
  for (const auto& [name, value] : error.fields) {
    if (name == "related_orders" && std::holds_alternative<std::vector<std::string>>(value)) {
      for (const std::string& id : std::get<std::vector<std::string>>(value)) out.related_orders.emplace_back(id);
    } else if (name == "existing_order_id" && std::holds_alternative<std::string>(value)) {
      out.related_orders.emplace_back(std::get<std::string>(value));
    }
  }
  return out;
}

sim::SubmitRequest to_exchange(const OrderRequest& request) {
  sim::SubmitRequest out;
  out.client_id = request.client_id.text();
  out.symbol = request.symbol;
  out.quantity = request.quantity;
  out.side = request.side;
  out.type = request.type;
  out.time_in_force = request.time_in_force;
  out.order_class = request.order_class;
  out.limit_price = request.limit_price;
  out.stop_price = request.stop_price;
  out.extended_hours = request.extended_hours;
  out.intent = request.intent;
  out.take_profit_limit = request.take_profit_limit;
  out.stop_loss_stop = request.stop_loss_stop;
  out.stop_loss_limit = request.stop_loss_limit;
  return out;
}

}  // namespace belay::world
