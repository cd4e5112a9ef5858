// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "core/base/planted.hpp"
#include "core/engine/stepper.hpp"

namespace belay::engine {

using Severity = action::RaiseAlert::Severity;

void Stepper::on(const event::BrokerUnread& event) {
  // A failed read changes nothing: what was held is still held, as far as anybody knows.
  state_.broker.unread_why = event.why;
  if (planted(Bug::unread_means_flat)) {
    state_.broker.holdings.clear();
    settle_ownership();
  }
  record_account(EventType::monitor_error, {{"error", "the broker could not be read: " + event.why}});
  alert(Severity::critical, "broker_unread", nullptr, "The broker could not be read: " + event.why);
}

void Stepper::on(const event::BrokerRead& event) {
  BrokerView& broker = state_.broker;
  // Two may be under way at once, and the one that began first may end last: what it says is older than what is known.
  if (broker.read_at && event.begun.steady < broker.read_at->steady) return;
  broker.read_at = event.begun;
  note_gap_read(event);
  broker.unread_why.clear();
  broker.account = event.account;
  broker.clock = event.clock;
  broker.holdings.clear();
  for (const Holding& holding : event.holdings) {
    if (!holding.quantity.is_zero()) broker.holdings.insert_or_assign(holding.instrument.symbol, holding);
  }
  const Duration listed_at = now_.steady;
  remember_orders(event.orders);
  for (const Order& order : event.orders) {
    absorb(order);
    for (const Order& leg : order.legs) absorb(leg);
  }
  for (auto& [uid, lot] : state_.lots) verify_guards(lot);
  heed_corporate_actions();
  settle_ownership();
  ask_for_corporate_actions();
  withdraw_guards();
  measure_allowances();
  note_session_bases();
  cancel_stray_guards(event.orders);
  look_at_unseen_orders(listed_at);
  tend_all_guards();
  advance_all();
}

// Orders that lots refer to are kept although a list no longer shows them: a held stop leg is invisible in the list of
// open orders (alpaca.md 8).
void Stepper::remember_orders(const std::vector<Order>& orders) {
  std::set<OrderId> wanted;
  for (const auto& [uid, lot] : state_.lots) {
    if (lot.entry_order_id) wanted.insert(*lot.entry_order_id);
    for (const OrderId& id : guard_ids(lot)) wanted.insert(id);
  }
  std::erase_if(state_.broker.orders, [&](const auto& known) { return !wanted.contains(known.first); });
  std::erase_if(state_.broker.sighted, [&](const auto& known) { return !wanted.contains(known.first); });
  for (const Order& order : orders) remember_order(order);
}

// The stream and the answers to questions overtake each other: an older word does not replace a newer one, and terminal
// is final. Some replies show an order without its children: those that are known stay known.
void Stepper::remember_order(const Order& order) {
  BrokerView& broker = state_.broker;
  const auto note = [&](const Order& one) {
    Order& known = broker.orders[one.id];
    broker.sighted[one.id] = now_.steady;
    const bool is_older = one.updated_at && known.updated_at && *one.updated_at < *known.updated_at;
    const bool revives = is_terminal(known.status) && !is_terminal(one.status) && one.filled <= known.filled;
    if (!is_older && !revives) {
      std::vector<Order> legs = std::exchange(known.legs, {});
      known = one;
      if (known.legs.empty()) known.legs = std::move(legs);
    }
    // A replaced order may no longer be listed, and would rest for ever; but its successor names it (alpaca.md 3.3).
    const auto before = one.replaces ? broker.orders.find(*one.replaces) : broker.orders.end();
    if (before == broker.orders.end() || is_terminal(before->second.status)) return;
    before->second.status = OrderStatus::replaced;
    before->second.replaced_by = one.id;
  };
  note(order);
  for (const Order& leg : order.legs) note(leg);
}

// What may still be sent per symbol: held on the lots' side, less what exits of ours that are live or unknown may still
// take, less what orders reserve that no lot accounts for. Negative where they may take more than is there: then what
// ends unfilled frees nothing.
// The broker's own figure of what is available is no bound here: it lags behind cancels by seconds (alpaca.md 8), and
// an order beyond it is refused, with the names of the orders in the way.
void Stepper::measure_allowances() {
  state_.broker.allowance.clear();
  measure_foreign_orders();
  for (const auto& [uid, lot] : state_.lots) {
    const std::string& symbol = lot.instrument.symbol;
    const Quantity held = state_.broker.held(symbol);
    const auto [place, is_first] = state_.broker.allowance.try_emplace(symbol, held.magnitude());
    const auto foreign = state_.broker.foreign.find(symbol);
    if (is_first && foreign != state_.broker.foreign.end()) place->second -= foreign->second.reserved;
    if (lot.is_long() ? !held.is_positive() : !held.is_negative()) place->second = std::min(place->second, Quantity{});
    place->second -= lifecycle::live_leaves(lot);
  }
}

// What is over, and all that it took was a closed lot's.
bool Stepper::is_counted_by_closed_lots(const Order& order) const {
  if (!is_terminal(order.status)) return false;
  bool is_theirs = false;
  Quantity counted;
  for (const auto& [uid, lot] : state_.recently_closed) {
    is_theirs = is_theirs || orders_of(lot).contains(order.id);
    for (const ExitOrder& exit : lot.exit_orders) counted += exit.id == order.id ? exit.filled : Quantity{};
    for (const LeftElsewise& part : lot.left_elsewise) counted += part.order == order.id ? part.quantity : Quantity{};
    if (lot.entry_order_id == order.id) counted += lot.original_quantity;
  }
  return is_theirs && order.filled <= counted;
}

// What the order may still take. Of one by value (no quantity), the broker's own figure of what is not available is a
// bound; where it gives none, that may be all.
Quantity Stepper::open_part(const Order& order) const {
  if (is_terminal(order.status) || order.status == OrderStatus::held) return {};
  if (order.quantity) return std::max(Quantity{}, *order.quantity - order.filled);
  const auto holding = state_.broker.holdings.find(order.symbol);
  if (holding == state_.broker.holdings.end()) return {};
  const Quantity held = holding->second.quantity.magnitude();
  const auto& available = holding->second.available;
  return available ? std::max(Quantity{}, held - available->magnitude()) : held;
}

// What an order that no lot accounts for sold a moment ago, and was charged to none yet: the positions may not show it,
// or show what somebody bought since instead.
Quantity Stepper::sold_a_moment_ago(const Order& order) const {
  if (!order.filled_at || now_.wall - *order.filled_at >= state_.policy.settling_window) return {};
  if (is_counted_by_closed_lots(order)) return {};
  Quantity charged;
  const auto count = [&](const Lot& lot) {
    for (const LeftElsewise& part : lot.left_elsewise) {
      if (reconcile::outside_order_of(part) == order.id) charged += part.quantity;
    }
  };
  for (const auto& [uid, lot] : state_.lots) count(lot);
  for (const auto& [uid, lot] : state_.recently_closed) count(lot);
  return std::max(Quantity{}, order.filled - charged);
}

// Of a bracket or OCO only one leg reserves: the stop leg is `held` beside its working sibling (alpaca.md 3.3).
void Stepper::measure_foreign_orders() {
  BrokerView& broker = state_.broker;
  broker.foreign.clear();
  const auto owners = order_owners();
  for (const auto& [id, order] : broker.orders) {
    if (order.status == OrderStatus::held || owners.contains(id)) continue;
    const auto holding = broker.holdings.find(order.symbol);
    if (holding == broker.holdings.end()) continue;
    const Side closing = holding->second.quantity.is_negative() ? Side::buy : Side::sell;
    if (order.side != closing || owner_by_id(order.client_id) != nullptr) continue;
    const Quantity taken = open_part(order) + sold_a_moment_ago(order);
    if (!taken.is_positive()) continue;
    ForeignOrders& foreign = broker.foreign[order.symbol];
    foreign.reserved += taken;
    foreign.texts += (foreign.texts.empty() ? "" : ", ") + text_of(order);
  }
}

// What somebody else's order has taken or may take since the read is not there for an exit; the read that follows
// counts it anew.
void Stepper::heed_foreign(const Order& order) {
  const auto allowance = state_.broker.allowance.find(order.symbol);
  if (allowance == state_.broker.allowance.end()) return;  // no lot of it
  if (owner_by_id(order.client_id) != nullptr || order_owners().contains(order.id) ||
      is_counted_by_closed_lots(order)) {
    return;
  }
  const auto takes = [&](const Order& one) { return one.filled + open_part(one); };
  const auto known = state_.broker.orders.find(order.id);
  const Quantity before = known == state_.broker.orders.end() ? Quantity{} : takes(known->second);
  if (known != state_.broker.orders.end() && before == takes(order) && known->second.filled == order.filled) return;
  const bool is_short = state_.broker.held(order.symbol).is_negative();
  if (order.side == (is_short ? Side::buy : Side::sell)) {
    allowance->second -= std::max(Quantity{}, takes(order) - before);
  }
  ask_for_broker_read();
}

void Stepper::on(const event::OrderSeen& event) {
  const OrderId& id = event.order.id;
  heed_foreign(event.order);
  remember_order(event.order);
  absorb(event.order);
  std::vector<LotUid> concerned;
  for (auto& [uid, lot] : state_.lots) {
    const bool succeeds_guard = event.order.replaces && is_guard_of(lot, *event.order.replaces);
    if (lot.entry_order_id == id || is_guard_of(lot, id) || succeeds_guard) {
      verify_guards(lot);
      concerned.push_back(uid);
    }
    const auto flight = state_.flights.find(uid);
    if (flight == state_.flights.end()) continue;
    const bool ended = is_terminal(event.order.status) && flight->second.cancels.erase(id) > 0;
    const bool was_named = flight->second.named_unseen.erase(id) > 0;
    if (was_named) settle_named(lot, event.order);
    // Only news hastens the next question: an order with nothing new to say would else be asked about without a pause.
    if (ended || was_named) flight->second.asks = 0;
  }
  for (const LotUid& uid : concerned) hear_of_guard(uid, event.order);
  advance_all();
}

void Stepper::on(const event::OrderGone& event) {
  // An id that the broker once gave and no longer knows: nothing rests under it.
  Order& order = state_.broker.orders[event.order];
  order.id = event.order;
  order.status = OrderStatus::canceled;
  for (auto& [uid, flight] : state_.flights) flight.in_the_way.erase(event.order);
  state_.broker.sighted[event.order] = now_.steady;
  std::vector<LotUid> concerned;
  for (auto& [uid, lot] : state_.lots) {
    if (lot.entry_order_id != event.order && !is_guard_of(lot, event.order)) continue;
    verify_guards(lot);
    concerned.push_back(uid);
  }
  for (const LotUid& uid : concerned) hear_of_guard(uid, order);
  advance_all();
}

// One read serves everybody who waits for it.
void Stepper::ask_for_broker_read(Duration distance) {
  BrokerView& broker = state_.broker;
  if (broker.read_asked && now_.steady - *broker.read_asked < distance) {
    emit(action::WakeAt{*broker.read_asked + distance});
    return;
  }
  broker.read_asked = now_.steady;
  emit(action::ReadBroker{});
}

void Stepper::on(const event::OrderUnread&) { advance_all(); }

}  // namespace belay::engine
