// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace belay::net {

struct BackoffPolicy {
  std::chrono::milliseconds first = std::chrono::milliseconds(250);
  std::chrono::milliseconds longest = std::chrono::seconds(30);
};

/// How long to wait before try `attempt` (1: the first repetition): between half of and the whole of
/// first * 2^(attempt - 1), at most `longest`. `random`, any 64 bits, picks the place in that range, so that many
/// clients do not come back at the same moment.
[[nodiscard]] std::chrono::milliseconds backoff_delay(const BackoffPolicy& policy, std::uint32_t attempt,
                                                      std::uint64_t random);

}  // namespace belay::net
