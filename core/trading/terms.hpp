// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/money/money.hpp"

namespace belay {

/// Percent as people write them: 5 is five percent.
using Percent = Ratio;

/// One rung of a scale-out ladder: at a gain of `at` percent, `close` percent of the original quantity leave.
struct Rung {
  Percent at;
  Percent close;

  bool operator==(const Rung&) const = default;
};
using Ladder = std::vector<Rung>;

/// What a person may set of the rules that go by the gain. Absent: nothing is said here, and the next wider place
/// counts (the position's row, then its strategy's configuration, then the account's). Zero, or an empty ladder:
/// switched off here, whatever the wider places say.
struct Terms {
  std::optional<Percent> trail_percent;     ///< of the peak
  std::optional<Price> trail_amount;        ///< off the peak
  std::optional<Percent> trail_activation;  ///< the gain from which the trail counts; absent: at once
  std::optional<Percent> breakeven_at;      ///< at this gain the stop goes to the entry
  std::optional<Percent> profit_lock_at;    ///< from this gain on the stop keeps …
  std::optional<Percent> profit_lock_keep;  ///< … so much of the best gain
  std::optional<Ladder> scale_out;

  bool operator==(const Terms&) const = default;
};

/// What a strategy or an account sets for all its positions: terms, and the levels as distances from the entry.
struct DefaultTerms {
  std::optional<Percent> stop_percent;
  std::optional<Percent> target_percent;
  std::optional<std::int64_t> max_hold_minutes;
  Terms terms;

  bool operator==(const DefaultTerms&) const = default;
};

/// "5:50, 10:25" is at +5 % close 50 %, at +10 % close 25 %; an empty text is no rung. Ordered by gain. An error names
/// what is wrong: a gain or a part that is not positive, a part of more than 100, the same gain twice.
Result<Ladder> parse_ladder(std::string_view text);
std::string to_text(const Ladder& ladder);

}  // namespace belay
