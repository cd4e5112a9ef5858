// SPDX-License-Identifier: Apache-2.0
// Resting guards: what is known of them, what they took, and which of them to look at.
#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/planted.hpp"
#include "core/calendar/new_york.hpp"
#include "core/engine/stepper.hpp"

namespace belay::engine {
namespace {

bool may_live(const BrokerView& broker, const OrderId& id) {
  const auto known = broker.orders.find(id);
  return known == broker.orders.end() || !is_terminal(known->second.status);
}

bool may_have_children(const Order& order) {
  return order.order_class == OrderClass::bracket || order.order_class == OrderClass::oto;
}

}  // namespace

bool is_guard_of(const Lot& lot, const OrderId& id) {
  if (id.empty()) return false;
  if (lot.stop_order_id == id || lot.target_order_id == id) return true;
  return std::ranges::any_of(lot.guards.orders,
                             [&](const GuardOrder& order) { return order.id == id || order.leg_id == id; });
}

void Stepper::verify_guards(Lot& lot) {
  const Lot before = lot;
  find_children(lot);
  follow_replacements(lot, lot.stop_order_id);
  follow_replacements(lot, lot.target_order_id);
  for (GuardOrder& order : lot.guards.orders) {
    const auto known = state_.broker.orders.find(order.id);
    if (known != state_.broker.orders.end() && !is_terminal(order.status)) order.status = known->second.status;
  }
  lot.bracket_order_accepted = false;
  for (const OrderId& id : guard_ids(lot)) {
    const auto known = state_.broker.orders.find(id);
    if (known == state_.broker.orders.end()) continue;
    count_guard_fill(lot, known->second);
    if (!is_terminal(known->second.status)) lot.bracket_order_accepted = true;
  }
  if (lot == before) return;
  recount(lot);
  keep(lot);
}

// The entry's children are found once and remembered: a held stop leg is invisible in the list of open orders
// (alpaca.md 8). Once an order of ours has taken their place they count no more.
void Stepper::find_children(Lot& lot) {
  const auto entry = lot.entry_order_id ? state_.broker.orders.find(*lot.entry_order_id) : state_.broker.orders.end();
  if (entry == state_.broker.orders.end()) return;
  const Order& order = entry->second;
  if (!order.legs.empty() || !may_have_children(order)) lot.guards.children_sought = true;
  for (const Order& leg : order.legs) {
    lot.bracket_expected = true;
    if (!lot.guards.orders.empty()) continue;
    auto& place = leg.type == OrderType::limit ? lot.target_order_id : lot.stop_order_id;
    if (!place) place = leg.id;
  }
}

// Who leaves a bracket behind that it knows nothing of, leaves orders that sell what other lots have. Where no more is
// held than the lot, the broker refuses the exit and names them; else an entry that was never seen is looked at first.
std::optional<Duration> Stepper::bracket_sought_until(const Lot& lot) {
  constexpr Duration kLongestLook = std::chrono::seconds(2);
  const BrokerView& broker = state_.broker;
  if (!lot.entry_order_id || lot.guards.children_sought || broker.orders.contains(*lot.entry_order_id)) return {};
  if (broker.held(lot.instrument.symbol).magnitude() <= lot.quantity) return {};
  if (awaits_trading(lot) || !restriction().empty()) return {};  // not before it may be sent
  lifecycle::Flight& flight = state_.flights[lot.uid];
  if (!flight.sought) {
    flight.sought = now_.steady;
    emit(action::LookAtOrder{*lot.entry_order_id});
  }
  return *flight.sought + kLongestLook;
}

// A stop that triggers may be replaced by a new order, which is the one that fills; or the target shows `replaced` and
// the stop fills under its own id (alpaca.md 3.3). Every order on the way is counted, once.
void Stepper::follow_replacements(Lot& lot, std::optional<OrderId>& id) {
  constexpr int kLongestChain = 10;
  for (int i = 0; i < kLongestChain && id; ++i) {
    const auto order = state_.broker.orders.find(*id);
    if (order == state_.broker.orders.end()) return;
    count_guard_fill(lot, order->second);
    const auto next = order->second.replaced_by;
    if (!next || (id == lot.target_order_id && next == lot.stop_order_id)) return;
    const auto successor = state_.broker.orders.find(*next);
    const bool turned_stop = id == lot.target_order_id && successor != state_.broker.orders.end() &&
                             successor->second.type != OrderType::limit;
    if (turned_stop) {
      lot.stop_order_id = next;
      count_guard_fill(lot, successor->second);
      return;
    }
    id = next;
  }
}

void Stepper::count_guard_fill(Lot& lot, const Order& guard) {
  if (!guard.filled.is_positive() || !guard.filled_average || guard.side != lot.exit_side()) return;
  if (planted(Bug::guard_fills_dropped)) return;
  take_back_charges(guard.id);
  const ExitReason reason = guard.type == OrderType::limit ? ExitReason::take_profit : ExitReason::stop_loss;
  auto part = std::ranges::find(lot.left_elsewise, guard.id, &LeftElsewise::order);
  // What it took before a split was rescaled with the lot; the order counts in shares of old.
  const bool is_rescaled = lot.split_applied && guard.filled_at && part != lot.left_elsewise.end() &&
                           calendar::to_new_york(*guard.filled_at).date < *lot.split_applied;
  if (is_rescaled) return;
  if (part == lot.left_elsewise.end()) part = lot.left_elsewise.insert(part, {.order = guard.id, .reason = reason});
  if (guard.filled <= part->quantity) return;
  state_.broker.allowance[lot.instrument.symbol] -= guard.filled - part->quantity;
  explain_absence(lot.instrument.symbol, guard.filled - part->quantity, guard.filled_at.value_or(now_.wall));
  part->quantity = guard.filled;
  part->value = notional(*guard.filled_average, guard.filled, lot.multiplier);
  part->at = guard.filled_at.value_or(now_.wall);
  record(lot, EventType::order_update,
         {{"order_id", guard.id.text()},
          {"guard", std::string(to_text(reason))},
          {"status", std::string(to_text(guard.status))},
          {"filled_qty", Decimal(guard.filled)},
          {"fill_price", Decimal(*guard.filled_average)}});
  give_up_charges(lot);
}

// All that may rest for the lot: the guards of record, and whatever of ours has not been seen to end.
std::vector<OrderId> Stepper::guard_ids(const Lot& lot) const {
  std::vector<OrderId> ids;
  const auto add = [&](const OrderId& id) {
    if (!id.empty() && std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
  };
  if (lot.stop_order_id) add(*lot.stop_order_id);
  if (lot.target_order_id) add(*lot.target_order_id);
  for (const GuardOrder& order : lot.guards.orders) {
    if (is_terminal(order.status)) continue;
    add(order.id);
    add(order.leg_id);
  }
  return ids;
}

// Of what may rest for the lot, the orders whose fills nobody has seen since then. A held leg beside a sibling that
// rests is never listed, and has taken nothing.
std::vector<OrderId> Stepper::guards_out_of_sight(const Lot& lot, Duration since) const {
  const BrokerView& broker = state_.broker;
  std::vector<OrderId> ids;
  if (lot.entry_order_id && !lot.guards.children_sought && !broker.orders.contains(*lot.entry_order_id)) {
    ids.push_back(*lot.entry_order_id);
  }
  for (const OrderId& id : guard_ids(lot)) {
    if (!may_live(broker, id)) continue;
    const auto seen = broker.sighted.find(id);
    if (seen != broker.sighted.end() && seen->second >= since) return {};
    ids.push_back(id);
  }
  return ids;
}

std::vector<lifecycle::RestingOrder> Stepper::guards_of(const Lot& lot) const {
  std::vector<lifecycle::RestingOrder> guards;
  for (const OrderId& id : guard_ids(lot)) {
    const auto known = state_.broker.orders.find(id);
    if (known == state_.broker.orders.end()) {
      guards.push_back({.id = id, .status = OrderStatus::unknown});  // never seen: it may well rest there
    } else if (!is_terminal(known->second.status)) {
      // A bracket's stop leg rests as `held` until it is elected (alpaca.md 3.3).
      const bool is_leg = lot.target_order_id.has_value() && id == lot.stop_order_id;
      guards.push_back({.id = id,
                        .status = known->second.status,
                        .type = known->second.type,
                        .stop_price = known->second.stop_price,
                        .filled = known->second.filled,
                        .elected = is_leg && known->second.status != OrderStatus::held &&
                                   known->second.status != OrderStatus::unknown});
    }
  }
  return guards;
}

// What may be sent of the lot. What rests for other lots is theirs to sell. Beside a part that leaves, this lot's own
// guard stays for the rest, and what is free at the broker beyond the lot is another's.
Quantity Stepper::exit_room(const Lot& lot, bool in_part) const {
  const std::string& symbol = lot.instrument.symbol;
  const auto allowance = state_.broker.allowance.find(symbol);
  if (allowance == state_.broker.allowance.end() || means_another_asset(lot)) return {};
  const Quantity certain = certainly_held(lot);
  const Quantity others = reserved_by_guards(symbol, &lot);
  if (!in_part) return std::min(allowance->second - others, certain);
  const Quantity own = reserved_by_guards(symbol, nullptr) - others;
  return std::min({allowance->second - others - own, lot.quantity - own, certain});
}

bool Stepper::is_bracket_promised(const Lot& lot) {
  return lot.bracket_expected || lot.stop_order_id || lot.target_order_id;
}

rules::Guards Stepper::guards_standing(const Lot& lot) const {
  using rules::Guards;
  if (no_guard_may_rest(lot)) return Guards::not_expected;  // until a split is over
  if (!is_bracket_promised(lot) || lot.instrument.is_option()) return Guards::not_expected;
  if (lot.bracket_order_accepted) return Guards::resting;
  if (lifecycle::guard_in_the_air(lot) != nullptr) return Guards::restoring;
  const std::vector<OrderId> ids = guard_ids(lot);
  const BrokerView& broker = state_.broker;
  if (std::ranges::any_of(ids, [&](const OrderId& id) { return !broker.orders.contains(id); }))
    return Guards::unverified;
  if (ids.empty() && lot.guards.orders.empty() && !is_absence_proved(lot)) return Guards::unverified;
  if (lot.guards.failures >= state_.policy.guard_failures) return Guards::lost;
  return lot.guards.renewing ? Guards::restoring : Guards::absent;
}

// No child is known. That proves absence only when the entry itself was seen to have none, and when nothing at the
// broker reserves the shares: an order that does may be the guard that nobody named.
bool Stepper::is_absence_proved(const Lot& lot) const {
  const BrokerView& broker = state_.broker;
  if (lot.entry_order_id) {
    const auto entry = broker.orders.find(*lot.entry_order_id);
    const bool childless =
        entry == broker.orders.end()
            ? lot.guards.children_sought
            : entry->second.legs.empty() && !may_have_children(entry->second) && is_terminal(entry->second.status);
    if (!childless) return false;
  }
  const auto holding = broker.holdings.find(lot.instrument.symbol);
  if (holding == broker.holdings.end()) return false;
  const Quantity free = holding->second.available.value_or(holding->second.quantity).magnitude();
  return free >= lot.quantity;
}

std::size_t orders_to_list(const State& state) {
  constexpr std::size_t kPage = 500;  // alpaca.md 1
  constexpr std::size_t kFurtherBack = 2'000;
  constexpr std::ptrdiff_t kMany = 20;  // what looking at a few in turn takes minutes for
  const auto unseen = std::ranges::count_if(state.lots, [&](const auto& entry) {
    const Lot& lot = entry.second;
    return lot.entry_order_id && !lot.guards.children_sought && !state.broker.orders.contains(*lot.entry_order_id);
  });
  return unseen > kMany ? kFurtherBack : kPage;
}

// Guards and entries that the list did not show are looked at by id, a few in each pass. One whose end is not known
// although it should be among the open orders comes first; the rest go in turn. Which few goes by the time: a cycle
// that begins anew every minute remembers no others.
void Stepper::look_at_unseen_orders(Duration listed_since) {
  std::vector<OrderId> vanished;
  std::vector<OrderId> unseen;
  const BrokerView& broker = state_.broker;
  const auto consider = [&](const OrderId& id) {
    const auto known = broker.orders.find(id);
    const auto seen = broker.sighted.find(id);
    if (seen != broker.sighted.end() && seen->second >= listed_since) return;
    if (known == broker.orders.end()) return unseen.push_back(id);
    if (is_terminal(known->second.status)) return;
    // Held legs are never among the open orders (alpaca.md 3.3, Query): no news of one means nothing.
    (known->second.status == OrderStatus::held ? unseen : vanished).push_back(id);
  };
  for (const auto& [uid, lot] : state_.lots) {
    if (lot.entry_order_id && (!lot.guards.children_sought || may_live(broker, *lot.entry_order_id))) {
      if (!lot.guards.children_sought || broker.orders.contains(*lot.entry_order_id)) consider(*lot.entry_order_id);
    }
    for (const OrderId& id : guard_ids(lot)) consider(id);
  }
  constexpr std::size_t kLotsForEach = 250;  // the budget of calls grows with the number of lots
  const std::size_t at_once = 1 + state_.lots.size() / kLotsForEach;
  for (std::size_t i = 0; i < std::min(vanished.size(), 2 * at_once); ++i) emit(action::LookAtOrder{vanished[i]});
  if (unseen.empty()) return;
  const auto minute = std::chrono::floor<std::chrono::minutes>(std::chrono::nanoseconds(now_.wall.nanos)).count();
  const std::size_t few = std::min(unseen.size(), at_once);
  const std::size_t first = static_cast<std::size_t>(minute) * few % unseen.size();
  for (std::size_t i = 0; i < few; ++i) emit(action::LookAtOrder{unseen[(first + i) % unseen.size()]});
}

}  // namespace belay::engine
