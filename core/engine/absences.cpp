// SPDX-License-Identifier: Apache-2.0
// What the lots have more than the broker, and no fill explains. A lot may be the one whose shares are gone, so that it
// is sure only of what it has beyond all that is missing: else its exit would take another lot's shares, or those that
// somebody buys later.
#include <algorithm>
#include <set>

#include "core/engine/stepper.hpp"

namespace belay::engine {

// Before it is confirmed, it ends when the counts agree again: positions and fills may disagree for a moment.
void Stepper::note_absences(const reconcile::Differences& differences) {
  std::set<std::string> doubtful(differences.settling.begin(), differences.settling.end());
  for (const auto& shortfall : differences.shortfalls) {
    if (means_another_asset(state_.lots.at(shortfall.lots.front()))) continue;
    doubtful.insert(shortfall.symbol);
    const Moment read = state_.broker.read_at.value_or(now_);
    Absence& absence = state_.absences.try_emplace(shortfall.symbol, Absence{.since = read.wall}).first->second;
    absence.quantity = std::max(absence.quantity, shortfall.missing);
  }
  std::set<std::string> known;
  for (const auto& [uid, lot] : state_.lots) known.insert(lot.instrument.symbol);
  std::erase_if(state_.absences, [&](const auto& entry) {
    return !known.contains(entry.first) || (!entry.second.confirmed && !doubtful.contains(entry.first));
  });
}

// After the fills were looked at: so much of it remains.
void Stepper::confirm_absence(const std::string& symbol, Quantity unexplained, bool confirmed) {
  const auto absence = state_.absences.find(symbol);
  if (absence == state_.absences.end()) return;
  absence->second.quantity = unexplained;
  absence->second.confirmed = absence->second.confirmed || confirmed;
}

// A fill of before the counts disagreed, of which the orders tell later than the positions did.
void Stepper::explain_absence(const std::string& symbol, Quantity filled, Timestamp at) {
  const auto absence = state_.absences.find(symbol);
  if (absence == state_.absences.end() || at > absence->second.since + state_.policy.settling_window) return;
  Quantity& absent = absence->second.quantity;
  absent -= std::min(absent, filled);
  if (absent.is_zero()) state_.absences.erase(absence);
}

// Only what was bought since then can be new; everything else that is there again was never gone.
void Stepper::forget_flows_before_absence(const std::string& symbol, std::vector<reconcile::Flow>& flows) const {
  const auto absence = state_.absences.find(symbol);
  if (absence == state_.absences.end()) return;
  std::erase_if(flows, [&](const reconcile::Flow& flow) { return flow.at < absence->second.since; });
}

// An order that opened more than there is too much opened all of it: it is the lots before it that miss the rest.
void Stepper::take_for_absent(Quantity beyond, std::vector<reconcile::Flow> flows, reconcile::Entry& entry) {
  if (!beyond.is_positive()) return;
  const std::string& symbol = entry.part.instrument.symbol;
  entry.part.quantity += entry.part.quantity.is_negative() ? -beyond : beyond;
  std::erase_if(flows, [&](const reconcile::Flow& flow) { return flow.order != *entry.opening.order; });
  entry.opening = *reconcile::opening_of(entry.part, flows);
  Absence& absence = state_.absences.try_emplace(symbol, Absence{.since = entry.opening.entry_time}).first->second;
  absence.quantity += beyond;
  find("settling", symbol, nullptr, beyond, "an order opened more than there is too much: older lots miss as many");
}

bool Stepper::was_missed(const std::string& symbol) const {
  return state_.absences.contains(symbol) || has_drifted(symbol);
}

// A purchase shows among the positions before its fill shows among the activities: only a count that stands is a
// return.
bool Stepper::is_return_confirmed(const reconcile::Orphan& orphan) {
  const std::string& symbol = orphan.instrument.symbol;
  const auto doubt = state_.doubts.find(symbol);
  if (!was_missed(symbol) || doubt == state_.doubts.end()) return true;
  if (is_confirmed(symbol, doubt->second.held, doubt->second.claimed)) return true;
  const std::string why =
      "the broker holds " + orphan.quantity.text() + " that were missing, or were bought; no fill explains them yet";
  state_.ownership_concerns[symbol] = why;
  find("surplus", symbol, nullptr, orphan.quantity, why);
  return false;
}

reconcile::Orphan Stepper::less_what_was_absent(const reconcile::Orphan& orphan) {
  reconcile::Orphan rest = orphan;
  const auto absence = state_.absences.find(orphan.instrument.symbol);
  if (absence == state_.absences.end()) return rest;
  Quantity& absent = absence->second.quantity;
  const Quantity back = std::min(absent, orphan.quantity.magnitude());
  absent -= back;
  rest.quantity -= orphan.quantity.is_negative() ? -back : back;
  if (absent.is_zero()) state_.absences.erase(absence);
  return rest;
}

// Since the counts were compared, it may have turned out to be there again.
Quantity Stepper::still_missing(const reconcile::Shortfall& shortfall) {
  const auto lot = state_.lots.find(shortfall.lots.front());
  if (lot != state_.lots.end() && means_another_asset(lot->second)) return shortfall.missing;
  const auto absence = state_.absences.find(shortfall.symbol);
  if (absence != state_.absences.end()) return std::min(shortfall.missing, absence->second.quantity);
  state_.ownership_concerns.erase(shortfall.symbol);
  return {};
}

// Nothing of its symbol is there. People know that, and no price would help.
bool Stepper::is_missing(const Lot& lot) const {
  const bool is_known = state_.absences.contains(lot.instrument.symbol) && state_.broker.read_at;
  return is_known && state_.broker.held(lot.instrument.symbol).is_zero();
}

Quantity Stepper::certainly_held(const Lot& lot) const {
  const Quantity own = lot.quantity - lifecycle::live_leaves(lot);
  const auto absence = state_.absences.find(lot.instrument.symbol);
  return absence == state_.absences.end() ? own : own - absence->second.quantity;
}

}  // namespace belay::engine
