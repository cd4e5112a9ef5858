// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "shell/json/value.hpp"
#include "sim/server/call.hpp"
#include "sim/server/world.hpp"

namespace belay::sim {

/// The part of the control face that is about orders and executions: what control.hpp says of /_sim/order_fault,
/// /_sim/reservation and /_sim/execution. nullopt: none of these.
[[nodiscard]] std::optional<Reply> answer_order_control(World& world, std::string_view method, std::string_view path,
                                                        const json::Value& body);

}  // namespace belay::sim
