// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>

#include "core/calendar/new_york.hpp"
#include "sim/exchange/exchange_core.hpp"
#include "sim/exchange/option_hours.hpp"

namespace belay::sim {
namespace {

using namespace std::chrono_literals;

constexpr auto kGtcJob = 16h + 15min;  // alpaca.md 3.1: GTC cancels itself after 90 days, job at 16:15
constexpr std::chrono::days kGtcLife{90};
constexpr auto kAroundAuction = 1min;
constexpr Duration kLook = 5min;

}  // namespace

void ExchangeCore::advance_to(Timestamp at) {
  if (at > now_) remember_holdings();
  while (true) {
    const bool boundary_first = waking_.empty() || next_boundary_ <= waking_.begin()->first;
    const Timestamp next = boundary_first ? next_boundary_ : waking_.begin()->first;
    if (next > at) break;
    if (next > now_) remember_holdings();
    now_ = std::max(now_, next);
    if (boundary_first) {
      next_boundary_ = boundary_after(now_);
      cross_boundary();
    } else {
      OrderRecord& record = orders_.at(waking_.begin()->second);
      waking_.erase(waking_.begin());
      wake(record);
    }
  }
  if (at > now_) remember_holdings();
  now_ = std::max(now_, at);
  end_phantoms();
}

/// The moments at which something may happen by itself: early trading, open, close, the job after it, late trading's
/// end.
Timestamp ExchangeCore::boundary_after(Timestamp at) const {
  auto session = calendar_.first_session_on_or_after(calendar::to_new_york(at).date);
  while (true) {
    const auto extended = calendar_.extended_hours_on(session.date);
    const Timestamp early = extended ? extended->from : session.open;
    const Timestamp late = extended ? extended->to : session.close;
    const Timestamp job = calendar::from_new_york(session.date, kGtcJob);
    Timestamp next{INT64_MAX};
    for (const Timestamp candidate : {early, session.open, session.close, options_close(session, true), job, late}) {
      if (candidate > at) next = std::min(next, candidate);
    }
    for (Timestamp look = session.close - kLastHalfHour; look < session.close; look = look + kLook) {
      if (look > at) next = std::min(next, look);
    }
    if (next.nanos != INT64_MAX) return next;
    session = calendar_.session_after(session.date);
  }
}

void ExchangeCore::cross_boundary() {
  const auto today = calendar_.session_on(calendar::to_new_york(now_).date);
  const auto extended = today ? calendar_.extended_hours_on(today->date) : std::nullopt;
  if (extended && extended->from == now_) {
    market_.begin_new_day();
    for (auto& [number, ledger] : ledgers_) ledger.last_equity = ledger.equity_at_close;
  }
  expire_due();
  if (today && today->close - kLastHalfHour <= now_ && now_ < today->close) liquidate_before_expiry();
  if (today && options_close(*today, true) == now_) settle_expired_contracts();
  if (today && today->close == now_) {
    market_.close_session();
    settle_expired_contracts();
    for (auto& [number, ledger] : ledgers_) note_equity_at_close(ledger);
  }
  release_queued();
}

/// A worth that cannot be said in dollars leaves the last one that could.
void ExchangeCore::note_equity_at_close(Ledger& books) const {
  try {
    books.equity_at_close = equity(books);
  } catch (const Overflow&) {
  }
}

bool ExchangeCore::is_trading(const Order& order) const {
  if (order.kind == InstrumentKind::crypto) return true;
  if (order.time_in_force == TimeInForce::cls) {
    const auto session = calendar_.session_at(now_);
    return session && session->close - kAroundAuction <= now_;
  }
  if (calendar_.is_open(now_)) return true;
  if (order.late_close && options_trade(calendar_, now_, true)) return true;
  return order.extended_hours && calendar_.is_extended_hours(now_);
}

/// On paper an order for an auction is a usual one around it (alpaca.md 7, Simulated).
void ExchangeCore::wake_at_auction(const OrderRecord& record) {
  const Order& order = record.order;
  wake_at(*order.expires_at, record);
  if (order.time_in_force == TimeInForce::cls) wake_at(*order.expires_at - kAroundAuction, record);
}

/// Queued orders go live; they fill with the next price (alpaca.md 7, Core-only market/day orders).
void ExchangeCore::release_queued() {
  for (const std::size_t index : orders_.open()) {
    OrderRecord& record = orders_.at(index);
    if (record.role == GroupRole::leg) continue;  // goes with its order
    if (record.replacing || record.is_over()) continue;
    const auto today = calendar_.session_at(now_);
    if (record.order.status == OrderStatus::done_for_day && today && today->open == now_) go_on(record);
    if (record.order.status == OrderStatus::accepted && is_trading(record.order)) go_live(record);
  }
}

void ExchangeCore::expire_due() {
  for (const std::size_t index : orders_.open()) {
    OrderRecord& record = orders_.at(index);
    if (record.is_over() || record.replacing) continue;          // the first: went with its group
    const Listing* listing = market_.find(record.order.symbol);  // none of a multi-leg order's parent
    const auto option = listing == nullptr ? std::nullopt : listing->asset.instrument.option;
    const bool contract_over = option && end_of(calendar_, *option) <= now_;
    const OrderRecord& head = record.role == GroupRole::leg ? orders_.at(*record.parent) : record;
    const bool time_over = !head.stuck && record.order.expires_at && *record.order.expires_at <= now_;
    if (contract_over || time_over) {
      end_with_group(record, OrderStatus::expired);
    }
  }
}

std::optional<Timestamp> ExchangeCore::expiry_of(const Order& order) const {
  if (order.time_in_force == TimeInForce::gtc) {
    const std::chrono::sys_days created(calendar::to_new_york(now_).date);
    return calendar::from_new_york(created + kGtcLife, kGtcJob);
  }
  if (order.kind == InstrumentKind::crypto) return std::nullopt;  // immediate orders only
  if (order.time_in_force == TimeInForce::opg) return calendar_.next_open_after(now_).open + kAroundAuction;
  if (!order.extended_hours) {
    const auto today = calendar_.session_on(calendar::to_new_york(now_).date);
    if (today && order.late_close && now_ < options_close(*today, true)) return options_close(*today, true);
    return options_close(calendar_.session_of(now_), order.late_close);
  }
  // A day order for extended hours lives to 20:00 (alpaca.md 7).
  const auto today = calendar_.extended_hours_on(calendar::to_new_york(now_).date);
  if (today && now_ < today->to) return today->to;
  return calendar_.extended_hours_on(calendar_.session_after(calendar::to_new_york(now_).date).date)->to;
}

}  // namespace belay::sim
