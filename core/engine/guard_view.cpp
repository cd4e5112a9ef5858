// SPDX-License-Identifier: Apache-2.0
// What the guard table looks at: the lot, what rests for it as far as it was seen, and what may rest.
#include <algorithm>

#include "core/engine/stepper.hpp"
#include "core/rules/effective_stop.hpp"

namespace belay::engine {

using lifecycle::GuardLevels;
using lifecycle::GuardView;
using lifecycle::KnownGuard;

lifecycle::GuardView Stepper::guard_view_of(const Lot& lot) {
  const BrokerView& broker = state_.broker;
  const lifecycle::GuardFlight& flight = state_.guard_flights[lot.uid];
  GuardView view{.lot = lot, .flight = flight, .policy = state_.policy, .now = now_};
  view.session_open = session_open();
  view.restricted = restriction();
  if (lot.exit && !is_guarded_meanwhile(lot)) {
    // Also what an exit order may still take although the exit has enough by now: a guard filled beside it.
    view.leaving = std::min(std::max(lifecycle::remaining(lot), lifecycle::live_leaves(lot)), lot.quantity);
    view.leaves_wholly = view.leaving >= lot.quantity;
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

// While its exit can send nothing until trading goes on, the lot is guarded as if it did not leave: but not at levels
// that the price has passed, where the broker takes no guard.
bool Stepper::is_guarded_meanwhile(const Lot& lot) const {
  if (!lot.exit || !awaits_trading(lot)) return false;
  std::string why_none;
  const GuardLevels levels = guard_levels(lot, why_none);
  const auto is_past = [&](const std::optional<Price>& price) {
    if (!price) return false;
    const bool below = levels.stop && (lot.is_long() ? *price <= *levels.stop : *price >= *levels.stop);
    const bool above = levels.target && (lot.is_long() ? *price >= *levels.target : *price <= *levels.target);
    return below || above;
  };
  const auto prices = state_.prices.find(lot.instrument.symbol);
  const bool has_print = prices != state_.prices.end() && prices->second.trade;
  if (has_print && is_past(prices->second.trade->price)) return false;  // believed or not: the broker goes by it
  return !is_past(lot.current_price) && !is_past(lot.exit->trigger_price);
}

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

// One group reserves once, as much as its largest member (alpaca.md 3.3). One that was never seen may well rest for all
// of its lot: the successor of a replaced one is known by its id before it is seen.
Quantity Stepper::reserved_by_guards(const std::string& symbol, const Lot* but) const {
  Quantity sum;
  for (const auto& [uid, lot] : state_.lots) {
    if (&lot == but || lot.instrument.symbol != symbol) continue;
    Quantity most;
    for (const OrderId& id : guard_ids(lot)) {
      const auto known = state_.broker.orders.find(id);
      if (known == state_.broker.orders.end()) {
        most = std::max(most, lot.quantity);
        continue;
      }
      if (is_terminal(known->second.status) || known->second.side != lot.exit_side()) continue;
      most = std::max(most, known->second.quantity.value_or(Quantity{}) - known->second.filled);
    }
    if (const GuardOrder* order = lifecycle::guard_in_the_air(lot)) most = std::max(most, order->quantity);
    sum += most;
  }
  return sum;
}

}  // namespace belay::engine
