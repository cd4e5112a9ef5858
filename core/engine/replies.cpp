// SPDX-License-Identifier: Apache-2.0
// What became of an order that was sent.
#include <algorithm>
#include <chrono>

#include "core/base/planted.hpp"
#include "core/engine/stepper.hpp"

namespace belay::engine {
namespace {

using namespace std::chrono_literals;
using Severity = action::RaiseAlert::Severity;

constexpr Duration kLongestRetry = 30s;
constexpr Duration kLongestTold = 2min;

Duration retry_distance(int refusals) {
  return std::min<Duration>(500ms * (1 << std::min(refusals - 1, 6)), kLongestRetry);
}

// Refusals leave no order behind; only the latest few are worth keeping, so that a lot that is refused for days stays
// small. The attempt numbers go on rising.
void forget_old_refusals(Lot& lot) {
  constexpr std::ptrdiff_t kKept = 5;
  const auto refused = [](const ExitOrder& o) { return o.status == OrderStatus::rejected && o.filled.is_zero(); };
  auto surplus = std::ranges::count_if(lot.exit_orders, refused) - kKept;
  std::erase_if(lot.exit_orders, [&](const ExitOrder& order) { return refused(order) && surplus-- > 0; });
}

}  // namespace

Lot* Stepper::lot_of(const ClientOrderId& client_id) {
  const auto parts = parse_exit_client_id(client_id);
  if (!parts) return nullptr;
  const auto found = state_.lots.find(parts->uid);
  return found == state_.lots.end() ? nullptr : &found->second;
}

ExitOrder* Stepper::exit_order_of(Lot& lot, const ClientOrderId& client_id) {
  const auto found = std::ranges::find(lot.exit_orders, client_id, &ExitOrder::client_id);
  return found == lot.exit_orders.end() ? nullptr : &*found;
}

void Stepper::on(const event::SubmitAccepted& event) {
  if (const auto guard = parse_guard_client_id(event.client_id)) return guard_accepted(*guard, event);
  Lot* lot = lot_of(event.client_id);
  if (lot == nullptr) return;
  lifecycle::Flight& flight = state_.flights[lot->uid];
  flight.submitting = false;
  const auto parts = parse_exit_client_id(event.client_id);
  absorb_exit_order(*lot, event.order, parts->attempt);
  advance(parts->uid);
}

// However an order came to nothing, the next one waits, longer each time: nothing is sent in a tight loop. The third of
// the same kind in a row changes the tactic, where another one may help.
void Stepper::pause_after_refusal(Lot& lot, const std::string& why, lifecycle::RefusalKind kind, Duration at_least) {
  lifecycle::Flight& flight = state_.flights[lot.uid];
  const lifecycle::Remedy remedy = lifecycle::remedy_of(kind);
  flight.same_refusals = kind == flight.last_kind ? flight.same_refusals + 1 : 1;
  flight.last_kind = kind;
  flight.last_refusal = why;
  ++flight.refusals;
  flight.retry_at =
      now_.steady + std::max({retry_distance(flight.refusals), remedy.pause, std::min(at_least, kLongestTold)});
  if (remedy.page && is_news(lot, "refused " + std::string(to_text(kind)))) {
    alert(Severity::critical, "order_failed", &lot,
          lot.instrument.symbol + " could not be closed: the broker says: " + why +
              ". Belay goes on trying at long intervals.");
  } else if (flight.refusals == lifecycle::kRefusalsBeforeAlert) {
    alert(Severity::critical, "order_failed", &lot,
          lot.instrument.symbol + " could not be closed: the broker refuses: " + why + ".");
  }
  if (flight.same_refusals >= lifecycle::kRefusalsBeforeAlert && remedy.other_tactic) change_tactic(lot, why);
}

void Stepper::change_tactic(Lot& lot, const std::string& why) {
  lifecycle::Flight& flight = state_.flights[lot.uid];
  flight.same_refusals = 0;
  flight.other_tactic = !flight.other_tactic;
  record(lot, EventType::order_update,
         {{"tactic", std::string(flight.other_tactic ? "the other one: market instead of limit, limit instead of market"
                                                     : "the usual one")},
          {"why", why}});
}

void Stepper::on(const event::SubmitRefused& event) {
  if (const auto guard = parse_guard_client_id(event.client_id)) return guard_refused(*guard, event);
  Lot* lot = lot_of(event.client_id);
  if (lot == nullptr) return;
  const LotUid uid = lot->uid;
  lifecycle::Flight& flight = state_.flights[uid];
  flight.submitting = false;
  ExitOrder* order = exit_order_of(*lot, event.client_id);
  if (order == nullptr) return;

  const lifecycle::RefusalKind kind = lifecycle::classify(event.http_status, event.code, event.message);
  // One with this id is there already. It is the one that was asked for.
  if (kind == lifecycle::RefusalKind::duplicate_id) {
    flight.asks = 0;
    advance(uid);
    return;
  }
  // The second order under an id that is refused tells nothing about the first one: that stays unknown.
  if (!lifecycle::is_over(*order) && (!flight.resent || planted(Bug::second_refusal_ends_first))) {
    order->status = OrderStatus::rejected;
    state_.broker.allowance[lot->instrument.symbol] += order->quantity - order->filled;
    lifecycle::note_unplaced(state_.sends, uid);
  }
  if (kind == lifecycle::RefusalKind::tick) flight.coarse_tick = true;
  pause_after_refusal(*lot, event.message, kind);
  record(*lot, EventType::order_failed,
         {{"reason", std::string(to_text(lot->exit ? lot->exit->reason : ExitReason::manual_close))},
          {"error", event.message},
          {"kind", std::string(to_text(kind))},
          {"code", event.code},
          {"client_order_id", event.client_id.text()}});
  forget_old_refusals(*lot);
  keep(*lot);
  if (planted(Bug::named_orders_cancelled)) {
    for (const OrderId& related : event.related_orders) emit(action::CancelOrder{uid, related});
  }
  heed_named(*lot, event.related_orders);
  ask_for_broker_read();
  advance(uid);
}

void Stepper::on(const event::SubmitNotSent& event) {
  if (const auto guard = parse_guard_client_id(event.client_id)) return guard_not_sent(*guard, event);
  Lot* lot = lot_of(event.client_id);
  if (lot == nullptr) return;
  lifecycle::Flight& flight = state_.flights[lot->uid];
  flight.submitting = false;
  const ExitOrder* order = exit_order_of(*lot, event.client_id);
  if (order == nullptr || order->status != OrderStatus::unknown || flight.not_found > 0) return;
  if (!flight.resent) {
    state_.broker.allowance[lot->instrument.symbol] += order->quantity;
    lifecycle::note_unplaced(state_.sends, lot->uid);
    std::erase_if(lot->exit_orders, [&](const ExitOrder& o) { return o.client_id == event.client_id; });
  }
  pause_after_refusal(*lot, event.why,
                      event.retry_after ? lifecycle::RefusalKind::rate_limited : lifecycle::RefusalKind::none,
                      event.retry_after.value_or(Duration{}));
  record(*lot, EventType::order_failed,
         {{"reason", std::string(to_text(lot->exit ? lot->exit->reason : ExitReason::manual_close))},
          {"error", "not sent: " + event.why}});
  keep(*lot);
  advance(lot->uid);
}

void Stepper::on(const event::SubmitUnknown& event) {
  if (const auto guard = parse_guard_client_id(event.client_id)) return guard_unknown(*guard, event);
  Lot* lot = lot_of(event.client_id);
  if (lot == nullptr) return;
  state_.flights[lot->uid].submitting = false;
  if (planted(Bug::unknown_means_refused)) exit_order_of(*lot, event.client_id)->status = OrderStatus::rejected;
  record(*lot, EventType::order_update,
         {{"client_order_id", event.client_id.text()}, {"status", std::string("unknown")}, {"why", event.why}});
  advance(lot->uid);
}

void Stepper::on(const event::OrderMissing& event) {
  if (const auto guard = parse_guard_client_id(event.client_id)) return guard_not_found(*guard);
  Lot* lot = lot_of(event.client_id);
  if (lot == nullptr) return;
  // Only about the order whose outcome is unknown: a late answer about an earlier attempt says nothing about this one.
  const ExitOrder* order = exit_order_of(*lot, event.client_id);
  if (order == nullptr || order->status != OrderStatus::unknown || !order->id.empty()) return;
  lifecycle::Flight& flight = state_.flights[lot->uid];
  ++flight.not_found;
  const auto end = nothing_arrives_after(*lot);
  if (end && *end <= now_.wall) {
    ++flight.not_found_after_end;
    if (!flight.ended_since) flight.ended_since = now_.steady;
  }
  if (planted(Bug::missing_means_dead)) exit_order_of(*lot, event.client_id)->status = OrderStatus::canceled;
  advance(lot->uid);
}

void Stepper::on(const event::TimerFired&) {
  for (const LotUid& uid : state_.deadlines.due(now_.wall)) {
    const auto lot = state_.lots.find(uid);
    if (lot != state_.lots.end()) check_now(lot->second);
  }
  end_pauses();
  look_again();
  heal_gap();
  tend_guards_in_work();
  advance_all();
  tell_if_stream_is_down();
  wake_for_deadlines();
  look_for_witnesses();
}

}  // namespace belay::engine
