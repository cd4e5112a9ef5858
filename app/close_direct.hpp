// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/exit_code.hpp"
#include "shell/json/value.hpp"
#include "shell/ports/broker.hpp"
#include "shell/ports/clock.hpp"

namespace belay::app {

/// What `close --direct` was told, and how it went.
struct DirectClose {
  std::string symbol;
  std::optional<Quantity> quantity;  ///< absent: all of it
  Duration wait{};                   ///< real time for everything together
};
struct DirectOutcome {
  ExitCode code = kAttention;
  std::string text;  ///< for people
  Quantity before;   ///< signed
  Quantity after;    ///< signed
  std::vector<OrderId> cancelled;
  std::vector<OrderId> orders;  ///< that closed, the last one last
};

/// Leaves a holding through the broker alone: cancels the open orders that hold its shares, waits for their end, and
/// closes by the position itself, which can never turn it round. Before every attempt the position is read again, so
/// that an answer that was lost is never sold twice. `tell` hears what is being done.
DirectOutcome close_at_broker(Broker& broker, Clock& clock, const DirectClose& close,
                              const std::function<void(const std::string&)>& tell);

json::Value to_json(const std::string& symbol, const DirectOutcome& outcome);
/// For the record: "close --direct AAPL: 10 held before, 0 after".
std::string note_of(const std::string& symbol, const DirectOutcome& outcome);

}  // namespace belay::app
