// SPDX-License-Identifier: Apache-2.0
#include "sim/market/price_source.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"

namespace belay::sim {
namespace {

class Played : public PriceSource {
 public:
  explicit Played(std::vector<PricePoint> points) : points_(std::move(points)) {}

  const PricePoint* peek() override { return next_ < points_.size() ? &points_[next_] : nullptr; }
  void pop() override {
    BELAY_CHECK(next_ < points_.size());
    ++next_;
  }

 private:
  std::vector<PricePoint> points_;
  std::size_t next_ = 0;
};

class Merged : public PriceSource {
 public:
  explicit Merged(std::vector<std::unique_ptr<PriceSource>> sources) : sources_(std::move(sources)) {}

  const PricePoint* peek() override {
    PriceSource* first = earliest();
    return first == nullptr ? nullptr : first->peek();
  }
  void pop() override {
    PriceSource* first = earliest();
    BELAY_CHECK(first != nullptr);
    first->pop();
  }

 private:
  PriceSource* earliest() {
    PriceSource* best = nullptr;
    for (const auto& source : sources_) {
      const PricePoint* point = source->peek();
      if (point != nullptr && (best == nullptr || point->at < best->peek()->at)) best = source.get();
    }
    return best;
  }

  std::vector<std::unique_ptr<PriceSource>> sources_;
};

}  // namespace

std::unique_ptr<PriceSource> play(std::vector<PricePoint> points) {
  BELAY_CHECK(std::ranges::is_sorted(points, {}, &PricePoint::at));
  return std::make_unique<Played>(std::move(points));
}

std::unique_ptr<PriceSource> merge(std::vector<std::unique_ptr<PriceSource>> sources) {
  return std::make_unique<Merged>(std::move(sources));
}

}  // namespace belay::sim
