// SPDX-License-Identifier: Apache-2.0
// The lots' own exit orders: what the broker says of them, whoever brings the word, and what a bust takes back.
#include <algorithm>

#include "core/engine/stepper.hpp"
#include "core/lifecycle/order_life.hpp"
#include "core/rules/scale_out.hpp"

namespace belay::engine {

using Severity = action::RaiseAlert::Severity;

void Stepper::absorb(const Order& order) {
  const auto parts = parse_exit_client_id(order.client_id);
  if (parts) {
    const auto found = state_.lots.find(parts->uid);
    if (found != state_.lots.end()) absorb_exit_order(found->second, order, parts->attempt);
    return;
  }
  if (const auto guard = parse_guard_client_id(order.client_id)) {
    const auto found = state_.lots.find(guard->uid);
    if (found != state_.lots.end()) absorb_guard_order(found->second, order, guard->attempt);
    return;
  }
  // Somebody may have replaced an exit of ours at the broker: then an order with another id goes on with it
  // (alpaca.md 3.4).
  for (auto& [uid, lot] : state_.lots) {
    for (const ExitOrder& known : lot.exit_orders) {
      if (!lifecycle::is_about(known, order)) continue;
      absorb_exit_order(lot, order, known.attempt);
      return;
    }
  }
}

// Orders of ours that the read already showed, for a lot that has only now been found.
void Stepper::absorb_orders_of(Lot& lot) {
  std::vector<Order> own;
  for (const auto& [id, order] : state_.broker.orders) {
    const auto exit = parse_exit_client_id(order.client_id);
    const auto guard = parse_guard_client_id(order.client_id);
    if ((exit && exit->uid == lot.uid) || (guard && guard->uid == lot.uid)) own.push_back(order);
  }
  for (const Order& order : own) absorb(order);
}

// Sent by a process that died before it could say so. The id tells whose it is.
void Stepper::recover_exit_order(Lot& lot, const Order& order, int attempt) {
  ExitOrder recovered;
  recovered.attempt = attempt;
  recovered.client_id = order.client_id;
  recovered.quantity = order.quantity.value_or(order.filled);
  recovered.type = order.type;
  recovered.limit_price = order.limit_price;
  recovered.sent_at = order.submitted_at.value_or(now_.wall);
  const auto place = std::ranges::find_if(lot.exit_orders, [&](const ExitOrder& o) { return o.attempt > attempt; });
  lot.exit_orders.insert(place, recovered);
  const bool mattered = !is_terminal(order.status) || order.filled.is_positive();
  if (!lot.exit && mattered) recover_exit(lot, order);
}

ExitOrder* Stepper::exit_order_about(Lot& lot, const Order& order) {
  const auto found =
      std::ranges::find_if(lot.exit_orders, [&](const ExitOrder& known) { return lifecycle::is_about(known, order); });
  return found == lot.exit_orders.end() ? nullptr : &*found;
}

void Stepper::absorb_exit_order(Lot& lot, const Order& order, int attempt) {
  if (order.symbol != lot.instrument.symbol || order.side != lot.exit_side())
    return;  // the id fits, the order does not
  if (exit_order_about(lot, order) == nullptr) recover_exit_order(lot, order, attempt);
  ExitOrder& known = *exit_order_about(lot, order);
  const lifecycle::Learned learned = lifecycle::learn(known, order);
  if (!known.acknowledged_at) known.acknowledged_at = now_.wall;
  if (known.filled.is_positive() && !known.filled_at) known.filled_at = now_.wall;
  tell_oddities(lot, order, learned);
  if (!learned.changed) return;

  lifecycle::Flight& flight = state_.flights[lot.uid];
  flight.asks = 0;
  flight.not_found = 0;
  if (learned.filled_more.is_positive()) flight.refusals = flight.same_refusals = 0;
  Quantity& allowance = state_.broker.allowance[lot.instrument.symbol];
  if (learned.ended) {
    const bool by_us = flight.cancels.erase(order.id) > 0;
    if (!by_us && known.filled < known.quantity) {
      const bool refused = known.status == OrderStatus::rejected;
      pause_after_refusal(lot, "order " + order.id.text() + " ended as " + std::string(to_text(known.status)),
                          refused ? lifecycle::RefusalKind::other : lifecycle::RefusalKind::none);
    }
    // What it did not take may be sent again.
    allowance += std::max(Quantity{}, known.quantity - known.filled);
  } else if (learned.filled_late) {
    allowance -= learned.filled_more;
  }
  record_order(lot, known);
  recount(lot);
  keep(lot);
}

void Stepper::record_order(const Lot& lot, const ExitOrder& order) {
  record(lot, EventType::order_update,
         {{"client_order_id", order.client_id.text()},
          {"order_id", order.id.text()},
          {"status", std::string(to_text(order.status))},
          {"filled_qty", Decimal(order.filled)},
          {"fill_price", or_null(order.filled_average)}});
}

// What the broker says and we did not expect: told once, and taken for what is safe.
void Stepper::tell_oddities(const Lot& lot, const Order& order, const lifecycle::Learned& learned) {
  if (!order.status_said.empty() && state_.told_words.insert(order.status_said).second) {
    alert(Severity::critical, "unknown_word", &lot,
          "The broker calls order " + order.id.text() + " of " + order.symbol + " \"" + order.status_said +
              "\", a status that Belay does not know. It is taken to be live.");
  }
  if (learned.filled_late) {
    record(lot, EventType::order_update, {{"order_id", order.id.text()}, {"late_fill", Decimal(learned.filled_more)}});
  }
  if (learned.contradicted && state_.told_words.insert("overfilled " + order.id.text()).second) {
    alert(Severity::critical, "overfilled", &lot,
          "The broker says that more of order " + order.id.text() + " of " + order.symbol + " has filled (" +
              order.filled.text() + ") than was ordered. Look at the account at the broker.");
  }
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
    if (verdict.state == rules::Verdict::State::holds && !rule.is_partial) exit.reasons.push_back(rule.reason);
  }
  // An order for just what the next rungs are worth was theirs: they have had their turn.
  const auto rungs = rules::rungs_worth(lot, state_.policy, exit.wanted);
  if (exit.wanted < lot.quantity && !rungs.empty()) {
    exit.reasons = {ExitReason::scale_out};
    for (const Rung& rung : rungs) lot.rungs_taken.push_back(rung.at);
  }
  if (!exit.reasons.empty()) exit.reason = exit.reasons.front();  // else manual, until a rule is found to hold
  exit.message = "found at the broker: an exit order of ours whose record was lost";
  lot.exit = exit;
  lot.status = LotStatus::closing;
  state_.flights[lot.uid].began = now_.steady;
  record(lot, EventType::exit_triggered,
         {{"reason", std::string(to_text(exit.reason))}, {"recovered", true}, {"message", exit.message}});
}

