// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace belay::sim {

/// The exchange's own chance: the same seed throws the same numbers everywhere (SplitMix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  [[nodiscard]] std::uint64_t roll();
  /// 0 to bound − 1, evenly enough for games. bound > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return roll() % bound; }

 private:
  std::uint64_t state_;
};

/// UUIDs that follow from a seed and a counter.
class IdMaker {
 public:
  explicit IdMaker(std::uint64_t seed) : dice_(seed ^ 0x1d5u) {}

  [[nodiscard]] std::string uuid();
  /// A UUID that sorts after all that this function made before.
  [[nodiscard]] std::string ascending_uuid();

 private:
  Dice dice_;
  std::uint32_t made_ = 0;
};

}  // namespace belay::sim
