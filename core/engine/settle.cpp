// SPDX-License-Identifier: Apache-2.0
// What lots and broker disagree about: asked for, explained by fills and activities, and only then settled.
#include <algorithm>
#include <chrono>
#include <set>

#include "core/base/planted.hpp"
#include "core/engine/stepper.hpp"

namespace belay::engine {
namespace {

using Severity = action::RaiseAlert::Severity;

constexpr Duration kLookedBack = std::chrono::hours(24 * 10);

}  // namespace

bool Stepper::means_another_asset(const Lot& lot) const {
  const auto held = state_.broker.holdings.find(lot.instrument.symbol);
  return held != state_.broker.holdings.end() && !lot.asset_id.empty() && !held->second.asset_id.empty() &&
         held->second.asset_id != lot.asset_id;
}

// ---- counts alone: believed when a second read, the settling window later, says the same

bool Stepper::is_confirmed(const std::string& symbol, Quantity held, Quantity claimed) {
  const Moment read = state_.broker.read_at.value_or(now_);
  Doubt& doubt = state_.doubts[symbol];
  if (doubt.held != held || doubt.claimed != claimed || doubt.since == Moment{}) {
    // The answers of a slow read are as old as its end at most, and the next ones as young as its beginning.
    doubt = {.held = held, .claimed = claimed, .since = now_, .seen = read};
  }
  doubt.seen = read;
  const bool confirmed = read.steady - doubt.since.steady >= state_.policy.settling_window;
  if (!confirmed) emit(action::WakeAt{doubt.since.steady + state_.policy.settling_window});
  return confirmed;
}

void Stepper::forget_old_doubts() {
  const Moment read = state_.broker.read_at.value_or(now_);
  std::erase_if(state_.doubts, [&](const auto& entry) { return entry.second.seen != read; });
}

// The second look at what is in doubt.
void Stepper::look_again() {
  const auto& read = state_.broker.read_at;
  for (const auto& [symbol, doubt] : state_.doubts) {
    const Duration due = doubt.since.steady + state_.policy.settling_window;
    if (!read || read->steady >= due) continue;
    if (now_.steady >= due) {
      ask_for_broker_read();
    } else {
      emit(action::WakeAt{due});
    }
  }
}

void Stepper::settle_sign_change(const reconcile::SignChange& change) {
  const std::string why = "the broker holds " + change.held.text() + ", the opposite of what the lots say";
  state_.ownership_concerns[change.symbol] = why;
  find("sign_change", change.symbol, nullptr, change.held, why);
  if (!is_confirmed(change.symbol, change.held, change.claimed)) return;
  for (auto& [uid, lot] : state_.lots) {
    if (lot.instrument.symbol == change.symbol) freeze(lot, why);
  }
}

// More than the lots: nobody's yet.
void Stepper::settle_surplus(const reconcile::Orphan& orphan) {
  const std::string& symbol = orphan.instrument.symbol;
  if (orphan.beside_lots) {
    Quantity claimed;
    for (const auto& [uid, lot] : state_.lots) {
      if (lot.instrument.symbol == symbol) claimed += lot.signed_quantity();
    }
    is_confirmed(symbol, state_.broker.holdings.at(symbol).quantity, claimed);
  }
  state_.orphans.emplace(symbol, orphan);
}

void Stepper::settle_shortfalls(const std::vector<reconcile::Shortfall>& shortfalls) {
  for (const auto& shortfall : shortfalls) {
    state_.shortfalls.emplace(shortfall.symbol, shortfall);
    is_confirmed(shortfall.symbol, shortfall.held, shortfall.claimed);
    state_.ownership_concerns[shortfall.symbol] = "the broker holds " + shortfall.held.text() + ", " +
                                                  shortfall.missing.text() +
                                                  " fewer than the lots; what took them is not found yet";
  }
}

// Not yet a shortfall, for an exit of ours that is on its way may have taken it, and is being asked. While the count
// stands, people are told: it may as well have been somebody else.
void Stepper::tell_of_awaited(const std::vector<std::string>& settling) {
  std::map<std::string, Quantity> claims;
  for (const auto& [uid, lot] : state_.lots) {
    if (!means_another_asset(lot)) claims[lot.instrument.symbol] += lot.signed_quantity();
  }
  for (const auto& [symbol, claimed] : claims) {
    if (state_.ownership_concerns.contains(symbol) || std::ranges::count(settling, symbol) > 0) continue;
    const Quantity held = state_.broker.held(symbol);
    const Quantity missing = claimed.magnitude() - held.magnitude();
    if (!missing.is_positive() || !is_confirmed(symbol, held, claimed)) continue;
    const std::string why = "the broker holds " + held.text() + ", " + missing.text() +
                            " fewer than the lots; an exit that is on its way may have taken them";
    state_.ownership_concerns[symbol] = why;
    find(held.is_zero() ? "phantom" : "drift", symbol, nullptr, missing, why);
  }
}

// ---- asking

// The records first, then the activities: who made which fill can only be told by whoever knows the lots of the past.
void Stepper::ask_for_history() {
  std::set<std::string> symbols;
  for (const auto& [symbol, orphan] : state_.orphans) symbols.insert(symbol);
  for (const auto& [symbol, shortfall] : state_.shortfalls) symbols.insert(symbol);
  if (!symbols.empty()) emit(action::FindRecords{{symbols.begin(), symbols.end()}});
}

void Stepper::on(const event::RecordsFound& event) {
  state_.found_executions = event.executions;
  state_.closed_lots = event.closed;
  state_.records_known = true;
  ask_for_activities();
}

void Stepper::on(const event::RecordsUnread& event) {
  state_.found_executions.clear();
  state_.closed_lots.clear();
  state_.records_known = false;
  record_account(EventType::monitor_error, {{"error", "the records could not be searched: " + event.why}});
  ask_for_activities();
}

void Stepper::ask_for_activities() {
  if (state_.orphans.empty() && state_.shortfalls.empty()) return;
  Timestamp since = now_.wall - kLookedBack;
  for (const auto& [uid, lot] : state_.lots) {
    if (state_.shortfalls.contains(lot.instrument.symbol)) since = std::min(since, lot.entry_time);
  }
  emit(action::ReadActivities{since});
}

void Stepper::on(const event::ActivitiesUnread& event) {
  // Without fills nothing is adopted or closed in this pass; the holdings stay named.
  for (const auto& [symbol, orphan] : state_.orphans) {
    state_.ownership_concerns[symbol] = "a holding of " + orphan.quantity.text() + " is not adopted yet: " + event.why;
    find("orphan", symbol, nullptr, orphan.quantity, "not adopted yet: " + event.why);
  }
  for (const auto& [symbol, shortfall] : state_.shortfalls) {
    find(shortfall.held.is_zero() ? "phantom" : "drift", symbol, nullptr, shortfall.missing,
         "not explained yet: " + event.why);
  }
  record_account(EventType::monitor_error, {{"error", "the activities could not be read: " + event.why}});
}

void Stepper::on(const event::ActivitiesRead& event) {
  const auto orphans = std::exchange(state_.orphans, {});
  const auto shortfalls = std::exchange(state_.shortfalls, {});
  for (const auto& [symbol, orphan] : orphans) take_over_orphan(orphan, event.activities);
  for (auto [symbol, shortfall] : shortfalls) {
    shortfall.missing = still_missing(shortfall);
    if (shortfall.missing.is_positive()) explain_shortfall(shortfall, event.activities);
  }
  measure_allowances();
  advance_all();
}

// ---- explaining

reconcile::Past Stepper::past_of(const std::string& symbol, const Activities& activities) const {
  reconcile::Past past{.symbol = symbol, .lots = {}, .closed = {}, .own_orders = {}, .activities = &activities};
  past.held = state_.broker.held(symbol);
  for (const Lot& lot : state_.closed_lots) {
    if (lot.instrument.symbol == symbol) past.closed.push_back(&lot);
  }
  for (const auto& [id, order] : state_.broker.orders) {
    if (order.symbol == symbol && order.client_id.text().starts_with("blx-")) past.own_orders.insert(id);
  }
  return past;
}

// A fill may be that of a guard whose end was not seen yet, or whose successor is not known: it is looked at first.
bool Stepper::awaits_guards(const std::vector<const Lot*>& lots, const std::string& symbol) {
  const Duration since = state_.doubts.at(symbol).since.steady;
  bool awaits = false;
  for (const Lot* lot : lots) {
    for (const OrderId& id : guards_out_of_sight(*lot, since)) {
      emit(action::LookAtOrder{id});
      awaits = true;
    }
  }
  return awaits;
}

void Stepper::explain_shortfall(const reconcile::Shortfall& shortfall, const Activities& activities) {
  if (planted(Bug::absence_means_sold) && settle_drift(shortfall, shortfall.missing)) return;
  if (!state_.records_known) {  // without the lots of the past, their fills would be taken for somebody else's
    find(shortfall.held.is_zero() ? "phantom" : "drift", shortfall.symbol, nullptr, shortfall.missing,
         "not explained yet: the store's records could not be read");
    return;
  }
  reconcile::Past past = past_of(shortfall.symbol, activities);
  for (const LotUid& uid : shortfall.lots) {
    const auto lot = state_.lots.find(uid);
    if (lot != state_.lots.end()) past.lots.push_back(&lot->second);
  }
  // A fill may be that of an exit whose id is not known yet: its owner is found out first.
  const bool unknown_exit = std::ranges::any_of(past.lots, [](const Lot* lot) {
    return std::ranges::any_of(lot->exit_orders,
                               [](const ExitOrder& order) { return order.id.empty() && !is_terminal(order.status); });
  });
  if (unknown_exit || past.lots.empty() || awaits_guards(past.lots, shortfall.symbol)) return;

  const auto explained = reconcile::explain(shortfall.missing, past, state_.calendar, state_.policy, now_.wall);
  for (const auto& charged : explained.charges) charge(charged);
  if (explained.unexplained.is_zero()) {
    state_.ownership_concerns.erase(shortfall.symbol);
    state_.doubts.erase(shortfall.symbol);
    state_.absences.erase(shortfall.symbol);
    return;
  }
  const std::string why = "the broker holds " + shortfall.held.text() + ", " + explained.unexplained.text() +
                          " fewer than the lots, and no fill or activity explains it" +
                          (explained.settling ? " for certain yet" : "");
  state_.ownership_concerns[shortfall.symbol] = why;
  const bool confirmed = is_confirmed(shortfall.symbol, shortfall.held, shortfall.claimed);
  const bool is_final = !explained.settling && explained.charges.empty() && confirmed;
  if (is_final && settle_drift(shortfall, explained.unexplained)) return;
  confirm_absence(shortfall.symbol, explained.unexplained, is_final);
  find(shortfall.held.is_zero() ? "phantom" : "drift", shortfall.symbol, past.lots.front(), explained.unexplained,
       why + ": it stays");
  if (!shortfall.held.is_zero() || explained.settling) return;
  for (const Lot* lot : past.lots) tell_of_phantom(state_.lots.at(lot->uid), why);
}

// Absence without evidence closes nothing: the position stays, and a person is told, once.
void Stepper::tell_of_phantom(Lot& lot, const std::string& why) {
  if (lot.concern == why || !lot.frozen.empty()) return;
  record(lot, EventType::check, {{"concern", why}, {"was", lot.concern}});
  alert(Severity::critical, "phantom", &lot,
        lot.instrument.symbol + ": " + why + ". Nothing is closed without evidence; look at the account.");
  lot.concern = why;
  lot.concern_since = now_.wall;
}

void Stepper::charge(const reconcile::Charge& charged) {
  Lot& lot = state_.lots.at(charged.lot);
  lot.left_elsewise.push_back({.order = charged.source,
                               .reason = charged.reason,
                               .quantity = charged.quantity,
                               .value = notional(charged.price, charged.quantity, lot.multiplier),
                               .at = charged.at});
  const std::string word(to_text(charged.reason));
  find(word, lot.instrument.symbol, &lot, charged.quantity,
       charged.quantity.text() + " left at " + charged.price.text() + " at " + to_text(charged.at));
  record(lot, EventType::reconciled,
         {{"result", charged.reason == ExitReason::external_close ? std::string("closed elsewhere") : word},
          {"order_id", charged.order.text()},
          {"source", charged.source.text()},
          {"quantity", Decimal(charged.quantity)},
          {"price", Decimal(charged.price)},
          {"at", to_text(charged.at)}});
  if (charged.reason == ExitReason::assigned || charged.reason == ExitReason::exercised) {
    alert(Severity::critical, "assignment", &lot,
          charged.quantity.text() + " " + lot.instrument.symbol + " went: " + word + ".");
  }
  recount(lot);
  keep(lot);
}

// What was charged as somebody else's before its order was known to be a guard is that guard's, and counts once.
void Stepper::take_back_charges(const OrderId& order) {
  const std::string charged = reconcile::outside_order(order, "").text();
  for (auto& [uid, lot] : state_.lots) {
    const auto taken_back = std::erase_if(
        lot.left_elsewise, [&](const LeftElsewise& part) { return part.order.text().starts_with(charged); });
    if (taken_back == 0) continue;
    record(lot, EventType::reconciled,
           {{"result", std::string("not closed elsewhere: a guard filled")}, {"order_id", order.text()}});
    recount(lot);
    if (lot.exit && lot.exit->wanted.is_zero() && lot.quantity.is_positive()) finish_part(lot);
    keep(lot);
  }
}

}  // namespace belay::engine
