// SPDX-License-Identifier: Apache-2.0
#include "core/engine/deadlines.hpp"

namespace belay::engine {

void Deadlines::set(const LotUid& lot, std::optional<Timestamp> due) {
  const auto known = by_lot_.find(lot);
  if (known != by_lot_.end()) {
    if (due == known->second) return;
    order_.erase({known->second, lot});
    by_lot_.erase(known);
  }
  if (!due) return;
  order_.insert({*due, lot});
  by_lot_.emplace(lot, *due);
}

std::optional<Timestamp> Deadlines::of(const LotUid& lot) const {
  const auto found = by_lot_.find(lot);
  return found == by_lot_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Timestamp> Deadlines::next() const {
  if (order_.empty()) return std::nullopt;
  return order_.begin()->first;
}

std::vector<LotUid> Deadlines::due(Timestamp now) const {
  std::vector<LotUid> lots;
  for (auto it = order_.begin(); it != order_.end() && it->first <= now; ++it) lots.push_back(it->second);
  return lots;
}

}  // namespace belay::engine
