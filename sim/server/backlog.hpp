// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "sim/server/body_reader.hpp"
#include "sim/server/virtual_clock.hpp"

namespace belay::sim {

/// How long a client of a stream may be behind (alpaca.md 6.2, 407).
struct Patience {
  std::size_t messages = 2000;                                ///< that may wait for it however long
  std::chrono::milliseconds lasts = std::chrono::seconds(5);  ///< while more than those wait
};
/// `patience` with {"slow_client_after"?, "slow_client_ms"?} of POST /_sim/stream, see market_control.hpp.
[[nodiscard]] Patience read_patience(Patience patience, BodyReader& body);

/// Whether a client keeps up.
class Backlog {
 public:
  /// To be asked from time to time: who was behind and is not any more begins anew.
  [[nodiscard]] bool is_too_slow(std::size_t waiting, const Patience& patience, VirtualClock::Real at);

 private:
  std::optional<VirtualClock::Real> since_;
};

}  // namespace belay::sim
