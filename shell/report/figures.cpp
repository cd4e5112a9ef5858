// SPDX-License-Identifier: Apache-2.0
#include "shell/report/figures.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "core/calendar/new_york.hpp"
#include "core/calendar/us_equities.hpp"

namespace belay::report {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

// An exit that waited over a long weekend was triggered before the days in question.
constexpr Duration kLongestWait = days(10);

std::optional<Ratio> rate(std::int64_t part, std::int64_t whole) {
  if (whole <= 0) return std::nullopt;
  return Ratio::from_nanos(fixed::multiply_divide(part, fixed::kScale, whole));
}

/// An absurd number in a row that anybody may have edited spoils no other figure.
bool add(Money& sum, Money more) {
  try {
    sum += more;
    return true;
  } catch (const Overflow&) {
    return false;
  }
}

struct Within {
  Timestamp from;
  Timestamp to;
  bool operator()(Timestamp at) const { return from <= at && at < to; }
};

Trade trade_of(const ArchivedLot& kept) {
  const Lot& lot = kept.lot;
  return {.id = lot.id,
          .account = lot.account,
          .symbol = lot.instrument.symbol,
          .direction = lot.direction,
          .strategy = lot.strategy,
          .reason = lot.close_reason.value_or(ExitReason::external_close),
          .quantity = lot.original_quantity,
          .entry_price = lot.entry_price,
          .exit_price = lot.exit_price,
          .entry_time = lot.entry_time,
          .closed_at = *lot.closed_at,
          .result = lot.realised_result,
          .fees = kept.fees};
}

/// What made an order of the lot be sent: the latest beginning of an exit before it.
struct Cause {
  ExitReason reason = ExitReason::manual_close;
  Timestamp at;
  std::optional<Price> price;
};

std::optional<Cause> cause_of(const Lot& lot, const ExitOrder& order, const std::vector<ExitTrigger>& triggers) {
  std::optional<Cause> cause;
  for (const ExitTrigger& trigger : triggers) {
    if (trigger.lot == lot.uid && trigger.at <= order.sent_at) cause = {trigger.reason, trigger.at, trigger.price};
  }
  // The lot itself remembers its last exit, in full.
  const bool knows = lot.exit && lot.exit->triggered_at <= order.sent_at;
  if (knows && (!cause || lot.exit->triggered_at >= cause->at)) {
    cause = {lot.exit->reason, lot.exit->triggered_at, lot.exit->trigger_price};
  }
  return cause;
}

std::optional<Duration> time_taken(const Cause& cause, const ExitOrder& order) {
  if (!order.filled_at) return std::nullopt;
  const auto session = calendar::UsEquities().session_at(*order.filled_at);
  const Timestamp from = session ? std::max(cause.at, session->open) : cause.at;
  return std::max(*order.filled_at - from, Duration{});
}

void count_slippage(Departure& departure, const Lot& lot) {
  if (!departure.trigger_price) return;
  try {
    departure.slippage = lot.is_long() ? *departure.trigger_price - departure.fill_price
                                       : departure.fill_price - *departure.trigger_price;
    departure.cost = notional(*departure.slippage, departure.quantity, lot.multiplier);
  } catch (const Overflow&) {
    departure.slippage.reset();
    departure.cost.reset();
  }
}

void take_departures(const Lot& lot, const std::vector<ExitTrigger>& triggers, const Within& within, Figures& out) {
  for (const ExitOrder& order : lot.exit_orders) {
    const Timestamp at = order.filled_at.value_or(order.sent_at);
    if (!order.filled.is_positive() || !order.filled_average || !within(at)) continue;
    Departure departure{.account = lot.account,
                        .symbol = lot.instrument.symbol,
                        .quantity = order.filled,
                        .at = at,
                        .fill_price = *order.filled_average};
    if (const auto cause = cause_of(lot, order, triggers)) {
      departure.reason = cause->reason;
      departure.trigger_price = cause->price;
      departure.took = time_taken(*cause, order);
      count_slippage(departure, lot);
    }
    out.departures.push_back(std::move(departure));
  }
}

void count_trades(Figures& out) {
  std::ranges::stable_sort(out.trades, {}, &Trade::closed_at);
  std::map<Date, Tally> by_day;
  const calendar::UsEquities calendar;
  for (Date day = out.days.first; day <= out.days.last; day = sys_days(day) + days(1)) {
    if (calendar.session_on(day)) by_day[day];
  }
  Duration held{};
  out.closed = static_cast<std::int64_t>(out.trades.size());
  for (const Trade& trade : out.trades) {
    Tally& reason = out.by_reason[trade.reason];
    Tally& day = by_day[calendar::to_new_york(trade.closed_at).date];
    ++reason.count;
    ++day.count;
    held += trade.held() / out.closed;  // of each its share: the sum of many long ones would not fit
    if (trade.fees) {
      if (!out.fees) out.fees = Money();
      add(*out.fees, *trade.fees);
    }
    if (!trade.result || !add(out.result, *trade.result)) continue;
    ++out.results;
    if (trade.result->is_positive()) ++out.wins;
    add(reason.result, *trade.result);
    add(day.result, *trade.result);
  }
  out.by_day.assign(by_day.begin(), by_day.end());
  if (out.closed > 0) out.average_hold = held;
  out.win_rate = rate(out.wins, out.results);
  const auto targets = out.by_reason.find(ExitReason::take_profit);
  out.take_profit_rate = rate(targets == out.by_reason.end() ? 0 : targets->second.count, out.closed);
}

void count_departures(Figures& out) {
  std::ranges::stable_sort(out.departures, {}, &Departure::at);
  std::vector<Duration> times;
  for (const Departure& departure : out.departures) {
    if (departure.took) times.push_back(*departure.took);
    if (!departure.cost) continue;
    if (!out.slippage_cost) out.slippage_cost = Money();
    add(*out.slippage_cost, *departure.cost);
  }
  if (times.empty()) return;
  std::ranges::sort(times);
  out.trigger_to_fill_half = times[(times.size() - 1) / 2];
  out.trigger_to_fill_worst = times.back();
}

void count_passes(const std::vector<PassDay>& passes, Figures& out) {
  for (const PassDay& day : passes) {
    if (day.day < out.days.first || day.day > out.days.last) continue;
    out.passes += day.passes;
    out.longest_pass_ms = std::max(out.longest_pass_ms, day.longest_ms);
    for (const PassNumber& number : kPassNumbers) out.sums.*number.member += day.sums.*number.member;
  }
  if (out.passes > 0) out.average_pass_ms = out.sums.duration_ms / out.passes;
  out.check_rate = rate(out.sums.checked, out.sums.positions);
  out.price_rate = rate(out.sums.priced, out.sums.positions);
  out.guard_rate = rate(out.sums.guards_verified, out.sums.guards_expected);
}

}  // namespace

