// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>

#include "core/calendar/new_york.hpp"
#include "core/calendar/us_options.hpp"
#include "sim/exchange/exchange_core.hpp"

namespace belay::sim {
namespace {

using namespace std::chrono_literals;

constexpr auto kGtcJob = 16h + 15min;  // alpaca.md 3.1: GTC cancels itself after 90 days, job at 16:15
constexpr std::chrono::days kGtcLife{90};

}  // namespace

void ExchangeCore::advance_to(Timestamp at) {
  while (next_boundary_ <= at) {
    now_ = std::max(now_, next_boundary_);
    next_boundary_ = boundary_after(now_);
    cross_boundary();
  }
  now_ = std::max(now_, at);
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
    for (const Timestamp candidate : {early, session.open, session.close, job, late}) {
      if (candidate > at) next = std::min(next, candidate);
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
  if (today && today->close == now_) {
    settle_expired_contracts();
    market_.close_session();
    for (auto& [number, ledger] : ledgers_) ledger.equity_at_close = equity(ledger);
  }
  release_queued();
}

bool ExchangeCore::is_trading(const Order& order) const {
  if (order.kind == InstrumentKind::crypto || calendar_.is_open(now_)) return true;
  return order.extended_hours && calendar_.is_extended_hours(now_);
}

/// Queued orders go live; they fill with the next price (alpaca.md 7, Core-only market/day orders).
void ExchangeCore::release_queued() {
  for (const std::size_t index : orders_.open()) {
    OrderRecord& record = orders_.at(index);
    if (record.order.status != OrderStatus::accepted || !is_trading(record.order)) continue;
    record.order.status = OrderStatus::fresh;
    touch(record);
    emit(OrderEventType::fresh, record);
  }
}

void ExchangeCore::expire_due() {
  for (const std::size_t index : orders_.open()) {
    OrderRecord& record = orders_.at(index);
    if (record.is_over()) continue;  // went with its group
    const Listing& listing = market_.listing(record.order.symbol);
    const auto& option = listing.asset.instrument.option;
    const bool contract_over = option && calendar::expiry_session(calendar_, option->expiration).close <= now_;
    if (contract_over || (record.order.expires_at && *record.order.expires_at <= now_)) {
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
  if (!order.extended_hours) return calendar_.session_of(now_).close;
  // A day order for extended hours lives to 20:00 (alpaca.md 7).
  const auto today = calendar_.extended_hours_on(calendar::to_new_york(now_).date);
  if (today && now_ < today->to) return today->to;
  return calendar_.extended_hours_on(calendar_.session_after(calendar::to_new_york(now_).date).date)->to;
}

}  // namespace belay::sim
