// SPDX-License-Identifier: Apache-2.0
// Why an order is not replaced (alpaca.md 3.4, Not allowed and Failures).
#include <algorithm>
#include <string>

#include "sim/exchange/exchange_core.hpp"
#include "sim/exchange/request_checks.hpp"

namespace belay::sim {
namespace {

using Refusal = std::optional<ApiError>;

Refusal refuse_by_status(const OrderRecord& record) {
  switch (record.order.status) {
    case OrderStatus::fresh:
    case OrderStatus::partially_filled:
    case OrderStatus::held:
      if (record.replacing) break;
      return std::nullopt;
    case OrderStatus::accepted:
    case OrderStatus::pending_new:
      return unprocessable("unable to replace order, order isn't sent to exchange yet");
    default:
      if (record.is_over()) return unprocessable("order is not open");
      break;
  }
  return unprocessable("cannot replace order in " + std::string(to_text(record.order.status)) + " status");
}

/// Exits and entries of groups change their prices alone.
Refusal refuse_for_group(const OrderRecord& record, const ReplaceRequest& request) {
  const Order& order = record.order;
  if (record.role == GroupRole::alone) return std::nullopt;
  if (record.role == GroupRole::combination) return std::nullopt;
  if (record.role == GroupRole::leg) return unprocessable("complex orders not supported for options trading");
  if (request.quantity && *request.quantity != order.quantity) {
    return unprocessable("qty cannot be changed for advanced orders");
  }
  if (request.time_in_force && *request.time_in_force != order.time_in_force) {
    return unprocessable("time_in_force cannot be changed for advanced orders");
  }
  return std::nullopt;
}

Refusal refuse_quantity(const Order& order, const ReplaceRequest& request) {
  if (order.notional) return unprocessable("notional orders cannot be replaced");
  if (!request.quantity) return std::nullopt;
  if (!request.quantity->is_positive()) return invalid_request("qty must be > 0");
  const bool fractional = !order.quantity->is_whole() || !request.quantity->is_whole();
  if (fractional && order.kind != InstrumentKind::crypto && *request.quantity != order.quantity) {
    return unprocessable("qty of fractional orders cannot be changed");
  }
  if (*request.quantity <= order.filled) return unprocessable("qty must be > filled_qty");
  return std::nullopt;
}

Refusal refuse_fields(const Order& order, const ReplaceRequest& request) {
  const bool takes_limit = order.type == OrderType::limit || order.type == OrderType::stop_limit;
  const bool takes_stop = order.type == OrderType::stop || order.type == OrderType::stop_limit;
  const std::string kind(to_text(order.type));
  if (request.limit_price && !takes_limit) return invalid_request(kind + " orders must not have limit_price");
  if (request.stop_price && !takes_stop) return invalid_request(kind + " orders must not have stop_price");
  if (request.trail && order.type != OrderType::trailing_stop) {
    return invalid_request(kind + " orders must not have trail");
  }
  return std::nullopt;
}

bool is_unchanged(const Order& order, const ReplaceRequest& request) {
  const auto same = [](const auto& asked, const auto& has) { return !asked || *asked == has; };
  const Ratio trail = order.trail_percent.value_or(Ratio::from_nanos(order.trail_price.value_or(Price{}).nanos()));
  return same(request.quantity, order.quantity) && same(request.time_in_force, order.time_in_force) &&
         same(request.limit_price, order.limit_price) && same(request.stop_price, order.stop_price) &&
         same(request.trail, trail);
}

}  // namespace

Order changed_by(const ReplaceRequest& change, Order order) {
  if (change.quantity) order.quantity = change.quantity;
  if (change.time_in_force) order.time_in_force = *change.time_in_force;
  if (change.limit_price) order.limit_price = change.limit_price;
  if (change.stop_price) order.stop_price = change.stop_price;
  if (change.trail && order.trail_price) order.trail_price = Price::from_nanos(change.trail->nanos());
  if (change.trail && order.trail_percent) order.trail_percent = change.trail;
  return order;
}

/// What would have to be sent to get the order, changed so.
SubmitRequest ExchangeCore::as_sent(const OrderRecord& record, const ReplaceRequest& change) const {
  const Order order = changed_by(change, record.order);
  SubmitRequest request;
  request.client_id = change.client_id;
  request.symbol = order.symbol;
  request.side = order.side;
  request.quantity = order.quantity;
  request.type = order.type;
  request.time_in_force = order.time_in_force;
  request.limit_price = order.limit_price;
  if (!record.is_trailing()) request.stop_price = order.stop_price;  // of a trailing one it is where it stands
  request.trail_price = order.trail_price;
  request.trail_percent = order.trail_percent;
  request.extended_hours = order.extended_hours;
  if (record.role != GroupRole::combination) return request;
  request.order_class = OrderClass::mleg;
  for (const std::size_t index : record.children) {
    const Order& leg = orders_.at(index).order;
    request.legs.push_back({leg.symbol, leg.ratio, leg.side, leg.intent});
  }
  return request;
}

/// A stop on the wrong side of the market is no reason here: paper takes it and waits (alpaca.md 7, Differences).
Refusal ExchangeCore::refuse_replacement(const Ledger& books, const OrderRecord& record, const ReplaceRequest& change) {
  const Order& order = record.order;
  if (const auto refusal = refuse_by_status(record)) return refusal;
  if (const auto refusal = refuse_fields(order, change)) return refusal;
  if (const auto refusal = refuse_for_group(record, change)) return refusal;
  if (const auto refusal = refuse_quantity(order, change)) return refusal;
  if (is_unchanged(order, change)) return unprocessable("order parameters are not changed");
  if (!change.client_id.empty() && orders_.find_by_client_id(books.config().number, change.client_id) != nullptr) {
    return invalid_request("client_order_id must be unique");
  }
  SubmitRequest request = as_sent(record, change);
  if (record.role == GroupRole::combination) {
    *request.quantity -= order.filled;
    return refuse_combination_replacement(books, record, request);
  }
  if (const auto refusal = refuse_by_form(request)) return refusal;
  if (const auto refusal = refuse_by_instrument(request, market_.find(order.symbol)->asset)) return refusal;
  if (change.time_in_force) {
    if (const auto refusal = refuse_by_auction(request)) return refusal;
  }
  if (record.role == GroupRole::alone) {
    if (const auto refusal = refuse_by_wash_trade(books, request, record.index)) return refusal;
  }
  return record.opening() ? refuse_larger_entry(books, record, request) : refuse_larger_exit(books, record, request);
}

Refusal ExchangeCore::refuse_larger_exit(const Ledger& books, const OrderRecord& record, const SubmitRequest& request) {
  if (record.standing() == OrderStatus::held) return std::nullopt;
  const Quantity own = record.remaining();
  const Quantity wanted = *request.quantity - record.order.filled;
  const Quantity free = available(books, record.order.symbol).magnitude();
  if (troubles_.take(TroubleKind::replace_insufficient_qty, record.order.symbol, record.order.type)) {
    return too_little_free(books, record.order.symbol, wanted, free);
  }
  if (wanted > own && wanted - own > free) return too_little_free(books, record.order.symbol, wanted, free + own);
  if (!is_judged_by_cover(record)) return std::nullopt;
  SubmitRequest rest = request;
  rest.quantity = wanted;
  if (needs_no_more(books, rest, record)) return std::nullopt;
  return refuse_uncovering(books, rest, record.index);
}

/// The larger of both orders counts (alpaca.md 2, Buying power).
Refusal ExchangeCore::refuse_larger_entry(const Ledger& books, const OrderRecord& record,
                                          const SubmitRequest& request) const {
  const Order& old = record.order;
  const Quantity wanted = *request.quantity - old.filled;
  if (is_judged_by_cover(record)) {
    SubmitRequest rest = request;
    rest.quantity = wanted;
    if (needs_no_more(books, rest, record)) return std::nullopt;
    return refuse_selling_option(books, rest, record.index);
  }
  const Money before = order_value(old.symbol, old.side, old.limit_price, old.stop_price, record.remaining());
  const Money after = order_value(old.symbol, old.side, request.limit_price, request.stop_price, wanted);
  if (after <= before) return std::nullopt;
  const BuyingPower power = buying_power(books);
  const Money spendable = (old.kind == InstrumentKind::stock ? power.stock : power.free) + before;
  if (after <= spendable) return std::nullopt;
  const bool option = old.kind == InstrumentKind::call || old.kind == InstrumentKind::put;
  ApiError error = forbidden(option ? "insufficient options buying power" : "insufficient buying power");
  error.fields = {{option ? "options_buying_power" : "buying_power", spendable.text()}, {"cost_basis", after.text()}};
  return error;
}

}  // namespace belay::sim
