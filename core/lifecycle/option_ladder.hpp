// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/lifecycle/exit_table.hpp"

namespace belay::lifecycle {

/// How an option leaves next: a limit, or at market where there is none.
struct LadderStep {
  bool possible = true;
  std::optional<Price> limit;
  std::string why;
};

/// From the middle to the side at which the lot leaves in the policy's steps (a stop starts at that side), then at
/// market while that side is no worse than the collar, else a limit at the collar.
LadderStep ladder_step(const ExitView& view);

/// How long the lot's working limit is left alone before the next step.
Duration ladder_patience(const Lot& lot, const Policy& policy);

}  // namespace belay::lifecycle
