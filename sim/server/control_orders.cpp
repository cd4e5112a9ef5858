// SPDX-License-Identifier: Apache-2.0
#include "sim/server/control_orders.hpp"

#include <array>
#include <string>
#include <utility>

#include "sim/server/behaviour.hpp"
#include "sim/server/wire_trading.hpp"

namespace belay::sim {
namespace {

Reply add_order_fault(const Control& control) {
  auto trouble = read_trouble(control.body);
  if (!trouble) return cannot(trouble.error().message);
  control.world.exchange.add_trouble(std::move(*trouble));
  return done(control);
}

Reply clear_order_faults(const Control& control) {
  control.world.exchange.clear_troubles();
  control.world.exchange.release_troubles();
  return done(control);
}

Reply reserve(const Control& control) {
  BodyReader body(control.body);
  const std::string account = account_in(body, control.world);
  const std::string symbol = symbol_in(body);
  const Quantity quantity = body.amount("qty", Quantity());
  if (const auto& wrong = body.refuse_the_rest()) return cannot(*wrong);
  control.world.exchange.reserve(account, symbol, quantity);
  return done(control);
}

Reply correct_execution(const Control& control) {
  BodyReader body(control.body);
  const std::string account = account_in(body, control.world);
  Exchange::Correction correction{
      .execution_id = {}, .price = body.decimal<Price>("price"), .quantity = body.decimal<Quantity>("qty")};
  if (std::string id = body.text("execution_id"); !id.empty()) correction.execution_id = std::move(id);
  if (!correction.price && !correction.quantity) body.refuse("qty", "is missing (0 undoes it), or price");
  if (const auto& wrong = body.refuse_the_rest()) return cannot(*wrong);
  const auto order = control.world.exchange.correct(account, correction);
  if (!order) return cannot(order.error().message);
  return {200, json::Object{{"now", to_text(control.world.exchange.now())}, {"order", wire_order(*order)}}};
}

constexpr std::array kRoutes{
    ControlRoute{"POST", "/_sim/order_fault", add_order_fault},
    ControlRoute{"DELETE", "/_sim/order_fault", clear_order_faults},
    ControlRoute{"POST", "/_sim/reservation", reserve},
    ControlRoute{"POST", "/_sim/execution", correct_execution},
};

}  // namespace

std::span<const ControlRoute> order_controls() { return kRoutes; }

}  // namespace belay::sim
