// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>

#include "sim/server/virtual_clock.hpp"

namespace belay::sim {

/// So many upgrades in any minute: who reconnects too rapidly is turned away with 429 (alpaca.md 6.2).
class UpgradeLimit {
 public:
  void allow(std::int64_t per_minute) { per_minute_ = per_minute; }  ///< 0: no limit

  /// Counts an upgrade; false if it is one too many.
  bool take(VirtualClock::Real at) {
    while (!taken_.empty() && taken_.front() + std::chrono::minutes(1) <= at) taken_.pop_front();
    if (per_minute_ != 0 && static_cast<std::int64_t>(taken_.size()) >= per_minute_) return false;
    taken_.push_back(at);
    return true;
  }

 private:
  std::int64_t per_minute_ = 0;
  std::deque<VirtualClock::Real> taken_;
};

}  // namespace belay::sim
