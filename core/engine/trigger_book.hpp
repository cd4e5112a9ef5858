// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/trading/lot.hpp"

namespace belay::engine {

/// Price thresholds of all lots, ordered per symbol, so that a price that fires nothing costs one comparison on each
/// side, however many lots there are. It is an index: which lots a price may concern. The rules decide.
class TriggerBook {
 public:
  /// Prices of a symbol that lots of different direction look at (an option's bid for longs, its ask for shorts).
  using Feed = std::pair<std::string, Direction>;

  struct Levels {
    Feed feed;
    std::optional<Price> falls_to;  ///< fires at or below
    std::optional<Price> rises_to;  ///< fires at or above

    bool operator==(const Levels&) const = default;
  };

  /// Enters the lot with these levels, in place of those it had.
  void set(const LotUid& lot, const Levels& levels);
  void erase(const LotUid& lot);
  /// Appends the lots that a price in [low, high] concerns. O(log symbols) when there are none.
  void passed(const Feed& feed, Price low, Price high, std::vector<LotUid>& out) const;
  [[nodiscard]] std::size_t size() const { return by_lot_.size(); }

 private:
  using Threshold = std::pair<Price, LotUid>;
  struct Side {
    std::set<Threshold> falls_to;
    std::set<Threshold> rises_to;
  };

  std::map<Feed, Side> sides_;
  std::map<LotUid, Levels> by_lot_;
};

}  // namespace belay::engine
