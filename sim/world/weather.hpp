// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "sim/world/happening.hpp"
#include "sim/world/timeline.hpp"

namespace belay::world {

/// The faults in force, and those that lie in wait; counts how often each kind has really struck.
class Weather {
 public:
  explicit Weather(const Timeline& timeline) : timeline_(&timeline) {}

  /// A fault that lasts for its n0 seconds.
  void begin(const Happening& happening);
  /// A fault that strikes the next call of its kind.
  void arm(const Happening& happening) { armed_.push_back(happening); }

  /// The fault of that kind in force for the symbol ("" also for faults without one); it strikes.
  const Happening* strikes(Kind kind, std::string_view symbol = {});
  /// The same, but whether it strikes is the caller's to say: count().
  [[nodiscard]] const Happening* in_force(Kind kind) const;
  [[nodiscard]] bool holds(Kind kind, std::string_view symbol = {}) const;
  /// The fault of that kind that lies in wait, once.
  std::optional<Happening> take(Kind kind);
  /// From now on nothing goes wrong any more.
  void calm();
  /// The moment until which something may still be wrong because of faults up to now.
  [[nodiscard]] Timestamp rough_until() const { return rough_until_; }

  void count(Kind kind) { ++struck_[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] const std::array<std::uint64_t, kKinds>& struck() const { return struck_; }

 private:
  struct Lasting {
    Happening happening;
    Timestamp until;
  };
  [[nodiscard]] const Lasting* find(Kind kind, std::string_view symbol) const;
  void be_rough_until(Timestamp until, Kind kind);

  const Timeline* timeline_;
  std::vector<Lasting> lasting_;
  std::vector<Happening> armed_;
  Timestamp rough_until_;
  std::array<std::uint64_t, kKinds> struck_{};
};

}  // namespace belay::world
