// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <set>

#include "core/engine/stepper.hpp"

namespace belay::engine {

using Severity = action::RaiseAlert::Severity;

void Stepper::on(const event::BrokerUnread& event) {
  // A failed read changes nothing: what was held is still held, as far as anybody knows.
  state_.broker.unread_why = event.why;
  record_account(EventType::monitor_error, {{"error", "the broker could not be read: " + event.why}});
  alert(Severity::critical, "broker_unread", nullptr, "The broker could not be read: " + event.why);
}

void Stepper::on(const event::BrokerRead& event) {
  BrokerView& broker = state_.broker;
  broker.read_at = event.begun;
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
  settle_ownership();
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
  for (const Order& order : orders) {
    state_.broker.orders.insert_or_assign(order.id, order);
    for (const Order& leg : order.legs) state_.broker.orders.insert_or_assign(leg.id, leg);
  }
}

void Stepper::absorb(const Order& order) {
  const auto parts = parse_exit_client_id(order.client_id);
  if (!parts) return;
  const auto found = state_.lots.find(parts->uid);
  if (found != state_.lots.end()) absorb_exit_order(found->second, order, parts->attempt);
}

void Stepper::absorb_exit_order(Lot& lot, const Order& order, int attempt) {
  if (order.symbol != lot.instrument.symbol || order.side != lot.exit_side())
    return;  // the id fits, the order does not
  ExitOrder* known = exit_order_of(lot, order.client_id);
  if (known == nullptr) {
    // Sent by a process that died before it could say so. The id tells whose it is.
    ExitOrder recovered;
    recovered.attempt = attempt;
    recovered.client_id = order.client_id;
    recovered.quantity = order.quantity.value_or(order.filled);
    recovered.type = order.type;
    recovered.limit_price = order.limit_price;
    recovered.sent_at = order.submitted_at.value_or(now_.wall);
    const auto place = std::ranges::find_if(lot.exit_orders, [&](const ExitOrder& o) { return o.attempt > attempt; });
    known = &*lot.exit_orders.insert(place, recovered);
    const bool mattered = !is_terminal(order.status) || order.filled.is_positive();
    if (!lot.exit && mattered) recover_exit(lot, order);
  }
  const ExitOrder before = *known;
  // Terminal is final, and fills never shrink: a late or reordered reply cannot take anything back.
  if (!is_terminal(before.status)) known->status = order.status;
  known->id = order.id;
  if (order.filled >= before.filled) {
    known->filled = order.filled;
    known->filled_average = order.filled_average;
  }
  if (known->filled.is_positive() && !known->filled_at) known->filled_at = order.filled_at.value_or(now_.wall);
  if (*known == before) return;

  lifecycle::Flight& flight = state_.flights[lot.uid];
  flight.asks = 0;
  flight.not_found = 0;
  if (known->filled > before.filled) flight.refusals = 0;
  if (is_terminal(known->status) && !is_terminal(before.status)) {
    const bool by_us = flight.cancels.erase(order.id) > 0;
    if (!by_us && known->filled < known->quantity) {
      pause_after_refusal(lot, "order " + order.id.text() + " ended as " + std::string(to_text(known->status)));
    }
    // What it did not take may be sent again.
    state_.broker.allowance[lot.instrument.symbol] += std::max(Quantity{}, known->quantity - known->filled);
  }
  record(lot, EventType::order_update,
         {{"client_order_id", order.client_id.text()},
          {"order_id", order.id.text()},
          {"status", std::string(to_text(known->status))},
          {"filled_qty", Decimal(known->filled)},
          {"fill_price", known->filled_average ? FieldValue(Decimal(*known->filled_average)) : FieldValue()}});
  recount(lot);
  keep(lot);
}

void Stepper::recover_exit(Lot& lot, const Order& order) {
  // The reason died with the process. The rules are asked again, with the price and the time at which it was sent.
  const Timestamp then = order.submitted_at.value_or(now_.wall);
  rules::Situation situation{.lot = lot,
                             .now = then,
                             .calendar = state_.calendar,
                             .policy = state_.policy,
                             .price = std::nullopt,
                             .no_price = "not recorded",
                             .guards = {},
                             .command = nullptr};
  if (order.filled_average) {
    situation.price = rules::PriceRange{*order.filled_average, *order.filled_average, *order.filled_average};
  }
  Exit exit;
  exit.wanted = std::min(order.quantity.value_or(lot.quantity), lot.quantity);
  exit.triggered_at = then;
  exit.left_before = left_so_far(lot);
  for (const rules::Rule& rule : rules::catalogue()) {
    const rules::Verdict verdict = rule.judge(situation);
    if (verdict.state == rules::Verdict::State::holds) exit.reasons.push_back(rule.reason);
  }
  if (!exit.reasons.empty()) exit.reason = exit.reasons.front();  // else manual, until a rule is found to hold
  exit.message = "found at the broker: an exit order of ours whose record was lost";
  lot.exit = exit;
  lot.status = LotStatus::closing;
  state_.flights[lot.uid].began = now_.steady;
  record(lot, EventType::exit_triggered,
         {{"reason", std::string(to_text(exit.reason))}, {"recovered", true}, {"message", exit.message}});
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
  BrokerView& broker = state_.broker;
  broker.orders.insert_or_assign(event.order.id, event.order);
  for (const Order& leg : event.order.legs) broker.orders.insert_or_assign(leg.id, leg);
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
