// SPDX-License-Identifier: Apache-2.0
// Keeping the promise that what rests for a lot is what is held of it: from the table's decision to the order.
#include <algorithm>
#include <chrono>

#include "core/base/planted.hpp"
#include "core/engine/stepper.hpp"
#include "core/rules/effective_stop.hpp"

namespace belay::engine {
namespace {

using namespace std::chrono_literals;
using Severity = action::RaiseAlert::Severity;
using lifecycle::GuardDecision;
using lifecycle::GuardLevels;
using lifecycle::GuardView;
using lifecycle::KnownGuard;

constexpr std::size_t kOrdersKept = 5;

std::string kind_of(const GuardOrder& order) {
  return order.stop && order.target ? "oco" : order.stop ? "stop" : "limit";
}

}  // namespace

// ---- what the table looks at

lifecycle::GuardView Stepper::guard_view_of(const Lot& lot) {
  const BrokerView& broker = state_.broker;
  const lifecycle::GuardFlight& flight = state_.guard_flights[lot.uid];
  GuardView view{.lot = lot, .flight = flight, .policy = state_.policy, .now = now_};
  view.session_open = session_open();
  view.restricted = restriction();
  if (lot.exit) {
    // Also what an exit order may still take although the exit has enough by now: a guard filled beside it.
    view.leaving = std::min(std::max(lifecycle::remaining(lot), lifecycle::live_leaves(lot)), lot.quantity);
    view.leaves_wholly = view.leaving >= lot.quantity;
    if (view.leaves_wholly && awaits_trading(lot)) {
      view.leaving = Quantity{};
      view.leaves_wholly = false;
    }
  }
  view.guards = known_guards(lot);
  view.levels = guard_levels(lot, view.no_levels);
  view.proved_absent = guards_standing(lot) == rules::Guards::absent;

  if (lot.instrument.kind == InstrumentKind::crypto) view.hands_off = "crypto is watched only";
  if (lot.management == Management::watch && !lifecycle::takes_too_much(view)) {
    view.hands_off = "watched only: its guards are left as they are";
  }
  const auto doubt = state_.ownership_concerns.find(lot.instrument.symbol);
  if (doubt != state_.ownership_concerns.end()) view.hands_off = doubt->second;
  if (!lot.frozen.empty()) view.hands_off = "frozen: " + lot.frozen;

  const bool is_option = lot.instrument.is_option();
  if (no_guard_may_rest(lot)) {
    view.by_local_rules = "a split is due: nothing rests through it";
  } else if (is_option && !state_.policy.option_resting_stop) {
    view.by_local_rules = "an option: local rules";
  } else if (is_option && lot.price_domain == PriceDomain::underlying) {
    view.by_local_rules = "its levels are of the underlying: local rules";
  } else if (!is_option && !is_bracket_promised(lot) && !state_.policy.catastrophe_stop) {
    view.by_local_rules = "no bracket was asked for: local rules";
  } else if (!is_bracket_promised(lot) && !view.levels.any()) {
    view.by_local_rules = "no stop of its own";
  }

  if (lot.entry_order_id) {
    const auto entry = broker.orders.find(*lot.entry_order_id);
    if (entry == broker.orders.end()) {
      view.entry = GuardView::Entry::unseen;
    } else {
      view.entry = is_terminal(entry->second.status) ? GuardView::Entry::ended : GuardView::Entry::filling;
      view.entry_filled_at = entry->second.filled_at;
    }
  }
  const auto session = state_.calendar.session_at(now_.wall);
  const auto due = state_.deadlines.of(lot.uid);
  view.must_last = session && view.session_open && now_.wall >= session->close - state_.policy.guard_rearm_lead &&
                   (!due || *due >= session->close);
  const bool in_the_air = lifecycle::guard_in_the_air(lot) != nullptr;
  const bool may_be_placed = view.hands_off.empty() && view.by_local_rules.empty() && !lot.bracket_order_accepted;
  if (in_the_air || may_be_placed) view.room = guard_room(lot);
  const auto last_fill = state_.flights.contains(lot.uid) ? state_.flights[lot.uid].last_fill : std::nullopt;
  const Duration since = std::max(flight.changed.value_or(Duration::min()), last_fill.value_or(Duration::min()));
  view.room_is_fresh = broker.read_at && broker.read_at->steady > since;
  return view;
}

// While its exit can send nothing until trading goes on, the lot is guarded as if it did not leave.
bool Stepper::awaits_trading(const Lot& lot) const {
  if (lifecycle::live_leaves(lot).is_positive()) return false;
  if (session_open()) return !halt_of(state_, lot).empty();
  return lot.instrument.is_option() || state_.policy.after_hours != AfterHours::limit;
}

std::vector<KnownGuard> Stepper::known_guards(const Lot& lot) {
  const BrokerView& broker = state_.broker;
  const auto flight = state_.flights.find(lot.uid);
  const std::optional<Duration> changed = flight == state_.flights.end() ? std::nullopt : flight->second.last_fill;
  std::vector<KnownGuard> guards;
  for (const OrderId& id : guard_ids(lot)) {
    KnownGuard guard{.id = id};
    guard.own = std::ranges::any_of(lot.guards.orders,
                                    [&](const GuardOrder& order) { return order.id == id || order.leg_id == id; });
    const auto known = broker.orders.find(id);
    if (known != broker.orders.end()) {
      const Order& order = known->second;
      const auto sighted = broker.sighted.find(id);
      guard.seen = true;
      guard.fresh = sighted != broker.sighted.end() && (!changed || sighted->second > *changed);
      guard.status = order.status;
      guard.side = order.side;
      guard.type = order.type;
      guard.time_in_force = order.time_in_force;
      guard.leaves = std::max(Quantity{}, order.quantity.value_or(order.filled) - order.filled);
      guard.stop_price = order.stop_price;
    }
    guards.push_back(guard);
  }
  return guards;
}

// The lot's own levels; where it has none, those of the children that were there.
GuardLevels Stepper::guard_levels(const Lot& lot, std::string& why_none) const {
  const Policy& policy = state_.policy;
  const std::string contradiction = rules::contradiction(lot, policy);
  GuardLevels levels{.stop = rules::stop_of(lot, policy).value, .target = rules::target_of(lot, policy).value};
  if (!contradiction.empty() && !levels.any()) {
    why_none = contradiction;
    return {};
  }
  if (policy.move_resting_stop) {
    const auto moved = rules::effective_stop(lot, policy, lot.peak_price).level;
    if (moved) levels.stop = moved;
  }
  if (!is_bracket_promised(lot)) {
    levels.target.reset();
    const auto width = policy.catastrophe_stop;
    if (levels.stop && width && !lot.instrument.is_option()) {
      levels.stop = scale(*levels.stop, lot.is_long() ? 1_ratio - *width : 1_ratio + *width);
    }
  } else if (!levels.stop || !levels.target) {
    const auto entry = lot.entry_order_id ? state_.broker.orders.find(*lot.entry_order_id) : state_.broker.orders.end();
    if (entry != state_.broker.orders.end()) {
      for (const Order& leg : entry->second.legs) {
        if (!levels.stop && leg.type != OrderType::limit) levels.stop = leg.stop_price;
        if (!levels.target && leg.type == OrderType::limit) levels.target = leg.limit_price;
      }
    }
  }
  if (lot.instrument.is_option()) levels.target.reset();  // no OCO for options (alpaca.md 3.1)
  levels = lifecycle::on_ticks(levels, lot.direction);
  if (!levels.any()) why_none = "neither a stop nor a target is known to guard it at";
  return levels;
}

// What may be reserved for this lot: free at the last read, and within what is held once every exit and every guard of
// ours on the symbol, live or of unknown outcome, has taken its part.
Quantity Stepper::guard_room(const Lot& lot) const {
  const auto holding = state_.broker.holdings.find(lot.instrument.symbol);
  if (holding == state_.broker.holdings.end()) return {};
  const Quantity held = holding->second.quantity;
  if (lot.is_long() ? !held.is_positive() : !held.is_negative()) return {};
  const Lot* itself =
      lifecycle::guard_in_the_air(lot) != nullptr ? &lot : nullptr;  // what it may have taken is its own
  Quantity room = held.magnitude() - reserved_by_guards(lot.instrument.symbol, itself);
  for (const auto& [uid, other] : state_.lots) {
    if (other.instrument.symbol == lot.instrument.symbol) room -= lifecycle::live_leaves(other);
  }
  const auto foreign = state_.broker.foreign.find(lot.instrument.symbol);
  if (foreign != state_.broker.foreign.end()) room -= foreign->second.reserved;
  room = std::min(room, certainly_held(lot));
  const auto& available = holding->second.available;
  return available ? std::min(room, available->magnitude()) : room;
}

// One group reserves once, as much as its largest member (alpaca.md 3.3).
Quantity Stepper::reserved_by_guards(const std::string& symbol, const Lot* but) const {
  Quantity sum;
  for (const auto& [uid, lot] : state_.lots) {
    if (&lot == but || lot.instrument.symbol != symbol) continue;
    Quantity most;
    for (const OrderId& id : guard_ids(lot)) {
      const auto known = state_.broker.orders.find(id);
      if (known == state_.broker.orders.end() || is_terminal(known->second.status)) continue;
      if (known->second.side != lot.exit_side()) continue;
      most = std::max(most, known->second.quantity.value_or(Quantity{}) - known->second.filled);
    }
    if (const GuardOrder* order = lifecycle::guard_in_the_air(lot)) most = std::max(most, order->quantity);
    sum += most;
  }
  return sum;
}

// ---- deciding

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
    if (!lot.exit) check_guarded(lot);  // the rule missing_brackets holds
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
  keep(lot);
}

