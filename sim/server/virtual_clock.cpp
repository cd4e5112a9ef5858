// SPDX-License-Identifier: Apache-2.0
#include "sim/server/virtual_clock.hpp"

#include "core/base/check.hpp"
#include "core/money/fixed.hpp"

namespace belay::sim {

Timestamp VirtualClock::now(Real at) const {
  const std::chrono::nanoseconds elapsed = at - set_at_;
  return set_point_ + Duration(fixed::multiply_divide(elapsed.count(), speed_.nanos(), fixed::kScale));
}

void VirtualClock::set(Timestamp to, Real at) {
  set_point_ = to;
  set_at_ = at;
}

void VirtualClock::set_speed(Ratio speed, Real at) {
  BELAY_CHECK(!speed.is_negative());
  set(now(at), at);
  speed_ = speed;
}

}  // namespace belay::sim
