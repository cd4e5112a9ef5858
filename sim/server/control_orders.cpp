// SPDX-License-Identifier: Apache-2.0
#include "sim/server/control_orders.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "sim/server/behaviour.hpp"
#include "sim/server/wire_trading.hpp"

namespace belay::sim {
namespace {

Reply cannot(std::string message) { return {422, json::Object{{"message", std::move(message)}}}; }

Reply done(const World& world) { return {200, json::Object{{"now", to_text(world.exchange.now())}}}; }

std::string text_of(const json::Value& body, std::string_view name) {
  const json::Value* value = body.find(name);
  const std::string* text = value == nullptr ? nullptr : value->as_string();
  return text == nullptr ? std::string() : *text;
}

Result<std::string> account_of(const World& world, const json::Value& body) {
  const auto numbers = world.exchange.accounts();
  std::string wanted = text_of(body, "account");
  if (wanted.empty() && !numbers.empty()) return numbers.front();
  if (std::ranges::find(numbers, wanted) == numbers.end()) return fail("there is no account '" + wanted + "'");
  return wanted;
}

template <class T>
Result<std::optional<T>> decimal_of(const json::Value& body, std::string_view name) {
  const json::Value* value = body.find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const std::string* text = value->decimal_text();
  const auto number = text == nullptr ? std::nullopt : std::optional(T::parse(*text));
  if (!number || !*number) return fail(std::string(name) + " must be a decimal number");
  return **number;
}

Reply add_order_fault(World& world, const json::Value& body) {
  auto trouble = read_trouble(body);
  if (!trouble) return cannot(trouble.error().message);
  world.exchange.add_trouble(std::move(*trouble));
  return done(world);
}

Reply clear_order_faults(World& world, const json::Value& /*body*/) {
  world.exchange.clear_troubles();
  world.exchange.release_troubles();
  return done(world);
}

Reply reserve(World& world, const json::Value& body) {
  const auto account = account_of(world, body);
  if (!account) return cannot(account.error().message);
  const std::string symbol = text_of(body, "symbol");
  if (symbol.empty()) return cannot("symbol is missing");
  const auto quantity = decimal_of<Quantity>(body, "qty");
  if (!quantity) return cannot(quantity.error().message);
  if (!*quantity || !(*quantity)->is_positive()) return cannot("qty must be positive");
  world.exchange.reserve(*account, symbol, **quantity);
  return done(world);
}

Reply correct_execution(World& world, const json::Value& body) {
  const auto account = account_of(world, body);
  if (!account) return cannot(account.error().message);
  const auto price = decimal_of<Price>(body, "price");
  if (!price) return cannot(price.error().message);
  const auto quantity = decimal_of<Quantity>(body, "qty");
  if (!quantity) return cannot(quantity.error().message);
  if (!*price && !*quantity) return cannot("give qty (0 undoes it), price or both");
  Exchange::Correction correction{.execution_id = {}, .price = *price, .quantity = *quantity};
  if (std::string id = text_of(body, "execution_id"); !id.empty()) correction.execution_id = std::move(id);
  const auto order = world.exchange.correct(*account, correction);
  if (!order) return cannot(order.error().message);
  return {200, json::Object{{"now", to_text(world.exchange.now())}, {"order", wire_order(*order)}}};
}

struct OrderControlRoute {
  std::string_view method;
  std::string_view path;
  Reply (*handle)(World& world, const json::Value& body);
};

constexpr std::array kRoutes{
    OrderControlRoute{"POST", "/_sim/order_fault", add_order_fault},
    OrderControlRoute{"DELETE", "/_sim/order_fault", clear_order_faults},
    OrderControlRoute{"POST", "/_sim/reservation", reserve},
    OrderControlRoute{"POST", "/_sim/execution", correct_execution},
};

}  // namespace

std::optional<Reply> answer_order_control(World& world, std::string_view method, std::string_view path,
                                          const json::Value& body) {
  for (const OrderControlRoute& route : kRoutes) {
    if (route.method == method && route.path == path) return route.handle(world, body);
  }
  return std::nullopt;
}

}  // namespace belay::sim
