// SPDX-License-Identifier: Apache-2.0
#include "sim/server/latest_prices.hpp"

#include <algorithm>
#include <chrono>

#include "core/calendar/new_york.hpp"
#include "sim/server/wire_data.hpp"

namespace belay::sim {
namespace {

constexpr Duration kMinute = std::chrono::minutes(1);

/// A feed that shows all there is, at once.
bool is_plain(const Feed& feed) { return feed.delay == Duration{} && !feed.overnight_only && !feed.is_empty; }

}  // namespace

std::optional<TapeTrade> latest_trade(const World& world, std::string_view symbol, const Feed& feed) {
  if (is_plain(feed)) {
    const auto known = world.exchange.last_trade(symbol);
    if (!known) return std::nullopt;
    const TapeTrade* taped = world.tape.last_trade(symbol);
    if (taped != nullptr && taped->price == known->price && taped->at == known->as_of) return *taped;
    return TapeTrade{.at = known->as_of, .price = known->price, .size = World::kUsualSize, .id = 1};
  }
  const Timestamp newest = world.exchange.now() - feed.delay;
  const auto& all = world.tape.trades(symbol);
  const auto found = std::find_if(all.rbegin(), all.rend(), [&](const TapeTrade& trade) {
    return trade.at <= newest && feed.shows(trade.at) && is_last_price(trade.conditions);
  });
  return found == all.rend() ? std::nullopt : std::optional(*found);
}

std::optional<TapeQuote> latest_quote(const World& world, std::string_view symbol, const Feed& feed) {
  if (is_plain(feed)) {
    const auto known = world.exchange.last_quote(symbol);
    if (!known) return std::nullopt;
    const TapeQuote* taped = world.tape.last_quote(symbol);
    const bool same = taped != nullptr && taped->at == known->as_of && taped->prices.bid == known->bid &&
                      taped->prices.ask == known->ask;
    if (same) return *taped;
    return TapeQuote{known->as_of, {known->bid, known->ask, World::kUsualSize, World::kUsualSize}};
  }
  const Timestamp newest = world.exchange.now() - feed.delay;
  const auto& all = world.tape.quotes(symbol);
  const auto found = std::find_if(all.rbegin(), all.rend(),
                                  [&](const TapeQuote& quote) { return quote.at <= newest && feed.shows(quote.at); });
  return found == all.rend() ? std::nullopt : std::optional(*found);
}

std::optional<Bar> latest_minute(const World& world, std::string_view symbol, const Feed& feed) {
  const Timestamp newest = world.exchange.now() - feed.delay - kMinute;
  const auto& all = world.tape.minutes(symbol);
  const auto found = std::find_if(all.rbegin(), all.rend(),
                                  [&](const Bar& bar) { return bar.start <= newest && feed.shows(bar.start); });
  return found == all.rend() ? std::nullopt : std::optional(*found);
}

SnapshotBars snapshot_bars(const World& world, std::string_view symbol, const Feed& feed) {
  SnapshotBars bars;
  if (const auto minute = latest_minute(world, symbol, feed)) bars.minute = wire_bar(*minute);
  if (feed.is_empty) return bars;
  const auto& days = world.tape.days(symbol);
  const auto latest = std::find_if(days.rbegin(), days.rend(), [](const Bar& day) { return day.has_prices(); });
  if (latest != days.rend()) {
    bars.day = wire_bar(*latest);
    const auto before = std::find_if(latest + 1, days.rend(), [](const Bar& day) { return day.has_prices(); });
    if (before != days.rend()) bars.previous_day = wire_bar(*before);
  }
  if (!bars.previous_day.is_null()) return bars;
  // A day that passed with nothing but quotes has a close all the same.
  if (const auto close = world.exchange.previous_close(symbol)) {
    const Date today = calendar::to_new_york(world.exchange.now()).date;
    const Date day = world.exchange.calendar().session_before(today).date;
    const Timestamp start = calendar::from_new_york(day, std::chrono::seconds(0));
    if (latest == days.rend() || latest->start != start) bars.previous_day = wire_closed_day(*close, start);
  }
  return bars;
}

}  // namespace belay::sim
