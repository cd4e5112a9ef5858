// SPDX-License-Identifier: Apache-2.0
#include "sim/server/control_state.hpp"

#include <limits>
#include <string>
#include <utility>

#include "sim/server/behaviour.hpp"
#include "sim/server/wire_trading.hpp"

namespace belay::sim {
namespace {

json::Value price_json(const Exchange& exchange, const std::string& symbol) {
  json::Object price;
  const auto trade = exchange.last_trade(symbol);
  const auto quote = exchange.last_quote(symbol);
  const auto close = exchange.previous_close(symbol);
  price.append("trade", trade ? json::Value(json::Object{{"price", trade->price.text()}, {"at", to_text(trade->as_of)}})
                              : json::Value());
  price.append("quote",
               quote ? json::Value(json::Object{
                           {"bid", quote->bid.text()}, {"ask", quote->ask.text()}, {"at", to_text(quote->as_of)}})
                     : json::Value());
  price.append("previous_close", close ? json::Value(close->text()) : json::Value());
  price.append("halted", exchange.is_halted(symbol));
  return price;
}

json::Value account_json(const Exchange& exchange, const std::string& number) {
  json::Array positions;
  for (const Position& position : exchange.positions(number)) positions.push_back(wire_position(position));
  OrderQuery all;
  all.status = OrderQuery::Status::all;
  all.limit = std::numeric_limits<std::size_t>::max();
  all.ascending = true;
  all.nested = true;
  json::Array orders;
  for (const Order& order : exchange.orders(number, all)) orders.push_back(wire_order(order));
  json::Array activities;
  for (const Activity& activity : exchange.activities(number)) activities.push_back(wire_activity(activity));
  return json::Object{{"number", number},
                      {"account", wire_account(exchange.account(number), exchange.now(), exchange.calendar())},
                      {"positions", std::move(positions)},
                      {"orders", std::move(orders)},
                      {"activities", std::move(activities)}};
}

json::Value event_json(const OrderEvent& event) {
  json::Object wire{{"sequence", event.sequence},
                    {"at", to_text(event.at)},
                    {"event", to_text(event.type)},
                    {"account", event.account},
                    {"order", wire_order(event.order)}};
  if (event.execution_id) wire.append("execution_id", *event.execution_id);
  if (event.price) wire.append("price", event.price->text());
  if (event.quantity) wire.append("qty", event.quantity->text());
  if (event.position_quantity) wire.append("position_qty", event.position_quantity->text());
  return wire;
}

json::Value fault_json(const WireFault& fault) {
  return json::Object{{"kind", to_text(fault.kind)},
                      {"method", fault.method},
                      {"path_prefix", fault.path_prefix},
                      {"times", fault.times}};
}

}  // namespace

json::Value state_json(const World& world, VirtualClock::Real at) {
  const Exchange& exchange = world.exchange;
  json::Object prices;
  for (const Asset& asset : exchange.assets()) prices.append(asset.symbol(), price_json(exchange, asset.symbol()));
  json::Array accounts;
  for (const std::string& number : exchange.accounts()) accounts.push_back(account_json(exchange, number));
  json::Array events;
  for (const OrderEvent& event : world.events) events.push_back(event_json(event));
  json::Array faults;
  for (const WireFault& fault : world.faults.waiting()) faults.push_back(fault_json(fault));
  json::Array order_faults;
  for (const Trouble& trouble : exchange.troubles()) order_faults.push_back(trouble_json(trouble));
  json::Array broken;
  for (const std::string& invariant : exchange.broken_invariants()) broken.emplace_back(invariant);
  return json::Object{{"now", to_text(world.clock.now(at))},
                      {"speed", json::Value::number_text(world.clock.speed().text())},
                      {"is_open", exchange.calendar().is_open(exchange.now())},
                      {"prices", std::move(prices)},
                      {"accounts", std::move(accounts)},
                      {"events", std::move(events)},
                      {"faults", std::move(faults)},
                      {"order_faults", std::move(order_faults)},
                      {"broken_invariants", std::move(broken)}};
}

}  // namespace belay::sim
