// SPDX-License-Identifier: Apache-2.0
#include "sim/server/market_control.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "sim/server/wire_market.hpp"
#include "sim/server/wire_tape.hpp"

namespace belay::sim {
namespace {

/// A request to tell something of a symbol.
struct Telling {
  World& world;
  BodyReader body;
  std::string symbol;

  [[nodiscard]] Timestamp now() const { return world.exchange.now(); }
  [[nodiscard]] std::string_view tape() const { return consolidated_tape(world.exchange.asset(symbol)); }
  /// The trade that is named by its id, or the last one; an error where there is none.
  TapeTrade trade() {
    const auto& all = world.tape.trades(symbol);
    const auto id = body.count("trade_id");
    if (all.empty()) {
      body.refuse("symbol", symbol + " has never been traded");
      return {};
    }
    const auto found = id ? std::ranges::find(all, *id, &TapeTrade::id) : std::prev(all.end());
    if (found != all.end()) return *found;
    body.refuse("trade_id", "is of no trade of " + symbol);
    return {};
  }
};

json::Value status(Telling& ask) {
  const auto status = status_in(ask.body);
  if (!status) ask.body.refuse("status", "is missing");
  return stream_status(ask.symbol, status.value_or(TradingStatus{}), ask.now(), ask.tape());
}

json::Value luld(Telling& ask) {
  BodyReader& body = ask.body;
  const PriceBands bands{body.amount("up", Price()), body.amount("down", Price()), body.text("indicator", "B")};
  return stream_bands(ask.symbol, bands, ask.now(), ask.tape());
}

json::Value imbalance(Telling& ask) {
  return stream_imbalance(ask.symbol, ask.body.amount("price", Price()), ask.now(), ask.tape());
}

json::Value correction(Telling& ask) {
  const TapeTrade original = ask.trade();
  TapeTrade corrected = original;
  if (ask.body.given("price") != nullptr) corrected.price = ask.body.amount("price", Price());
  if (ask.body.given("size") != nullptr) corrected.size = ask.body.amount("size", Quantity());
  return stream_correction(ask.symbol, original, corrected, ask.now(), ask.tape());
}

json::Value cancel_error(Telling& ask) {
  const TapeTrade trade = ask.trade();
  const std::string action = ask.body.text("action", "C");
  if (action != "C" && action != "E") ask.body.refuse("action", "must be C or E");
  return stream_cancellation(ask.symbol, trade, action, ask.now(), ask.tape());
}

json::Value updated_bar(Telling& ask) {
  const auto& minutes = ask.world.tape.minutes(ask.symbol);
  const auto ended = std::ranges::find_if(minutes.rbegin(), minutes.rend(), [&](const Bar& minute) {
    return minute.start + std::chrono::minutes(1) <= ask.now();
  });
  if (ended == minutes.rend()) {
    ask.body.refuse("symbol", ask.symbol + " has no minute that has ended yet");
    return {};
  }
  Bar bar = *ended;
  for (const auto& [name, price] :
       {std::pair{"open", &bar.open}, {"high", &bar.high}, {"low", &bar.low}, {"close", &bar.close}}) {
    *price = ask.body.amount(name, *price);
  }
  return stream_bar("u", ask.symbol, bar);
}

/// Tells what `Tell` makes of the request.
template <MarketChannel Channel, json::Value (*Tell)(Telling&)>
Reply tell(const Control& control) {
  BodyReader body(control.body);
  std::string symbol = symbol_in(body);
  if (body.error()) return cannot(*body.error());
  Telling ask{control.world, std::move(body), std::move(symbol)};
  json::Value words = Tell(ask);
  if (const auto& wrong = ask.body.refuse_the_rest()) return cannot(*wrong);
  control.world.market_streams.tell(Channel, ask.symbol, ask.now(), std::move(words), control.at);
  return done(control);
}

constexpr std::array kRoutes{
    ControlRoute{"POST", "/_sim/status", tell<MarketChannel::statuses, status>},
    ControlRoute{"POST", "/_sim/luld", tell<MarketChannel::lulds, luld>},
    ControlRoute{"POST", "/_sim/imbalance", tell<MarketChannel::imbalances, imbalance>},
    ControlRoute{"POST", "/_sim/correction", tell<MarketChannel::corrections, correction>},
    ControlRoute{"POST", "/_sim/cancel_error", tell<MarketChannel::cancel_errors, cancel_error>},
    ControlRoute{"POST", "/_sim/updated_bar", tell<MarketChannel::updated_bars, updated_bar>},
};

}  // namespace

std::span<const ControlRoute> market_controls() { return kRoutes; }

}  // namespace belay::sim
