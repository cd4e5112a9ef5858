// SPDX-License-Identifier: Apache-2.0
#include "sim/exchange/exchange_core.hpp"

namespace belay::sim {
namespace {

/// What is on its way to another end already, or has not come to its place yet, is not canceled.
bool is_cancelable(const OrderRecord& record) {
  const OrderStatus status = record.order.status;
  return status != OrderStatus::pending_cancel && status != OrderStatus::pending_replace && !record.replacing;
}

}  // namespace

/// "Accepted for processing" (alpaca.md 3.4, Cancel): at once, or when the delay is over; the order may fill until
/// then.
Answer<void> ExchangeCore::cancel(Ledger& books, const OrderId& id) {
  OrderRecord* record = orders_.find(books.config().number, id);
  if (record == nullptr) return std::unexpected(not_found("order not found for " + id.text()));
  Order& order = record->order;
  if (record->is_over()) {
    const std::string state(to_text(order.status));
    return std::unexpected(unprocessable(record->role == GroupRole::leg
                                             ? "leg order is already in " + state + " state"
                                             : "order is already in \"" + state + "\" state"));
  }
  if (!is_cancelable(*record)) return std::unexpected(unprocessable("order is not cancelable"));
  order.cancel_requested_at = now_;
  const auto stuck = troubles_.take(TroubleKind::cancel_stuck, order.symbol, order.type);
  record->refused = !stuck && troubles_.take(TroubleKind::cancel_rejected, order.symbol, order.type);
  record->before = order.status;
  const bool at_once = !stuck && faults_.cancel_delay.count() == 0;
  if (!at_once || record->refused) {
    order.status = OrderStatus::pending_cancel;
    touch(*record);
    emit(OrderEventType::pending_cancel, *record);
  }
  if (at_once) {
    finish_cancel(*record);
    return {};
  }
  record->stuck = stuck && !stuck->lasts;
  record->due = now_ + (stuck && stuck->lasts ? *stuck->lasts : faults_.cancel_delay);
  wake_at(*record->due, *record);
  return {};
}

void ExchangeCore::finish_cancel(OrderRecord& record) {
  const Order& order = record.order;
  if (record.refused) {
    record.refused = false;
    record.order.status = record.before;
    touch(record);
    emit(OrderEventType::order_cancel_rejected, record);
    return;
  }
  const bool reserved_shares = record.reserves();
  const Quantity remaining = record.remaining();
  end_with_group(record, OrderStatus::canceled);
  if (!reserved_shares) return;
  if (const auto stays = troubles_.take(TroubleKind::reservation_stays, order.symbol, order.type)) {
    const auto until = stays->lasts ? std::optional(now_ + *stays->lasts) : std::nullopt;
    phantoms_.push_back({order.account, order.symbol, remaining, order.id, until});
  }
}

std::vector<Exchange::CancelOutcome> ExchangeCore::cancel_all(Ledger& books) {
  std::vector<Exchange::CancelOutcome> outcomes;
  for (const std::size_t index : orders_.open()) {
    const OrderRecord& record = orders_.at(index);
    // What went with an earlier one of the list is canceled already.
    if (record.order.account != books.config().number || record.is_over() || record.role == GroupRole::leg) continue;
    const OrderId id = record.order.id;
    outcomes.push_back({id, cancel(books, id)});
  }
  return outcomes;
}

std::vector<Exchange::CloseOutcome> ExchangeCore::close_all(Ledger& books, bool cancel_orders) {
  if (cancel_orders) cancel_all(books);
  std::vector<Exchange::CloseOutcome> outcomes;
  const auto holdings = books.holdings();  // a copy: closing changes them
  for (const auto& [symbol, holding] : holdings) outcomes.push_back({symbol, close_position(books, symbol, {})});
  return outcomes;
}

}  // namespace belay::sim