// Once per cause: not for guards that we took away ourselves.
void Stepper::tell_if_missing(Lot& lot, const GuardDecision& decision) {
  using namespace lifecycle;
  if (lot.guards.missing_told || lot.exit) return;
  const bool is_stuck = std::holds_alternative<GuardStuck>(decision.move);
  const bool held =
      std::holds_alternative<CancelGuards>(decision.move) && decision.situation.starts_with("children held");
  const bool absent =
      guards_standing(lot) == rules::Guards::absent &&
      (std::holds_alternative<PlaceGuard>(decision.move) || std::holds_alternative<ReadRoom>(decision.move) ||
       std::holds_alternative<DeclareMissing>(decision.move) || is_stuck);
  if (!absent && !held && !is_stuck) return;
  lot.guards.missing_told = true;
  const std::string what =
      held ? "the children of its bracket do not rest: " : "its bracket does not rest at the broker: ";
  const bool restores = !is_stuck && !std::holds_alternative<DeclareMissing>(decision.move);
  alert(is_stuck ? Severity::critical : Severity::warning, "bracket_missing", &lot,
        lot.instrument.symbol + ": " + what + decision.why + (restores ? ". Belay restores it." : "."));
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
  if (leaving >= lot.quantity || leaving.is_zero()) return {};
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
