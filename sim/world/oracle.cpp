// SPDX-License-Identifier: Apache-2.0
#include "sim/world/oracle.hpp"

#include <algorithm>
#include <chrono>

#include "core/calendar/new_york.hpp"
#include "core/calendar/us_options.hpp"

namespace belay::world {
namespace {

using namespace std::chrono_literals;

// Basis points of `whole` that `part` makes.
std::int64_t share(Price part, Price whole) { return fixed::multiply_divide(part.nanos(), 10'000, whole.nanos()); }

bool is_sound(const Quote& quote, bool option) {
  if (!quote.bid.is_positive() || !quote.ask.is_positive() || quote.bid > quote.ask) return false;
  const Price spread = quote.ask - quote.bid;
  const Price middle = belay::middle(quote.bid, quote.ask);
  if (option && spread <= 0.10_price) return true;
  return share(spread, middle) <= (option ? 3'000 : 1'000);
}

bool is_far(Price price, Price from, std::int64_t band) { return share((price - from).magnitude(), from) > band; }

// A print that a sound quote contradicts.
bool is_odd(const MarketPrices& prices, Timestamp open) {
  if (!prices.trade || !prices.quote || !is_sound(*prices.quote, false) || prices.quote->as_of < open) return false;
  return is_far(prices.trade->price, belay::middle(prices.quote->bid, prices.quote->ask), 1'000);
}

// What the lot's levels are prices of.
std::string level_symbol(const Execution& wanted) {
  const bool own = wanted.price_domain == PriceDomain::instrument || !wanted.instrument.option;
  return own ? wanted.instrument.symbol : sim::underlying_of(*wanted.instrument.option);
}

// Whether it loses when that falls.
bool is_long_in_levels(const Execution& wanted) {
  const bool is_long = wanted.direction == Direction::long_;
  const bool own = wanted.price_domain == PriceDomain::instrument || !wanted.instrument.option;
  return own || wanted.instrument.option->is_call ? is_long : !is_long;
}

}  // namespace

void Oracle::delivered(const Account& account) {
  // The process has a measure of its own besides; a tenth may lie between the two.
  if (!loss_limit_ || !account.last_equity) return;
  const Money lost = *account.last_equity - account.equity;
  may_be_lost_ = may_be_lost_ || lost >= Money::from_nanos(loss_limit_->nanos() / 10 * 9);
}

void Oracle::delivered(const std::vector<MarketPrices>& prices, Timestamp now) {
  for (const MarketPrices& one : prices) {
    Feed& feed = feeds_[one.symbol];
    const bool option = instrument_of(one.symbol).is_option();
    const bool sound = one.quote && is_sound(*one.quote, option);
    if (one.quote) feed.quoted_at = one.quote->as_of;
    if (sound) feed.unsound_since.reset();
    if (!sound && one.quote && !feed.unsound_since) feed.unsound_since = one.quote->as_of;
    for (std::size_t lot = 0; lot < witness_->lots().size(); ++lot) {
      if (level_symbol(witness_->lots()[lot].wanted) == one.symbol) judge(lot, one, feed, now);
    }
    if (one.trade && is_odd(one, one.trade->as_of - 24h)) feed.odd = one.trade;
    if (sound) feed.good = belay::middle(one.quote->bid, one.quote->ask);
  }
}

// An earlier print went about as far, and no quote of later contradicts both.
bool Oracle::is_seconded(const Trade& print, const Feed& feed, Timestamp now) const {
  const auto session = exchange_->calendar().session_at(now);
  return feed.odd && feed.odd->as_of < print.as_of && session && feed.odd->as_of >= session->open && feed.quoted_at &&
         now - *feed.quoted_at > 15min;
}

void Oracle::judge(std::size_t lot, const MarketPrices& prices, const Feed& feed, Timestamp now) {
  const Execution& wanted = witness_->lots()[lot].wanted;
  const auto session = exchange_->calendar().session_at(now);
  if (!session || witness_->lots()[lot].foreign || !witness_->lots()[lot].entered.is_positive()) return;
  const bool option = instrument_of(prices.symbol).is_option();
  const bool is_long = is_long_in_levels(wanted);
  const auto stops = [&](Price price) {
    return wanted.stop_loss && (is_long ? price <= *wanted.stop_loss : price >= *wanted.stop_loss);
  };
  const auto takes = [&](Price price) {
    return wanted.take_profit && (is_long ? price >= *wanted.take_profit : price <= *wanted.take_profit);
  };
  const bool sound = prices.quote && is_sound(*prices.quote, option) && prices.quote->as_of >= session->open;
  std::optional<Price> exit_side;
  if (prices.quote) exit_side = is_long ? prices.quote->bid : prices.quote->ask;
  if (exit_side && !exit_side->is_positive()) exit_side.reset();
  const bool lasting = feed.unsound_since && prices.quote && prices.quote->as_of - *feed.unsound_since >= 25s;

  Touched& touched = touched_[lot];
  const TrueLot& one = witness_->lots()[lot];
  const auto better = [&](std::optional<Price>& best, Price price) {
    best = !best ? price : is_long ? std::max(*best, price) : std::min(*best, price);
  };
  const auto allow = [&](Price price) {
    better(touched.best, price);
    touched.may_stop = touched.may_stop || stops(price) || is_trailed(one, price, *touched.best, false);
    touched.may_take = touched.may_take || takes(price);
    touched.may_part = touched.may_part || wanted.terms.scale_out.has_value();
  };
  if (exit_side && (sound || lasting)) allow(*exit_side);
  std::optional<Price> print;
  if (!option && prices.trade && prices.trade->as_of >= session->open) print = prices.trade->price;
  if (print && (!is_odd(prices, session->open) || is_seconded(*prices.trade, feed, now))) allow(*print);

  // Beyond any doubt: fresh, sound, near the last one, print and quote of one mind.
  const bool fresh_quote = sound && now - prices.quote->as_of <= 30s;
  const bool fresh_print = option || (print && now - prices.trade->as_of <= 30s);
  if (!fresh_quote || !fresh_print || !feed.good || exchange_->is_halted(prices.symbol)) return;
  if (witness_->lots()[lot].was_split || is_far(*exit_side, *feed.good, option ? 2'000 : 500)) return;
  const bool both = option ? stops(*exit_side) || takes(*exit_side)
                           : (stops(*exit_side) && stops(*print)) || (takes(*exit_side) && takes(*print));
  const bool sane = !wanted.stop_loss || !wanted.take_profit ||
                    (is_long ? *wanted.stop_loss < *wanted.take_profit : *wanted.stop_loss > *wanted.take_profit);
  if (!one.has_row || now - one.row_at < 150s) return;  // what is adopted meanwhile is only watched
  if (both && sane && !touched.must) touched.must = now;
  better(touched.certain_best, *exit_side);
  if (sane && is_trailed(one, *exit_side, *touched.certain_best, true) && !touched.must) touched.must = now;
}

std::optional<Price> Oracle::entry_price(const TrueLot& lot) const {
  const auto entry = witness_->orders().find(lot.entry);
  return entry == witness_->orders().end() ? std::nullopt : entry->second.order.filled_average;
}

// Trails, breakeven and locked gains: a stop that follows the best price. Strictly: beyond it by a tenth of a percent.
bool Oracle::is_trailed(const TrueLot& lot, Price price, Price best, bool strictly) const {
  const Terms& terms = lot.wanted.terms;
  const auto entry = entry_price(lot);
  if (!entry) return false;
  const bool is_long = lot.wanted.direction == Direction::long_;
  const Price slack = Price::from_nanos(entry->nanos() / 1000);
  // Where it filled in parts, Belay may have begun at the price of any.
  Price top = best;
  for (const TrueFill& fill : witness_->fills()) {
    if (!strictly && fill.order == lot.entry) top = is_long ? std::max(top, fill.price) : std::min(top, fill.price);
  }
  if (!strictly) top = is_long ? std::max(top, *entry) : std::min(top, *entry);
  const Price gain = is_long ? top - *entry : *entry - top;
  const auto part_of = [](Price whole, Percent percent) {
    return Price::from_nanos(fixed::multiply_divide(whole.nanos(), percent.nanos(), 100 * fixed::kScale));
  };
  const auto has_gained = [&](Percent by) { return (strictly ? gain - slack : gain + slack) >= part_of(*entry, by); };
  const auto is_beyond = [&](Price level) {
    const Price edge = strictly == is_long ? level - slack : level + slack;
    return is_long ? price <= edge : price >= edge;
  };
  const auto below_top = [&](Price by) { return is_long ? top - by : top + by; };
  if (terms.trail_percent && (!terms.trail_activation || has_gained(*terms.trail_activation)) &&
      is_beyond(below_top(part_of(top, *terms.trail_percent)))) {
    return true;
  }
  if (terms.breakeven_at && has_gained(*terms.breakeven_at) && is_beyond(*entry)) return true;
  if (!terms.profit_lock_at || !terms.profit_lock_keep || !has_gained(*terms.profit_lock_at)) return false;
  return is_beyond(below_top(gain - part_of(gain, *terms.profit_lock_keep)));
}

void Oracle::process_died() {
  for (auto& [lot, touched] : touched_) touched.certain_best.reset();
}

// The moment from which a rule of time asks for the lot.
std::optional<Timestamp> Oracle::time_rule(const TrueLot& lot, Timestamp entered, bool strictly) const {
  const Execution& wanted = lot.wanted;
  const auto& calendar = exchange_->calendar();
  std::optional<Timestamp> due;
  const auto sooner = [&](Timestamp at) { due = due ? std::min(*due, at) : at; };
  if (!lot.foreign && wanted.max_hold_minutes) sooner(entered + std::chrono::minutes(*wanted.max_hold_minutes));
  const calendar::Session own = calendar.session_of(entered);
  const bool day_trade = !lot.foreign && wanted.strategy == Strategy::day_trade;
  if (day_trade) sooner(own.close - 5min);
  if (wanted.instrument.option) {
    const calendar::Session last = calendar::expiry_session(calendar, wanted.instrument.option->expiration);
    const Timestamp early = calendar.session_before(last.date).open;
    // Before upstream's row is there, nobody knows that it is a day trade.
    sooner(day_trade && strictly && entered >= early ? last.close - 60min : early);
  }
  return due;
}

std::string Oracle::why_may_leave(std::size_t lot) const {
  const TrueLot& one = witness_->lots()[lot];
  const auto touched = touched_.find(lot);
  if (touched != touched_.end() && touched->second.may_stop) return "stop_loss";
  if (touched != touched_.end() && touched->second.may_take) return "take_profit";
  if (touched != touched_.end() && touched->second.may_part) return "scale_out";
  const auto due = time_rule(one, std::min(one.wanted.entry_time, one.entered_at), false);
  if (due && *due <= latest_wall_) return "time";
  if (may_be_lost_) return "account_loss_limit";
  const auto entry = witness_->orders().find(one.entry);
  const bool cut_short = entry != witness_->orders().end() && is_terminal(entry->second.order.status) &&
                         entry->second.order.status != OrderStatus::filled;
  if (one.wanted.bracket_expected && (cut_short || broken_brackets_.contains(lot))) return "missing_brackets";
  for (const LotUid& uid : one.uids) {
    if (named_by_hand_.contains(uid)) return "manual_close";
  }
  return {};
}

std::optional<Timestamp> Oracle::must_leave_since(std::size_t lot, Timestamp now) const {
  const TrueLot& one = witness_->lots()[lot];
  std::optional<Timestamp> since;
  const auto touched = touched_.find(lot);
  if (touched != touched_.end()) since = touched->second.must;
  auto due = time_rule(one, one.entered_at, true);
  // A holding of yesterday's may be overdue when its row is written: nobody knows its terms before. What the stream has
  // read between two passes is judged by the next one.
  if (due && one.has_row) due = std::max(*due, one.row_at);
  if (due && *due <= now && !one.foreign) since = since ? std::min(*since, *due) : *due;
  for (const LotUid& uid : one.uids) {
    const auto closed = closed_by_hand_.find(uid);
    if (closed != closed_by_hand_.end()) since = since ? std::min(*since, closed->second) : closed->second;
  }
  return since;
}

void Oracle::person_closes(const LotUid& uid, bool wholly, Timestamp now) {
  named_by_hand_.insert(uid);
  if (wholly) closed_by_hand_.try_emplace(uid, now);
}

}  // namespace belay::world
