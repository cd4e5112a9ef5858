// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "sim/exchange/exchange_core.hpp"
#include "sim/exchange/multileg.hpp"
#include "sim/exchange/option_hours.hpp"
#include "sim/exchange/request_checks.hpp"

namespace belay::sim {
namespace {

/// held × percent ÷ 100, rounded down to nine decimals.
Quantity part_of(Quantity held, Ratio percent) {
  __extension__ using Wide = __int128;
  const Wide nanos = static_cast<Wide>(held.nanos()) * percent.nanos() / (100 * fixed::kScale);
  return Quantity::from_nanos(static_cast<std::int64_t>(nanos));
}

}  // namespace

Answer<Order> ExchangeCore::submit(Ledger& books, const SubmitRequest& request) {
  if (request.order_class == OrderClass::mleg) return submit_combination(books, request);
  try {
    if (auto refusal = refuse(books, request)) return std::unexpected(std::move(*refusal));
  } catch (const Overflow&) {
    return std::unexpected(unprocessable("qty or price is out of range"));
  }
  OrderRecord& record = orders_.add(make_order(books, request));
  begin_trailing(record);
  admit(request, record);
  Order reply = orders_.snapshot(record);
  start(record);
  return reply;
}

Order ExchangeCore::make_order(const Ledger& books, const SubmitRequest& request) {
  const Asset& asset = market_.find(request.symbol)->asset;
  Order order;
  order.id = OrderId(ids_.uuid());
  order.client_id = ClientOrderId(request.client_id.empty() ? ids_.uuid() : request.client_id);
  order.account = books.config().number;
  order.symbol = asset.symbol();
  order.asset_id = asset.id;
  order.kind = asset.instrument.kind;
  order.side = *request.side;
  order.intent = inferred_intent(order.side, books.quantity(order.symbol));
  order.type = request.type;
  order.time_in_force = request.time_in_force;
  order.order_class = request.order_class;
  order.quantity = request.quantity;
  order.notional = request.notional;
  order.limit_price = request.order_class == OrderClass::oco ? target_price(request) : request.limit_price;
  order.stop_price = request.stop_price;
  order.trail_price = request.trail_price;
  order.trail_percent = request.trail_percent;
  order.extended_hours = request.extended_hours;
  order.created_at = order.updated_at = order.submitted_at = now_;
  order.late_close = asset.instrument.option && closes_late(*asset.instrument.option);
  order.expires_at = expiry_of(order);
  order.status = is_trading(order) ? OrderStatus::pending_new : OrderStatus::accepted;
  return order;
}

/// Puts an order on record with its children, before anything happens to it.
void ExchangeCore::admit(const SubmitRequest& request, OrderRecord& record) {
  if (request.order_class == OrderClass::bracket || request.order_class == OrderClass::oto) {
    record.role = GroupRole::entry;
    if (request.take_profit_limit) record.children.push_back(add_child(record, GroupRole::target, request).index);
    if (request.stop_loss_stop) record.children.push_back(add_child(record, GroupRole::stop, request).index);
  } else if (request.order_class == OrderClass::oco) {
    record.role = GroupRole::target;
    OrderRecord& stop = add_child(record, GroupRole::stop, request);
    stop.armed = true;
    record.children.push_back(stop.index);
  }
  const bool queued = record.order.status == OrderStatus::accepted;
  emit(queued ? OrderEventType::accepted : OrderEventType::pending_new, record);
  for (const std::size_t child : record.children) emit(OrderEventType::held, orders_.at(child));
}

OrderRecord& ExchangeCore::add_child(const OrderRecord& parent, GroupRole role, const SubmitRequest& request) {
  Order child = parent.order;
  child.id = OrderId(ids_.uuid());
  child.client_id = ClientOrderId(ids_.uuid());
  // An entry's exits are on the other side; an OCO's two exits on the same.
  if (parent.role == GroupRole::entry) child.side = opposite(child.side);
  child.intent = child.side == Side::buy ? PositionIntent::buy_to_close : PositionIntent::sell_to_close;
  child.status = OrderStatus::held;
  if (role == GroupRole::target) {
    child.type = OrderType::limit;
    child.limit_price = request.take_profit_limit;
    child.stop_price.reset();
  } else {
    child.type = request.stop_loss_limit ? OrderType::stop_limit : OrderType::stop;
    child.limit_price = request.stop_loss_limit;
    child.stop_price = request.stop_loss_stop;
  }
  OrderRecord& record = orders_.add(std::move(child));
  record.role = role;
  record.parent = parent.index;
  return record;
}

/// Sends an admitted order to the market.
void ExchangeCore::start(OrderRecord& record) {
  if (take_trouble(TroubleKind::rejected_after_200, record)) {
    end_with_group(record, OrderStatus::rejected);
    return;
  }
  if (record.order.status == OrderStatus::pending_new) {
    go_live(record);
    consider(record.index, std::nullopt);
  }
  const TimeInForce tif = record.order.time_in_force;
  if (tif == TimeInForce::opg || tif == TimeInForce::cls) wake_at_auction(record);
  const bool immediate = tif == TimeInForce::ioc || tif == TimeInForce::fok;
  if (immediate && !record.is_over()) end_with_group(record, OrderStatus::canceled);
}

Answer<Order> ExchangeCore::close_position(Ledger& books, std::string_view symbol_or_id,
                                           const Exchange::ClosePart& part) {
  const Listing* listing = market_.find_by_symbol_or_id(symbol_or_id);
  const Quantity held = listing == nullptr ? Quantity{} : books.quantity(listing->asset.symbol());
  if (held.is_zero()) return std::unexpected(not_found("position does not exist"));
  if (part.quantity && part.percentage) {
    return std::unexpected(unprocessable("only one of qty or percentage is accepted"));
  }
  SubmitRequest request;
  request.symbol = listing->asset.symbol();
  request.side = held.is_positive() ? Side::sell : Side::buy;
  request.type = OrderType::market;
  const bool coin = listing->asset.instrument.kind == InstrumentKind::crypto;
  request.time_in_force = coin ? TimeInForce::gtc : TimeInForce::day;
  request.quantity = part.quantity.value_or(held.magnitude());
  if (part.percentage) {
    if (!part.percentage->is_positive() || *part.percentage > Ratio::whole(100)) {
      return std::unexpected(unprocessable("percentage must be between 0 and 100"));
    }
    request.quantity = part_of(held.magnitude(), *part.percentage);
    if (listing->asset.instrument.is_option()) request.quantity = whole_part(*request.quantity);
  }
  return submit(books, request);
}

}  // namespace belay::sim
