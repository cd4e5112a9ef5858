// SPDX-License-Identifier: Apache-2.0
#include "sim/market/bars.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "core/calendar/new_york.hpp"

namespace belay::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kPoints = 4;

bool low_comes_first(const Ohlc& prices) { return prices.open - prices.low <= prices.high - prices.open; }

std::array<Price, kPoints> path(const Ohlc& prices, bool low_first) {
  return {prices.open, low_first ? prices.low : prices.high, low_first ? prices.high : prices.low, prices.close};
}

std::array<Timestamp, kPoints> instants(const calendar::Span& span) {
  const Duration length = span.to - span.from;
  return {span.from, span.from + length / 3, span.from + 2 * length / 3, span.to - 1ms};
}

bool moves(const Ohlc& prices) { return prices.high != prices.low; }

}  // namespace

void unfold(const TradeBar& bar, std::vector<PricePoint>& points) {
  const auto prices = path(bar.prices, low_comes_first(bar.prices));
  const auto times = instants(bar.span);
  const Quantity quarter = Quantity::from_nanos(bar.volume.nanos() / static_cast<std::int64_t>(kPoints));
  for (std::size_t i = 0; i < kPoints; ++i) {
    const Quantity size = i + 1 < kPoints ? quarter : bar.volume - quarter - quarter - quarter;
    points.push_back({times[i], bar.symbol, Print{prices[i], size}});
  }
}

void unfold(const QuoteBar& bar, std::vector<PricePoint>& points) {
  const Ohlc bid = bar.bid.value_or(Ohlc{});
  const Ohlc ask = bar.ask.value_or(Ohlc{});
  const bool low_first = low_comes_first(moves(bid) ? bid : ask);
  const auto bids = path(bid, low_first);
  const auto asks = path(ask, low_first);
  const auto times = instants(bar.span);
  for (std::size_t i = 0; i < kPoints; ++i) {
    points.push_back({times[i], bar.symbol, BidAsk{bids[i], asks[i], bar.bid_size, bar.ask_size}});
  }
}

calendar::Span hourly_span(Timestamp start, const calendar::UsEquities& calendar) {
  constexpr std::int64_t kHour = 3600 * fixed::kScale;
  const Timestamp end{(start.nanos / kHour + 1) * kHour};  // New York's offset is whole hours
  const auto session = calendar.session_on(calendar::to_new_york(start).date);
  if (!session || end <= session->open || session->close <= start) return {start, end};
  return {std::max(start, session->open), std::min(end, session->close)};
}

calendar::Span daily_span(Date date, const calendar::UsEquities& calendar) {
  if (const auto session = calendar.session_on(date)) return {session->open, session->close};
  return {calendar::from_new_york(date, 9h + 30min), calendar::from_new_york(date, 16h)};
}

}  // namespace belay::sim
