// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/calendar/us_equities.hpp"
#include "sim/market/price_point.hpp"

namespace belay::sim {

struct Ohlc {
  Price open;
  Price high;
  Price low;
  Price close;
};

struct TradeBar {
  std::string symbol;
  calendar::Span span;
  Ohlc prices;
  Quantity volume;
};

struct QuoteBar {
  std::string symbol;
  calendar::Span span;
  std::optional<Ohlc> bid;  ///< absent: nobody bid
  std::optional<Ohlc> ask;
  Quantity bid_size;
  Quantity ask_size;
};

/// A bar as four points in time, as replay.hpp describes; appended to `points`.
void unfold(const TradeBar& bar, std::vector<PricePoint>& points);
void unfold(const QuoteBar& bar, std::vector<PricePoint>& points);

/// The stretch of a stock's hourly bar that starts at `start`: to the next full hour, within the session it touches.
calendar::Span hourly_span(Timestamp start, const calendar::UsEquities& calendar);
/// The stretch of a daily bar: the session of that date; 09:30 to 16:00 where the calendar knows of none.
calendar::Span daily_span(Date date, const calendar::UsEquities& calendar);

}  // namespace belay::sim
