// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "shell/ports/store.hpp"

namespace belay::app {

// Each life of an account's service leaves two `service` events: {"what": "started"}, and {"what": "stopped"}, or
// {"what": "ended", "why"} where it cannot go on. One that was killed, fell over or lost its account to another
// instance leaves the first alone.

inline constexpr Duration kLivesCount = std::chrono::hours(1);
/// So many lives cut short within that time are told of.
inline constexpr int kDeathsTold = 3;

/// The `service` events that lives_cut_short is to be given.
[[nodiscard]] EventFilter recent_lives(const std::string& account);

/// How many lives that began in the hour before `now` were cut short since the last that was not. `events`: oldest
/// first. The order in which they were recorded counts, as clocks may have been wrong; others than `service`, and what
/// cannot be read, count for nothing.
[[nodiscard]] int lives_cut_short(const std::vector<StoredEvent>& events, Timestamp now);

}  // namespace belay::app
