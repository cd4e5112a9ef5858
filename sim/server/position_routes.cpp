// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>
#include <utility>

#include "sim/server/call.hpp"
#include "sim/server/wire_trading.hpp"

namespace belay::sim {
namespace {

Reply list_positions(Exchange& exchange, const Call& call) {
  json::Array listed;
  for (const Position& position : exchange.shown_positions(call.account)) listed.push_back(wire_position(position));
  return {200, std::move(listed)};
}

Reply read_position(Exchange& exchange, const Call& call) {
  const auto position = exchange.shown_position(call.account, call.path_parts.at(0));
  if (!position) return refuse(position.error());
  return {200, wire_position(*position)};
}

Answer<Exchange::ClosePart> read_part(const Query& query) {
  Exchange::ClosePart part;
  if (const std::string* text = query.find("qty")) {
    const auto quantity = Quantity::parse(*text);
    if (!quantity) return std::unexpected(invalid_request("qty must be a number"));
    part.quantity = *quantity;
  }
  if (const std::string* text = query.find("percentage")) {
    const auto percentage = Ratio::parse(*text);
    if (!percentage) return std::unexpected(invalid_request("percentage must be a number"));
    part.percentage = *percentage;
  }
  if (part.quantity && part.percentage) {
    return std::unexpected(invalid_request("only one of qty or percentage is accepted"));
  }
  return part;
}

Reply close_position(Exchange& exchange, const Call& call) {
  const auto part = read_part(call.query);
  if (!part) return refuse(part.error());
  const auto order = exchange.close_position(call.account, call.path_parts.at(0), *part);
  if (!order) return refuse(order.error());
  return {200, wire_order(*order)};
}

Reply close_all(Exchange& exchange, const Call& call) {
  const auto cancel_orders = call.query.flag("cancel_orders");
  if (!cancel_orders) return refuse(cancel_orders.error());
  json::Array outcomes;
  for (const Exchange::CloseOutcome& one : exchange.close_all_positions(call.account, *cancel_orders)) {
    const int status = one.outcome ? 200 : one.outcome.error().http_status;
    json::Value body = one.outcome ? wire_order(*one.outcome) : wire_error(one.outcome.error());
    outcomes.emplace_back(json::Object{{"symbol", one.symbol}, {"status", status}, {"body", std::move(body)}});
  }
  return {207, std::move(outcomes)};
}

Reply exercise(Exchange& exchange, const Call& call) {
  const auto done = exchange.exercise(call.account, call.path_parts.at(0));
  if (!done) return refuse(done.error());
  return {200, {}};
}

Reply do_not_exercise(Exchange& exchange, const Call& call) {
  const auto done = exchange.do_not_exercise(call.account, call.path_parts.at(0));
  if (!done) return refuse(done.error());
  return {200, {}};
}

constexpr std::array kRoutes{
    Route{"GET", "/v2/positions", list_positions},
    Route{"DELETE", "/v2/positions", close_all},
    Route{"GET", "/v2/positions/{symbol_or_asset_id}", read_position},
    Route{"DELETE", "/v2/positions/{symbol_or_asset_id}", close_position},
    Route{"POST", "/v2/positions/{symbol_or_contract_id}/exercise", exercise},
    Route{"POST", "/v2/positions/{symbol_or_contract_id}/do-not-exercise", do_not_exercise},
};

}  // namespace

std::span<const Route> position_routes() { return kRoutes; }

}  // namespace belay::sim
