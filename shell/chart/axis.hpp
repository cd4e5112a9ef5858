// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "shell/chart/chart.hpp"

namespace belay::chart {

/// A stretch of values and where its ticks are.
struct ValueAxis {
  double low = 0;
  double high = 1;
  std::vector<double> ticks;  ///< within, at round values
};

/// Covers `low` to `high` with some air and about `wanted` ticks.
ValueAxis value_axis(double low, double high, int wanted);

struct TimeTick {
  Timestamp at;
  std::string label;  ///< "15:55", or "Jan 26" where a day begins or ticks are days
};

/// At most about `wanted` ticks at round New York times from `from` to `to`.
std::vector<TimeTick> time_ticks(Timestamp from, Timestamp to, int wanted);

/// A value as it is written at a tick of an axis whose ticks are `step` apart (0: with the digits it needs).
std::string value_text(double value, Unit unit, double step);

}  // namespace belay::chart
