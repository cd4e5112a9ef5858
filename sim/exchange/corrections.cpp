// SPDX-License-Identifier: Apache-2.0
// Executions that are undone or changed afterwards: trade_bust and trade_correct (alpaca.md 6.1).
#include <algorithm>
#include <string>
#include <utility>

#include "sim/exchange/exchange_core.hpp"

namespace belay::sim {

/// The activity, the position, the cash and the order's filled quantity follow; the order's status stays what it is.
/// Orders that would close more than is left end.
Answer<Order> ExchangeCore::correct(Ledger& books, const Exchange::Correction& correction) {
  const auto& all = books.activities();
  const auto found = std::find_if(all.rbegin(), all.rend(), [&](const Activity& one) {
    return one.is_fill() && (!correction.execution_id || one.execution_id == *correction.execution_id);
  });
  if (found == all.rend()) return std::unexpected(not_found("there is no such execution"));
  const Activity before = *found;  // NOLINT(performance-unnecessary-copy-initialization): amending replaces it
  const Quantity quantity = correction.quantity.value_or(before.quantity);
  const Price price = correction.price.value_or(*before.price);
  if (quantity.is_negative() || quantity > before.quantity || !price.is_positive()) {
    return std::unexpected(unprocessable("a corrected execution is not larger than it was, and has a price"));
  }
  OrderRecord* record = orders_.find(books.config().number, before.order_id);
  if (record == nullptr) return std::unexpected(not_found("order not found for " + before.order_id.text()));
  if (record->role == GroupRole::leg) {  // its order's legs fill alike, or not at all
    return std::unexpected(unprocessable("executions of multi-leg orders are not corrected here"));
  }

  Order& order = record->order;
  const std::int64_t multiplier = market_.listing(before.symbol).asset.multiplier;
  const auto with_sign = [&](Quantity amount) { return before.side == Side::buy ? amount : -amount; };
  Money difference;
  try {
    static_cast<void>(notional(price, quantity, multiplier));
    difference = notional(price, quantity) - notional(*before.price, before.quantity);
  } catch (const Overflow&) {
    return std::unexpected(unprocessable("price is out of range"));
  }
  books.trade(before.symbol, with_sign(-before.quantity), *before.price, multiplier);
  if (quantity.is_positive()) books.trade(before.symbol, with_sign(quantity), price, multiplier);
  record->paid += difference;
  if (record->is_over()) record->busted += before.quantity - quantity;  // else it fills that again
  order.filled -= before.quantity - quantity;
  order.filled_average = average_price(record->paid, order.filled);
  touch(*record);
  if (!record->is_over()) fit_rivals(*record);

  Activity after = before;
  after.price = price;
  after.quantity = quantity;
  after.cumulative = order.filled;
  books.amend(before.id, quantity.is_zero() ? std::nullopt : std::optional(std::move(after)));

  emit(quantity.is_zero() ? OrderEventType::trade_bust : OrderEventType::trade_correct, *record);
  OrderEvent& event = events_.back();
  event.execution_id = before.execution_id;
  event.price = price;
  event.quantity = quantity.is_zero() ? before.quantity : quantity;
  event.position_quantity = books.quantity(before.symbol);
  end_what_exceeds(books, before.symbol);
  return orders_.snapshot(*record);
}

}  // namespace belay::sim
