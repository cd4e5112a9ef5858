// SPDX-License-Identifier: Apache-2.0
// Multi-leg option orders (alpaca.md 2, Null / shape rules; 3.1): a parent without symbol or side, whose legs have no
// life of their own.
#include <algorithm>
#include <utility>

#include "sim/exchange/exchange_core.hpp"
#include "sim/exchange/multileg.hpp"
#include "sim/exchange/option_hours.hpp"

namespace belay::sim {

Answer<Order> ExchangeCore::submit_combination(Ledger& books, const SubmitRequest& request) {
  try {
    if (auto refusal = refuse_combination(books, request)) return std::unexpected(std::move(*refusal));
  } catch (const Overflow&) {
    return std::unexpected(unprocessable("qty or price is out of range"));
  }
  Order order;
  order.id = OrderId(ids_.uuid());
  order.client_id = ClientOrderId(request.client_id.empty() ? ids_.uuid() : request.client_id);
  order.account = books.config().number;
  order.kind = InstrumentKind::call;  // of options, whichever: it trades when they do
  order.type = request.type;
  order.time_in_force = request.time_in_force;
  order.order_class = OrderClass::mleg;
  order.quantity = request.quantity;
  order.limit_price = request.limit_price;
  order.created_at = order.updated_at = order.submitted_at = now_;
  order.late_close = closes_late(*market_.find(request.legs[0].symbol)->asset.instrument.option);
  order.expires_at = expiry_of(order);
  order.status = is_trading(order) ? OrderStatus::pending_new : OrderStatus::accepted;

  OrderRecord& record = orders_.add(std::move(order));
  record.role = GroupRole::combination;
  for (const LegRequest& leg : request.legs) {
    add_leg(record, leg, books);
  }
  emit(record.order.status == OrderStatus::accepted ? OrderEventType::accepted : OrderEventType::pending_new, record);
  Order reply = orders_.snapshot(record);
  start(record);
  return reply;
}

OrderRecord& ExchangeCore::add_leg(OrderRecord& combination, const LegRequest& leg, const Ledger& books) {
  const Asset& asset = market_.find(leg.symbol)->asset;
  Order order = combination.order;
  order.id = OrderId(ids_.uuid());
  order.client_id = ClientOrderId(ids_.uuid());
  order.symbol = asset.symbol();
  order.asset_id = asset.id;
  order.kind = asset.instrument.kind;
  order.side = *side_of(leg);
  order.intent = intent_of(leg, books.quantity(leg.symbol));
  order.ratio = leg.ratio;
  order.quantity = units_of(*leg.ratio, *combination.order.quantity);
  order.limit_price.reset();
  OrderRecord& record = orders_.add(std::move(order));
  record.role = GroupRole::leg;
  record.parent = combination.index;
  combination.children.push_back(record.index);
  return record;
}

/// What a unit would cost at the far sides of the legs' quotes; nullopt where a leg has none, or is halted.
std::optional<Price> ExchangeCore::net_price(const OrderRecord& combination) const {
  Price net;
  for (const std::size_t index : combination.children) {
    const Order& leg = orders_.at(index).order;
    const Listing& listing = *market_.find(leg.symbol);
    const auto price = listing.far_side(leg.side, now_);
    if (!price || listing.halted) return std::nullopt;
    const Price share = times(*price, *leg.ratio);
    net += leg.side == Side::buy ? share : -share;
  }
  return net;
}

/// All legs fill at once or none does, at their quotes (alpaca.md 3.1, mleg; 7, Fill test).
void ExchangeCore::consider_combination(OrderRecord& combination) {
  const Order& order = combination.order;
  const OrderStatus standing = combination.standing();
  const bool live = standing == OrderStatus::fresh || standing == OrderStatus::partially_filled;
  if (!live || !is_trading(order)) return;
  const auto net = net_price(combination);
  if (!net || (order.limit_price && *net > *order.limit_price)) return;
  fill_combination(combination, fill_quantity(combination, *net), *net);
}

void ExchangeCore::fill_combination(OrderRecord& combination, Quantity units, Price net) {
  std::vector<LegExecution> executions;
  for (const std::size_t index : combination.children) {
    OrderRecord& leg = orders_.at(index);
    const Price price = *market_.find(leg.order.symbol)->far_side(leg.order.side, now_);
    executions.push_back(fill_leg(leg, units_of(*leg.order.ratio, units), price));
  }
  const bool complete = take_fill(combination, units, net);
  emit(complete ? OrderEventType::fill : OrderEventType::partial_fill, combination);
  OrderEvent& event = events_.back();
  event.price = net;
  event.quantity = units;
  event.legs = std::move(executions);
  if (complete && combination.replacement) reject_replacement(combination);
  for (const std::size_t leg : combination.children) {
    end_what_exceeds(ledger(combination.order.account), orders_.at(leg).order.symbol);
  }
}

LegExecution ExchangeCore::fill_leg(OrderRecord& leg, Quantity quantity, Price price) {
  take_fill(leg, quantity, price);
  const Order& order = leg.order;
  std::string execution_id = book_fill(leg, quantity, price, now_);
  const Quantity held = ledger(order.account).quantity(order.symbol);
  return {std::move(execution_id), order.id, order.symbol, price, quantity, held};
}

void ExchangeCore::end_combination(OrderRecord& combination, OrderStatus how) {
  for (const std::size_t index : combination.children) close_book(orders_.at(index), how);
  end(combination, how);
}

}  // namespace belay::sim
