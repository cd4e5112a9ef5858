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

// However an order came to nothing, the next one waits, longer each time: nothing is sent in a tight loop.
void Stepper::pause_after_refusal(const Lot& lot, const std::string& why) {
  lifecycle::Flight& flight = state_.flights[lot.uid];
  ++flight.refusals;
  flight.last_refusal = why;
  flight.retry_at = now_.steady + retry_distance(flight.refusals);
  if (flight.refusals != lifecycle::kRefusalsBeforeAlert) return;
  alert(Severity::critical, "order_failed", &lot,
        lot.instrument.symbol + " could not be closed: the broker refuses: " + why + ".");
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

  // "client_order_id must be unique": one with this id is there already. It is the one that was asked for.
  constexpr std::int64_t kInvalidRequest = 40010001;
  if (event.code == kInvalidRequest && event.message.find("unique") != std::string::npos) {
    flight.asks = 0;
    advance(uid);
    return;
  }
  // The second order under an id that is refused tells nothing about the first one: that stays unknown.
  if (!is_terminal(order->status) && (!flight.resent || planted(Bug::second_refusal_ends_first))) {
    order->status = OrderStatus::rejected;
    state_.broker.allowance[lot->instrument.symbol] += order->quantity - order->filled;
  }
  pause_after_refusal(*lot, event.message);
  record(*lot, EventType::order_failed,
         {{"reason", std::string(to_text(lot->exit ? lot->exit->reason : ExitReason::manual_close))},
          {"error", event.message},
          {"code", event.code},
          {"client_order_id", event.client_id.text()}});
  forget_old_refusals(*lot);
  keep(*lot);
  for (const OrderId& related : event.related_orders) {
    if (planted(Bug::named_orders_cancelled)) emit(action::CancelOrder{uid, related});
    emit(action::LookAtOrder{related});
  }
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
    std::erase_if(lot->exit_orders, [&](const ExitOrder& o) { return o.client_id == event.client_id; });
  }
  pause_after_refusal(*lot, event.why);
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
  ++state_.flights[lot->uid].not_found;
  if (planted(Bug::missing_means_dead)) exit_order_of(*lot, event.client_id)->status = OrderStatus::canceled;
  advance(lot->uid);
}

void Stepper::on(const event::TimerFired&) {
  for (const LotUid& uid : state_.deadlines.due(now_.wall)) {
    const auto lot = state_.lots.find(uid);
    if (lot != state_.lots.end()) check_guarded(lot->second);
  }
  look_again();
  heal_gap();
  tend_guards_in_work();
  advance_all();
  tell_if_stream_is_down();
  wake_for_deadlines();
  look_for_witnesses();
}

}  // namespace belay::engine
