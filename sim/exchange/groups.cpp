// SPDX-License-Identifier: Apache-2.0
// Orders that know each other: brackets, OCO and OTO (alpaca.md 3.3).
#include <algorithm>

#include "sim/exchange/exchange_core.hpp"

namespace belay::sim {

void ExchangeCore::after_fill(OrderRecord& record) {
  const bool complete = record.order.status == OrderStatus::filled;
  if (complete && record.replacement) reject_replacement(record);
  const Order& order = record.order;
  if (record.role == GroupRole::entry && complete &&
      !troubles_.take(TroubleKind::children_stay_held, order.symbol, order.type)) {
    arm_children(record);
  }
  if (record.role != GroupRole::target && record.role != GroupRole::stop) return;
  if (complete && !orders_.open_rivals(record).empty() &&
      troubles_.take(TroubleKind::both_children_fill, order.symbol, order.type)) {
    fill_rivals(record);
  }
  const bool disarms = !complete && record.role == GroupRole::target &&
                       troubles_.take(TroubleKind::partial_target_disarms, order.symbol, order.type);
  record.disarmed = record.disarmed || disarms;
  if (!complete) fit_rivals(record);
  for (const std::size_t index : orders_.open_rivals(record)) {
    OrderRecord& rival = orders_.at(index);
    if (complete) end(rival, OrderStatus::canceled);
    rival.disarmed = rival.disarmed || disarms;
  }
}

/// TP partial: the other exits have as much left to fill as this one.
void ExchangeCore::fit_rivals(const OrderRecord& record) {
  for (const std::size_t index : orders_.open_rivals(record)) {
    OrderRecord& rival = orders_.at(index);
    rival.order.quantity = rival.order.filled + record.remaining();
    touch(rival);
  }
}

/// A market so fast that the other exit fills too before it is canceled (alpaca.md 3.3, Fast market): at its own price.
void ExchangeCore::fill_rivals(OrderRecord& record) {
  for (const std::size_t index : orders_.open_rivals(record)) {
    OrderRecord& rival = orders_.at(index);
    const auto price = rival.order.limit_price ? rival.order.limit_price : rival.order.stop_price;
    rival.elected = true;
    fill(rival, rival.remaining(), *price);
  }
}

/// Entry fully filled: the take-profit becomes `new`, the stop stays `held` but is watched. A stop without a
/// take-profit (OTO) rests as `new`.
void ExchangeCore::arm_children(const OrderRecord& entry) {
  const std::vector<std::size_t> children = entry.children;
  // A part of the entry may have been closed again while the rest was filling; the exits cover what is left.
  const Quantity held = available(ledger(entry.order.account), entry.order.symbol);
  const bool same_way = held.is_negative() == (entry.order.side == Side::sell);
  const Quantity left = same_way ? held.magnitude() : Quantity{};
  for (const std::size_t index : children) {
    OrderRecord& child = orders_.at(index);
    if (child.is_over()) continue;
    if (left.is_zero()) {
      end(child, OrderStatus::canceled);
      continue;
    }
    child.order.quantity = std::min(*child.order.quantity, left);
    child.armed = true;
    if (child.role == GroupRole::stop && !orders_.open_rivals(child).empty()) continue;
    stand_as(child, OrderStatus::fresh);
  }
  for (const std::size_t index : children) consider(index, std::nullopt);
}

/// The status, and the word for it; while a cancel or a replacement is pending, what it is going back to.
void ExchangeCore::stand_as(OrderRecord& record, OrderStatus status) {
  touch(record);
  if (record.standing() != record.order.status) {
    record.before = status;
    return;
  }
  record.order.status = status;
  emit(OrderEventType::fresh, record);
}

/// The order that acts for a triggered stop, with the take-profit out of the way: the stop itself or a replacement,
/// after the configured shape.
OrderRecord& ExchangeCore::successor_of(OrderRecord& stop) {
  if (orders_.open_rivals(stop).empty()) return stop;
  const bool both_fill = troubles_.fits(TroubleKind::both_children_fill, stop.order.symbol, stop.order.type);
  if (!both_fill) take_target_out(stop);
  if (both_fill || faults_.stop_out_shape == StopOutShape::target_replaced) {
    stand_as(stop, OrderStatus::fresh);
    return stop;
  }
  Order next = stop.order;
  next.id = OrderId(ids_.uuid());
  next.client_id = ClientOrderId(ids_.uuid());
  next.status = OrderStatus::fresh;
  next.replaces = stop.order.id;
  next.created_at = next.updated_at = next.submitted_at = now_;
  stop.order.replaced_by = next.id;
  end(stop, OrderStatus::replaced);
  OrderRecord& successor = orders_.add(next);
  successor.role = GroupRole::stop;
  successor.armed = true;
  orders_.take_place(stop, successor);
  emit(OrderEventType::fresh, successor);
  return successor;
}

void ExchangeCore::take_target_out(OrderRecord& stop) {
  for (const std::size_t index : orders_.open_rivals(stop)) {
    OrderRecord& target = orders_.at(index);
    if (faults_.stop_out_shape == StopOutShape::target_replaced) {
      target.order.replaced_by = stop.order.id;
      end(target, OrderStatus::replaced);
    } else {
      end(target, OrderStatus::canceled);
    }
  }
}

namespace {

OrderEventType event_of_end(OrderStatus how) {
  switch (how) {
    case OrderStatus::canceled:
      return OrderEventType::canceled;
    case OrderStatus::expired:
      return OrderEventType::expired;
    case OrderStatus::rejected:
      return OrderEventType::rejected;
    default:
      return OrderEventType::replaced;
  }
}

}  // namespace

/// Ends one order; nobody is told yet. Precondition: it is not over.
void ExchangeCore::close_book(OrderRecord& record, OrderStatus how) {
  Order& order = record.order;
  order.status = how;
  touch(record);
  orders_.retire(record);
  std::optional<Timestamp>& at = how == OrderStatus::canceled   ? order.canceled_at
                                 : how == OrderStatus::expired  ? order.expired_at
                                 : how == OrderStatus::rejected ? order.failed_at
                                                                : order.replaced_at;
  at = now_;
}

void ExchangeCore::end(OrderRecord& record, OrderStatus how) {
  close_book(record, how);
  emit(event_of_end(how), record);
  if (record.replacement) reject_replacement(record);
}

/// Ends an order with its own legs, and nothing else of its group.
void ExchangeCore::end_itself(OrderRecord& record, OrderStatus how) {
  if (record.role == GroupRole::combination) return end_combination(record, how);
  end(record, how);
}

/// Ends an order and what cannot stand without it: an entry's children (also when the entry filled in part: naked
/// shares), an exit's siblings.
void ExchangeCore::end_with_group(OrderRecord& record, OrderStatus how) {
  if (record.role == GroupRole::leg) return end_combination(orders_.at(*record.parent), how);
  if (record.role == GroupRole::combination) return end_combination(record, how);
  std::vector<std::size_t> others = orders_.open_rivals(record);
  if (record.role == GroupRole::entry) others = record.children;
  end(record, how);
  for (const std::size_t index : others) {
    OrderRecord& other = orders_.at(index);
    if (!other.is_over()) end(other, how == OrderStatus::expired ? OrderStatus::expired : OrderStatus::canceled);
  }
}

}  // namespace belay::sim
