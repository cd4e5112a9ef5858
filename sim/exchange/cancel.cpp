// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

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
  if (record->is_over()) {
    const std::string state(to_text(record->order.status));
    return std::unexpected(unprocessable(record->role == GroupRole::leg
                                             ? "leg order is already in " + state + " state"
                                             : "order is already in \"" + state + "\" state"));
  }
  if (record->role == GroupRole::leg) record = &orders_.at(*record->parent);  // the order is canceled as a whole
  if (!is_cancelable(*record)) return std::unexpected(unprocessable("order is not cancelable"));
  Order& order = record->order;
  order.cancel_requested_at = now_;
  const auto stuck = take_trouble(TroubleKind::cancel_stuck, *record);
  record->refused = !stuck && take_trouble(TroubleKind::cancel_rejected, *record);
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
  if (record.refused) {
    record.refused = false;
    record.order.status = record.before;
    touch(record);
    emit(OrderEventType::order_cancel_rejected, record);
    if (record.before == OrderStatus::suspended && record.suspended_until) {
      record.due = std::max(*record.suspended_until, now_);
      wake_at(*record.due, record);
    }
    return;
  }
  std::vector<PhantomReservation> reserved;
  const auto note = [&](const OrderRecord& one) {
    if (!one.reserves()) return;
    reserved.push_back({one.order.account, one.order.symbol, one.remaining(), one.order.id, std::nullopt});
  };
  if (record.role == GroupRole::combination) {
    for (const std::size_t leg : record.children) note(orders_.at(leg));
  } else {
    note(record);
  }
  end_with_group(record, OrderStatus::canceled);
  if (reserved.empty()) return;
  if (const auto stays = take_trouble(TroubleKind::reservation_stays, record)) {
    for (PhantomReservation& phantom : reserved) {
      if (stays->lasts) phantom.until = now_ + *stays->lasts;
      phantoms_.push_back(std::move(phantom));
    }
  }
}

void ExchangeCore::end_orders(std::string_view symbol, std::string_view account) {
  for (const std::size_t index : orders_.open(symbol)) {
    OrderRecord& record = orders_.at(index);
    if (record.is_over() || (!account.empty() && record.order.account != account)) continue;
    end_with_group(record, OrderStatus::canceled);
  }
}

/// Where a holding has become smaller than what open orders would close, the youngest of them end, as the broker ends
/// them: none may close what is not there.
void ExchangeCore::end_what_exceeds(const Ledger& books, std::string_view symbol) {
  const Quantity held = books.quantity(symbol);
  const std::vector<std::size_t> open = orders_.open(symbol);
  for (auto index = open.rbegin(); index != open.rend(); ++index) {
    OrderRecord& record = orders_.at(*index);
    const Side side = record.order.side;
    if (record.is_over() || record.order.account != books.config().number || reserved_by(record).is_zero()) continue;
    const Quantity closable = std::max(side == Side::sell ? held : -held, Quantity{});
    if (reserved(books, symbol, side) <= closable) continue;
    const OrderRecord& head = record.role == GroupRole::leg ? orders_.at(*record.parent) : record;
    if (head.replacing) {
      reject_replacement(orders_.at(*head.replacing));
    } else {
      end_with_group(record, OrderStatus::canceled);
    }
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
  outcomes.reserve(holdings.size());
  for (const auto& [symbol, holding] : holdings) outcomes.push_back({symbol, close_position(books, symbol, {})});
  return outcomes;
}

}  // namespace belay::sim
