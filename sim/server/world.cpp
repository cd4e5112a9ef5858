// SPDX-License-Identifier: Apache-2.0
#include "sim/server/world.hpp"

#include <algorithm>
#include <string>
#include <variant>

#include "sim/server/wire_tape.hpp"

namespace belay::sim {
namespace {

constexpr std::size_t kKeptEvents = 1000;

/// Coins have streams of their own, which are not here.
bool is_streamed(const Asset& asset) { return asset.instrument.kind != InstrumentKind::crypto; }

}  // namespace

World::World(Exchange traded, std::unique_ptr<PriceSource> prices, Ratio speed, VirtualClock::Real at)
    : exchange(std::move(traded)),
      tape(exchange.calendar()),
      clock(exchange.now(), speed, at),
      prices_(std::move(prices)) {
  note_equity();
}

void World::catch_up(VirtualClock::Real at) {
  const Timestamp now = clock.now(at);
  while (prices_ != nullptr) {
    const PricePoint* next = prices_->peek();
    if (next == nullptr || next->at > now) break;
    if (EquityCurve::is_later_minute(exchange.now(), next->at)) note_equity();
    apply(*next, at);
    prices_->pop();
  }
  exchange.advance_to(now);
  note_equity();
  tell_ended_minutes(now, at);
  collect_events(at);
  stream.catch_up(at);
  market_streams.catch_up(now, at);
}

void World::jump_to(Timestamp to, VirtualClock::Real at) {
  clock.set(std::max(to, exchange.now()), at);
  catch_up(at);
}

void World::note_equity() {
  for (const std::string& account : exchange.accounts()) {
    try {
      curve.note(account, exchange.now(), exchange.equity(account));
    } catch (const Overflow&) {  // a worth that cannot be said in dollars is no point of the curve
    }
  }
}

void World::set_quote(std::string_view symbol, Price bid, Price ask, VirtualClock::Real at) {
  apply({exchange.now(), std::string(symbol), BidAsk{bid, ask, kUsualSize, kUsualSize}}, at);
  collect_events(at);
  market_streams.flush();
}

void World::set_trade(std::string_view symbol, Price price, VirtualClock::Real at, Quantity size,
                      std::string_view conditions) {
  if (is_last_price(conditions)) exchange.on_trade(symbol, price, size, exchange.now());
  tell_trade(symbol, tape.trade(symbol, price, size, exchange.now(), conditions), at);
  collect_events(at);
  market_streams.flush();
}

void World::set_price(const PricePoint& point, VirtualClock::Real at) {
  apply(point, at);
  collect_events(at);
}

void World::set_halted(std::string_view symbol, bool halted, const std::optional<TradingStatus>& status,
                       VirtualClock::Real at) {
  halted ? exchange.halt(symbol) : exchange.resume(symbol);
  const std::string_view printed_on = consolidated_tape(exchange.asset(symbol));
  market_streams.tell(
      MarketChannel::statuses, symbol, exchange.now(),
      stream_status(symbol, status.value_or(usual_status(halted, printed_on)), exchange.now(), printed_on), at);
}

/// The tape first: whoever hears of a fill can look up the price that made it.
void World::apply(const PricePoint& point, VirtualClock::Real at) {
  tell_ended_minutes(point.at, at);
  if (const auto* print = std::get_if<Print>(&point.what)) {
    const TapeTrade& trade = tape.trade(point.symbol, print->price, print->size, point.at);
    exchange.on_trade(point.symbol, print->price, print->size, point.at);
    tell_trade(point.symbol, trade, at);
  } else if (const auto* quote = std::get_if<BidAsk>(&point.what)) {
    const TapeQuote& taken = tape.quote(point.symbol, *quote, point.at);
    exchange.on_quote(point.symbol, Quote{quote->bid, quote->ask, point.at});
    const Asset* asset = exchange.asset(point.symbol);
    if (asset != nullptr && is_streamed(*asset)) market_streams.on_quote(*asset, taken, at);
  }
}

void World::tell_trade(std::string_view symbol, const TapeTrade& trade, VirtualClock::Real at) {
  const Asset* asset = exchange.asset(symbol);
  if (asset != nullptr && is_streamed(*asset)) market_streams.on_trade(*asset, trade, at);
}

void World::tell_ended_minutes(Timestamp now, VirtualClock::Real at) {
  for (const Tape::Ended& ended : tape.take_ended_minutes(now)) {
    const Asset* asset = exchange.asset(ended.symbol);
    if (asset == nullptr || !is_streamed(*asset)) continue;
    const auto& days = tape.days(ended.symbol);
    market_streams.on_minute(*asset, ended.bar, days.empty() ? nullptr : &days.back(), at);
  }
}

void World::collect_events(VirtualClock::Real at) {
  for (OrderEvent& event : exchange.take_events()) {
    stream.publish(event, at);
    event_streams.on_order(event, exchange, at);
    events.push_back(std::move(event));
  }
  while (events.size() > kKeptEvents) events.pop_front();
  event_streams.catch_up(exchange, at);
}

}  // namespace belay::sim
