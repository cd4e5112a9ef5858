// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "shell/json/value.hpp"
#include "sim/exchange/order.hpp"

namespace belay::sim {

// The trading stream's shapes (alpaca.md 6.1).

/// One order event: {"stream":"trade_updates","data":{event, event_id, at, timestamp, order, …}}.
[[nodiscard]] json::Value wire_update(const OrderEvent& event);
[[nodiscard]] json::Value wire_authorization(bool authorized, const std::string& action);
[[nodiscard]] json::Value wire_listening(json::Array streams);
[[nodiscard]] json::Value wire_stream_error(const std::string& message);

/// A ULID: 48 bits of milliseconds, then the event's number, in 26 of Crockford's letters.
[[nodiscard]] std::string event_id(Timestamp at, std::uint64_t sequence);

}  // namespace belay::sim
