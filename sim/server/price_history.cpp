// SPDX-License-Identifier: Apache-2.0
#include "sim/server/price_history.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "core/calendar/new_york.hpp"

namespace belay::sim {
namespace {

constexpr Duration kMinute = std::chrono::minutes(1);
using Kind = CorporateAction::Kind;

}  // namespace

std::vector<ExecutedAction> effective_actions(const Exchange& exchange) {
  std::vector<ExecutedAction> all = exchange.executed_actions();
  std::vector<ExecutedAction> executed = all;  // each makes up for one announcement, made for that day or before
  for (const CorporateAction& action : exchange.corporate_actions()) {
    const Timestamp at = calendar::from_new_york(action.ex_date, std::chrono::seconds(0));
    const auto done = std::ranges::find_if(executed, [&](const ExecutedAction& one) {
      return one.action.kind == action.kind && one.action.symbol == action.symbol &&
             one.action.ex_date >= action.ex_date;
    });
    if (done != executed.end()) {
      executed.erase(done);
    } else if (at <= exchange.now()) {
      all.push_back({at, action});
    }
  }
  std::ranges::stable_sort(all, {}, &ExecutedAction::at);
  return all;
}

PriceHistory::PriceHistory(const Exchange& exchange, const Tape& tape, std::string symbol, std::optional<Date> as_of)
    : tape_(&tape), actions_(effective_actions(exchange)) {
  names_.push_back({std::move(symbol), std::nullopt, std::nullopt});
  if (!as_of) return;
  const Date next(std::chrono::sys_days(*as_of) + std::chrono::days(1));
  const Timestamp end_of_day = calendar::from_new_york(next, std::chrono::seconds(0));
  go_back(end_of_day);
  go_on(end_of_day);
}

void PriceHistory::go_back(Timestamp bound) {
  for (auto action = actions_.rbegin(); action != actions_.rend(); ++action) {
    const bool named_so = action->action.kind == Kind::rename && action->action.new_symbol == names_.front().symbol;
    if (!named_so || action->at >= bound) continue;
    names_.front().from = action->at;
    names_.insert(names_.begin(), Name{action->action.symbol, std::nullopt, action->at});
  }
}

void PriceHistory::go_on(Timestamp bound) {
  for (const ExecutedAction& action : actions_) {
    if (action.action.kind != Kind::rename || action.action.symbol != names_.back().symbol || action.at < bound)
      continue;
    names_.back().to = action.at;
    names_.push_back(Name{action.action.new_symbol, action.at, std::nullopt});
  }
}

std::vector<TapeTrade> PriceHistory::trades(Timestamp first, Timestamp last) const {
  std::vector<TapeTrade> all;
  for (const Name& name : names_) {
    const auto& ticks = tape_->trades(name.symbol);
    const auto from = std::ranges::lower_bound(ticks, first, {}, &TapeTrade::at);
    std::copy_if(from, std::ranges::upper_bound(ticks, last, {}, &TapeTrade::at), std::back_inserter(all),
                 [&](const TapeTrade& trade) { return name.covers(trade.at); });
  }
  return all;
}

std::vector<TapeQuote> PriceHistory::quotes(Timestamp first, Timestamp last) const {
  std::vector<TapeQuote> all;
  for (const Name& name : names_) {
    const auto& ticks = tape_->quotes(name.symbol);
    const auto from = std::ranges::lower_bound(ticks, first, {}, &TapeQuote::at);
    std::copy_if(from, std::ranges::upper_bound(ticks, last, {}, &TapeQuote::at), std::back_inserter(all),
                 [&](const TapeQuote& quote) { return name.covers(quote.at); });
  }
  return all;
}

std::vector<Bar> PriceHistory::bars(const Timeframe& timeframe, bool adjusted_for_splits, Timestamp now) const {
  std::vector<Bar> all;
  for (const Name& name : names_) {
    const auto& source = timeframe.is_intraday() ? tape_->minutes(name.symbol) : tape_->days(name.symbol);
    for (const Bar& bar : source) {
      // Of the day of a rename each name has a part, and the day begins before either.
      const bool is_first_day = !timeframe.is_intraday() && name.from && midnight_before(*name.from) == bar.start;
      if (!is_first_day && !name.covers(bar.start)) continue;
      if (timeframe.is_intraday() && now < bar.start + kMinute) continue;
      all.push_back(adjusted_for_splits ? adjusted(bar, !timeframe.is_intraday()) : bar);
    }
  }
  return aggregate(all, timeframe);
}

/// By every split since. One counts from the day on which it was carried out, before that day's first price.
Bar PriceHistory::adjusted(const Bar& bar, bool is_day) const {
  Bar out = bar;
  for (const ExecutedAction& action : actions_) {
    const Timestamp from = is_day ? midnight_before(action.at) : action.at;
    const bool concerns = std::ranges::any_of(
        names_, [&](const Name& name) { return name.symbol == action.action.symbol && name.covers(action.at); });
    if (action.action.kind != Kind::split || !concerns || from <= bar.start) continue;
    out = out.rescaled(action.action.new_rate.nanos(), action.action.old_rate.nanos());
  }
  return out;
}

}  // namespace belay::sim
