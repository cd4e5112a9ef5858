// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"

namespace belay::sim {

/// What accounts were worth, minute by minute. A minute in which nothing changed takes no room; when an account has
/// used up its own, of the older half one value a day remains.
class EquityCurve {
 public:
  explicit EquityCurve(std::size_t room = 100'000) : room_(room) {}

  /// From `at` on it is worth that; of a minute the last word counts. Times ascend.
  void note(std::string_view account, Timestamp at, Money equity);

  /// What it was worth when the moment came (of whole minutes); nullopt before the first note.
  [[nodiscard]] std::optional<Money> before(std::string_view account, Timestamp moment) const;
  [[nodiscard]] std::optional<Timestamp> beginning(std::string_view account) const;
  [[nodiscard]] Money opening(std::string_view account) const;  ///< the first value
  [[nodiscard]] std::size_t size(std::string_view account) const;

  [[nodiscard]] static bool is_later_minute(Timestamp earlier, Timestamp later);

 private:
  struct Sample {
    Timestamp minute;
    Money equity;
  };
  struct Account {
    Timestamp beginning;
    Money opening;
    std::deque<Sample> samples;
  };
  static void thin(std::deque<Sample>& samples);

  std::size_t room_;
  std::map<std::string, Account, std::less<>> accounts_;
};

}  // namespace belay::sim