// ---- busts and corrections

// A fill that is undone or changed: the only message by which less may have left. What the position is now, only the
// broker can tell: it is read again before anything else is concluded.
void Stepper::on(const event::FillCorrected& event) {
  const Order& order = event.order;
  state_.broker.orders.erase(order.id);  // the only word that may take something back
  remember_order(order);
  Lot* lot = lot_corrected(order);
  const std::string text = "The broker has " +
                           std::string(event.kind == OrderEvent::trade_bust ? "undone" : "corrected") +
                           " a fill of order " + order.id.text() + " of " + order.symbol + ": " + order.filled.text() +
                           " of it counts as filled now.";
  if (lot == nullptr) {
    record_account(EventType::order_update, {{"order_id", order.id.text()},
                                             {"symbol", order.symbol},
                                             {"corrected", std::string(to_text(event.kind))},
                                             {"filled_qty", Decimal(order.filled)}});
    alert(Severity::critical, "fill_corrected", nullptr,
          text +
              " No open position accounts for it: if shares of a closed one come back, they are taken up as an "
              "orphan and alerted.");
  } else {
    record(*lot, EventType::order_update,
           {{"order_id", order.id.text()},
            {"corrected", std::string(to_text(event.kind))},
            {"filled_qty", Decimal(order.filled)}});
    alert(Severity::critical, "fill_corrected", lot, text);
    recount(*lot);
    keep(*lot);
  }
  state_.broker.read_asked = now_.steady;
  emit(action::ReadBroker{});
  advance_all();
}

// The lot whose exit or guard the order is, with the fill corrected in its books.
Lot* Stepper::lot_corrected(const Order& order) {
  for (auto& [uid, lot] : state_.lots) {
    if (ExitOrder* known = exit_order_about(lot, order)) {
      lifecycle::correct(*known, order);
      return &lot;
    }
    const auto part = std::ranges::find(lot.left_elsewise, order.id, &LeftElsewise::order);
    if (part != lot.left_elsewise.end()) {
      part->quantity = order.filled;
      part->value = order.filled_average ? notional(*order.filled_average, order.filled, lot.multiplier) : Money{};
      return &lot;
    }
    if (lot.entry_order_id == order.id) return &lot;  // what was opened has changed: ownership settles it
  }
  return nullptr;
}

}  // namespace belay::engine
