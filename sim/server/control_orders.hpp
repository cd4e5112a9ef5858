// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "sim/server/control_request.hpp"

namespace belay::sim {

[[nodiscard]] std::span<const ControlRoute> order_controls();

}  // namespace belay::sim
