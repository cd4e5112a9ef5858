// SPDX-License-Identifier: Apache-2.0
#include "sim/server/wire_stream.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

#include "sim/server/wire_trading.hpp"

namespace belay::sim {
namespace {

constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

std::string in_letters(std::uint64_t number, std::size_t count) {
  std::string text(count, '0');
  for (std::size_t i = count; i-- > 0; number /= kLetters.size()) text[i] = kLetters[number % kLetters.size()];
  return text;
}

json::Array wire_executions(const OrderEvent& event) {
  json::Array executions;
  for (const LegExecution& leg : event.legs) {
    executions.push_back(json::Object{{"execution_id", leg.execution_id},
                                      {"qty", leg.quantity.text()},
                                      {"price", leg.price.text()},
                                      {"order_id", leg.order_id.text()},
                                      {"symbol", leg.symbol},
                                      {"timestamp", to_text(event.at)}});
  }
  return executions;
}

}  // namespace

std::string event_id(Timestamp at, std::uint64_t sequence) {
  constexpr std::int64_t kNanosPerMilli = 1'000'000;
  return in_letters(static_cast<std::uint64_t>(at.nanos / kNanosPerMilli), 10) + in_letters(sequence, 16);
}

json::Value wire_update(const OrderEvent& event) {
  json::Value order = wire_order(event.order);
  const auto& requested = event.order.cancel_requested_at;
  order.set("cancel_requested_at", requested ? json::Value(to_text(*requested)) : json::Value());
  json::Object data{{"event", to_text(event.type)},
                    {"event_id", event_id(event.at, event.sequence)},
                    {"at", to_text(event.at)},
                    {"timestamp", to_text(event.at)},
                    {"order", std::move(order)}};
  if (event.execution_id) data.append("execution_id", *event.execution_id);
  if (event.price) data.append("price", event.price->text());
  if (event.quantity) data.append("qty", event.quantity->text());
  if (event.position_quantity) data.append("position_qty", event.position_quantity->text());
  if (!event.legs.empty()) {
    json::Object held;
    for (const LegExecution& leg : event.legs) held.set(leg.symbol, leg.position_quantity.text());
    data.append("position_qtys", std::move(held));
    data.append("legs", wire_executions(event));
  }
  return json::Object{{"stream", "trade_updates"}, {"data", std::move(data)}};
}

json::Value wire_authorization(bool authorized, const std::string& action) {
  json::Object data{{"action", action}, {"status", authorized ? "authorized" : "unauthorized"}};
  if (!authorized) data.append("message", "access key verification failed");
  return json::Object{{"stream", "authorization"}, {"data", std::move(data)}};
}

json::Value wire_listening(json::Array streams) {
  return json::Object{{"stream", "listening"}, {"data", json::Object{{"streams", std::move(streams)}}}};
}

json::Value wire_stream_error(const std::string& message) {
  return json::Object{{"action", "error"}, {"data", json::Object{{"error_message", message}}}};
}

}  // namespace belay::sim
