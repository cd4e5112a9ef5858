// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: one symbol's market, told in few words.

#include <chrono>

#include "core/pricing/symbol_prices.hpp"

namespace belay::pricing::testing_stage {

using namespace std::chrono_literals;
using Standing = Judgement::Standing;
using Awaits = Judgement::Awaits;

/// A Monday in session: 11:00 New York.
inline const Timestamp kNow = parse_timestamp("2026-01-26T11:00:00-05:00").value();
inline const Instrument kStock = instrument_of("AAPL");
inline const Instrument kCall = instrument_of("AAPL260220C00200000");

struct Market {
  SymbolPrices prices;
  Policy policy;
  calendar::UsEquities calendar;
  Timestamp now = kNow;
  Feed feed = Feed::polled;

  void print(Price price) { update(prices, {"AAPL", Trade{price, now}, {}}, kStock, policy, now, feed); }
  void quote(const Instrument& of, Price bid, Price ask, Duration age = 0s) {
    update(prices, {of.symbol, {}, Quote{bid, ask, now - age}}, of, policy, now, feed);
  }
  /// Time in which the market data says the same again.
  void pass(Duration by) {
    now = now + by;
    prices.seen = now;
  }
  Judgement judged(const Instrument& of = kStock, Direction direction = Direction::long_) {
    return judge(prices, of, direction, calendar, policy, now);
  }
};

/// A hundred was believed a second ago.
struct Jump : Market {
  Jump() {
    print(100_price);
    judged();
    now = now + 1s;
  }
};

}  // namespace belay::pricing::testing_stage
