// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"

namespace belay::sim {

/// A delay that somebody asked for, at most thirty days: added to a time it stays one.
[[nodiscard]] constexpr std::chrono::milliseconds bounded_delay(std::int64_t milliseconds) {
  constexpr std::chrono::milliseconds kLongest = std::chrono::days(30);
  return std::clamp(std::chrono::milliseconds(milliseconds), std::chrono::milliseconds(0), kLongest);
}

/// The exchange's time: a set point plus `speed` times what has really passed since. Speed 0 is frozen. Real time comes
/// in as an argument, so that a frozen clock, and a test, know nothing of it.
class VirtualClock {
 public:
  using Real = std::chrono::steady_clock::time_point;

  VirtualClock(Timestamp start, Ratio speed, Real at) : set_point_(start), set_at_(at), speed_(speed) {}

  [[nodiscard]] Timestamp now(Real at) const;
  [[nodiscard]] Ratio speed() const { return speed_; }

  /// From `at` on, time runs from `to`.
  void set(Timestamp to, Real at);
  /// From `at` on, time runs at `speed` (≥ 0) from wherever it is.
  void set_speed(Ratio speed, Real at);

 private:
  Timestamp set_point_;
  Real set_at_;
  Ratio speed_;
};

}  // namespace belay::sim
