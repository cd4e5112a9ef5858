// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <set>

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
  broker.read_at = event.begun;
  note_gap_read(event);
  broker.unread_why.clear();
  broker.account = event.account;
  broker.clock = event.clock;
  broker.holdings.clear();
  for (const Holding& holding : event.holdings) {
    if (!holding.quantity.is_zero()) broker.holdings.insert_or_assign(holding.instrument.symbol, holding);
  }
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
  look_at_unseen_orders();
  advance_all();
}

// Orders that lots refer to are kept although a list no longer shows them: a held stop leg is invisible in the list of
// open orders (alpaca.md 8).
void Stepper::remember_orders(const std::vector<Order>& orders) {
  std::set<OrderId> wanted;
  for (const auto& [uid, lot] : state_.lots) {
    for (const auto& id : {lot.entry_order_id, lot.stop_order_id, lot.target_order_id}) {
      if (id) wanted.insert(*id);
    }
  }
  std::erase_if(state_.broker.orders, [&](const auto& known) { return !wanted.contains(known.first); });
  for (const Order& order : orders) remember_order(order);
}

// The stream and the answers to questions overtake each other: an older word does not replace a newer one.
void Stepper::remember_order(const Order& order) {
  const auto remember = [this](const Order& one) {
    const auto known = state_.broker.orders.find(one.id);
    const bool is_older = known != state_.broker.orders.end() && one.updated_at && known->second.updated_at &&
                          *one.updated_at < *known->second.updated_at;
    if (!is_older) state_.broker.orders.insert_or_assign(one.id, one);
    // A replaced order may no longer be listed, and would rest for ever; but its successor names it (alpaca.md 3.3).
    const auto before = one.replaces ? state_.broker.orders.find(*one.replaces) : state_.broker.orders.end();
    if (before == state_.broker.orders.end() || is_terminal(before->second.status)) return;
    before->second.status = OrderStatus::replaced;
    before->second.replaced_by = one.id;
  };
  remember(order);
  for (const Order& leg : order.legs) remember(leg);
}

// What may still be sent per symbol: held on the lots' side, less what exits of ours that are live or unknown may still
// take. Negative where they may take more than is there: then what ends unfilled frees nothing.
void Stepper::measure_allowances() {
  state_.broker.allowance.clear();
  for (const auto& [uid, lot] : state_.lots) {
    const auto holding = state_.broker.holdings.find(lot.instrument.symbol);
    const Quantity held = holding == state_.broker.holdings.end() ? Quantity{} : holding->second.quantity;
    Quantity& allowance = state_.broker.allowance.try_emplace(lot.instrument.symbol, held.magnitude()).first->second;
    if (lot.is_long() ? !held.is_positive() : !held.is_negative()) allowance = std::min(allowance, Quantity{});
    allowance -= lifecycle::live_leaves(lot);
  }
}

void Stepper::on(const event::OrderSeen& event) {
  remember_order(event.order);
  absorb(event.order);
  for (auto& [uid, lot] : state_.lots) {
    const auto refers = [&](const std::optional<OrderId>& id) { return id == event.order.id; };
    if (refers(lot.entry_order_id) || refers(lot.stop_order_id) || refers(lot.target_order_id)) verify_guards(lot);
    const auto flight = state_.flights.find(uid);
    if (flight == state_.flights.end()) continue;
    if (is_terminal(event.order.status)) flight->second.cancels.erase(event.order.id);
    flight->second.asks = 0;
  }
  advance_all();
}

void Stepper::on(const event::OrderGone& event) {
  // An id that the broker once gave and no longer knows: nothing rests under it.
  Order& order = state_.broker.orders[event.order];
  order.id = event.order;
  order.status = OrderStatus::canceled;
  for (auto& [uid, lot] : state_.lots) {
    if (lot.stop_order_id == event.order || lot.target_order_id == event.order) verify_guards(lot);
  }
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
