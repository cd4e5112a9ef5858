// SPDX-License-Identifier: Apache-2.0
// What is under way with an order and comes to an end by itself: cancels, replacements, suspensions, queues; and what
// keeps it from ending.
#include <algorithm>

#include "sim/exchange/exchange_core.hpp"

namespace belay::sim {

/// A moment has come at which something might be due for this order.
void ExchangeCore::wake(OrderRecord& record) {
  if (record.is_over() || record.replacing) return;
  if (record.due && *record.due <= now_ && !record.stuck) {
    record.due.reset();
    if (record.order.status == OrderStatus::pending_cancel) {
      finish_cancel(record);
    } else if (record.order.status == OrderStatus::pending_replace) {
      finish_replacement(record);
    } else if (record.order.status == OrderStatus::suspended) {
      go_on(record);
    }
  }
  if (record.order.status == OrderStatus::accepted && is_trading(record.order)) {
    go_live(record);
    consider(record.index, std::nullopt);
  }
  if (!record.is_over() && !record.stuck && record.order.expires_at && *record.order.expires_at <= now_) {
    end_with_group(record, OrderStatus::expired);
  }
}

/// An order comes to the market, at once or from a queue.
void ExchangeCore::go_live(OrderRecord& record) {
  set_status(record, OrderStatus::fresh);
  emit(OrderEventType::fresh, record);
  begin_trailing(record);
  meet_first_troubles(record);
}

/// The order's and its legs'.
void ExchangeCore::set_status(OrderRecord& record, OrderStatus status) {
  record.order.status = status;
  touch(record);
  if (record.role != GroupRole::combination) return;
  for (const std::size_t leg : record.children) {
    orders_.at(leg).order.status = status;
    touch(orders_.at(leg));
  }
}

/// Takes a live order from the market without ending it.
void ExchangeCore::pause(OrderRecord& record, OrderStatus how, std::optional<Timestamp> until) {
  set_status(record, how);
  record.due = until;
  record.suspended_until = until;
  emit(how == OrderStatus::suspended ? OrderEventType::suspended : OrderEventType::done_for_day, record);
  if (until) wake_at(*until, record);
}

void ExchangeCore::go_on(OrderRecord& record) {
  set_status(record, record.order.filled.is_zero() ? OrderStatus::fresh : OrderStatus::partially_filled);
  record.due.reset();
  emit(OrderEventType::fresh, record);
  consider(record.index, std::nullopt);
}

/// What may befall an order as soon as it is live.
void ExchangeCore::meet_first_troubles(OrderRecord& record) {
  if (const auto trouble = take_trouble(TroubleKind::suspended, record)) {
    pause(record, OrderStatus::suspended, trouble->lasts ? std::optional(now_ + *trouble->lasts) : std::nullopt);
  } else if (take_trouble(TroubleKind::done_for_day, record)) {
    pause(record, OrderStatus::done_for_day, std::nullopt);
  }
}

/// A trouble of a multi-leg order is one that fits any of its legs.
std::optional<Trouble> ExchangeCore::take_trouble(TroubleKind kind, const OrderRecord& record) {
  const OrderType type = record.order.type;
  if (record.role != GroupRole::combination) return troubles_.take(kind, record.order.symbol, type);
  for (const std::size_t leg : record.children) {
    if (auto trouble = troubles_.take(kind, orders_.at(leg).order.symbol, type)) return trouble;
  }
  return std::nullopt;
}

void ExchangeCore::release_troubles() {
  phantoms_.clear();
  for (const std::size_t index : orders_.open()) {
    OrderRecord& record = orders_.at(index);
    if (record.is_over() || record.role == GroupRole::leg) continue;  // went, or goes, with its group
    record.disarmed = false;
    if (record.stuck) {
      record.stuck = false;
      record.due = now_;
      wake(record);
    } else if (record.order.status == OrderStatus::suspended) {
      go_on(record);
    } else if (record.order.status == OrderStatus::held && record.parent && !record.armed) {
      const OrderRecord& entry = orders_.at(*record.parent);
      if (entry.order.status == OrderStatus::filled) arm_children(entry);
    }
  }
}

void ExchangeCore::reserve(const Ledger& books, const std::string& symbol, Quantity quantity) {
  phantoms_.push_back({books.config().number, symbol, quantity, OrderId(ids_.uuid()), std::nullopt});
}

void ExchangeCore::end_phantoms() {
  std::erase_if(phantoms_, [this](const PhantomReservation& one) { return one.until && *one.until <= now_; });
}

}  // namespace belay::sim
