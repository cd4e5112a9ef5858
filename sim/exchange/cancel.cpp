// SPDX-License-Identifier: Apache-2.0
#include "sim/exchange/exchange_core.hpp"

namespace belay::sim {

Answer<void> ExchangeCore::cancel(Ledger& books, const OrderId& id) {
  OrderRecord* record = orders_.find(books.config().number, id);
  if (record == nullptr) return std::unexpected(not_found("order not found for " + id.text()));
  if (record->is_over()) {
    return std::unexpected(
        unprocessable("order is already in \"" + std::string(to_text(record->order.status)) + "\" state"));
  }
  end_with_group(*record, OrderStatus::canceled);
  return {};
}

std::vector<Exchange::CancelOutcome> ExchangeCore::cancel_all(Ledger& books) {
  std::vector<Exchange::CancelOutcome> outcomes;
  for (const std::size_t index : orders_.open()) {
    const OrderRecord& record = orders_.at(index);
    // What went with an earlier one of the list is canceled already.
    if (record.order.account != books.config().number || record.is_over()) continue;
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
