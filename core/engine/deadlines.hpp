// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/trading/lot.hpp"

namespace belay::engine {

/// The next moment of each lot at which a time rule begins to hold, in one order.
class Deadlines {
 public:
  /// Enters the lot with this moment, in place of the one it had; absent: it has none.
  void set(const LotUid& lot, std::optional<Timestamp> due);
  [[nodiscard]] std::optional<Timestamp> next() const;
  /// The lot's own.
  [[nodiscard]] std::optional<Timestamp> of(const LotUid& lot) const;
  /// Lots whose moment has come; they stay entered until set anew.
  [[nodiscard]] std::vector<LotUid> due(Timestamp now) const;

 private:
  std::set<std::pair<Timestamp, LotUid>> order_;
  std::map<LotUid, Timestamp> by_lot_;
};

}  // namespace belay::engine
