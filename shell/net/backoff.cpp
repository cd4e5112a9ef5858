// SPDX-License-Identifier: Apache-2.0
#include "shell/net/backoff.hpp"

#include <chrono>
#include <cstdint>

namespace belay::net {

std::chrono::milliseconds backoff_delay(const BackoffPolicy& policy, std::uint32_t attempt, std::uint64_t random) {
  auto whole = policy.first;
  for (std::uint32_t step = 1; step < attempt && whole < policy.longest; ++step) whole *= 2;
  if (whole > policy.longest) whole = policy.longest;
  const auto half = whole / 2;
  const auto width = static_cast<std::uint64_t>((whole - half).count()) + 1;
  return half + std::chrono::milliseconds(random % width);
}

}  // namespace belay::net
