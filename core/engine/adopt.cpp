// SPDX-License-Identifier: Apache-2.0
// What the broker holds and no lot has: which orders opened it, and the lots that it becomes.
#include <algorithm>
#include <set>

#include "core/engine/stepper.hpp"

namespace belay::engine {
namespace {

using Severity = action::RaiseAlert::Severity;

std::string what_it_is(const Lot& lot) {
  return lot.quantity.text() + " " + lot.instrument.symbol + " (" + std::string(to_text(lot.direction)) + ")";
}
std::string what_becomes_of(const Lot& lot) {
  return lot.management == Management::watch ? "watched; no price rule will sell it." : "protected.";
}

}  // namespace

// What opened, guarded or left a lot has opened no other.
Stepper::Explained Stepper::explained_of(const std::string& symbol, const Activities& activities) const {
  Explained explained{.orders = past_of(symbol, activities).own_orders, .others = {}};
  const auto add = [&](const Lot& lot) {
    if (lot.instrument.symbol == symbol && !lot.entry_order_id) explained.others.push_back(&lot);
    explained.orders.merge(orders_of(lot));
    for (const LeftElsewise& part : lot.left_elsewise) explained.orders.insert(reconcile::outside_order_of(part));
  };
  for (const auto& [uid, lot] : state_.lots) add(lot);
  for (const Lot& lot : state_.closed_lots) add(lot);
  for (const auto& [uid, lot] : state_.recently_closed) add(lot);  // the records may not be written yet
  explained.orders.erase(OrderId());  // no order's: a delivery, or what left without a trace
  return explained;
}

void Stepper::take_over_orphan(const reconcile::Orphan& orphan, const Activities& activities) {
  const std::string& symbol = orphan.instrument.symbol;
  const Explained explained = explained_of(symbol, activities);
  auto flows = reconcile::flows_of(symbol, activities, state_.calendar);
  forget_flows_before_absence(symbol, flows);
  for (const Lot* lot : explained.others) reconcile::speak_for(flows, *lot, explained.orders);
  auto entries = reconcile::entries_of(orphan, state_.broker.held(symbol), flows, explained.orders);
  reconcile::Orphan rest = orphan;
  for (const auto& entry : entries) rest.quantity -= entry.part.quantity;
  // What opened one lot opened no other: then nothing explains the holding. What is explained in part, is so where the
  // rest may have been there before.
  const bool opened_twice = std::ranges::any_of(entries, [&](const auto& entry) { return has_opened(entry.opening); });
  if (opened_twice || (!rest.quantity.is_zero() && !was_missed(symbol))) {
    entries.clear();
    rest = orphan;
  }
  if (orphan.beside_lots && !entries.empty()) {
    take_for_absent(reconcile::opened_beyond(entries.back(), flows, explained.orders), flows, entries.back());
  }
  for (const auto& entry : entries) take_over_entry(entry);
  take_over_rest(rest);
}

// First upstream's rows, also those that claim to be simulated: the broker's fill is the truth.
void Stepper::take_over_entry(const reconcile::Entry& entry) {
  const Execution* row = reconcile::execution_of(entry, state_.found_executions);
  if (row == nullptr || state_.lots.contains(reconcile::uid_of(*row, state_.account_number))) {
    adopt(entry.part, entry.opening);
    return;
  }
  const Execution execution = *row;
  std::erase_if(state_.found_executions, [&](const Execution& e) { return e.key == execution.key; });
  open_lot({.execution = execution, .quantity = entry.part.quantity.magnitude()}, entry.opening);
}

// What no order opened.
void Stepper::take_over_rest(reconcile::Orphan rest) {
  const std::string& symbol = rest.instrument.symbol;
  if (rest.quantity.is_zero()) {
    if (!state_.absences.contains(symbol)) state_.doubts.erase(symbol);  // what else is missing stays in doubt
    return;
  }
  if (!is_return_confirmed(rest)) return;
  rest = less_what_was_absent(less_what_had_drifted(rest));
  if (!rest.quantity.is_zero()) adopt(rest, std::nullopt);
}

LotUid Stepper::uid_of(const reconcile::Opening& opening) const {
  return lot_uid(state_.account_number, "fill:" + opening.first_fill_id);
}

bool Stepper::has_opened(const reconcile::Opening& opening) const {
  const LotUid uid = uid_of(opening);
  return state_.lots.contains(uid) || std::ranges::find(state_.closed_lots, uid, &Lot::uid) != state_.closed_lots.end();
}

// A holding whose fills are out of reach has no fact of its own to be named after but its symbol; a second one of the
// same symbol is not the first.
std::optional<LotUid> Stepper::uid_without_fills(const std::string& symbol) const {
  if (!state_.records_known) return std::nullopt;
  for (int n = 1;; ++n) {
    const LotUid uid = reconcile::uid_of_holding(symbol, n, state_.account_number);
    const bool used = std::ranges::any_of(state_.closed_lots, [&](const Lot& lot) { return lot.uid == uid; });
    if (!used) return uid;
  }
}

void Stepper::adopt(const reconcile::Orphan& orphan, const std::optional<reconcile::Opening>& opening) {
  const std::string& symbol = orphan.instrument.symbol;
  if (orphan.beside_lots && !opening) {
    const std::string why =
        "the broker holds " + orphan.quantity.text() + " more than the lots and no fill explains it";
    state_.ownership_concerns[symbol] = why;
    find("surplus", symbol, nullptr, orphan.quantity, why);
    const auto doubt = state_.doubts.find(symbol);
    if (doubt == state_.doubts.end() || !is_confirmed(symbol, doubt->second.held, doubt->second.claimed)) return;
    for (auto& [uid, lot] : state_.lots) {
      if (lot.instrument.symbol == symbol) freeze(lot, why);
    }
    return;
  }
  const std::optional<LotUid> uid = opening ? uid_of(*opening) : uid_without_fills(symbol);
  if (!uid) {
    state_.ownership_concerns[symbol] =
        "a holding of " + orphan.quantity.text() + " is not adopted yet: the store's records could not be read";
    return;
  }
  if (state_.lots.contains(*uid)) return;
  Lot lot;
  lot.uid = *uid;
  lot.account = state_.account;
  lot.instrument = orphan.instrument;
  lot.multiplier = usual_multiplier(orphan.instrument);
  lot.direction = orphan.quantity.is_negative() ? Direction::short_ : Direction::long_;
  lot.original_quantity = orphan.quantity.magnitude();
  lot.quantity = lot.original_quantity;
  lot.entry_price = opening ? opening->entry_price : orphan.average_entry;
  // Without fills it is what was there when the read began: what was sold since then was sold of it.
  lot.entry_time = opening ? opening->entry_time : state_.broker.read_at.value_or(now_).wall;
  if (opening) lot.entry_order_id = opening->order;
  const auto held = state_.broker.holdings.find(symbol);
  if (held != state_.broker.holdings.end()) lot.asset_id = held->second.asset_id;
  lot.management = Management::watch;
  if (state_.policy.adoption == Adoption::protect && orphan.instrument.kind != InstrumentKind::crypto) {
    protect_adopted(lot);
  }
  Lot& adopted = state_.lots.insert_or_assign(lot.uid, lot).first->second;
  const bool watched = adopted.management == Management::watch;
  find("orphan", symbol, &adopted, orphan.quantity,
       std::string("nothing explains it: adopted, ") + (watched ? "watched" : "protected"));
  record(adopted, EventType::adopted,
         {{"quantity", Decimal(adopted.quantity)},
          {"entry_price", Decimal(adopted.entry_price)},
          {"entry_time_known", opening.has_value()},
          {"policy", std::string(watched ? "watch" : "protect")}});
  announce(adopted, opening);
  absorb_orders_of(adopted);
  verify_guards(adopted);
  keep(adopted);
}

void Stepper::protect_adopted(Lot& lot) {
  lot.management = Management::managed;
  if (!lot.entry_price.is_positive()) return;
  const auto level = [&](const std::optional<Ratio>& distance, bool up) -> std::optional<Price> {
    if (!distance) return std::nullopt;
    return scale(lot.entry_price, up ? 1_ratio + *distance : 1_ratio - *distance);
  };
  lot.stop_loss = level(state_.policy.adopted_stop, !lot.is_long());
  lot.take_profit = level(state_.policy.adopted_target, lot.is_long());
}

void Stepper::tell_of_orphan(const Lot& lot) {
  alert(Severity::warning, "orphan", &lot,
        "Adopted " + what_it_is(lot) + ", which nothing explained: " + what_becomes_of(lot));
}

// Assigned or exercised stock is told at once. For a fresh fill, upstream's row may be on its way: it is watched from
// the first second, and told when the row has not come.
void Stepper::announce(const Lot& lot, const std::optional<reconcile::Opening>& opening) {
  if (opening && opening->delivered) {
    alert(Severity::critical, "assignment", &lot,
          "A contract was " + std::string(to_text(*opening->delivered)) + " and brought " + what_it_is(lot) + " at " +
              lot.entry_price.text() + ": " + what_becomes_of(lot));
  } else if (now_.wall - lot.entry_time >= state_.policy.orphan_grace || !opening) {
    tell_of_orphan(lot);
  } else {
    emit(action::WakeAt{now_.steady + state_.policy.orphan_grace - (now_.wall - lot.entry_time)});
  }
}

// Whoever looked before the grace was over said nothing; the first look after it does.
void Stepper::announce_late() {
  for (const auto& [uid, lot] : state_.lots) {
    if (lot.execution_key || !lot.last_checked_at || lot.entry_order_id == std::nullopt) continue;
    const Duration grace = state_.policy.orphan_grace;
    const bool was_young = *lot.last_checked_at - lot.entry_time < grace;
    if (!was_young || now_.wall - lot.entry_time < grace || !state_.told_orphans.insert(uid).second) continue;
    tell_of_orphan(lot);
  }
}

}  // namespace belay::engine
