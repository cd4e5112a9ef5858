// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/calendar/moment.hpp"

namespace belay::runtime {

/// The time that rules live by: this machine's, held against the time that has run since and against the broker's.
/// A clock that leaps would make every time rule hold at once, or none.
class CheckedTime {
 public:
  /// What to believe of a reading. A leap forward that the running time does not explain is not believed before the
  /// broker's clock says the same.
  [[nodiscard]] Moment believed(const Moment& read);

  /// The broker's clock showed `theirs` when ours showed `read`. Where they differ by more than kTolerated, theirs is
  /// taken if anything else speaks for it: the time that has run since they last agreed, that there is no such time
  /// yet, or that they differ by the same at the next comparison. Gives what is wrong, in words; empty if nothing is.
  std::string compare(const Moment& read, Timestamp theirs);

  static constexpr Duration kTolerated = std::chrono::seconds(60);

 private:
  [[nodiscard]] Timestamp expected(const Moment& read) const;

  std::optional<Moment> agreed_;   // the reading at the last comparison that was believed
  bool compared_ = false;          // agreed_ is of a comparison, not just the first reading
  Duration correction_{};          // from a reading to what is believed
  std::optional<Duration> doubt_;  // theirs less ours, seen once without anything that speaks for it
};

}  // namespace belay::runtime
