// SPDX-License-Identifier: Apache-2.0
// Splits and spin-offs as they were announced: asked for once a day, heeded before prices are believed.
#include <algorithm>
#include <chrono>
#include <set>

#include "core/calendar/new_york.hpp"
#include "core/engine/stepper.hpp"
#include "core/reconcile/corporate.hpp"

namespace belay::engine {
namespace {

using Severity = action::RaiseAlert::Severity;
using reconcile::Concern;

constexpr auto kDaysBack = std::chrono::days(10);         // as long as nobody may have looked
constexpr auto kDaysAhead = std::chrono::days(5);         // over the longest weekend
constexpr Duration kDistance = std::chrono::seconds(10);  // between two questions, while something is odd

// What a split that was not known of looked like, and what one that is under way makes us wait for.
constexpr std::string_view kLooksLikeSplit = "as in a split";
constexpr std::string_view kNoFillExplains = "no fill explains it";
constexpr std::string_view kAwaited = "a split is awaited";

bool froze_for_split(const Lot& lot) {
  return lot.frozen.contains(kLooksLikeSplit) || lot.frozen.contains(kNoFillExplains) || lot.frozen.contains(kAwaited);
}

}  // namespace

// Once a day for each position; again while something about one looks as if its share had changed.
void Stepper::ask_for_corporate_actions() {
  const Date today = calendar::to_new_york(now_.wall).date;
  std::set<std::string> symbols;
  for (const auto& [uid, lot] : state_.lots) {
    if (lot.instrument.kind != InstrumentKind::stock) continue;
    const bool odd = froze_for_split(lot) || (state_.doubts.contains(lot.instrument.symbol));
    if (lot.splits_checked != today || odd) symbols.insert(lot.instrument.symbol);
  }
  if (symbols.empty()) return;
  if (state_.announcements_asked && now_.steady - *state_.announcements_asked < kDistance) return;
  state_.announcements_asked = now_.steady;
  const std::chrono::sys_days day(today);
  emit(action::ReadCorporateActions{{symbols.begin(), symbols.end()}, day - kDaysBack, day + kDaysAhead});
}

void Stepper::on(const event::CorporateActionsRead& event) {
  const Date today = calendar::to_new_york(now_.wall).date;
  const std::set<std::string> asked(event.symbols.begin(), event.symbols.end());
  for (const std::string& symbol : asked) state_.announcements_read[symbol] = now_.steady;
  for (auto& [uid, lot] : state_.lots) {
    if (!asked.contains(lot.instrument.symbol)) continue;
    forget_withdrawn_action(lot, event.actions);
    if (lot.splits_checked == today) continue;
    lot.splits_checked = today;
    keep(lot);
  }
  std::erase_if(state_.corporate_actions, [&](const CorporateAction& known) { return asked.contains(known.symbol); });
  state_.corporate_actions.insert(state_.corporate_actions.end(), event.actions.begin(), event.actions.end());
  if (!state_.broker.read_at || !heed_corporate_actions()) return;
  settle_ownership();
  measure_allowances();
  advance_all();
}

void Stepper::on(const event::CorporateActionsUnread& event) {
  record_account(EventType::monitor_error, {{"error", "the corporate actions could not be read: " + event.why}});
}

// True when something was rescaled or renamed: what was compared before is void.
bool Stepper::heed_corporate_actions() {
  bool changed = false;
  std::vector<CorporateAction> actions = state_.corporate_actions;
  std::ranges::stable_sort(actions, {}, &CorporateAction::ex_date);
  for (const CorporateAction& announced : actions) {
    if (announced.kind == CorporateAction::Kind::rename) {
      changed = follow_rename(announced) || changed;
      continue;
    }
    std::vector<Lot*> effective;
    for (auto& [uid, lot] : state_.lots) {
      const Concern concern = reconcile::concern_of(announced, lot, state_.calendar, now_.wall);
      if (concern == Concern::announced) await_action(lot, announced);
      if (concern == Concern::effective) effective.push_back(&lot);
    }
    if (effective.empty()) continue;
    if (announced.kind == CorporateAction::Kind::spin_off) {
      for (Lot* lot : effective) review_spin_off(*lot, announced);
    } else {
      changed = apply_split(effective, announced) || changed;
    }
  }
  return changed;
}

bool Stepper::no_guard_may_rest(const Lot& lot) const {
  return lot.split_due && now_.wall >= reconcile::guards_end(*lot.split_due, state_.calendar);
}

// No guard may rest through a split: the broker does not adjust it, and a stop of the old share would sell the new one.
void Stepper::withdraw_guards() {
  for (const auto& [uid, lot] : state_.lots) {
    if (!no_guard_may_rest(lot)) continue;
    for (const lifecycle::RestingOrder& guard : guards_of(lot)) {  // also what was never seen: it may well rest
      if (guard.status == OrderStatus::pending_cancel) continue;
      record(lot, EventType::order_update,
             {{"order_id", guard.id.text()}, {"cancel", "a split is due on " + to_text(*lot.split_due)}});
      emit(action::CancelOrder{lot.uid, guard.id});
    }
  }
}

void Stepper::await_action(Lot& lot, const CorporateAction& announced) {
  if (lot.split_due == announced.ex_date) return;
  lot.split_due = announced.ex_date;
  const bool is_split = announced.kind == CorporateAction::Kind::split;
  record(lot, EventType::reconciled,
         {{"result", std::string(is_split ? "split announced" : "spin-off announced")},
          {"ex_date", to_text(announced.ex_date)},
          {"new_rate", Decimal(announced.new_rate)},
          {"old_rate", Decimal(announced.old_rate)}});
  alert(Severity::warning, "corporate_action", &lot,
        lot.instrument.symbol + (is_split ? " splits " : " spins off ") + announced.new_rate.text() + " for " +
            announced.old_rate.text() + " on " + to_text(announced.ex_date) +
            ": its guards are withdrawn before, and levels and quantity rescaled.");
  keep(lot);
}

// Postponed or called off: the share stays what it was, and so do the levels.
void Stepper::forget_withdrawn_action(Lot& lot, const std::vector<CorporateAction>& actions) {
  if (!lot.split_due) return;
  const std::chrono::sys_days due(*lot.split_due);
  if (due < std::chrono::sys_days(calendar::to_new_york(now_.wall).date) - kDaysBack) return;  // was not asked for
  const bool stands = std::ranges::any_of(actions, [&](const CorporateAction& action) {
    return action.symbol == lot.instrument.symbol && action.ex_date == *lot.split_due;
  });
  if (stands) return;
  record(lot, EventType::reconciled,
         {{"result", std::string("corporate action withdrawn")}, {"ex_date", to_text(*lot.split_due)}});
  alert(Severity::warning, "corporate_action", &lot,
        lot.instrument.symbol + ": what was announced for " + to_text(*lot.split_due) +
            " is announced no more. Quantity and levels stay as they are.");
  lot.split_due.reset();
  keep(lot);
}

bool Stepper::apply_split(const std::vector<Lot*>& lots, const CorporateAction& split) {
  const std::string& symbol = split.symbol;
  if (!split.new_rate.is_positive() || !split.old_rate.is_positive()) return false;
  Quantity claimed;
  bool leaving = false;
  for (const Lot* lot : lots) {
    claimed += lot->signed_quantity();
    leaving = leaving || lifecycle::live_leaves(*lot).is_positive();
  }
  Quantity held = state_.broker.held(symbol);
  for (const auto& [uid, lot] : state_.lots) {  // what was bought since then is in new shares already
    const bool is_new = lot.instrument.symbol == symbol && std::ranges::find(lots, &lot) == lots.end();
    if (is_new) held -= lot.signed_quantity();
  }
  if (leaving || !reconcile::count_is_rescaled(held, claimed, split)) {
    for (Lot* lot : lots) {
      freeze(*lot, std::string(kAwaited) + ": " + split.new_rate.text() + " for " + split.old_rate.text() + " since " +
                       to_text(split.ex_date) + ", and the broker holds " + held.text());
    }
    return false;
  }
  for (Lot* lot : lots) {
    const Quantity before = lot->quantity;
    reconcile::rescale(*lot, split);
    if (froze_for_split(*lot)) lot->frozen.clear();
    find("split", symbol, lot, lot->quantity, before.text() + " became " + lot->quantity.text());
    record(*lot, EventType::reconciled,
           {{"result", std::string("split applied")},
            {"new_rate", Decimal(split.new_rate)},
            {"old_rate", Decimal(split.old_rate)},
            {"quantity_was", Decimal(before)},
            {"quantity", Decimal(lot->quantity)},
            {"stop_loss", or_null(lot->stop_loss)},
            {"take_profit", or_null(lot->take_profit)}});
    keep(*lot);
  }
  state_.doubts.erase(symbol);
  state_.absences.erase(symbol);
  rescale_prices(split);
  return true;
}

// The last believed price, in terms of the new share: else the first new one would look like a jump.
void Stepper::rescale_prices(const CorporateAction& split) {
  pricing::SymbolPrices& prices = state_.prices[split.symbol];
  const auto session = state_.calendar.session_at(now_.wall);
  const bool of_old = prices.last_good_at && calendar::to_new_york(*prices.last_good_at).date < split.ex_date;
  if (prices.last_good && (of_old || !session)) prices.last_good = reconcile::rescaled(*prices.last_good, split);
  prices.suspect.reset();
}

// What the parent is worth without its part nobody can tell from the rates: a person says what the levels are now.
void Stepper::review_spin_off(Lot& lot, const CorporateAction& spin_off) {
  freeze(lot, spin_off.new_symbol + " was spun off on " + to_text(spin_off.ex_date) +
                  ": the levels are those of the share with it");
  lot.split_applied = spin_off.ex_date;
  lot.split_due.reset();
  keep(lot);
}

// By the announcement, where no asset id tells.
bool Stepper::follow_rename(const CorporateAction& rename) {
  const auto now_held = state_.broker.holdings.find(rename.new_symbol);
  if (now_held == state_.broker.holdings.end() || state_.broker.holdings.contains(rename.symbol)) return false;
  bool changed = false;
  for (auto& [uid, lot] : state_.lots) {
    if (lot.instrument.symbol != rename.symbol || !lot.asset_id.empty()) continue;
    lot.instrument = now_held->second.instrument;
    tell_of_rename(lot, rename.symbol);
    changed = true;
  }
  return changed;
}

}  // namespace belay::engine
