// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "core/calendar/timestamp.hpp"
#include "shell/notify/notice.hpp"

namespace belay::notify {

/// What a channel takes.
struct Letter {
  std::string identity;  ///< the same each time it is tried
  Timestamp written_at;
  Timestamp now;  ///< of this attempt
  Notice notice;
  std::string chart;  ///< a PNG of the position's prices; empty: none
};

struct Delivery {
  enum class Kind : std::uint8_t {
    sent,
    refused,      ///< this one is not taken; others may be
    unreachable,  ///< nothing is taken for now
  };
  Kind kind = Kind::sent;
  std::string answer;  ///< what the server said, or what went wrong; never a secret
};

/// How long an attempt may take. `stop` ends it early.
struct Patience {
  std::chrono::milliseconds at_most = std::chrono::seconds(10);
  const std::atomic<bool>* stop = nullptr;
};

/// A way to reach a person. Used by one thread.
class Channel {
 public:
  virtual ~Channel() = default;
  [[nodiscard]] virtual const std::string& name() const = 0;  ///< "mail", "webhook", …
  /// Where it leads, without secrets: for logs and people.
  [[nodiscard]] virtual std::string description() const = 0;
  virtual Delivery deliver(const Letter& letter, const Patience& patience) = 0;
};

}  // namespace belay::notify
