// SPDX-License-Identifier: Apache-2.0
// What no fill explains, though the broker says twice that it holds so much: the oldest lot had it. What was taken off
// a lot without its own order, and was not gone after all, is given back.
#include <algorithm>

#include "core/base/planted.hpp"
#include "core/engine/stepper.hpp"

namespace belay::engine {
namespace {

using Severity = action::RaiseAlert::Severity;

// The name of what left without any trace; followed by the time.
constexpr std::string_view kDrift = "drift/";

void give_back(LeftElsewise& part, Quantity quantity) {
  const Quantity rest = part.quantity - quantity;
  part.value = Money::from_nanos(fixed::multiply_divide(part.value.nanos(), rest.nanos(), part.quantity.nanos()));
  part.quantity = rest;
}

void drop_empty_parts(Lot& lot) {
  std::erase_if(lot.left_elsewise, [](const LeftElsewise& part) { return part.quantity.is_zero(); });
}

}  // namespace

// What was frozen looked like more than drift: however the count moves on, a person has to tell.
bool Stepper::is_frozen(const std::string& symbol) const {
  return std::ranges::any_of(state_.lots, [&](const auto& entry) {
    return entry.second.instrument.symbol == symbol && !entry.second.frozen.empty();
  });
}

bool Stepper::freeze_as_after_split(const reconcile::Shortfall& shortfall, Quantity unexplained) {
  const Quantity held = shortfall.held.magnitude();
  if (!reconcile::looks_like_reverse_split(held + unexplained, held)) return false;
  for (auto& [uid, lot] : state_.lots) {
    if (lot.instrument.symbol != shortfall.symbol) continue;
    freeze(lot, "the broker holds " + shortfall.held.text() + ", " + unexplained.text() +
                    " fewer than before, as after a reverse split, and no fill explains it");
  }
  return true;
}

// Only a part of a position drifts away. A whole one that is gone without evidence is a phantom, and stays.
bool Stepper::settle_drift(const reconcile::Shortfall& shortfall, Quantity unexplained) {
  Lot* oldest = nullptr;
  for (const LotUid& uid : shortfall.lots) {
    const auto known = state_.lots.find(uid);  // it may have been closed since the read
    if (known == state_.lots.end()) continue;
    if (oldest == nullptr || known->second.entry_time < oldest->entry_time) oldest = &known->second;
  }
  if (oldest == nullptr || is_frozen(shortfall.symbol)) return false;
  Lot& lot = *oldest;
  const bool believes_all = planted(Bug::absence_means_sold);
  if (lot.instrument.kind == InstrumentKind::stock &&
      !believes_all) {  // a reverse split that was announced is no drift
    const auto announced = state_.announcements_read.find(shortfall.symbol);
    const Doubt& doubt = state_.doubts.at(shortfall.symbol);
    if (announced == state_.announcements_read.end() || announced->second < doubt.since.steady) return false;
  }
  if (!believes_all && freeze_as_after_split(shortfall, unexplained)) return false;
  if (unexplained >= lot.quantity - lifecycle::live_leaves(lot) && !believes_all) return false;
  // At what price is not known: the last that was believed, else as if it had never moved.
  const Price price = lot.good_price.value_or(lot.entry_price);
  lot.left_elsewise.push_back({.order = OrderId(std::string(kDrift) + to_text(now_.wall)),
                               .reason = ExitReason::external_close,
                               .quantity = unexplained,
                               .value = notional(price, unexplained, lot.multiplier),
                               .at = now_.wall});
  const std::string what = unexplained.text() + " of " + lot.instrument.symbol +
                           " are gone and no fill or activity explains it: the broker holds " + shortfall.held.text();
  find("drift", shortfall.symbol, &lot, unexplained, what + "; taken off this position");
  record(lot, EventType::reconciled,
         {{"result", std::string("drift settled")},
          {"quantity", Decimal(unexplained)},
          {"price", Decimal(price)},
          {"price_known", false}});
  alert(Severity::critical, "drift", &lot, what + ". The position counts as smaller by that; look at the account.");
  recount(lot);
  keep(lot);
  state_.ownership_concerns.erase(shortfall.symbol);
  state_.absences.erase(shortfall.symbol);
  return true;
}

// What the lot's own orders took was there to be taken: what was charged to it for somebody else's sale was not.
void Stepper::give_up_charges(Lot& lot) {
  Quantity excess = left_so_far(lot) - lot.original_quantity;
  if (!excess.is_positive()) return;
  for (auto part = lot.left_elsewise.rbegin(); part != lot.left_elsewise.rend() && excess.is_positive(); ++part) {
    if (reconcile::outside_order_of(*part).empty()) continue;
    const Quantity back = std::min(excess, part->quantity);
    excess -= back;
    record(lot, EventType::reconciled,
           {{"result", std::string("not closed elsewhere: a guard filled")},
            {"order_id", part->order.text()},
            {"quantity", Decimal(back)}});
    give_back(*part, back);
  }
  drop_empty_parts(lot);
}

bool Stepper::has_drifted(const std::string& symbol) const {
  return std::ranges::any_of(state_.lots, [&](const auto& entry) {
    return entry.second.instrument.symbol == symbol &&
           std::ranges::any_of(entry.second.left_elsewise,
                               [](const LeftElsewise& part) { return part.order.text().starts_with(kDrift); });
  });
}

// What was taken off without a trace and is there again without one was never gone. Gives what else is too much.
reconcile::Orphan Stepper::less_what_had_drifted(const reconcile::Orphan& orphan) {
  const std::string& symbol = orphan.instrument.symbol;
  const Quantity surplus = orphan.quantity.magnitude();
  Quantity restored;
  if (!has_drifted(symbol)) return orphan;
  for (auto& [uid, lot] : state_.lots) {
    if (lot.instrument.symbol != symbol || means_another_asset(lot)) continue;
    for (LeftElsewise& part : lot.left_elsewise) {
      const Quantity back = std::min(surplus - restored, part.quantity);
      if (!part.order.text().starts_with(kDrift) || !back.is_positive()) continue;
      give_back(part, back);
      restored += back;
      find("drift", symbol, &lot, back, "it is there again: given back to this position");
      record(lot, EventType::reconciled, {{"result", std::string("drift undone")}, {"quantity", Decimal(back)}});
    }
    drop_empty_parts(lot);
    recount(lot);
    keep(lot);
  }
  reconcile::Orphan rest = orphan;
  rest.quantity -= orphan.quantity.is_negative() ? -restored : restored;
  return rest;
}

}  // namespace belay::engine
