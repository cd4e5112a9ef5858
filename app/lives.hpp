// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "shell/ports/store.hpp"

namespace belay::app {

// Each life of an account's service leaves two `service` events, {"what": "started"} and {"what": "stopped"}; one that
// was killed, or fell over, the first alone.

inline constexpr Duration kLivesCount = std::chrono::hours(1);
/// So many lives cut short within that time are told of.
inline constexpr int kDeathsTold = 3;

/// How many lives since the last that was stopped were not. `events`: oldest first; others than `service` count for
/// nothing, and neither does what cannot be read.
[[nodiscard]] int lives_cut_short(const std::vector<StoredEvent>& events);

}  // namespace belay::app
