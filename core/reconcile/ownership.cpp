// SPDX-License-Identifier: Apache-2.0
#include "core/reconcile/ownership.hpp"

#include "core/base/planted.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <set>

namespace belay::reconcile {
namespace {

// Upstream writes an execution moments after it sent the entry; positions may lag behind fills. Before this age an
// execution without shares is not judged.
constexpr Duration kYoungExecution = std::chrono::minutes(2);

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
  Quantity absent;   // of it, known not to be there
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
    // Whose symbol means another asset now, is held by nobody: its lot stands alone.
    const bool other = book.others.contains(lot->uid);
    Symbol& symbol = symbols[other ? lot->instrument.symbol + " of old" : lot->instrument.symbol];
    symbol.name = lot->instrument.symbol;
    symbol.lots.push_back(lot);
    symbol.claimed += lot->signed_quantity();
  }
  for (const Execution& execution : book.executions) {
    symbols[execution.instrument.symbol].executions.push_back(&execution);
  }
  for (const auto& [name, holding] : book.holdings) {
    symbols[name].holding = &holding;
    symbols[name].held = holding.quantity;
  }
  for (auto& [name, symbol] : symbols) {
    if (symbol.name.empty()) symbol.name = name;
    const auto absent = book.absent.find(name);
    if (absent != book.absent.end()) symbol.absent = std::min(absent->second, symbol.claimed.magnitude());
  }
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

// What the bracket of its entry has already sold: a lot that began to leave before anybody looked.
Quantity left_by_bracket(const Book& book, const Execution& execution) {
  const Order* entry = entry_of(book, execution.broker_order_id);
  const Side leaves = execution.direction == Direction::long_ ? Side::sell : Side::buy;
  Quantity sum;
  if (entry == nullptr) return sum;
  for (const Order& leg : entry->legs) {
    const auto known = book.orders.find(leg.id);
    if (leg.side == leaves) sum += known == book.orders.end() ? leg.filled : known->second.filled;
  }
  return sum;
}

// Upstream's row about an entry may come after the shares were found and adopted: the same entry order tells, or the
// same quantity at about the same time.
bool is_entry_of(const Execution& execution, const Lot& lot) {
  if (lot.execution_key || lot.direction != execution.direction) return false;
  if (lot.entry_order_id && execution.broker_order_id) return *lot.entry_order_id == *execution.broker_order_id;
  return lot.original_quantity == execution.quantity && is_about_same_time(execution.entry_time, lot.entry_time);
}

// Of a lot that was adopted while its fills were out of reach, the quantity is all that is known.
bool may_be_entry_of(const Book& book, const Execution& execution, const Lot& lot) {
  constexpr int kMost = 3;
  if (!lot.is_of_unknown_origin() || lot.direction != execution.direction) return false;
  if (lot.original_quantity != execution.quantity || execution.entry_time > lot.entry_time) return false;
  for (int n = 1; n <= kMost; ++n) {
    if (lot.uid == uid_of_holding(lot.instrument.symbol, n, book.account_number)) return true;
  }
  return false;
}

// The shares that are there now are not those of a row whose position has left already, adopted or under another key.
bool has_left(const Book& book, const Execution& execution) {
  return std::ranges::any_of(book.closed, [&](const Lot* lot) {
    if (lot->instrument.symbol != execution.instrument.symbol) return false;
    const bool same_order = execution.broker_order_id && lot->entry_order_id == execution.broker_order_id;
    return same_order || is_entry_of(execution, *lot);
  });
}

void merge(const Book& book, Symbol& symbol, Differences& out) {
  std::set<LotUid> merged;
  const auto find = [&](auto&& fits) {
    return std::ranges::find_if(symbol.lots, [&](const Lot* lot) { return !merged.contains(lot->uid) && fits(*lot); });
  };
  std::erase_if(symbol.executions, [&](const Execution* execution) {
    auto lot = find([&](const Lot& one) { return is_entry_of(*execution, one); });
    if (lot == symbol.lots.end()) lot = find([&](const Lot& one) { return may_be_entry_of(book, *execution, one); });
    if (lot == symbol.lots.end()) return false;
    merged.insert((*lot)->uid);
    out.merges.push_back({(*lot)->uid, *execution});
    return true;
  });
}

// What was adopted while its fills were out of reach: any order may have opened it.
Quantity adopted_namelessly(const Book& book, const std::string& symbol) {
  Quantity sum;
  for (const auto* lots : {&book.lots, &book.closed}) {
    for (const Lot* lot : *lots) {
      if (lot->is_of_unknown_origin() && lot->instrument.symbol == symbol) sum += lot->original_quantity;
    }
  }
  return sum;
}

Quantity grow_lots(const Book& book, const Symbol& symbol, Quantity surplus, Differences& out) {
  for (const Lot* lot : symbol.lots) {
    const Order* entry = entry_of(book, lot->entry_order_id);
    if (entry == nullptr || entry->filled <= lot->original_quantity) continue;
    if (lot->split_applied) continue;  // the order counts in shares of old
    const Quantity unknown = entry->filled - lot->original_quantity - adopted_namelessly(book, symbol.name);
    const Quantity by = std::min(surplus, unknown);
    if (!by.is_positive()) continue;
    out.growths.push_back({lot->uid, by});
    surplus -= by;
  }
  return surplus;
}

// No row opens more than its entry order has filled: while an entry is open, the shares that are there are another
// trade's. One order is one lot, which grows as the order fills; upstream may write a row twice or a row for each fill.
// nullopt: nothing is known of the entry.
std::optional<Quantity> unopened(const Book& book, const Execution& execution, const Differences& so_far) {
  if (!execution.broker_order_id) return std::nullopt;
  const bool opened =
      std::ranges::any_of(book.lots,
                          [&](const Lot* lot) { return lot->entry_order_id == execution.broker_order_id; }) ||
      std::ranges::any_of(so_far.claims, [&](const Claim& other) {
        return other.execution.broker_order_id == execution.broker_order_id;
      });
  if (opened) return Quantity{};
  const Order* entry = entry_of(book, execution.broker_order_id);
  return entry == nullptr ? std::nullopt : std::optional(entry->filled);
}

Quantity claim(const Book& book, const Symbol& symbol, Quantity surplus, Direction held_direction, Differences& out) {
  for (const Execution* execution : symbol.executions) {
    if (has_left(book, *execution)) {
      out.history.push_back({*execution, "its position has left already"});
      continue;
    }
    const Quantity left = left_by_own_exits(book, *execution) + left_by_bracket(book, *execution);
    const bool same_side = execution->direction == held_direction;
    const Quantity there = planted(Bug::rows_need_no_shares) ? execution->quantity : same_side ? surplus : Quantity{};
    Quantity quantity = std::min(execution->quantity, there + left);
    if (const auto rest = unopened(book, *execution, out)) quantity = std::min(quantity, *rest);
    const Order* entry = entry_of(book, execution->broker_order_id);
    const bool young = book.now - execution->entry_time < kYoungExecution;
    const bool filling = entry != nullptr && !is_terminal(entry->status);
    if (quantity.is_positive()) {
      out.claims.push_back({*execution, quantity});
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
    out.sign_changes.push_back({symbol.name, symbol.held, symbol.claimed});
    return;
  }
  merge(book, symbol, out);
  symbol.settling = left_a_moment_ago(book, policy, symbol);
  const Quantity difference = symbol.held.magnitude() - (symbol.claimed.magnitude() - symbol.absent);
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
  const Quantity missing = symbol.absent + std::max(Quantity{}, -difference - on_their_way(symbol));
  if (!missing.is_positive()) return;
  Shortfall shortfall{symbol.name, missing, symbol.held, symbol.claimed, {}};
  for (const Lot* lot : symbol.lots) shortfall.lots.push_back(lot->uid);
  out.shortfalls.push_back(std::move(shortfall));
}

}  // namespace

LotUid uid_of_holding(const std::string& symbol, int n, const std::string& account_number) {
  return lot_uid(account_number, "holding:" + symbol + (n == 1 ? "" : ":" + std::to_string(n)));
}

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

Identities identify(const Book& book) {
  Identities out;
  std::map<std::string, const Holding*> by_asset;
  for (const auto& [symbol, holding] : book.holdings) {
    if (!holding.asset_id.empty()) by_asset[holding.asset_id] = &holding;
  }
  for (const Lot* lot : book.lots) {
    if (lot->asset_id.empty()) continue;
    const auto held = book.holdings.find(lot->instrument.symbol);
    if (held != book.holdings.end() && (held->second.asset_id.empty() || held->second.asset_id == lot->asset_id))
      continue;
    const auto same = by_asset.find(lot->asset_id);
    if (same != by_asset.end()) {
      out.renames.push_back({lot->uid, same->second->instrument});
    } else if (held != book.holdings.end()) {
      out.others.push_back({lot->uid, held->second.asset_id});
    }
  }
  return out;
}

bool looks_like_reverse_split(Quantity before, Quantity after) {
  if (!after.is_positive() || before <= after) return false;
  constexpr std::array<std::int64_t, 14> kProportions{2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 50};
  return std::ranges::any_of(kProportions, [&](std::int64_t by) {
    const Quantity exact = Quantity::from_nanos(before.nanos() / by);
    return after == exact || after == whole_part(exact);
  });
}

}  // namespace belay::reconcile
