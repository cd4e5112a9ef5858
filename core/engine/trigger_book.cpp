// SPDX-License-Identifier: Apache-2.0
#include "core/engine/trigger_book.hpp"

namespace belay::engine {

void TriggerBook::set(const LotUid& lot, const Levels& levels) {
  const auto known = by_lot_.find(lot);
  if (known != by_lot_.end()) {
    if (known->second == levels) return;
    erase(lot);
  }
  Side& side = sides_[levels.feed];
  if (levels.falls_to) side.falls_to.insert({*levels.falls_to, lot});
  if (levels.rises_to) side.rises_to.insert({*levels.rises_to, lot});
  by_lot_.emplace(lot, levels);
}

void TriggerBook::erase(const LotUid& lot) {
  const auto known = by_lot_.find(lot);
  if (known == by_lot_.end()) return;
  const Levels& levels = known->second;
  const auto side = sides_.find(levels.feed);
  if (levels.falls_to) side->second.falls_to.erase({*levels.falls_to, lot});
  if (levels.rises_to) side->second.rises_to.erase({*levels.rises_to, lot});
  if (side->second.falls_to.empty() && side->second.rises_to.empty()) sides_.erase(side);
  by_lot_.erase(known);
}

void TriggerBook::passed(const Feed& feed, Price low, Price high, std::vector<LotUid>& out) const {
  const auto side = sides_.find(feed);
  if (side == sides_.end()) return;
  const auto& falls = side->second.falls_to;
  for (auto it = falls.rbegin(); it != falls.rend() && it->first >= low; ++it) out.push_back(it->second);
  const auto& rises = side->second.rises_to;
  for (auto it = rises.begin(); it != rises.end() && it->first <= high; ++it) out.push_back(it->second);
}

}  // namespace belay::engine
