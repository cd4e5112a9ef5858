// SPDX-License-Identifier: Apache-2.0
// Resting guards: what is known of them, what they took, and which of them to look at.
#include <algorithm>
#include <chrono>

#include "core/base/planted.hpp"
#include "core/engine/stepper.hpp"

namespace belay::engine {

void Stepper::verify_guards(Lot& lot) {
  const auto& orders = state_.broker.orders;
  const auto entry = lot.entry_order_id ? orders.find(*lot.entry_order_id) : orders.end();
  const Lot before = lot;
  if (entry != orders.end()) {
    for (const Order& leg : entry->second.legs) {
      auto& place = leg.type == OrderType::limit ? lot.target_order_id : lot.stop_order_id;
      if (!place) place = leg.id;
      lot.bracket_expected = true;
    }
  }
  // A stop leg that triggers may be replaced by a new order, which is the one that fills (alpaca.md 3.3).
  const auto seen = [&](std::optional<OrderId>& id) {
    constexpr int kLongestChain = 10;
    auto order = id ? orders.find(*id) : orders.end();
    for (int i = 0; i < kLongestChain && order != orders.end() && order->second.replaced_by; ++i) {
      count_guard_fill(lot, order->second, id == lot.stop_order_id ? ExitReason::stop_loss : ExitReason::take_profit);
      id = order->second.replaced_by;
      order = orders.find(*id);
    }
    return order;
  };
  const auto stop = seen(lot.stop_order_id);
  const auto target = seen(lot.target_order_id);
  if (stop != orders.end()) count_guard_fill(lot, stop->second, ExitReason::stop_loss);
  if (target != orders.end()) count_guard_fill(lot, target->second, ExitReason::take_profit);

  const auto alive = [&](const auto& order) { return order != orders.end() && !is_terminal(order->second.status); };
  lot.bracket_order_accepted = alive(stop) || alive(target);
  if (lot == before) return;
  recount(lot);
  keep(lot);
}

void Stepper::count_guard_fill(Lot& lot, const Order& guard, ExitReason reason) {
  if (!guard.filled.is_positive() || !guard.filled_average || planted(Bug::guard_fills_dropped)) return;
  auto part = std::ranges::find(lot.left_elsewise, guard.id, &LeftElsewise::order);
  if (part == lot.left_elsewise.end()) part = lot.left_elsewise.insert(part, {.order = guard.id, .reason = reason});
  if (guard.filled <= part->quantity) return;
  part->quantity = guard.filled;
  part->value = notional(*guard.filled_average, guard.filled, lot.multiplier);
  part->at = guard.filled_at.value_or(now_.wall);
  record(lot, EventType::order_update,
         {{"order_id", guard.id.text()},
          {"guard", std::string(to_text(reason))},
          {"status", std::string(to_text(guard.status))},
          {"filled_qty", Decimal(guard.filled)},
          {"fill_price", Decimal(*guard.filled_average)}});
}

std::vector<lifecycle::RestingOrder> Stepper::guards_of(const Lot& lot) const {
  std::vector<lifecycle::RestingOrder> guards;
  for (const auto& id : {lot.stop_order_id, lot.target_order_id}) {
    if (!id) continue;
    const auto known = state_.broker.orders.find(*id);
    if (known == state_.broker.orders.end()) {
      guards.push_back({.id = *id, .status = OrderStatus::unknown});  // never seen: it may well rest there
    } else if (!is_terminal(known->second.status)) {
      guards.push_back({.id = *id,
                        .status = known->second.status,
                        .type = known->second.type,
                        .stop_price = known->second.stop_price});
    }
  }
  return guards;
}

rules::Guards Stepper::guards_standing(const Lot& lot) const {
  if (no_guard_may_rest(lot)) return rules::Guards::not_expected;  // until a split is over
  const BrokerView& broker = state_.broker;
  if (!lot.bracket_expected) return rules::Guards::not_expected;
  if (lot.bracket_order_accepted) return rules::Guards::resting;
  bool any_known = false;
  for (const auto& id : {lot.stop_order_id, lot.target_order_id}) {
    if (!id) continue;
    any_known = true;
    if (!broker.orders.contains(*id)) return rules::Guards::unverified;
  }
  if (any_known) return rules::Guards::absent;
  // No child is known. That proves absence only when the entry itself was seen, without any.
  const auto entry = lot.entry_order_id ? broker.orders.find(*lot.entry_order_id) : broker.orders.end();
  if (entry == broker.orders.end()) return lot.entry_order_id ? rules::Guards::unverified : rules::Guards::absent;
  return entry->second.legs.empty() && is_terminal(entry->second.status) ? rules::Guards::absent
                                                                         : rules::Guards::unverified;
}

// Guards and entries that a list did not show are looked at by id, a few in each pass. Which few goes by the time: a
// cycle that begins anew every minute remembers no others.
void Stepper::look_at_unseen_orders() {
  std::vector<OrderId> unseen;
  for (const auto& [uid, lot] : state_.lots) {
    for (const auto& id : {lot.entry_order_id, lot.stop_order_id, lot.target_order_id}) {
      if (id && !state_.broker.orders.contains(*id)) unseen.push_back(*id);
    }
  }
  if (unseen.empty()) return;
  constexpr std::size_t kLotsForEach = 250;  // the budget of calls grows with the number of lots
  const std::size_t at_once = std::min(unseen.size(), 1 + state_.lots.size() / kLotsForEach);
  const auto minute = std::chrono::floor<std::chrono::minutes>(std::chrono::nanoseconds(now_.wall.nanos)).count();
  const std::size_t first = static_cast<std::size_t>(minute) * at_once % unseen.size();
  for (std::size_t i = 0; i < at_once; ++i) emit(action::LookAtOrder{unseen[(first + i) % unseen.size()]});
}

}  // namespace belay::engine
