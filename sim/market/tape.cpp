// SPDX-License-Identifier: Apache-2.0
#include "sim/market/tape.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/calendar/new_york.hpp"
#include "core/trading/instrument.hpp"

namespace belay::sim {
namespace {

constexpr Duration kMinute = std::chrono::minutes(1);
constexpr std::size_t kUntoldMinutes = 10'000;

/// Average price, cash, price variation, next day, seller's, odd lot, prior reference, derivatively priced, contingent,
/// qualified contingent, sold out of sequence, the official open and close (which repeat prints).
constexpr std::string_view kNotLast = "BCHIMNPQRUVWZ479";

Timestamp minute_of(Timestamp at) {
  const std::int64_t rest = ((at.nanos % kMinute.count()) + kMinute.count()) % kMinute.count();
  return {at.nanos - rest};
}

}  // namespace

bool is_last_price(std::string_view conditions) { return conditions.find_first_of(kNotLast) == std::string_view::npos; }

Timestamp midnight_before(Timestamp at) {
  return calendar::from_new_york(calendar::to_new_york(at).date, std::chrono::seconds(0));
}

const TapeTrade& Tape::trade(std::string_view symbol, Price price, Quantity size, Timestamp at,
                             std::string_view conditions) {
  Series& list = series(symbol);
  if (!list.trades.empty()) at = std::max(at, list.trades.back().at);
  list.trades.push_back({at, price, size, ++list.last_id, std::string(conditions)});
  ++used_.trades;
  if (is_last_price(conditions)) {
    list.last = list.trades.back();
    const Timestamp start = minute_of(at);
    if (list.minutes.empty() || list.minutes.back().start != start) {
      list.minutes.push_back({.start = start});
      ++used_.minutes;
      running_[start].emplace_back(symbol);
      if (running_.size() > kUntoldMinutes) running_.erase(running_.begin());
    }
    list.minutes.back().take(price, size);
    const Day& day = day_of(at);
    if (list.days.empty() || list.days.back().start != day.span.from) {
      list.days.push_back({.start = day.span.from});
      ++used_.days;
    }
    const bool in_session = day.session && day.session->contains(at);
    in_session ? list.days.back().take(price, size) : list.days.back().take_volume(price, size);
  }
  make_room(&Series::trades, used_.trades, room_.trades);
  make_room(&Series::minutes, used_.minutes, room_.minutes);
  make_room(&Series::days, used_.days, room_.days);
  return list.trades.back();
}

const TapeQuote& Tape::quote(std::string_view symbol, const BidAsk& prices, Timestamp at) {
  Series& list = series(symbol);
  if (!list.quotes.empty()) at = std::max(at, list.quotes.back().at);
  if (list.is_option && !list.quotes.empty()) {
    list.quotes.back() = {at, prices};
    return list.quotes.back();
  }
  list.quotes.push_back({at, prices});
  ++used_.quotes;
  make_room(&Series::quotes, used_.quotes, room_.quotes);
  return list.quotes.back();
}

const std::deque<TapeTrade>& Tape::trades(std::string_view symbol) const { return find(symbol).trades; }
const std::deque<TapeQuote>& Tape::quotes(std::string_view symbol) const { return find(symbol).quotes; }
const std::deque<Bar>& Tape::minutes(std::string_view symbol) const { return find(symbol).minutes; }
const std::deque<Bar>& Tape::days(std::string_view symbol) const { return find(symbol).days; }

const TapeTrade* Tape::last_trade(std::string_view symbol) const {
  const auto& last = find(symbol).last;
  return last ? &*last : nullptr;
}

const TapeQuote* Tape::last_quote(std::string_view symbol) const {
  const auto& all = find(symbol).quotes;
  return all.empty() ? nullptr : &all.back();
}

std::vector<Tape::Ended> Tape::take_ended_minutes(Timestamp now) {
  std::vector<Ended> ended;
  while (!running_.empty() && running_.begin()->first + kMinute <= now) {
    auto [start, symbols] = *running_.begin();
    running_.erase(running_.begin());
    std::ranges::sort(symbols);
    for (const std::string& symbol : symbols) {
      const auto& bars = find(symbol).minutes;
      const auto bar = std::ranges::lower_bound(bars, start, {}, &Bar::start);
      if (bar != bars.end() && bar->start == start) ended.push_back({symbol, *bar});
    }
  }
  return ended;
}

Tape::Series& Tape::series(std::string_view symbol) {
  const auto found = series_.find(symbol);
  if (found != series_.end()) return found->second;
  Series& made = series_[std::string(symbol)];
  made.is_option = instrument_of(symbol).is_option();
  return made;
}

const Tape::Series& Tape::find(std::string_view symbol) const {
  static const Series kNothing;
  const auto found = series_.find(symbol);
  return found == series_.end() ? kNothing : found->second;
}

const Tape::Day& Tape::day_of(Timestamp at) {
  if (!day_.span.contains(at)) {
    const Date date = calendar::to_new_york(at).date;
    const Date next(std::chrono::sys_days(date) + std::chrono::days(1));
    day_.span = {calendar::from_new_york(date, std::chrono::seconds(0)),
                 calendar::from_new_york(next, std::chrono::seconds(0))};
    day_.session = calendar_.session_on(date);
  }
  return day_;
}

/// The one that has just got something keeps its latest.
template <class T>
void Tape::make_room(std::deque<T> Series::* list, std::size_t& count, std::size_t room) {
  if (count <= room) return;
  const auto largest =
      std::ranges::max_element(series_, {}, [list](const auto& named) { return (named.second.*list).size(); });
  std::deque<T>& all = largest->second.*list;
  const auto half = static_cast<std::ptrdiff_t>(all.size() / 2);
  all.erase(all.begin(), all.begin() + half);
  count -= static_cast<std::size_t>(half);
}

}  // namespace belay::sim
