// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/trading/lot.hpp"
#include "shell/ports/pass_figures.hpp"
#include "shell/ports/store.hpp"

namespace belay {

/// Whose and when.
struct ArchiveQuery {
  std::string account;  ///< our name; empty: every account
  Timestamp from;
  Timestamp to;  ///< not included
};

/// A lot as it is stored. Of what another service wrote and Belay never took over there is none.
struct ArchivedLot {
  Lot lot;
  std::optional<Money> fees;  ///< that the broker charged for it, where they are known
};

/// That a lot, or a part of it, was to leave: the beginning of an exit.
struct ExitTrigger {
  LotUid lot;
  Timestamp at;
  ExitReason reason = ExitReason::manual_close;
  std::optional<Price> price;  ///< of the lot's instrument, when it was decided

  bool operator==(const ExitTrigger&) const = default;
};

/// The passes of an account on one day in New York.
struct PassDay {
  std::string account;
  Date day{};
  std::int64_t passes = 0;
  std::int64_t longest_ms = 0;
  PassFigures sums;  ///< of all of them; `at` and `kind` say nothing

  bool operator==(const PassDay&) const = default;
};

/// What the store remembers, for those who look back. Not thread-safe: one owner. Never used in a pass.
class Archive {
 public:
  virtual ~Archive() = default;

  /// Opened or closed in that time, or not closed yet; in the order of their entries.
  virtual StoreResult<std::vector<ArchivedLot>> lots(const ArchiveQuery& query) = 0;
  /// In the order of their times.
  virtual StoreResult<std::vector<ExitTrigger>> exit_triggers(const ArchiveQuery& query) = 0;
  /// From `first` to `last`, both included; in the order of days, then accounts.
  virtual StoreResult<std::vector<PassDay>> pass_days(const std::string& account, Date first, Date last) = 0;
  /// The single passes of the days before become sums; of them only what pass_days gives is left.
  virtual StoreResult<void> fold_passes(Date before) = 0;
};

}  // namespace belay
