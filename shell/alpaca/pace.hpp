// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "core/calendar/timestamp.hpp"

namespace belay::alpaca {

/// The time by which requests are spaced and repeated, so that a test decides how it passes. All four must be set and
/// callable from several threads.
struct Pace {
  std::function<Duration()> steady;       ///< only grows
  std::function<Timestamp()> wall;        ///< stands in for the broker's time where a reply has no Date
  std::function<void(Duration)> wait;     ///< returns after that long
  std::function<std::uint64_t()> random;  ///< so that many clients do not come back at once

  static Pace real();
};

}  // namespace belay::alpaca
