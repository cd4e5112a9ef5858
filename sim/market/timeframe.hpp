// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "sim/market/bar.hpp"

namespace belay::sim {

/// How long the bars shall be that somebody asks for (alpaca.md 5: 1–59Min, 1–23Hour, 1Day, 1Week, 1,2,3,4,6,12Month).
struct Timeframe {
  enum class Unit : std::uint8_t { minute, hour, day, week, month };
  Unit unit = Unit::minute;
  int count = 1;

  /// Whether such bars are put together from minutes; else from days.
  [[nodiscard]] bool is_intraday() const { return unit == Unit::minute || unit == Unit::hour; }
  /// Where the bar begins in which `at` lies: counted from New York's midnight, weeks from Monday, months from January.
  [[nodiscard]] Timestamp start_of(Timestamp at) const;

  bool operator==(const Timeframe&) const = default;
};

/// "5Min" or "5T", "1Hour" or "1H", "1Day" or "1D", "1Week" or "1W", "3Month" or "3M".
[[nodiscard]] std::optional<Timeframe> parse_timeframe(std::string_view text);

/// Minutes or days as longer bars; those without prices are volume of the one they lie in, and nothing alone.
[[nodiscard]] std::vector<Bar> aggregate(const std::vector<Bar>& bars, const Timeframe& timeframe);

}  // namespace belay::sim
