// SPDX-License-Identifier: Apache-2.0
#include "sim/world/timeline.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace belay::world {
namespace {

constexpr std::uint64_t kFnvPrime = 0x100000001b3U;

std::uint64_t mix(std::uint64_t x) {  // SplitMix64's finish
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

}  // namespace

std::uint64_t scramble(std::uint64_t a, std::uint64_t b, std::uint64_t c) { return mix(mix(mix(a) ^ b) ^ c); }

void Timeline::at(Timestamp when, std::function<void()> what) { due_.emplace(std::max(when, now_), std::move(what)); }

bool Timeline::advance_to_next(Timestamp limit) {
  BELAY_CHECK(!busy_);
  if (due_.empty() || due_.begin()->first > limit) {
    now_ = std::max(now_, limit);
    return false;
  }
  auto next = due_.extract(due_.begin());
  now_ = std::max(now_, next.key());
  busy_ = true;
  next.mapped()();
  busy_ = false;
  return true;
}

void Timeline::advance(Duration by) {
  if (busy_) return;
  const Timestamp limit = now_ + by;
  while (advance_to_next(limit)) {
  }
}

void Timeline::note(std::string_view what) {
  for (const char c : what) trace_ = (trace_ ^ static_cast<unsigned char>(c)) * kFnvPrime;
  trace_ = (trace_ ^ static_cast<std::uint64_t>(now_.nanos)) * kFnvPrime;
}

void Timeline::note(std::int64_t number) { trace_ = (trace_ ^ static_cast<std::uint64_t>(number)) * kFnvPrime; }

}  // namespace belay::world
