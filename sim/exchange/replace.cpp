// SPDX-License-Identifier: Apache-2.0
// PATCH of an order (alpaca.md 3.4): the old one is pending_replace until the new one takes its place, and may fill
// until then. What filled stays with each; the quantity asked for is that of both together.
#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "sim/exchange/exchange_core.hpp"

namespace belay::sim {

Answer<Order> ExchangeCore::replace(Ledger& books, const OrderId& id, const ReplaceRequest& request) {
  OrderRecord* old = orders_.find(books.config().number, id);
  if (old == nullptr) return std::unexpected(not_found("order not found for " + id.text()));
  const bool combination = old->role == GroupRole::combination;
  try {
    if (auto refusal = refuse_replacement(books, *old, request)) return std::unexpected(std::move(*refusal));
  } catch (const Overflow&) {
    return std::unexpected(unprocessable("qty or price is out of range"));
  }
  OrderRecord& next = orders_.add(changed(*old, request));
  next.role = old->role;
  next.parent = old->parent;
  next.armed = old->armed;
  next.elected = old->elected;
  next.collar = old->collar;
  next.replacing = old->index;
  next.filled_before = old->order.filled;
  if (combination) add_replacing_legs(next, *old);

  old->before = old->order.status;
  old->replacement = next.index;
  old->order.status = OrderStatus::pending_replace;
  old->refused = take_trouble(TroubleKind::replace_rejected, *old).has_value();
  touch(*old);
  emit(OrderEventType::pending_replace, *old);
  const bool queued = next.order.status == OrderStatus::accepted;
  const bool held = next.order.status == OrderStatus::held;
  emit(held ? OrderEventType::held : queued ? OrderEventType::accepted : OrderEventType::pending_new, next);

  Order reply = next.order;
  reply.legs = orders_.snapshot(combination ? next : *old).legs;
  const bool lies = take_trouble(TroubleKind::replace_error_though_replaced, *old).has_value();
  if (faults_.replace_delay.count() > 0) {
    old->due = now_ + faults_.replace_delay;
    wake_at(*old->due, *old);
  } else {
    finish_replacement(*old);
  }
  // As when a client's library sends the same request twice without telling (alpaca.md 8, Replace error though
  // replaced).
  if (lies) return std::unexpected(unprocessable("cannot replace order in replaced status"));
  return reply;
}

/// The order as it would be.
Order ExchangeCore::changed(const OrderRecord& record, const ReplaceRequest& request) {
  const Order& old = record.order;
  Order next = changed_by(request, old);
  next.id = OrderId(ids_.uuid());
  next.client_id = ClientOrderId(request.client_id.empty() ? ids_.uuid() : request.client_id);
  if (next.quantity) *next.quantity -= old.filled;
  next.filled = Quantity{};
  next.filled_average.reset();
  next.created_at = next.updated_at = next.submitted_at = now_;
  next.expires_at = expiry_of(next);
  next.replaces = old.id;
  next.status = is_trading(next) ? OrderStatus::pending_new : OrderStatus::accepted;
  if (record.standing() == OrderStatus::held) next.status = OrderStatus::held;
  return next;
}

/// The new order reaches the venue: it takes the old one's place unless that is gone or it is rejected.
void ExchangeCore::finish_replacement(OrderRecord& old) {
  BELAY_CHECK(old.replacement.has_value());
  OrderRecord& next = orders_.at(*old.replacement);
  // An exit's quantity may have shrunk with its sibling meanwhile; whatever filled meanwhile is the old one's.
  const Quantity wanted = wanted_by_replacement(next);
  if (old.refused || !wanted.is_positive()) {
    reject_replacement(old);
    return;
  }
  next.order.quantity = wanted;
  // A child that its entry's fill has armed meanwhile.
  if (next.order.status == OrderStatus::held && old.standing() != OrderStatus::held) {
    next.order.status = OrderStatus::pending_new;
  }
  old.replacement.reset();
  next.replacing.reset();
  old.order.replaced_by = next.order.id;
  if (next.role == GroupRole::combination) fit_legs(next);
  end_itself(old, OrderStatus::replaced);
  orders_.take_place(old, next);
  next.armed = old.armed;
  next.elected = old.elected;
  next.collar = old.collar;
  if (next.is_trailing()) next.order.high_water = old.order.high_water;
  begin_trailing(next);
  const bool begun = next.order.status == OrderStatus::accepted && is_trading(next.order);  // the session, meanwhile
  if (begun || next.order.status == OrderStatus::pending_new) go_live(next);
  consider(next.index, std::nullopt);
  const TimeInForce tif = next.order.time_in_force;
  const bool immediate = tif == TimeInForce::ioc || tif == TimeInForce::fok;
  if (immediate && !next.is_over()) end_with_group(next, OrderStatus::canceled);
  if (!next.is_over() && (tif == TimeInForce::opg || tif == TimeInForce::cls)) wake_at_auction(next);
}

void ExchangeCore::reject_replacement(OrderRecord& old) {
  OrderRecord& next = orders_.at(*old.replacement);
  old.replacement.reset();
  next.replacing.reset();
  for (const std::size_t leg : next.children) orders_.at(leg).replacing.reset();
  end_itself(next, OrderStatus::rejected);
  old.refused = false;
  old.due.reset();
  if (old.order.status == OrderStatus::pending_replace) old.order.status = old.before;
  touch(old);
  emit(OrderEventType::order_replace_rejected, old);
}

/// By how much the new order is larger than the one it is to replace: while that lasts, the larger of both counts.
Quantity ExchangeCore::added_by_replacement(const OrderRecord& next) const {
  return std::max(wanted_by_replacement(next) - orders_.at(*next.replacing).remaining(), Quantity{});
}

/// What the new order will have to fill if it takes the old one's place now.
Quantity ExchangeCore::wanted_by_replacement(const OrderRecord& next) const {
  const OrderRecord& old = orders_.at(*next.replacing);
  return old.has_rivals() ? old.remaining() : next.remaining() + next.filled_before - old.order.filled;
}

}  // namespace belay::sim
