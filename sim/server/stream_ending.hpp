// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "sim/server/body_reader.hpp"
#include "sim/server/virtual_clock.hpp"

namespace belay::sim {

/// How the connections of a stream are to end: {"cut", "silence", "ghost", "ghost_ms": 90000} of POST /_sim/stream.
struct StreamEnding {
  bool cut = false;
  bool silence = false;                                            ///< they stay open, and nothing comes any more
  bool ghost = false;                                              ///< the account's places stay taken
  std::chrono::milliseconds ghost_for = std::chrono::seconds(90);  ///< alpaca.md 6.2, 406

  [[nodiscard]] bool ends() const { return cut || silence || ghost; }
};

inline StreamEnding read_ending(BodyReader& body) {
  StreamEnding ending{.cut = body.flag("cut"), .silence = body.flag("silence"), .ghost = body.flag("ghost")};
  if (const auto ms = body.count("ghost_ms")) ending.ghost_for = bounded_delay(*ms);
  return ending;
}

}  // namespace belay::sim
