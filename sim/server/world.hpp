// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string_view>

#include "sim/exchange/exchange.hpp"
#include "sim/market/price_source.hpp"
#include "sim/market/tape.hpp"
#include "sim/server/data_plan.hpp"
#include "sim/server/equity_curve.hpp"
#include "sim/server/event_streams.hpp"
#include "sim/server/market_streams.hpp"
#include "sim/server/request_log.hpp"
#include "sim/server/stream_hub.hpp"
#include "sim/server/virtual_clock.hpp"
#include "sim/server/watchlists.hpp"
#include "sim/server/wire_faults.hpp"

namespace belay::sim {

/// The exchange with its clock and its market, and what the wire does to requests. Not thread-safe.
class World {
 public:
  static constexpr Quantity kUsualSize = Quantity::from_nanos(100 * fixed::kScale);

  /// `prices` may be null: prices then come from the control face alone.
  World(Exchange traded, std::unique_ptr<PriceSource> prices, Ratio speed, VirtualClock::Real at);

  /// Brings the exchange to the clock's time: every price whose time has come is applied, in order.
  void catch_up(VirtualClock::Real at);
  /// Moves the clock to `to`, not before the exchange's own time, and catches up.
  void jump_to(Timestamp to, VirtualClock::Real at);

  void set_quote(std::string_view symbol, Price bid, Price ask, VirtualClock::Real at);
  /// A print whose conditions make it no last price (see is_last_price) is on the tape, and the exchange knows nothing
  /// of it.
  void set_trade(std::string_view symbol, Price price, VirtualClock::Real at, Quantity size = kUsualSize,
                 std::string_view conditions = "@");
  /// A price that comes now, from whoever embeds the exchange.
  void set_price(const PricePoint& point, VirtualClock::Real at);
  /// Halts or resumes; everybody hears of it. An absent status is told as the symbol's tape usually words it.
  void set_halted(std::string_view symbol, bool halted, const std::optional<TradingStatus>& status,
                  VirtualClock::Real at);

  Exchange exchange;
  Tape tape;  ///< every price that the exchange was told, and more
  DataPlan plan;
  EquityCurve curve;  ///< what the accounts were worth over time
  Watchlists watchlists;
  VirtualClock clock;
  WireFaults faults;
  RequestLog log;
  StreamHub stream;
  MarketStreams market_streams;
  EventStreams event_streams;
  std::deque<OrderEvent> events;  ///< the last ones, oldest first

 private:
  void apply(const PricePoint& point, VirtualClock::Real at);
  void tell_trade(std::string_view symbol, const TapeTrade& trade, VirtualClock::Real at);
  void tell_ended_minutes(Timestamp now, VirtualClock::Real at);
  void collect_events(VirtualClock::Real at);
  void note_equity();

  std::unique_ptr<PriceSource> prices_;
};

}  // namespace belay::sim
