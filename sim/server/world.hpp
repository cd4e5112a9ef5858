// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <string_view>

#include "sim/exchange/exchange.hpp"
#include "sim/market/price_source.hpp"
#include "sim/server/request_log.hpp"
#include "sim/server/stream_hub.hpp"
#include "sim/server/virtual_clock.hpp"
#include "sim/server/wire_faults.hpp"

namespace belay::sim {

/// The exchange with its clock and its market, and what the wire does to requests. Not thread-safe.
class World {
 public:
  /// `prices` may be null: prices then come from the control face alone.
  World(Exchange traded, std::unique_ptr<PriceSource> prices, Ratio speed, VirtualClock::Real at);

  /// Brings the exchange to the clock's time: every price whose time has come is applied, in order.
  void catch_up(VirtualClock::Real at);
  /// Moves the clock to `to`, not before the exchange's own time, and catches up.
  void jump_to(Timestamp to, VirtualClock::Real at);

  void set_quote(std::string_view symbol, Price bid, Price ask, VirtualClock::Real at);
  void set_trade(std::string_view symbol, Price price, VirtualClock::Real at);

  Exchange exchange;
  VirtualClock clock;
  WireFaults faults;
  RequestLog log;
  StreamHub stream;
  std::deque<OrderEvent> events;  ///< the last ones, oldest first

 private:
  void collect_events(VirtualClock::Real at);

  std::unique_ptr<PriceSource> prices_;
};

}  // namespace belay::sim
