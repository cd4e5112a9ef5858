// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>

#include "core/engine/stepper.hpp"

namespace belay::engine {
namespace {

using Severity = action::RaiseAlert::Severity;

constexpr Duration kFillsLookedBack = std::chrono::hours(24 * 10);

reconcile::Book book_of(const State& state, Timestamp now) {
  reconcile::Book book{.lots = {},
                       .holdings = state.broker.holdings,
                       .orders = state.broker.orders,
                       .executions = state.executions,
                       .account_number = state.account_number,
                       .now = now};
  for (const auto& [uid, lot] : state.lots) book.lots.push_back(&lot);
  return book;
}

bool is_ignored(const Policy& policy, const std::string& symbol) {
  return policy.adoption == Adoption::ignore ||
         std::ranges::find(policy.ignored_symbols, symbol) != policy.ignored_symbols.end();
}

}  // namespace

void Stepper::settle_ownership() {
  const reconcile::Differences differences = reconcile::compare(book_of(state_, now_.wall), state_.policy);
  state_.ownership_concerns.clear();
  state_.orphans.clear();
  state_.ignored.clear();
  state_.shortfalls.clear();

  for (const auto& claim : differences.claims) open_lot(claim);
  for (const auto& merge : differences.merges) merge_into(merge);
  for (const auto& growth : differences.growths) grow_lot(growth);
  for (const auto& unclaimed : differences.history) settle_history(unclaimed);
  for (const auto& change : differences.sign_changes) {
    const std::string why = "the broker holds " + change.held.text() + ", the opposite of what the lots say";
    state_.ownership_concerns[change.symbol] = why;
    for (auto& [uid, lot] : state_.lots) {
      if (lot.instrument.symbol == change.symbol) freeze(lot, why);
    }
  }
  for (const auto& orphan : differences.orphans) {
    if (is_ignored(state_.policy, orphan.instrument.symbol)) {
      state_.ignored.emplace(orphan.instrument.symbol, orphan.quantity.magnitude());
    } else {
      state_.orphans.emplace(orphan.instrument.symbol, orphan);
    }
  }
  for (const auto& shortfall : differences.shortfalls) {
    state_.shortfalls.emplace(shortfall.symbol, shortfall);
    state_.ownership_concerns[shortfall.symbol] = "the broker holds " + shortfall.held.text() + ", " +
                                                  shortfall.missing.text() +
                                                  " fewer than the lots; what took them is not found yet";
  }
  ask_for_fills();
}

void Stepper::open_lot(const reconcile::Claim& claim) {
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
  lot.bracket_expected = execution.bracket_expected;
  lot.entry_order_id = execution.broker_order_id;

  const auto entry =
      execution.broker_order_id ? state_.broker.orders.find(*execution.broker_order_id) : state_.broker.orders.end();
  if (entry != state_.broker.orders.end() && entry->second.symbol == lot.instrument.symbol) {
    if (entry->second.filled_average) lot.entry_price = *entry->second.filled_average;
    if (entry->second.filled_at) lot.entry_time = *entry->second.filled_at;
  }
  const auto place = state_.lots.insert_or_assign(lot.uid, lot).first;
  Lot& opened = place->second;
  std::erase_if(state_.executions, [&](const Execution& e) { return e.key == execution.key; });
  emit(action::SettleExecution{execution.key, execution.account_name, "claimed"});
  record(opened, EventType::created,
         {{"execution_key", execution.key},
          {"quantity", Decimal(opened.quantity)},
          {"entry_price", Decimal(opened.entry_price)},
          {"source", std::string("execution")}});
  if (claim.quantity != execution.quantity) {
    record(opened, EventType::partial_fill_detected,
           {{"expected", Decimal(execution.quantity)}, {"actual", Decimal(claim.quantity)}});
  }
  if (execution.strategy_said != to_text(execution.strategy)) {
    record(opened, EventType::operator_,
           {{"strategy_said", execution.strategy_said}, {"taken_as", std::string(to_text(execution.strategy))}});
  }
  verify_guards(opened);
  for (const auto& [id, order] : state_.broker.orders) {
    const auto parts = parse_exit_client_id(order.client_id);
    if (parts && parts->uid == opened.uid) absorb_exit_order(opened, order, parts->attempt);
  }
  keep(opened);
}

// Same uid, upstream's parameters; entry price and time stay those of the fills.
void Stepper::merge_into(const reconcile::Merge& merge) {
  const Execution& execution = merge.execution;
  Lot& lot = state_.lots.at(merge.lot);
  lot.execution_key = execution.key;
  lot.management = Management::managed;
  lot.strategy = execution.strategy;
  lot.stop_loss = execution.stop_loss;
  lot.take_profit = execution.take_profit;
  lot.price_domain = execution.price_domain;
  lot.max_hold_minutes = execution.max_hold_minutes;
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
  lot.original_quantity += growth.by;
  if (lot.exit && lot.exit->wanted == lot.quantity) lot.exit->wanted += growth.by;
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

// Fills tell who opened an orphan and what took missing shares. One read serves all.
void Stepper::ask_for_fills() {
  if (state_.orphans.empty() && state_.shortfalls.empty()) return;
  Timestamp since = now_.wall - kFillsLookedBack;
  for (const auto& [uid, lot] : state_.lots) {
    if (state_.shortfalls.contains(lot.instrument.symbol)) since = std::min(since, lot.entry_time);
  }
  emit(action::ReadFills{since});
}

void Stepper::on(const event::FillsRead& event) {
  const auto orphans = std::exchange(state_.orphans, {});
  const auto shortfalls = std::exchange(state_.shortfalls, {});
  std::vector<OrderId> known_entries;
  for (const auto& [uid, lot] : state_.lots) {
    if (lot.entry_order_id) known_entries.push_back(*lot.entry_order_id);
  }
  for (const auto& [symbol, orphan] : orphans) {
    const auto entries = reconcile::entries_of(orphan, event.fills, known_entries);
    for (const auto& [part, opening] : entries) adopt(part, opening);
    if (entries.empty()) adopt(orphan, std::nullopt);
  }
  for (const auto& [symbol, shortfall] : shortfalls) explain_shortfall(shortfall, event.fills);
  measure_allowances();
  advance_all();
}

void Stepper::on(const event::FillsUnread& event) {
  // Without fills nothing is adopted or closed in this pass; the holdings stay named.
  for (const auto& [symbol, orphan] : state_.orphans) {
    state_.ownership_concerns[symbol] = "a holding of " + orphan.quantity.text() + " is not adopted yet: " + event.why;
  }
  record_account(EventType::monitor_error, {{"error", "fills could not be read: " + event.why}});
}

void Stepper::adopt(const reconcile::Orphan& orphan, const std::optional<reconcile::Opening>& opening) {
  const std::string& symbol = orphan.instrument.symbol;
  if (orphan.beside_lots && !opening) {
    const std::string why =
        "the broker holds " + orphan.quantity.text() + " more than the lots and no fill explains it";
    state_.ownership_concerns[symbol] = why;
    for (auto& [uid, lot] : state_.lots) {
      if (lot.instrument.symbol == symbol) freeze(lot, why);
    }
    return;
  }
  Lot lot;
  const std::string fact = opening ? "fill:" + opening->first_fill_id : "holding:" + symbol;
  lot.uid = lot_uid(state_.account_number, fact);
  if (state_.lots.contains(lot.uid)) return;
  lot.account = state_.account;
  lot.instrument = orphan.instrument;
  lot.multiplier = usual_multiplier(orphan.instrument);
  lot.direction = orphan.quantity.is_negative() ? Direction::short_ : Direction::long_;
  const bool protect = state_.policy.adoption == Adoption::protect && orphan.instrument.kind != InstrumentKind::crypto;
  lot.management = protect ? Management::managed : Management::watch;
  lot.original_quantity = orphan.quantity.magnitude();
  lot.quantity = lot.original_quantity;
  lot.entry_price = opening ? opening->entry_price : orphan.average_entry;
  lot.entry_time = opening ? opening->entry_time : now_.wall;
  if (opening) lot.entry_order_id = opening->order;
  if (protect && lot.entry_price.is_positive()) {
    const auto level = [&](const std::optional<Ratio>& distance, bool up) -> std::optional<Price> {
      if (!distance) return std::nullopt;
      return scale(lot.entry_price, up ? 1_ratio + *distance : 1_ratio - *distance);
    };
    lot.stop_loss = level(state_.policy.adopted_stop, !lot.is_long());
    lot.take_profit = level(state_.policy.adopted_target, lot.is_long());
  }
  Lot& adopted = state_.lots.insert_or_assign(lot.uid, lot).first->second;
  record(adopted, EventType::adopted,
         {{"quantity", Decimal(adopted.quantity)},
          {"entry_price", Decimal(adopted.entry_price)},
          {"entry_time_known", opening.has_value()},
          {"policy", std::string(protect ? "protect" : "watch")}});
  alert(Severity::warning, "orphan", &adopted,
        "Adopted " + adopted.quantity.text() + " " + symbol + " (" + std::string(to_text(adopted.direction)) +
            "), which nothing explained: " + (protect ? "protected." : "watched; no price rule will sell it."));
  keep(adopted);
}

void Stepper::explain_shortfall(const reconcile::Shortfall& shortfall, const std::vector<Fill>& fills) {
  std::vector<OrderId> known;
  std::vector<Lot*> lots;
  for (auto& [uid, lot] : state_.lots) {
    if (lot.instrument.symbol != shortfall.symbol) continue;
    lots.push_back(&lot);
    for (const ExitOrder& order : lot.exit_orders) known.push_back(order.id);
    for (const LeftElsewise& part : lot.left_elsewise) known.push_back(part.order);
    for (const auto& guard : {lot.stop_order_id, lot.target_order_id}) {
      if (guard) known.push_back(*guard);  // counted as the guard's when it is looked at
    }
  }
  if (lots.empty()) return;
  // A fill may be that of an exit whose id is not known yet: its owner is found out first.
  const bool unknown_exit = std::ranges::any_of(lots, [](const Lot* lot) {
    return std::ranges::any_of(lot->exit_orders,
                               [](const ExitOrder& order) { return order.id.empty() && !is_terminal(order.status); });
  });
  if (unknown_exit) return;
  std::ranges::sort(lots, {}, &Lot::entry_time);  // first in, first out

  const auto closings = reconcile::outside_closings(shortfall.symbol, lots.front()->exit_side(), shortfall.missing,
                                                    lots.front()->entry_time, fills, known);
  for (const Fill& fill : closings) {
    if (now_.wall - fill.at < state_.policy.settling_window) continue;  // too young: the next read confirms it
    Quantity rest = fill.quantity;
    for (Lot* lot : lots) {
      const Quantity part = std::min(rest, lot->quantity - lifecycle::live_leaves(*lot));
      if (!part.is_positive()) continue;
      lot->left_elsewise.push_back({.order = reconcile::outside_order(fill),
                                    .reason = ExitReason::external_close,
                                    .quantity = part,
                                    .value = notional(fill.price, part, lot->multiplier),
                                    .at = fill.at});
      rest -= part;
      record(*lot, EventType::reconciled,
             {{"result", std::string("closed elsewhere")},
              {"order_id", fill.order_id.text()},
              {"quantity", Decimal(part)},
              {"price", Decimal(fill.price)}});
      recount(*lot);
      keep(*lot);
    }
    state_.ownership_concerns.erase(shortfall.symbol);
  }
}

}  // namespace belay::engine
