// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "core/trading/order.hpp"

namespace belay {

/// What the broker says by itself about one order. May come twice, late, or in another order than it happened.
struct OrderUpdate {
  std::string event;  ///< the broker's word: "fill", "canceled", "trade_bust", …; unknown ones occur
  Order order;        ///< as it stood at the event; its filled quantity is cumulative

  bool operator==(const OrderUpdate&) const = default;
};

/// Updates come from now on. Whatever happened before was missed: ask for it.
struct StreamUp {
  bool operator==(const StreamUp&) const = default;
};

/// No updates come until the next StreamUp. Said again, with another reason, after each attempt that fails.
struct StreamDown {
  enum class Kind : std::uint8_t {
    interrupted,   ///< unreachable, cut, dead or closed: tried again, ever more rarely
    limited,       ///< too many connections or attempts: tried again after a longer pause
    keys_refused,  ///< tried again rarely: a person must act
    gap,           ///< some updates could not be read or taken; the stream itself goes on
  };
  Kind kind = Kind::interrupted;
  std::string why;         ///< never a secret
  Duration again_in = {};  ///< how long it rests before the next attempt; zero where it goes on

  bool operator==(const StreamDown&) const = default;
};

using StreamNews = std::variant<StreamUp, StreamDown, OrderUpdate>;

/// The broker's stream of order updates for one account. It only hastens what asking would find out as well. Nothing is
/// lost silently: what cannot be delivered is said to be a gap, by StreamDown and StreamUp.
class OrderStream {
 public:
  virtual ~OrderStream() = default;

  /// Begins to connect, and keeps at it. `wake` is called from any thread whenever there is something to take; it must
  /// be callable until stop() returns. Called once.
  virtual void start(std::function<void()> wake) = 0;
  /// What has come since the last call, oldest first. Never waits.
  virtual std::vector<StreamNews> take() = 0;
  /// Says goodbye to the broker. Nothing is called afterwards.
  virtual void stop() = 0;
};

}  // namespace belay
