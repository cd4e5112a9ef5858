// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "sim/market/price_point.hpp"

namespace belay::sim {

/// A market that can be played back: points in ascending order of time, then none any more.
class PriceSource {
 public:
  PriceSource() = default;
  PriceSource(const PriceSource&) = delete;
  PriceSource& operator=(const PriceSource&) = delete;
  virtual ~PriceSource() = default;

  /// The next point without consuming it; null at the end. Valid until `pop`.
  [[nodiscard]] virtual const PricePoint* peek() = 0;
  /// Consumes what `peek` shows. Precondition: there is one.
  virtual void pop() = 0;
};

/// Points that are all there, e.g. from replay_csv. Precondition: ascending in time.
std::unique_ptr<PriceSource> play(std::vector<PricePoint> points);

/// Several sources as one, by time; among equal times the earlier source in the list comes first.
std::unique_ptr<PriceSource> merge(std::vector<std::unique_ptr<PriceSource>> sources);

}  // namespace belay::sim
