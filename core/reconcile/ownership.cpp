// SPDX-License-Identifier: Apache-2.0
#include "core/reconcile/ownership.hpp"

#include <algorithm>
#include <chrono>
#include <set>

namespace belay::reconcile {
namespace {

// Upstream writes an execution moments after it sent the entry; positions may lag behind fills. Before this age an
// execution without shares is not judged.
constexpr Duration kYoungExecution = std::chrono::minutes(2);

Quantity signed_quantity(const Lot& lot) { return lot.is_long() ? lot.quantity : -lot.quantity; }

const Order* entry_of(const Book& book, const std::optional<OrderId>& id) {
  if (!id) return nullptr;
  const auto found = book.orders.find(*id);
  return found == book.orders.end() ? nullptr : &found->second;
}

// All of one symbol's side of the story.
struct Symbol {
  std::string name;
  std::vector<const Lot*> lots;
  std::vector<const Execution*> executions;
  const Holding* holding = nullptr;
  Quantity held;     // signed
  Quantity claimed;  // signed, by lots
  bool settling = false;
};

// Something of this symbol left a moment ago: positions, orders and fills may disagree for a while (alpaca.md 0.6).
bool left_a_moment_ago(const Book& book, const Policy& policy, const Symbol& symbol) {
  const bool is_short = symbol.claimed.is_zero() ? symbol.held.is_negative() : symbol.claimed.is_negative();
  const Side closing = is_short ? Side::buy : Side::sell;
  const auto recent = [&](const std::optional<Timestamp>& at) { return at && book.now - *at < policy.settling_window; };
  for (const auto& [id, order] : book.orders) {
    if (order.symbol == symbol.name && order.side == closing && order.filled.is_positive() && recent(order.filled_at)) {
      return true;
    }
  }
  return std::ranges::any_of(symbol.lots, [&](const Lot* lot) {
    return std::ranges::any_of(lot->exit_orders, [&](const ExitOrder& order) {
      return order.filled.is_positive() && recent(order.filled_at);
    });
  });
}

std::map<std::string, Symbol> by_symbol(const Book& book) {
  std::map<std::string, Symbol> symbols;
  for (const Lot* lot : book.lots) {
    Symbol& symbol = symbols[lot->instrument.symbol];
    symbol.lots.push_back(lot);
    symbol.claimed += signed_quantity(*lot);
  }
  for (const Execution& execution : book.executions) {
    symbols[execution.instrument.symbol].executions.push_back(&execution);
  }
  for (const auto& [name, holding] : book.holdings) {
    symbols[name].holding = &holding;
    symbols[name].held = holding.quantity;
  }
  for (auto& [name, symbol] : symbols) symbol.name = name;
  return symbols;
}

// What our own exits of this execution's lot have already sold: a lot that was opened and left before it was stored.
Quantity left_by_own_exits(const Book& book, const Execution& execution) {
  const LotUid uid = uid_of(execution, book.account_number);
  const Side leaves = execution.direction == Direction::long_ ? Side::sell : Side::buy;
  Quantity sum;
  for (const auto& [id, order] : book.orders) {
    if (order.symbol != execution.instrument.symbol || order.side != leaves) continue;
    const auto parts = parse_exit_client_id(order.client_id);
    if (parts && parts->uid == uid) sum += order.filled;
  }
  return sum;
}

// Upstream's row about an entry may come after the shares were found and adopted: the same entry order tells, or the
// same quantity at about the same time.
bool is_entry_of(const Execution& execution, const Lot& lot) {
  constexpr Duration kSameEntry = std::chrono::minutes(10);
  if (lot.execution_key || lot.direction != execution.direction) return false;
  if (lot.entry_order_id && execution.broker_order_id) return *lot.entry_order_id == *execution.broker_order_id;
  const Duration apart = execution.entry_time - lot.entry_time;
  return lot.original_quantity == execution.quantity && std::max(apart, -apart) <= kSameEntry;
}

void merge(Symbol& symbol, Differences& out) {
  std::set<LotUid> merged;
  std::erase_if(symbol.executions, [&](const Execution* execution) {
    const auto lot = std::ranges::find_if(
        symbol.lots, [&](const Lot* l) { return is_entry_of(*execution, *l) && !merged.contains(l->uid); });
    if (lot == symbol.lots.end()) return false;
    merged.insert((*lot)->uid);
    out.merges.push_back({(*lot)->uid, *execution});
    return true;
  });
}

Quantity grow_lots(const Book& book, const Symbol& symbol, Quantity surplus, Differences& out) {
  for (const Lot* lot : symbol.lots) {
    const Order* entry = entry_of(book, lot->entry_order_id);
    if (entry == nullptr || entry->filled <= lot->original_quantity) continue;
    const Quantity by = std::min(surplus, entry->filled - lot->original_quantity);
    if (!by.is_positive()) continue;
    out.growths.push_back({lot->uid, by});
    surplus -= by;
  }
  return surplus;
}

Quantity claim(const Book& book, const Symbol& symbol, Quantity surplus, Direction held_direction, Differences& out) {
  for (const Execution* execution : symbol.executions) {
    const Quantity left = left_by_own_exits(book, *execution);
    const bool same_side = execution->direction == held_direction;
    const Quantity there = same_side ? surplus : Quantity{};
    const Quantity quantity = std::min(execution->quantity, there + left);
    const Order* entry = entry_of(book, execution->broker_order_id);
    const bool young = book.now - execution->entry_time < kYoungExecution;
    const bool filling = entry != nullptr && !is_terminal(entry->status);
    if (quantity.is_positive()) {
      out.claims.push_back({*execution, quantity, std::min(left, quantity)});
      surplus -= std::max(Quantity{}, quantity - left);
    } else if (young || filling) {
      out.deferred.push_back({*execution, filling ? "its entry is still open" : "too young to judge"});
    } else {
      out.history.push_back({*execution, "the broker no longer holds its shares"});
    }
  }
  return surplus;
}

Quantity on_their_way(const Symbol& symbol) {
  Quantity sum;
  for (const Lot* lot : symbol.lots) {
    for (const ExitOrder& order : lot->exit_orders) {
      if (!is_terminal(order.status)) sum += order.quantity - order.filled;
    }
  }
  return sum;
}

void compare_symbol(const Book& book, const Policy& policy, Symbol& symbol, Differences& out) {
  const bool opposed = (symbol.held.is_positive() && symbol.claimed.is_negative()) ||
                       (symbol.held.is_negative() && symbol.claimed.is_positive());
  if (opposed) {
    out.sign_changes.push_back({symbol.name, symbol.held});
    return;
  }
  merge(symbol, out);
  symbol.settling = left_a_moment_ago(book, policy, symbol);
  const Quantity difference = symbol.held.magnitude() - symbol.claimed.magnitude();
  if (symbol.settling && !difference.is_zero()) {
    out.settling.push_back(symbol.name);
    for (const Execution* execution : symbol.executions) out.deferred.push_back({*execution, "positions are settling"});
    return;
  }

  const Direction direction = symbol.held.is_negative() ? Direction::short_ : Direction::long_;
  Quantity surplus = std::max(Quantity{}, difference);
  surplus = grow_lots(book, symbol, surplus, out);
  const std::size_t claims_before = out.claims.size();
  surplus = claim(book, symbol, surplus, direction, out);
  if (surplus.is_positive()) {
    out.orphans.push_back({.instrument = symbol.holding->instrument,
                           .quantity = symbol.held.is_negative() ? -surplus : surplus,
                           .average_entry = symbol.holding->average_entry,
                           .beside_lots = !symbol.lots.empty() || out.claims.size() > claims_before});
  }
  // An exit of ours that is on its way may have taken them between two answers: it is being asked.
  const Quantity missing = -difference - on_their_way(symbol);
  if (missing.is_positive()) out.shortfalls.push_back({symbol.name, missing, symbol.held});
}

}  // namespace

LotUid uid_of(const Execution& execution, const std::string& account_number) {
  // The key alone would not do: an upstream table that was set up anew counts from 1 again, and the broker remembers
  // the client ids of the old lots for ever.
  return lot_uid(account_number, "execution:" + execution.key + ":" + execution.instrument.symbol + ":" +
                                     to_text(execution.entry_time));
}

Differences compare(const Book& book, const Policy& policy) {
  Differences out;
  auto symbols = by_symbol(book);
  for (auto& [name, symbol] : symbols) compare_symbol(book, policy, symbol, out);
  return out;
}

std::optional<Opening> opening_of(const Orphan& orphan, const std::vector<Fill>& fills) {
  const Side opening_side = orphan.quantity.is_negative() ? Side::sell : Side::buy;
  Quantity wanted = orphan.quantity.magnitude();
  Quantity taken;
  Money value;
  Opening opening;
  for (auto fill = fills.rbegin(); fill != fills.rend() && wanted.is_positive(); ++fill) {
    if (fill->symbol != orphan.instrument.symbol || fill->side != opening_side) continue;
    const Quantity part = std::min(wanted, fill->quantity);
    taken += part;
    wanted -= part;
    value += notional(fill->price, part);
    opening.order =
        opening.first_fill_id.empty() || opening.order == fill->order_id ? std::optional(fill->order_id) : std::nullopt;
    opening.first_fill_id = fill->id;
    opening.entry_time = fill->at;
  }
  if (wanted.is_positive()) return std::nullopt;
  opening.entry_price = *average_price(value, taken);
  return opening;
}

std::vector<Entry> entries_of(const Orphan& orphan, const std::vector<Fill>& fills,
                              const std::vector<OrderId>& known_entries) {
  const Side opening_side = orphan.quantity.is_negative() ? Side::sell : Side::buy;
  Quantity wanted = orphan.quantity.magnitude();
  std::vector<std::vector<Fill>> orders;  // each order's fills, the oldest first
  for (auto fill = fills.rbegin(); fill != fills.rend() && wanted.is_positive(); ++fill) {
    if (fill->symbol != orphan.instrument.symbol || fill->side != opening_side) continue;
    if (std::ranges::find(known_entries, fill->order_id) != known_entries.end()) continue;
    auto order = std::ranges::find(orders, fill->order_id, [](const auto& of) { return of.front().order_id; });
    if (order == orders.end()) order = orders.insert(order, std::vector<Fill>());
    Fill part = *fill;
    part.quantity = std::min(wanted, fill->quantity);
    wanted -= part.quantity;
    order->insert(order->begin(), std::move(part));
  }
  std::vector<Entry> entries;
  if (wanted.is_positive()) return entries;
  for (const std::vector<Fill>& of : orders) {
    Entry entry{.part = orphan, .opening = {}};
    entry.part.quantity = Quantity{};
    for (const Fill& fill : of) entry.part.quantity += fill.quantity;
    if (orphan.quantity.is_negative()) entry.part.quantity = -entry.part.quantity;
    entry.opening = *opening_of(entry.part, of);
    entries.push_back(std::move(entry));
  }
  return entries;
}

OrderId outside_order(const Fill& fill) { return OrderId(fill.order_id.text() + "/" + fill.id); }

std::vector<Fill> outside_closings(const std::string& symbol, Side closing_side, Quantity missing, Timestamp since,
                                   const std::vector<Fill>& fills, const std::vector<OrderId>& known_orders) {
  std::vector<Fill> out;
  for (auto fill = fills.rbegin(); fill != fills.rend() && missing.is_positive(); ++fill) {
    if (fill->symbol != symbol || fill->side != closing_side || fill->at < since) continue;
    if (std::ranges::find(known_orders, fill->order_id) != known_orders.end()) continue;
    if (std::ranges::find(known_orders, outside_order(*fill)) != known_orders.end()) continue;
    Fill part = *fill;
    part.quantity = std::min(missing, part.quantity);
    missing -= part.quantity;
    out.push_back(part);
  }
  return out;
}

}  // namespace belay::reconcile
