// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "core/calendar/timestamp.hpp"
#include "shell/net/http_message.hpp"

namespace belay::alpaca {

/// Keeps the requests to one host within what the host allows, as its replies tell it (X-RateLimit-Limit, -Remaining,
/// -Reset: alpaca.md 1), and holds the last part of it back for urgent requests, so that no amount of reading can stand
/// before an exit. Thread-safe.
class Governor {
 public:
  /// `reserve_percent` of the limit, at least `reserve_at_least` requests, but never more than half of the limit.
  Governor(int reserve_percent, std::int64_t reserve_at_least)
      : reserve_percent_(reserve_percent), reserve_at_least_(reserve_at_least) {}

  /// Zero: send now; the request is counted, and replied() or lost() must follow. Else: not yet, ask again after that
  /// long. An urgent request waits only after a 429; others also wait while only the reserve is left.
  Duration admit(bool urgent, Duration now);
  /// `wall` is used where the reply has no Date of its own.
  void replied(const net::HttpResponse& response, Duration now, Timestamp wall);
  void lost();
  /// How long an urgent request would have to wait now, after a 429; zero when it would not.
  Duration wait_left(Duration now);

 private:
  struct Window {
    std::int64_t limit = 0;
    std::int64_t remaining = 0;
    Duration ends{};
  };

  [[nodiscard]] std::int64_t reserve(std::int64_t limit) const;

  const int reserve_percent_;
  const std::int64_t reserve_at_least_;
  std::mutex mutex_;
  std::optional<Window> window_;  // absent: nothing is known, or what was known is over
  Duration blocked_until_{};
  std::int64_t in_flight_ = 0;
};

/// How long a 429 asks to wait: until X-RateLimit-Reset plus one second, at least one second, at most sixty.
Duration told_wait(const net::HttpResponse& response, Timestamp wall);

/// "Sun, 22 Nov 2026 14:17:46 GMT", as the Date header has it.
std::optional<Timestamp> parse_http_date(std::string_view text);

}  // namespace belay::alpaca
