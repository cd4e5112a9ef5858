// SPDX-License-Identifier: Apache-2.0
#include "sim/server/world.hpp"

#include <algorithm>
#include <variant>

namespace belay::sim {
namespace {

constexpr std::size_t kKeptEvents = 1000;
constexpr Quantity kUsualSize = Quantity::from_nanos(100 * fixed::kScale);

void apply(Exchange& exchange, const PricePoint& point) {
  if (const auto* print = std::get_if<Print>(&point.what)) {
    exchange.on_trade(point.symbol, print->price, print->size, point.at);
  } else if (const auto* quote = std::get_if<BidAsk>(&point.what)) {
    exchange.on_quote(point.symbol, Quote{quote->bid, quote->ask, point.at});
  }
}

}  // namespace

World::World(Exchange traded, std::unique_ptr<PriceSource> prices, Ratio speed, VirtualClock::Real at)
    : exchange(std::move(traded)), clock(exchange.now(), speed, at), prices_(std::move(prices)) {}

void World::catch_up(VirtualClock::Real at) {
  const Timestamp now = clock.now(at);
  while (prices_ != nullptr) {
    const PricePoint* next = prices_->peek();
    if (next == nullptr || next->at > now) break;
    apply(exchange, *next);
    prices_->pop();
  }
  exchange.advance_to(now);
  collect_events(at);
  stream.catch_up(at);
}

void World::jump_to(Timestamp to, VirtualClock::Real at) {
  clock.set(std::max(to, exchange.now()), at);
  catch_up(at);
}

void World::set_quote(std::string_view symbol, Price bid, Price ask, VirtualClock::Real at) {
  exchange.on_quote(symbol, Quote{bid, ask, exchange.now()});
  collect_events(at);
}

void World::set_trade(std::string_view symbol, Price price, VirtualClock::Real at) {
  exchange.on_trade(symbol, price, kUsualSize, exchange.now());
  collect_events(at);
}

void World::collect_events(VirtualClock::Real at) {
  for (OrderEvent& event : exchange.take_events()) {
    stream.publish(event, at);
    events.push_back(std::move(event));
  }
  while (events.size() > kKeptEvents) events.pop_front();
}

}  // namespace belay::sim
