// SPDX-License-Identifier: Apache-2.0
#include "app/demo_scenario.hpp"

#include <chrono>

#include "core/base/check.hpp"
#include "core/calendar/new_york.hpp"

namespace belay::app::demonstration {
namespace {

using namespace std::chrono_literals;

constexpr Date kDay = std::chrono::year(2026) / 1 / 26;     // a Monday, a full session
constexpr Date kFriday = std::chrono::year(2026) / 1 / 23;  // the session before it
// Small enough that no level far from the scripted moves is reached by chance: about 0.8 % a day.
constexpr int kVolatility = 2;
constexpr Duration kStep = 5s;

Timestamp at(int hour, int minute) {
  return calendar::from_new_york(kDay, std::chrono::hours(hour) + std::chrono::minutes(minute));
}

sim::SyntheticConfig market(std::uint64_t seed, Timestamp start) {
  sim::SyntheticConfig market;
  market.seed = seed;
  market.start = start;
  market.step = kStep;
  const auto stock = [&](const char* symbol, Price price, Price spread = 0.02_price) {
    market.stocks.push_back({.symbol = symbol, .start = price, .volatility_bp = kVolatility, .spread = spread});
  };
  stock("AAPL", 250_price);
  stock("AMD", 210_price);
  stock("DIS", 112_price);
  stock("F", 11.50_price, 0.01_price);
  stock("GOOG", 330_price, 0.04_price);
  stock("JPM", 305_price, 0.04_price);
  stock("KO", 70_price);
  stock("MSFT", 465_price, 0.06_price);
  stock("NVDA", 185_price);
  stock("QQQ", 620_price);
  stock("TSLA", 420_price, 0.06_price);
  stock("WMT", 102_price);
  market.options = {{"AAPL260220P00250000", "AAPL"}, {"AMD260206C00210000", "AMD"}, {"QQQ260127P00623000", "QQQ"}};
  market.moves = {
      // up a little, then down through the stop: the put on it gains
      {at(9, 55), "AAPL", 251.80_price, 15min},
      {at(10, 12), "AAPL", 244.20_price, 22min},
      {at(11, 30), "AAPL", 247_price, 40min},
      // down, then up through the stop of the short
      {at(10, 20), "TSLA", 417.50_price, 15min},
      {at(10, 52), "TSLA", 431.50_price, 25min},
      {at(13, 0), "TSLA", 424_price, 60min},
      // up through the target
      {at(11, 15), "NVDA", 183.20_price, 15min},
      {at(11, 45), "NVDA", 190.40_price, 40min},
      // up, and on news at one stroke past the target that rests at the broker
      {at(12, 40), "MSFT", 474.50_price, 25min},
      {at(13, 20), "MSFT", 479.20_price, 0s},
      // what the day trades live on
      {at(13, 10), "AMD", 213.40_price, 70min},
      {at(14, 10), "KO", 70.90_price, 50min},
      {at(14, 20), "F", 11.28_price, 40min},
      {at(11, 0), "DIS", 113.60_price, 90min},
      {at(12, 0), "JPM", 307.40_price, 120min},
  };
  return market;
}

std::vector<DemoEntry> entries() {
  const Timestamp on_friday = calendar::from_new_york(kFriday, 14h + 10min);
  return {
      {.at = on_friday, .symbol = "QQQ260127P00623000", .quantity = 2_qty, .price = 3.10_price},
      {.at = at(9, 31), .symbol = "AAPL", .quantity = 100_qty, .stop = 245_price, .target = 262_price},
      {.at = at(9, 32), .symbol = "AAPL260220P00250000", .quantity = 2_qty, .stop = 4_price, .target = 8_price},
      {.at = at(9, 33), .symbol = "MSFT", .quantity = 30_qty, .stop = 452_price, .target = 478_price, .bracket = true},
      {.at = at(9, 34),
       .symbol = "TSLA",
       .side = Side::sell,
       .quantity = 40_qty,
       .stop = 430_price,
       .target = 395_price},
      {.at = at(9, 35), .symbol = "GOOG", .quantity = 12.5_qty, .stop = 318_price, .max_hold_minutes = 120},
      {.at = at(9, 36), .symbol = "NVDA", .quantity = 60_qty, .stop = 180_price, .target = 189_price},
      {.at = at(9, 38), .symbol = "JPM", .quantity = 20_qty},
      {.at = at(9, 40), .symbol = "WMT", .quantity = 80_qty, .stop = 97_price, .target = 109_price},
      {.at = at(9, 48), .symbol = "DIS", .quantity = 75_qty, .told = false},
      {.at = at(10, 2), .symbol = "KO", .quantity = 250_qty, .strategy = Strategy::day_trade},
      {.at = at(10, 40),
       .symbol = "AMD260206C00210000",
       .quantity = 5_qty,
       .strategy = Strategy::day_trade,
       .stop = 1.20_price,
       .target = 9_price},
      {.at = at(13, 5),
       .symbol = "F",
       .side = Side::sell,
       .quantity = 500_qty,
       .strategy = Strategy::day_trade,
       .stop = 11.95_price,
       .target = 10.60_price},
  };
}

}  // namespace

DemoScenario demo_scenario(std::uint64_t seed) {
  const auto session = calendar::UsEquities().session_on(kDay);
  BELAY_CHECK(session.has_value());
  return {.seed = seed,
          .session = *session,
          .cash = 100000_usd,
          .market = market(seed, session->open),
          .entries = entries(),
          .word = {.at = at(14, 0), .symbol = "DIS", .why = "not part of the plan"}};
}

}  // namespace belay::app::demonstration
