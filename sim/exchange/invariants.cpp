// SPDX-License-Identifier: Apache-2.0
#include "sim/exchange/exchange_core.hpp"

namespace belay::sim {
namespace {

using Quantities = std::map<std::string, Quantity, std::less<>>;

}  // namespace

std::vector<std::string> ExchangeCore::broken_invariants() const {
  std::vector<std::string> broken;
  for (const auto& [number, books] : ledgers_) {
    Money cash = books.opening_cash();
    Quantities quantities;
    for (const Activity& activity : books.activities()) {
      const bool sold = activity.is_fill() && activity.side == Side::sell;
      const Quantity change = sold ? -activity.quantity : activity.quantity;
      if (activity.moves_units()) quantities[activity.symbol] += change;
      cash += activity.is_fill() ? -notional(*activity.price, change, market_.find(activity.symbol)->asset.multiplier)
                                 : activity.net_amount;
    }
    if (cash != books.cash()) {
      broken.push_back(number + ": cash is " + books.cash().text() + ", the activities make " + cash.text());
    }
    for (const auto& [symbol, quantity] : quantities) {
      const Quantity held = books.quantity(symbol);
      if (held != quantity) {
        broken.push_back(number + ": holds " + held.text() + " " + symbol + ", the activities make " + quantity.text());
      }
      const Quantity taken = reserved(books, symbol);
      if (taken > held.magnitude()) {
        broken.push_back(number + ": " + taken.text() + " " + symbol + " reserved, " + held.text() + " held");
      }
    }
    for (const auto& [symbol, holding] : books.holdings()) {
      if (!quantities.contains(symbol)) broken.push_back(number + ": holds unexplained " + symbol);
    }
  }
  for (const OrderRecord& record : orders_.all()) {
    const Order& order = record.order;
    if (order.quantity && order.filled > *order.quantity) broken.push_back(order.id.text() + ": filled too far");
    if (order.status == OrderStatus::filled && order.quantity && order.filled + record.busted != *order.quantity) {
      broken.push_back(order.id.text() + ": filled, but not in full");
    }
    if (record.parent && orders_.at(*record.parent).order.account != order.account) {
      broken.push_back(order.id.text() + ": of another account than its parent");
    }
  }
  return broken;
}

}  // namespace belay::sim
