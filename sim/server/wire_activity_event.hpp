// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "shell/json/value.hpp"
#include "sim/exchange/exchange.hpp"

namespace belay::sim {

/// An activity as /v2beta1/events/activities tells it (alpaca.md 6.1, Gap filling; trading.yaml, ActivityEventV2).
[[nodiscard]] json::Value wire_activity_event(const Activity& activity, const std::string& event_id,
                                              const std::string& account, const Exchange& exchange);
/// An execution that was undone or changed: a trade_bust or trade_correct.
[[nodiscard]] json::Value wire_correction_event(const OrderEvent& event, const std::string& event_id,
                                                const Exchange& exchange);

}  // namespace belay::sim
