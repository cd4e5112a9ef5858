// SPDX-License-Identifier: Apache-2.0
#include "sim/server/test_feed.hpp"

#include <algorithm>
#include <chrono>

namespace belay::sim {
namespace {

constexpr std::chrono::seconds kStep(1);
constexpr std::int64_t kMinute = 60 * fixed::kScale;

/// Up and down between 100 and 100.10.
Price price_of(std::int64_t count) {
  constexpr std::int64_t kCent = fixed::kScale / 100;
  constexpr std::int64_t kTurn = 10;
  const std::int64_t place = count % (2 * kTurn);
  return Price::from_nanos(100 * fixed::kScale + (place < kTurn ? place : 2 * kTurn - place) * kCent);
}

}  // namespace

std::optional<TestFeed::Second> TestFeed::next(Timestamp now, VirtualClock::Real at) {
  if (due_ && at < *due_) return std::nullopt;
  // Nobody looked for a while: no crowd of what was missed.
  const auto passed = due_ ? std::max<Duration>(kStep, at - *due_ + kStep) : Duration{};
  time_ = due_ ? time_ + passed : now;
  due_ = at + kStep;
  const Price price = price_of(count_);
  const Quantity size = Quantity::whole(1 + count_ % 5);
  ++count_;
  Second second{.quote = {time_, {price, price + Price::from_nanos(fixed::kScale / 100), size, size}},
                .trade = {time_, price, size, count_},
                .minute = {}};
  const Timestamp start{time_.nanos / kMinute * kMinute};
  if (minute_.start != start) {
    if (minute_.has_prices()) second.minute = minute_;
    minute_ = Bar{.start = start};
  }
  minute_.take(price, size);
  return second;
}

}  // namespace belay::sim