Timestamp Days::from() const { return calendar::from_new_york(first, std::chrono::seconds(0)); }
Timestamp Days::to() const { return calendar::from_new_york(sys_days(last) + days(1), std::chrono::seconds(0)); }

Money Figures::net() const {
  Money sum = result;
  if (fees) add(sum, -*fees);
  return sum;
}

StoreResult<Material> gather(Archive& archive, const std::string& account, Days days) {
  Material material;
  auto lots = archive.lots({account, days.from(), days.to()});
  if (!lots) return std::unexpected(lots.error());
  material.lots = std::move(*lots);
  auto triggers = archive.exit_triggers({account, days.from() - kLongestWait, days.to()});
  if (!triggers) return std::unexpected(triggers.error());
  material.triggers = std::move(*triggers);
  auto passes = archive.pass_days(account, days.first, days.last);
  if (!passes) return std::unexpected(passes.error());
  material.passes = std::move(*passes);
  return material;
}

Figures figures(const Material& material, const std::string& account, Days days) {
  Figures out{.account = account, .days = days};
  const Within within{days.from(), days.to()};
  const auto is_asked = [&](const std::string& whose) { return account.empty() || whose == account; };
  for (const ArchivedLot& kept : material.lots) {
    const Lot& lot = kept.lot;
    if (!is_asked(lot.account)) continue;
    if (within(lot.entry_time)) ++out.opened;
    if (lot.status != LotStatus::closed) ++out.still_open;
    if (lot.status == LotStatus::closed && lot.closed_at && within(*lot.closed_at))
      out.trades.push_back(trade_of(kept));
    take_departures(lot, material.triggers, within, out);
  }
  count_trades(out);
  count_departures(out);
  std::vector<PassDay> passes;
  std::ranges::copy_if(material.passes, std::back_inserter(passes),
                       [&](const PassDay& day) { return is_asked(day.account); });
  count_passes(passes, out);
  return out;
}

std::vector<std::string> accounts_of(const Material& material) {
  std::set<std::string> names;
  for (const ArchivedLot& kept : material.lots) names.insert(kept.lot.account);
  for (const PassDay& day : material.passes) names.insert(day.account);
  return {names.begin(), names.end()};
}

}  // namespace belay::report
