// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>

namespace belay::sim {

/// So many requests a minute of real time, counted in whole minutes as the X-RateLimit headers tell them (alpaca.md 1).
class RateLimit {
 public:
  /// 0: no limit.
  explicit RateLimit(std::int64_t per_minute) : limit_(per_minute) {}

  /// Counts a request at `unix_seconds`; false if it is one too many.
  bool take(std::int64_t unix_seconds);
  /// Begins the minute of `unix_seconds` without counting anything.
  void look(std::int64_t unix_seconds);

  [[nodiscard]] std::int64_t limit() const { return limit_; }
  [[nodiscard]] std::int64_t remaining() const { return used_ < limit_ ? limit_ - used_ : 0; }
  /// Unix second at which counting starts anew.
  [[nodiscard]] std::int64_t reset() const { return (minute_ + 1) * 60; }

 private:
  std::int64_t limit_;
  std::int64_t used_ = 0;
  std::int64_t minute_ = 0;
};

/// The limits of everybody: by key, whether it is the data API, and how much that allows, so that another plan counts
/// anew.
class RateLimits {
 public:
  struct Of {
    std::string key;
    bool is_data = false;
    std::int64_t per_minute = 0;

    auto operator<=>(const Of&) const = default;
  };

  /// Counts a request; false if it is one too many.
  bool take(const Of& of, std::int64_t unix_seconds);
  /// As it stands, nothing counted.
  [[nodiscard]] RateLimit look(const Of& of, std::int64_t unix_seconds) const;

 private:
  std::map<Of, RateLimit> limits_;
};

}  // namespace belay::sim
