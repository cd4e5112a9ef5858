// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/world/happening.hpp"

namespace belay::world {

/// The session of a seed: some lots, and a swarm of faults. Each seed has only some kinds of faults, and many of those,
/// so that rare pairs meet.
Scenario generate(std::uint64_t seed);

}  // namespace belay::world
