// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sim/exchange/exchange_core.hpp"
#include "sim/exchange/multileg.hpp"

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
      const Quantity sold = reserved(books, symbol, Side::sell);
      const Quantity bought = reserved(books, symbol, Side::buy);
      if (sold > std::max(held, Quantity{}) || bought > std::max(-held, Quantity{})) {
        broken.push_back(number + ": " + (sold + bought).text() + " " + symbol + " reserved, " + held.text() + " held");
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
    if (record.replacement && orders_.at(*record.replacement).replacing != record.index) {
      broken.push_back(order.id.text() + ": its replacement replaces something else");
    }
    if (record.is_over() && (record.replacement || record.replacing)) {
      broken.push_back(order.id.text() + ": over, and about to be replaced or to replace");
    }
    if (record.role == GroupRole::leg) check_leg(record, broken);
  }
  for (const PhantomReservation& phantom : phantoms_) {
    if (market_.find(phantom.symbol) == nullptr) broken.push_back("reserved of nothing: " + phantom.order_id.text());
  }
  return broken;
}

/// Legs live, fill and end with their order.
void ExchangeCore::check_leg(const OrderRecord& leg, std::vector<std::string>& broken) const {
  const OrderRecord& combination = orders_.at(*leg.parent);
  const std::string id = leg.order.id.text();
  if (leg.is_over() != combination.is_over()) broken.push_back(id + ": over, or its order is, and not both");
  if (leg.order.filled != units_of(*leg.order.ratio, combination.order.filled)) {
    broken.push_back(id + ": has not filled as its order has");
  }
  if (leg.replacing.has_value() != combination.replacing.has_value()) {
    broken.push_back(id + ": replaces, or its order does, and not both");
  }
}

}  // namespace belay::sim
