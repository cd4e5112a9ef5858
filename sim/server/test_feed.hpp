// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/market/tape.hpp"
#include "sim/server/virtual_clock.hpp"

namespace belay::sim {

/// FAKEPACA, which /v2/test has around the clock, whatever the exchange's time and however frozen (alpaca.md 6.2): a
/// quote and a trade every real second, and a bar every minute of them.
class TestFeed {
 public:
  static constexpr std::string_view kSymbol = "FAKEPACA";

  struct Second {
    TapeQuote quote;
    TapeTrade trade;
    std::optional<Bar> minute;  ///< the one that has just ended
  };
  /// The second that has come by `at`, if one has. It begins at the exchange's time, and goes on by the real one.
  [[nodiscard]] std::optional<Second> next(Timestamp now, VirtualClock::Real at);

 private:
  std::optional<VirtualClock::Real> due_;
  Timestamp time_;
  std::int64_t count_ = 0;
  Bar minute_;
};

}  // namespace belay::sim
