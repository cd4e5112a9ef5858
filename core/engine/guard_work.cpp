// SPDX-License-Identifier: Apache-2.0
// Keeping the promise that what rests for a lot is what is held of it: from the table's decision to the order.
#include <algorithm>
#include <chrono>

#include "core/base/planted.hpp"
#include "core/engine/stepper.hpp"

namespace belay::engine {
namespace {

using namespace std::chrono_literals;
using Severity = action::RaiseAlert::Severity;
using lifecycle::GuardDecision;

constexpr std::size_t kOrdersKept = 5;

std::string kind_of(const GuardOrder& order) {
  return order.stop && order.target ? "oco" : order.stop ? "stop" : "limit";
}

}  // namespace

void Stepper::tend_all_guards() {
  std::vector<LotUid> uids;
  for (const auto& [uid, lot] : state_.lots) {
    if (state_.checks.contains(uid)) uids.push_back(uid);  // judged first: it may have to leave
  }
  for (const LotUid& uid : uids) tend_guards(uid);
}

// Between the sweeps only those that something is going on with.
void Stepper::tend_guards_in_work() {
  std::vector<LotUid> uids;
  for (const auto& [uid, decision] : state_.guard_decisions) {
    const lifecycle::GuardMove& move = decision.move;
    const auto* wait = std::get_if<lifecycle::AwaitGuards>(&move);
    const auto* stuck = std::get_if<lifecycle::GuardStuck>(&move);
    const bool done =
        std::holds_alternative<lifecycle::LeaveGuards>(move) || std::holds_alternative<lifecycle::GuardsRest>(move);
    const bool later =
        (wait != nullptr && now_.steady < wait->until) || (stuck != nullptr && now_.steady < stuck->until);
    if (!done && !later) uids.push_back(uid);
  }
  for (const LotUid& uid : uids) tend_guards(uid);
}

void Stepper::tend_guards(const LotUid& uid) {
  const auto found = state_.lots.find(uid);
  if (found == state_.lots.end() || !state_.broker.read_at || planted(Bug::lost_guards_stay_lost)) return;
  Lot& lot = found->second;
  try {
    const GuardDecision decision = lifecycle::next_guard_move(guard_view_of(lot));
    state_.guard_decisions[uid] = decision;
    tell_if_missing(lot, decision);
    apply(lot, decision);
  } catch (const Overflow& overflow) {  // an absurd number in one lot keeps no other from being guarded
    record(lot, EventType::monitor_error, {{"error", std::string(overflow.what())}});
  }
  const Protection before = lot.guards.protection;
  judge_protection(lot);
  if (lot.guards.protection != before) keep(lot);
}

void Stepper::apply(Lot& lot, const GuardDecision& decision) {
  lifecycle::GuardFlight& flight = state_.guard_flights[lot.uid];
  const auto asking = [&] {
    flight.asked = now_.steady;
    ++flight.asks;
  };
  if (const auto* place = std::get_if<lifecycle::PlaceGuard>(&decision.move)) {
    place_guard(lot, *place, decision.why);
  } else if (const auto* again = std::get_if<lifecycle::PlaceGuardAgain>(&decision.move)) {
    const auto order = std::ranges::find(lot.guards.orders, again->client_id, &GuardOrder::client_id);
    record(lot, EventType::order_submitted, {{"client_order_id", again->client_id.text()}, {"again", true}});
    emit_guard(lot, *order);
    flight.resent = true;
  } else if (const auto* forget = std::get_if<lifecycle::ForgetGuard>(&decision.move)) {
    end_guard_order(lot, forget->client_id, OrderStatus::canceled);
    tend_guards(lot.uid);
  } else if (const auto* cancel = std::get_if<lifecycle::CancelGuards>(&decision.move)) {
    cancel_guards(lot, *cancel, decision);
  } else if (const auto* ask = std::get_if<lifecycle::AskGuard>(&decision.move)) {
    asking();
    emit(action::AskOrder{ask->client_id});
  } else if (const auto* look = std::get_if<lifecycle::LookAtGuards>(&decision.move)) {
    asking();
    for (const OrderId& id : look->ids) emit(action::LookAtOrder{id});
  } else if (std::holds_alternative<lifecycle::ReadRoom>(decision.move)) {
    if (!flight.short_since) flight.short_since = now_.steady;
    ask_for_broker_read(std::clamp<Duration>((now_.steady - *flight.short_since) / 4, 500ms, 5s));
  } else if (const auto* wait = std::get_if<lifecycle::AwaitGuards>(&decision.move)) {
    emit(action::WakeAt{wait->until});
  } else if (const auto* stuck = std::get_if<lifecycle::GuardStuck>(&decision.move)) {
    emit(action::WakeAt{stuck->until});
  } else if (std::holds_alternative<lifecycle::DeclareMissing>(decision.move)) {
    if (!lot.exit) check_now(lot);  // the rule missing_brackets holds
  } else if (std::holds_alternative<lifecycle::GuardsRest>(decision.move)) {
    settle_guards(lot);
  }
}

// The guards are as they should be: whatever went wrong before is over.
void Stepper::settle_guards(Lot& lot) {
  GuardRecord& guards = lot.guards;
  state_.guard_flights.erase(lot.uid);
  if (guards.failures == 0 && !guards.renewing && !guards.missing_told) return;
  guards.failures = 0;
  guards.renewing = false;
  guards.missing_told = false;
  guards.stuck_told = false;
  keep(lot);
}

// Once that it is missing (not where we took it away ourselves), and once that it cannot be put back.
void Stepper::tell_if_missing(Lot& lot, const GuardDecision& decision) {
  using namespace lifecycle;
  const bool is_stuck = std::holds_alternative<GuardStuck>(decision.move);
  if ((lot.exit && !is_guarded_meanwhile(lot)) || (is_stuck ? lot.guards.stuck_told : lot.guards.missing_told)) return;
  const bool held =
      std::holds_alternative<CancelGuards>(decision.move) && decision.situation == lifecycle::kChildrenHeld;
  const bool left_alone = std::holds_alternative<LeaveGuards>(decision.move) &&
                          decision.situation == lifecycle::kLeftAlone && lot.management == Management::managed;
  const bool absent =
      guards_standing(lot) == rules::Guards::absent &&
      (std::holds_alternative<PlaceGuard>(decision.move) || std::holds_alternative<ReadRoom>(decision.move) ||
       std::holds_alternative<DeclareMissing>(decision.move) || is_stuck || left_alone);
  if (!absent && !held && !is_stuck) return;
  lot.guards.missing_told = true;
  lot.guards.stuck_told = is_stuck;
  const std::string what =
      held ? "the children of its bracket do not rest: " : "its bracket does not rest at the broker: ";
  const bool restores = !is_stuck && !left_alone && !std::holds_alternative<DeclareMissing>(decision.move);
  alert(is_stuck ? Severity::critical : Severity::warning, "bracket_missing", &lot,
        lot.instrument.symbol + ": " + what + decision.why +
            (restores     ? ". Belay restores it."
             : left_alone ? ". Belay leaves it so."
                          : "."));
  keep(lot);
}

// News of a guard or an entry: a group that has ended frees its shares at the broker's own pace.
void Stepper::hear_of_guard(const LotUid& uid, const Order& order) {
  lifecycle::GuardFlight& flight = state_.guard_flights[uid];
  if (is_terminal(order.status)) {
    flight.cancels.erase(order.id);
    flight.changed = now_.steady;
  }
  flight.asks = std::min(flight.asks, 3);
  if (state_.checks.contains(uid)) tend_guards(uid);
}

// A guard of unknown outcome has to be found first; and before a part leaves, the guard for the rest is in its place.
std::string Stepper::guard_work_before_exit(const Lot& lot) {
  if (const GuardOrder* order = lifecycle::guard_in_the_air(lot)) {
    return "what became of the guard " + order->client_id.text() + " is not known yet";
  }
  const Quantity leaving = lot.exit ? lifecycle::remaining(lot) : Quantity{};
  if (leaving >= lot.quantity || leaving.is_zero() || awaits_trading(lot)) return {};
  const lifecycle::GuardDecision decision = lifecycle::next_guard_move(guard_view_of(lot));
  using namespace lifecycle;
  const bool done = std::holds_alternative<LeaveGuards>(decision.move) ||
                    std::holds_alternative<GuardsRest>(decision.move) ||
                    std::holds_alternative<GuardStuck>(decision.move);
  return done ? "" : "the guard for what stays comes first: " + decision.why;
}

// ---- placing and taking away

void Stepper::place_guard(Lot& lot, const lifecycle::PlaceGuard& move, const std::string& why) {
  GuardOrder order;
  order.attempt = lifecycle::next_guard_attempt(lot);
  order.client_id = guard_client_id(lot.uid, order.attempt);
  order.quantity = move.quantity;
  order.stop = move.levels.stop;
  order.target = move.levels.target;
  order.sent_at = now_.wall;
  auto& orders = lot.guards.orders;
  if (orders.size() >= kOrdersKept) orders.erase(orders.begin());
  orders.push_back(order);
  lot.stop_order_id.reset();
  lot.target_order_id.reset();
  record(lot, EventType::order_submitted,
         {{"client_order_id", order.client_id.text()},
          {"side", std::string(to_text(lot.exit_side()))},
          {"type", kind_of(order)},
          {"guard", true},
          {"quantity", Decimal(order.quantity)},
          {"stop_price", or_null(order.stop)},
          {"limit_price", or_null(order.target)},
          {"why", why}});
  keep(lot);
  emit_guard(lot, order);
}

// GTC, one reservation, and bound to close: it cannot turn the holding round (alpaca.md 3.3).
void Stepper::emit_guard(const Lot& lot, const GuardOrder& order) {
  lifecycle::GuardFlight& flight = state_.guard_flights[lot.uid];
  flight.sent = now_.steady;
  flight.submitting = true;
  flight.resent = false;
  flight.not_found = 0;
  flight.asks = 0;
  flight.asked.reset();
  flight.cancels.clear();
  OrderRequest request{.client_id = order.client_id,
                       .symbol = lot.instrument.symbol,
                       .side = lot.exit_side(),
                       .type = order.target ? OrderType::limit : OrderType::stop,
                       .time_in_force = TimeInForce::gtc,
                       .order_class = OrderClass::simple,
                       .quantity = order.quantity,
                       .intent = lot.is_long() ? PositionIntent::sell_to_close : PositionIntent::buy_to_close};
  if (order.stop && order.target) {
    request.order_class = OrderClass::oco;
    request.take_profit_limit = order.target;
    request.stop_loss_stop = order.stop;
  } else if (order.target) {
    request.limit_price = order.target;
  } else {
    request.stop_price = order.stop;
  }
  emit(action::SubmitOrder{lot.uid, request});
}

void Stepper::cancel_guards(Lot& lot, const lifecycle::CancelGuards& move, const GuardDecision& decision) {
  lifecycle::GuardFlight& flight = state_.guard_flights[lot.uid];
  for (const OrderId& id : move.ids) {
    flight.cancels[id] = now_.steady;
    record(lot, EventType::order_update, {{"order_id", id.text()}, {"cancel", decision.why}});
    emit(action::CancelOrder{lot.uid, id});
  }
  flight.asked = now_.steady;
  flight.asks = 0;
  if (move.renewing) lot.guards.renewing = true;
  keep(lot);
}

void Stepper::end_guard_order(Lot& lot, const ClientOrderId& client_id, OrderStatus status) {
  const auto order = std::ranges::find(lot.guards.orders, client_id, &GuardOrder::client_id);
  if (order == lot.guards.orders.end()) return;
  order->status = status;
  lifecycle::GuardFlight& flight = state_.guard_flights[lot.uid];
  flight.not_found = 0;
  flight.resent = false;
  record(lot, EventType::order_update,
         {{"client_order_id", client_id.text()}, {"status", std::string(to_text(status))}});
  keep(lot);
}

// A guard of ours whose lot is gone rests for nobody. Only once nothing held could still turn out to be its lot.
void Stepper::cancel_stray_guards(const std::vector<Order>& orders) {
  for (const Order& order : orders) {
    const auto own = parse_guard_client_id(order.client_id);
    if (!own || is_terminal(order.status) || state_.lots.contains(own->uid)) continue;
    if (order.submitted_at && now_.wall - *order.submitted_at < state_.policy.settling_window) continue;
    const bool in_doubt =
        state_.orphans.contains(order.symbol) || state_.ownership_concerns.contains(order.symbol) ||
        std::ranges::any_of(state_.executions, [&](const Execution& e) { return e.instrument.symbol == order.symbol; });
    if (in_doubt) continue;
    record_account(EventType::order_update, {{"order_id", order.id.text()},
                                             {"client_order_id", order.client_id.text()},
                                             {"symbol", order.symbol},
                                             {"cancel", std::string("a guard of ours whose position is gone")}});
    emit(action::CancelOrder{own->uid, order.id});
  }
}

}  // namespace belay::engine
