// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "shell/json/value.hpp"
#include "sim/server/market_feed.hpp"
#include "sim/server/virtual_clock.hpp"

namespace belay::sim {

/// What happens on the way to everybody who listens to market data.
enum class MarketFaultKind : std::uint8_t {
  drop,       ///< never sent
  duplicate,  ///< sent twice
  reorder,    ///< sent behind the next message, or alone after `delay`
  delay,      ///< sent later, others overtake it
  gap,        ///< nothing of the symbol is sent for `delay`: a feed with a hole in it (alpaca.md 8)
  refuse      ///< the next upgrade is answered with an HTTP status
};

struct MarketFault {
  MarketFaultKind kind = MarketFaultKind::drop;
  MarketFeeds feeds = kAllMarketFeeds;  ///< whose listeners it befalls
  std::string event = {};               ///< the message's T; "" for any
  std::string symbol = {};              ///< "" for any
  std::int64_t times = 1;               ///< still to happen
  std::chrono::milliseconds delay{1000};
  std::optional<VirtualClock::Real> until = {};  ///< of a gap; set by add
  int status = 429;
};

/// {"kind", "event"?, "symbol"?, "times"?: 1, "ms"?: 1000, "status"?: 429}
[[nodiscard]] Result<MarketFault> parse_market_fault(const json::Value& wanted);
[[nodiscard]] std::string_view to_text(MarketFaultKind kind);

/// The faults that wait for a message or an upgrade.
class MarketFaults {
 public:
  void add(MarketFault fault, VirtualClock::Real at);
  /// Nothing more befalls those feeds.
  void clear(MarketFeeds feeds);
  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  [[nodiscard]] const std::vector<MarketFault>& waiting() const { return waiting_; }

  /// The oldest one that fits a message on its way to the listeners of `feeds`, used up once.
  [[nodiscard]] std::optional<MarketFault> take(std::string_view event, std::string_view symbol, MarketFeeds feeds,
                                                VirtualClock::Real at);
  /// The status for an upgrade that shall be refused.
  [[nodiscard]] std::optional<int> take_refusal(MarketFeed feed);

 private:
  std::vector<MarketFault> waiting_;
};

}  // namespace belay::sim
