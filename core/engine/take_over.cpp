// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <set>

#include "core/engine/stepper.hpp"

namespace belay::engine {
namespace {

using Severity = action::RaiseAlert::Severity;

reconcile::Book book_of(const State& state, Timestamp now) {
  reconcile::Book book{.lots = {},
                       .others = {},
                       .closed = {},
                       .absent = {},
                       .holdings = state.broker.holdings,
                       .orders = state.broker.orders,
                       .executions = state.executions,
                       .account_number = state.account_number,
                       .now = now};
  for (const auto& [uid, lot] : state.lots) book.lots.push_back(&lot);
  for (const auto& [uid, lot] : state.recently_closed) book.closed.push_back(&lot);
  for (const auto& [symbol, absence] : state.absences) {
    if (absence.confirmed) book.absent[symbol] = absence.quantity;
  }
  return book;
}

bool is_ignored(const Policy& policy, const std::string& symbol) {
  return policy.adoption == Adoption::ignore ||
         std::ranges::find(policy.ignored_symbols, symbol) != policy.ignored_symbols.end();
}

}  // namespace

void Stepper::find(std::string kind, const std::string& symbol, const Lot* lot, Quantity quantity, std::string what,
                   std::string execution_key) {
  Finding finding{.kind = std::move(kind),
                  .symbol = symbol,
                  .lot = lot == nullptr ? LotUid() : lot->uid,
                  .execution_key = std::move(execution_key),
                  .quantity = quantity,
                  .what = std::move(what)};
  if (std::ranges::count(state_.findings, finding) == 0) state_.findings.push_back(std::move(finding));
}

void Stepper::settle_ownership() {
  state_.ownership_concerns.clear();
  state_.orphans.clear();
  state_.ignored.clear();
  state_.shortfalls.clear();
  state_.records_known = false;
  identify_assets();

  reconcile::Book book = book_of(state_, now_.wall);
  for (const auto& [uid, lot] : state_.lots) {
    if (means_another_asset(lot)) book.others.insert(uid);
  }
  const reconcile::Differences differences = reconcile::compare(book, state_.policy);
  for (const auto& claim : differences.claims) open_lot(claim);
  for (const auto& merge : differences.merges) merge_into(merge);
  for (const auto& growth : differences.growths) grow_lot(growth);
  for (const auto& unclaimed : differences.history) settle_history(unclaimed);
  for (const auto& waiting : differences.deferred) {
    find("deferred", waiting.execution.instrument.symbol, nullptr, waiting.execution.quantity, waiting.why,
         waiting.execution.key);
  }
  for (const std::string& symbol : differences.settling) {
    find("settling", symbol, nullptr, {}, "something left a moment ago: nothing is concluded until positions agree");
  }
  for (const auto& change : differences.sign_changes) settle_sign_change(change);
  for (const auto& orphan : differences.orphans) {
    if (is_ignored(state_.policy, orphan.instrument.symbol)) {
      state_.ignored.emplace(orphan.instrument.symbol, orphan.quantity.magnitude());
    } else {
      settle_surplus(orphan);
    }
  }
  note_absences(differences);
  settle_shortfalls(differences.shortfalls);
  tell_of_awaited(differences.settling);
  announce_late();
  forget_old_doubts();
  ask_for_history();
}

// What was renamed is followed; what only bears the same name is left alone, and somebody is told.
void Stepper::identify_assets() {
  const reconcile::Identities identities = reconcile::identify(book_of(state_, now_.wall));
  for (const auto& rename : identities.renames) {
    Lot& lot = state_.lots.at(rename.lot);
    const std::string before = lot.instrument.symbol;
    lot.instrument = rename.now;
    tell_of_rename(lot, before);
  }
  for (const auto& other : identities.others) {
    Lot& lot = state_.lots.at(other.lot);
    find("other_asset", lot.instrument.symbol, &lot, lot.quantity, "the symbol means another asset now");
    freeze(lot, "the symbol " + lot.instrument.symbol + " means another asset now (" + other.held_asset +
                    "); what this position held (" + lot.asset_id + ") is not among the broker's holdings");
  }
  for (auto& [uid, lot] : state_.lots) {
    const auto held = state_.broker.holdings.find(lot.instrument.symbol);
    if (lot.asset_id.empty() && held != state_.broker.holdings.end()) lot.asset_id = held->second.asset_id;
  }
}

void Stepper::tell_of_rename(Lot& lot, const std::string& before) {
  const std::string& symbol = lot.instrument.symbol;
  find("rename", symbol, &lot, lot.quantity, before + " is " + symbol + " now");
  record(lot, EventType::reconciled, {{"result", std::string("renamed")}, {"symbol", symbol}, {"was", before}});
  alert(Severity::critical, "renamed", &lot,
        before + " goes by the symbol " + symbol + " now; the position is followed under it.");
  keep(lot);
}

void Stepper::open_lot(const reconcile::Claim& claim, const std::optional<reconcile::Opening>& opening) {
  const Execution& execution = claim.execution;
  Lot lot;
  lot.uid = reconcile::uid_of(execution, state_.account_number);
  lot.account = state_.account;
  lot.execution_key = execution.key;
  lot.instrument = execution.instrument;
  lot.multiplier = usual_multiplier(execution.instrument);
  lot.direction = execution.direction;
  lot.strategy = execution.strategy;
  lot.original_quantity = claim.quantity;
  lot.quantity = claim.quantity;
  lot.entry_price = execution.entry_price;
  lot.entry_time = execution.entry_time;
  lot.stop_loss = execution.stop_loss;
  lot.take_profit = execution.take_profit;
  lot.price_domain = execution.price_domain;
  lot.max_hold_minutes = execution.max_hold_minutes;
  lot.terms = execution.terms;
  lot.entry_underlying_price = execution.entry_underlying_price;
  lot.bracket_expected = execution.bracket_expected;
  lot.entry_order_id = execution.broker_order_id;

  const auto entry =
      execution.broker_order_id ? state_.broker.orders.find(*execution.broker_order_id) : state_.broker.orders.end();
  if (entry != state_.broker.orders.end() && entry->second.symbol == lot.instrument.symbol) {
    if (entry->second.filled_average) lot.entry_price = *entry->second.filled_average;
    if (entry->second.filled_at) lot.entry_time = *entry->second.filled_at;
  }
  if (opening) {  // the true ones; upstream's row may only have claimed to be simulated
    lot.entry_price = opening->entry_price;
    lot.entry_time = opening->entry_time;
    if (opening->order) lot.entry_order_id = opening->order;
  }
  const auto held = state_.broker.holdings.find(lot.instrument.symbol);
  if (held != state_.broker.holdings.end()) lot.asset_id = held->second.asset_id;
  find("claim", lot.instrument.symbol, &lot, claim.quantity,
       "execution " + execution.key + " opens a position" +
           (execution.is_trade ? "" : ", though upstream calls it simulated: the broker holds its shares"),
       execution.key);
  begin_peak(lot);
  const auto place = state_.lots.insert_or_assign(lot.uid, lot).first;
  Lot& opened = place->second;
  std::erase_if(state_.executions, [&](const Execution& e) { return e.key == execution.key; });
  emit(action::SettleExecution{execution.key, execution.account_name, "claimed"});
  record(opened, EventType::created,
         {{"execution_key", execution.key},
          {"quantity", Decimal(opened.quantity)},
          {"entry_price", Decimal(opened.entry_price)},
          {"source", std::string(execution.is_trade ? "execution" : "execution that claims to be simulated")}});
  if (claim.quantity != execution.quantity) {
    record(opened, EventType::partial_fill_detected,
           {{"expected", Decimal(execution.quantity)}, {"actual", Decimal(claim.quantity)}});
  }
  if (execution.strategy_said != to_text(execution.strategy)) {
    record(opened, EventType::operator_,
           {{"strategy_said", execution.strategy_said}, {"taken_as", std::string(to_text(execution.strategy))}});
  }
  absorb_orders_of(opened);
  verify_guards(opened);
  keep(opened);
}

// Same uid, upstream's parameters; entry price and time stay those of the fills.
void Stepper::merge_into(const reconcile::Merge& merge) {
  const Execution& execution = merge.execution;
  Lot& lot = state_.lots.at(merge.lot);
  find("merge", lot.instrument.symbol, &lot, lot.quantity,
       "execution " + execution.key + " is the entry of this adopted position: its parameters count", execution.key);
  lot.execution_key = execution.key;
  lot.management = Management::managed;
  lot.strategy = execution.strategy;
  lot.stop_loss = execution.stop_loss;
  lot.take_profit = execution.take_profit;
  lot.price_domain = execution.price_domain;
  lot.max_hold_minutes = execution.max_hold_minutes;
  lot.terms = execution.terms;
  if (execution.entry_underlying_price) lot.entry_underlying_price = execution.entry_underlying_price;
  begin_peak(lot);
  lot.bracket_expected = lot.bracket_expected || execution.bracket_expected;
  if (!lot.entry_order_id) lot.entry_order_id = execution.broker_order_id;
  std::erase_if(state_.executions, [&](const Execution& e) { return e.key == execution.key; });
  emit(action::SettleExecution{execution.key, execution.account_name, "merged"});
  record(lot, EventType::merged, {{"execution_key", execution.key}, {"quantity", Decimal(execution.quantity)}});
  verify_guards(lot);
  keep(lot);
}

void Stepper::grow_lot(const reconcile::Growth& growth) {
  Lot& lot = state_.lots.at(growth.lot);
  const Quantity expected = lot.original_quantity;
  find("growth", lot.instrument.symbol, &lot, growth.by, "the entry filled further");
  const bool leaves_wholly = lot.exit && lot.exit->wanted.is_positive() && lifecycle::remaining(lot) >= lot.quantity;
  lot.original_quantity += growth.by;
  if (leaves_wholly) lot.exit->wanted += growth.by;
  const auto entry = state_.broker.orders.find(*lot.entry_order_id);
  if (entry != state_.broker.orders.end() && entry->second.filled_average) {
    lot.entry_price = *entry->second.filled_average;
  }
  recount(lot);
  record(lot, EventType::partial_fill_detected,
         {{"expected", Decimal(expected)}, {"actual", Decimal(lot.original_quantity)}});
  keep(lot);
}

void Stepper::settle_history(const reconcile::Unclaimed& unclaimed) {
  const Execution& execution = unclaimed.execution;
  find("history", execution.instrument.symbol, nullptr, execution.quantity, "imported as history: " + unclaimed.why,
       execution.key);
  std::erase_if(state_.executions, [&](const Execution& e) { return e.key == execution.key; });
  emit(action::SettleExecution{execution.key, execution.account_name, "history"});
  record_account(EventType::reconciled, {{"execution_key", execution.key},
                                         {"symbol", execution.instrument.symbol},
                                         {"quantity", Decimal(execution.quantity)},
                                         {"result", "imported as history: " + unclaimed.why}});
}

void Stepper::freeze(Lot& lot, const std::string& why) {
  if (!lot.frozen.empty()) return;
  lot.frozen = why;
  record(lot, EventType::frozen, {{"why", why}});
  alert(Severity::critical, "frozen", &lot,
        lot.instrument.symbol + " is frozen: " + why + ". Price rules are off until a person has looked.");
  keep(lot);
}

}  // namespace belay::engine
