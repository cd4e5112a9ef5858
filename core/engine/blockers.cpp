// SPDX-License-Identifier: Apache-2.0
// Orders that stand in the way of an exit: whose they are, and what may be done about them. Only what is ours is ever
// cancelled; what is not is counted and named.
#include <algorithm>

#include "core/engine/stepper.hpp"

namespace belay::engine {

using Severity = action::RaiseAlert::Severity;

// Every order that a lot accounts for: its entry with its children, its guards, its exits.
std::map<OrderId, LotUid> Stepper::order_owners() const {
  std::map<OrderId, LotUid> owners;
  const auto& orders = state_.broker.orders;
  for (const auto& [uid, lot] : state_.lots) {
    std::vector<OrderId> ids = guard_ids(lot);
    if (lot.entry_order_id) ids.push_back(*lot.entry_order_id);
    for (const OrderId& id : ids) {
      owners.emplace(id, uid);
      const auto known = orders.find(id);
      if (known == orders.end()) continue;
      for (const Order& leg : known->second.legs) owners.emplace(leg.id, uid);
    }
    for (const ExitOrder& exit : lot.exit_orders) {
      if (!exit.id.empty()) owners.emplace(exit.id, uid);
    }
  }
  return owners;
}

// By the client id that Belay gave it; nullptr for anybody else's, and for those of lots that are closed.
const Lot* Stepper::owner_by_id(const ClientOrderId& id) const {
  auto parts = parse_exit_client_id(id);
  if (!parts) parts = parse_guard_client_id(id);
  const auto lot = parts ? state_.lots.find(parts->uid) : state_.lots.end();
  return lot == state_.lots.end() ? nullptr : &lot->second;
}

std::string Stepper::text_of(const Order& order) {
  std::string text = std::string(to_text(order.side)) + " " + std::string(to_text(order.type));
  if (order.quantity) text += " " + order.quantity->text();
  return text + " (" + order.id.text() + ")";
}

// A refusal names orders: those of ours join the group that is cleared before the next attempt.
void Stepper::heed_named(Lot& lot, const std::vector<OrderId>& named) {
  for (const OrderId& id : named) {
    state_.flights[lot.uid].named_unseen.insert(id);  // until it is seen
    emit(action::LookAtOrder{id});
  }
}

void Stepper::settle_named(Lot& lot, const Order& order) {
  if (is_terminal(order.status) || order.symbol != lot.instrument.symbol) return;
  lifecycle::Flight& flight = state_.flights[lot.uid];
  const bool opposes = order.side != lot.exit_side();
  const auto owners = order_owners();
  const auto owned = owners.find(order.id);
  const Lot* by_id = owner_by_id(order.client_id);
  const LotUid* owner = owned != owners.end() ? &owned->second : by_id != nullptr ? &by_id->uid : nullptr;
  const bool sent_by_us =
      owner != nullptr || parse_exit_client_id(order.client_id) || parse_guard_client_id(order.client_id);
  if (sent_by_us) {
    // Another lot's guard or exit holds that lot's own shares, and is left alone. Whatever of ours stands on the other
    // side, and whatever of ours no lot accounts for, is cancelled.
    if (opposes || owner == nullptr || *owner == lot.uid) flight.in_the_way.insert(order.id);
    return;
  }
  // A market order is never taken against an opposing one; a limit is, where the two do not meet (alpaca.md 3.6).
  if (opposes) flight.other_tactic = true;
  if (!is_news(lot, "foreign_order " + order.id.text())) return;
  alert(Severity::critical, "foreign_order", &lot,
        lot.instrument.symbol + " cannot leave freely: an order that is not Belay's stands in the way, " +
            text_of(order) + ". Belay does not touch it.");
}

std::vector<lifecycle::RestingOrder> Stepper::in_the_way_of(const Lot& lot) const {
  std::vector<lifecycle::RestingOrder> found;
  const auto flight = state_.flights.find(lot.uid);
  if (flight == state_.flights.end()) return found;
  const std::vector<OrderId> guards = guard_ids(lot);
  for (const OrderId& id : flight->second.in_the_way) {
    const auto known = state_.broker.orders.find(id);
    if (known == state_.broker.orders.end() || is_terminal(known->second.status)) continue;
    if (std::ranges::find(guards, id) != guards.end()) continue;  // its guards: they are cleared anyhow
    if (exit_order_about_id(lot, id)) continue;                   // its own exit is followed, not cleared
    found.push_back({.id = id, .status = known->second.status, .type = known->second.type});
  }
  return found;
}

bool Stepper::exit_order_about_id(const Lot& lot, const OrderId& id) {
  return std::ranges::any_of(lot.exit_orders, [&](const ExitOrder& order) {
    return order.id == id || std::ranges::find(order.links, id, &ExitLink::id) != order.links.end();
  });
}

// ---- spreads

namespace {

bool same_series(const Instrument& a, const Instrument& b) {
  return a.option && b.option && a.kind == b.kind && underlying_symbol(a) == underlying_symbol(b);
}

}  // namespace

// The short option of the account that this exit would leave without cover: other long options of its kind that last
// as long cover it, shares cover calls, cash covers puts (alpaca.md 4, levels 1 to 3).
std::string Stepper::short_leg_uncovered_by(const Lot& lot) const {
  if (!lot.is_long() || !lot.instrument.option) return {};
  const auto& holdings = state_.broker.holdings;
  const Instrument& leaving = lot.instrument;
  Quantity longs = -lifecycle::remaining(lot);
  Quantity shorts;
  Money cash = state_.broker.account.cash;
  std::string leg;
  for (const auto& [symbol, holding] : holdings) {
    if (!same_series(leaving, holding.instrument)) continue;
    if (holding.quantity.is_positive()) {
      const auto allowance = state_.broker.allowance.find(symbol);  // without what leaves or has left since the read
      longs +=
          allowance == state_.broker.allowance.end() ? holding.quantity : std::min(holding.quantity, allowance->second);
    } else if (holding.instrument.option->expiration <= leaving.option->expiration) {
      const Money strike = notional(holding.instrument.option->strike, holding.quantity.magnitude(), lot.multiplier);
      const bool in_cash = leaving.kind == InstrumentKind::put && cash >= strike;
      if (in_cash) {
        cash -= strike;
        continue;
      }
      shorts += holding.quantity.magnitude();
      leg = symbol;
    }
  }
  if (leaving.kind == InstrumentKind::call) {
    const auto shares = holdings.find(underlying_symbol(leaving));
    if (shares != holdings.end() && shares->second.quantity.is_positive()) {
      longs += Quantity::from_nanos(shares->second.quantity.nanos() / lot.multiplier);
    }
  }
  return longs < shorts ? leg : std::string{};
}

// Whether lots of ours that are leaving make up the whole of the short leg.
bool Stepper::leaves_as_well(const std::string& symbol) const {
  Quantity leaving;
  for (const auto& [uid, lot] : state_.lots) {
    if (lot.instrument.symbol == symbol && !lot.is_long() && lot.exit) leaving += lifecycle::remaining(lot);
  }
  const auto holding = state_.broker.holdings.find(symbol);
  return leaving.is_positive() && holding != state_.broker.holdings.end() &&
         leaving >= holding->second.quantity.magnitude();
}

}  // namespace belay::engine
