// SPDX-License-Identifier: Apache-2.0
#include "sim/server/rate_limit.hpp"

namespace belay::sim {

void RateLimit::look(std::int64_t unix_seconds) {
  const std::int64_t minute = unix_seconds / 60;
  if (minute == minute_) return;
  minute_ = minute;
  used_ = 0;
}

bool RateLimit::take(std::int64_t unix_seconds) {
  look(unix_seconds);
  if (limit_ == 0) return true;
  if (used_ >= limit_) return false;
  ++used_;
  return true;
}

bool RateLimits::take(const Of& of, std::int64_t unix_seconds) {
  return limits_.try_emplace(of, RateLimit(of.per_minute)).first->second.take(unix_seconds);
}

RateLimit RateLimits::look(const Of& of, std::int64_t unix_seconds) const {
  const auto known = limits_.find(of);
  RateLimit limit = known == limits_.end() ? RateLimit(of.per_minute) : known->second;
  limit.look(unix_seconds);
  return limit;
}

}  // namespace belay::sim
