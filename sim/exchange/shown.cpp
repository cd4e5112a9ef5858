// SPDX-License-Identifier: Apache-2.0
// Positions as the broker shows them: behind the orders, and with rows missing (alpaca.md 8).
#include <algorithm>

#include "sim/exchange/exchange_core.hpp"

namespace belay::sim {

/// To be called before time goes on: what the accounts hold at this moment.
void ExchangeCore::remember_holdings() {
  for (const auto& [number, books] : ledgers_) {
    HoldingsMemory& memory = memories_[number];
    if (memory.changes == books.changes()) continue;
    memory.changes = books.changes();
    if (memory.past.back().first == now_) memory.past.pop_back();
    memory.past.emplace_back(now_, books.holdings());
    // The last one from before the longest lag still counts.
    while (memory.past.size() > 1 && memory.past[1].first <= now_ - kLongestPositionsLag) memory.past.pop_front();
  }
}

std::vector<Position> ExchangeCore::shown_positions(const Ledger& books) const {
  const HoldingsMemory::Holdings* held = &books.holdings();
  const auto memory = memories_.find(books.config().number);
  if (faults_.positions_lag.count() > 0 && memory != memories_.end()) {
    const auto& past = memory->second.past;  // the first entry is of before everything
    const Timestamp then = now_ - faults_.positions_lag;
    const auto later = std::ranges::upper_bound(past, then, {}, [](const auto& entry) { return entry.first; });
    held = &std::prev(later == past.begin() ? std::next(later) : later)->second;
  }
  std::vector<Position> shown;
  for (const auto& [symbol, holding] : *held) {
    if (!faults_.vanished_positions.contains(symbol)) shown.push_back(view(books, symbol, holding));
  }
  return shown;
}

}  // namespace belay::sim
