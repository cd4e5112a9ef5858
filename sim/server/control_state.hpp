// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shell/json/value.hpp"
#include "sim/server/virtual_clock.hpp"
#include "sim/server/world.hpp"

namespace belay::sim {

/// Everything there is to know of the world: the answer to GET /_sim/state, whose shape control.hpp tells.
[[nodiscard]] json::Value state_json(const World& world, VirtualClock::Real at);

}  // namespace belay::sim
