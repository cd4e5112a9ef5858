// SPDX-License-Identifier: Apache-2.0
#include "core/engine/step.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "core/base/planted.hpp"
#include "core/calendar/new_york.hpp"
#include "core/engine/stepper.hpp"
#include "core/rules/settings.hpp"

namespace belay::engine {

using Severity = action::RaiseAlert::Severity;

namespace {

// An adopted lot keeps its uid when upstream's row comes; and a table that was set up anew counts from 1 again.
bool was_merged_with(const Lot& lot, const Execution& execution) {
  if (lot.execution_key != execution.key || lot.instrument.symbol != execution.instrument.symbol) return false;
  return (execution.broker_order_id && lot.entry_order_id == execution.broker_order_id) ||
         reconcile::is_about_same_time(execution.entry_time, lot.entry_time);
}

}  // namespace

Actions step(State& state, const Event& event, Moment now) {
  Stepper stepper(state, now);
  const Absences absences = state.absences;
  try {
    std::visit([&](const auto& e) { stepper.on(e); }, event);
  } catch (const Overflow& overflow) {
    stepper.give_up(overflow);
  }
  if (state.absences != absences) stepper.keep_absences();
  return stepper.take();
}

std::string underlying_symbol(const Instrument& instrument) {
  if (!instrument.option) return instrument.symbol;
  // An adjusted root is the underlying's symbol with a digit behind it: AAPL1 (alpaca.md 4).
  std::string root = instrument.option->root;
  while (root.size() > 1 && root.back() >= '0' && root.back() <= '9') root.pop_back();
  return root;
}

std::string level_symbol(const Lot& lot) {
  const bool own = lot.price_domain == PriceDomain::instrument || planted(Bug::levels_are_the_options);
  return own ? lot.instrument.symbol : underlying_symbol(lot.instrument);
}

std::string halt_of(const State& state, const Lot& lot) {
  const auto halt = [&](const std::string& symbol) {
    const auto prices = state.prices.find(symbol);
    if (prices == state.prices.end() || !prices->second.halt) return std::string();
    return prices->second.halt->why.empty() ? std::string("trading is halted") : prices->second.halt->why;
  };
  const std::string why = halt(lot.instrument.symbol);
  return why.empty() ? halt(underlying_symbol(lot.instrument)) : why;
}

std::vector<std::string> symbols_to_price(const State& state) {
  std::set<std::string> symbols;
  for (const auto& [uid, lot] : state.lots) {
    if (lot.instrument.kind == InstrumentKind::crypto) continue;  // watched by the broker's word only
    symbols.insert(lot.instrument.symbol);
    symbols.insert(level_symbol(lot));
  }
  return {symbols.begin(), symbols.end()};
}

Money result_at(const Lot& lot, Price price) {
  const Price gain = lot.is_long() ? price - lot.entry_price : lot.entry_price - price;
  return notional(gain, lot.quantity, lot.multiplier);
}

std::optional<Ratio> percent_at(const Lot& lot, Price price) {
  const Price gain = lot.is_long() ? price - lot.entry_price : lot.entry_price - price;
  if (!lot.entry_price.is_positive()) return std::nullopt;
  return Ratio::from_nanos(fixed::multiply_divide(gain.nanos(), 100 * fixed::kScale, lot.entry_price.nanos()));
}

// ---- what comes out

void Stepper::keep(const Lot& lot) {
  index_triggers(lot);
  emit(action::KeepLot{lot});
}

void Stepper::record(const Lot& lot, EventType type, Fields data) {
  emit(action::RecordEvent{{.lot = lot.uid, .type = type, .data = std::move(data), .at = now_.wall}});
}

void Stepper::record_account(EventType type, Fields data) {
  emit(action::RecordEvent{{.lot = {}, .type = type, .data = std::move(data), .at = now_.wall}});
}

void Stepper::alert(Severity severity, std::string cause, const Lot* lot, std::string text) {
  const LotUid uid = lot == nullptr ? LotUid() : lot->uid;
  const std::string symbol = lot == nullptr ? "" : lot->instrument.symbol;
  constexpr std::array kWords{"info", "warning", "critical"};
  emit(action::RecordEvent{{.lot = uid,
                            .type = EventType::alert,
                            .data = {{"cause", cause},
                                     {"severity", std::string(kWords[static_cast<std::size_t>(severity)])},
                                     {"text", text}},
                            .at = now_.wall}});
  emit(action::RaiseAlert{
      .severity = severity, .cause = std::move(cause), .lot = uid, .symbol = symbol, .text = std::move(text)});
}

// The last resort: an absurd number outside of any one lot's work ends this step, not the process.
void Stepper::give_up(const Overflow& overflow) {
  record_account(EventType::monitor_error, {{"error", std::string(overflow.what())}});
  alert(Severity::critical, "absurd_number", nullptr,
        "A reply or a row holds an absurd number, and part of it could not be worked on: " +
            std::string(overflow.what()) + ".");
}

// ---- the book

void Stepper::on(const event::BookLoaded& event) {
  if (!std::exchange(state_.memory_known, true)) {
    if (event.loss_limit) state_.loss_limit = *event.loss_limit;
    if (event.absences) state_.absences = *event.absences;
  }
  state_.findings.clear();  // a pass begins
  for (const Lot& stored : event.lots) {
    const auto known = state_.lots.find(stored.uid);
    if (known == state_.lots.end()) {
      take_up(stored);
    } else {
      known->second.id = stored.id;  // the row is only known once stored
      heed_edits(known->second, stored);
    }
  }
  for (const Lot& closed : event.closed) remember_closed(closed);
  // A lot that is known already, though its records may still wait to be written, is not opened a second time.
  state_.executions = event.executions;
  std::erase_if(state_.executions, [&](const Execution& execution) {
    const LotUid uid = reconcile::uid_of(execution, state_.account_number);
    const auto is_its_lot = [&](const auto& entry) { return was_merged_with(entry.second, execution); };
    return state_.lots.contains(uid) || state_.recently_closed.contains(uid) ||
           std::ranges::any_of(state_.lots, is_its_lot) || std::ranges::any_of(state_.recently_closed, is_its_lot);
  });
  for (const QuarantinedExecution& row : event.quarantined) quarantine(row);
  for (const OperatorCommand& command : event.commands) offer_command(command);
}

void Stepper::take_up(const Lot& lot) {
  Lot& taken = state_.lots.emplace(lot.uid, lot).first->second;
  if (planted(Bug::exits_forgotten)) {
    taken.exit.reset();
    taken.exit_orders.clear();
    taken.status = LotStatus::open;
  }
  index_triggers(lot);
  const auto recall = [&](pricing::SymbolPrices& of, std::optional<Price> good, std::optional<Timestamp> priced_at,
                          const std::optional<Trade>& suspect) {
    if (!good || (of.last_good_at && !(priced_at && *of.last_good_at < *priced_at))) return;
    of.last_good = good;
    of.last_good_at = priced_at;
    of.suspect = suspect;
  };
  pricing::SymbolPrices& prices = state_.prices[lot.instrument.symbol];
  recall(prices, lot.good_price, lot.priced_at, lot.suspect);
  if (const std::string symbol = level_symbol(lot); symbol != lot.instrument.symbol) {
    recall(state_.prices[symbol], lot.level_price, lot.level_priced_at, lot.level_suspect);
  }
  // An unbroken row of unsound quotes goes on over a restart, if somebody looked a moment ago.
  if (!prices.unsound_since && lot.last_checked_at && now_.wall - *lot.last_checked_at <= state_.policy.unseen_limit) {
    prices.unsound_since = lot.unsound_since;
  }
  if (taken.exit) state_.flights[lot.uid].began = now_.steady;
}

// Levels and times are the user's: what somebody changed in the table counts from the next pass on.
void Stepper::heed_edits(Lot& lot, const Lot& stored) {
  const auto parameters = [](const Lot& of) {
    return std::tie(of.stop_loss, of.take_profit, of.max_hold_minutes, of.strategy, of.price_domain, of.terms);
  };
  // The underlying's price at the entry may be newer here than in the table; it is only ever given there, not taken.
  const bool told_entry = stored.entry_underlying_price && stored.entry_underlying_price != lot.entry_underlying_price;
  if (parameters(lot) == parameters(stored) && !told_entry) return;
  record(lot, EventType::operator_,
         {{"command", std::string("edited in the table")},
          {"stop_loss", or_null(stored.stop_loss)},
          {"stop_loss_was", or_null(lot.stop_loss)},
          {"take_profit", or_null(stored.take_profit)},
          {"take_profit_was", or_null(lot.take_profit)}});
  lot.stop_loss = stored.stop_loss;
  lot.take_profit = stored.take_profit;
  lot.max_hold_minutes = stored.max_hold_minutes;
  lot.terms = stored.terms;
  if (told_entry) lot.entry_underlying_price = stored.entry_underlying_price;
  lot.strategy = stored.strategy;
  lot.price_domain = stored.price_domain;
  index_triggers(lot);
}

void Stepper::quarantine(const QuarantinedExecution& row) {
  record_account(EventType::monitor_error,
                 {{"error", "execution " + row.key + " cannot be understood: " + row.why}, {"execution_key", row.key}});
  alert(Severity::warning, "execution_quarantined", nullptr,
        "Execution " + row.key + " cannot be understood and was set aside: " + row.why);
  emit(action::SettleExecution{row.key, row.account_name, "quarantined"});
}

// ---- a person's word

void Stepper::on(const event::CommandGiven& event) { offer_command(event.command); }

// A person's word that no order can carry out is turned down with the reason, not tried for ever.
std::string Stepper::why_not_closable(const Lot& lot, const OperatorCommand& command) {
  if (lot.instrument.kind == InstrumentKind::crypto) {
    return "crypto is watched only: close it at the broker, or by belay close --direct";
  }
  if (!command.quantity) return {};
  if (!command.quantity->is_positive()) return "the quantity " + command.quantity->text() + " is not positive";
  if (lot.instrument.is_option() && whole_part(*command.quantity) != *command.quantity) {
    return "options leave by whole contracts, not by " + command.quantity->text();
  }
  return {};
}

// A person's word stays on record, also where what it was about has left meanwhile.
void Stepper::record_without_lot(const OperatorCommand& command) {
  record_account(EventType::operator_, {{"command", std::string(to_text(command.kind))},
                                        {"who", command.who},
                                        {"why", command.why},
                                        {"result", "no open position " + command.lot.text()}});
  if (command.id != 0) emit(action::FinishCommand{command.id});
}

void Stepper::offer_command(const OperatorCommand& command) {
  if (planted(Bug::commands_dropped)) return;
  if (command.id != 0 && !state_.taken_commands.insert(command.id).second) return;
  if (command.kind == OperatorCommand::Kind::resume_loss_limit) return resume_loss_limit(command);
  if (command.kind == OperatorCommand::Kind::note) return note(command);
  const bool only_preview = command.kind == OperatorCommand::Kind::preview_reload;
  if (command.kind == OperatorCommand::Kind::reload || only_preview) return pass_on_reload(command, only_preview);
  if (command.kind == OperatorCommand::Kind::write_off) return write_off(command);
  const auto found = state_.lots.find(command.lot);
  if (found == state_.lots.end()) return record_without_lot(command);
  Lot& lot = found->second;
  if (command.kind != OperatorCommand::Kind::close) {
    if (command.kind == OperatorCommand::Kind::adopt) change_terms(lot, command);
    if (command.kind == OperatorCommand::Kind::pause) pause(lot, command);
    if (command.kind == OperatorCommand::Kind::resume) resume(lot, command);
    if (command.id != 0) emit(action::FinishCommand{command.id});
    return;
  }
  const std::string refused = why_not_closable(lot, command);
  if (!refused.empty()) {
    record(lot, EventType::operator_,
           {{"command", std::string("close")}, {"who", command.who}, {"why", command.why}, {"refused", refused}});
    alert(Severity::warning, "command_refused", &lot, lot.instrument.symbol + " is not closed: " + refused + ".");
    if (command.id != 0) emit(action::FinishCommand{command.id});
    return;
  }
  const Quantity wanted = command.quantity ? std::min(*command.quantity, lot.quantity) : lot.quantity;
  record(lot, EventType::operator_,
         {{"command", std::string("close")},
          {"who", command.who},
          {"why", command.why},
          {"quantity", Decimal(wanted)},
          {"joins", lot.exit ? FieldValue(std::string(to_text(lot.exit->reason))) : FieldValue()}});
  const rules::Verdict verdict = rules::manual_close(
      {.lot = lot, .now = now_.wall, .calendar = state_.calendar, .policy = state_.policy, .command = &command});
  if (lot.exit) {
    join_exit(lot, ExitReason::manual_close, wanted, verdict, command.who);
  } else {
    begin_exit(lot, ExitReason::manual_close, 0, {ExitReason::manual_close}, wanted, verdict);
    lot.exit->who = command.who;
    keep(lot);
  }
  if (command.id != 0) emit(action::FinishCommand{command.id});
  advance(command.lot);
}

// Where the configuration is, and whether it can be taken, is not the engine's affair: it only hears the person.
void Stepper::pass_on_reload(const OperatorCommand& command, bool only_preview) {
  if (!only_preview) {
    record_account(EventType::operator_,
                   {{"command", std::string("reload")}, {"who", command.who}, {"why", command.why}});
  }
  emit(action::TakeConfiguration{
      .command = command.id, .who = command.who, .why = command.why, .only_preview = only_preview});
  if (command.id != 0) emit(action::FinishCommand{command.id});
}

// What is at or beyond its new levels leaves when it is judged next.
void Stepper::on(const event::PolicyGiven& event) {
  state_.policy = event.policy;
  for (const auto& [uid, lot] : state_.lots) index_triggers(lot);
}

// How a lot is managed, by a person's word. Levels that contradict each other are refused as a whole.
void Stepper::change_terms(Lot& lot, const OperatorCommand& command) {
  const ManagementTerms& terms = command.terms;
  Lot changed = lot;
  if (terms.management) changed.management = *terms.management;
  const bool newly_managed = changed.management == Management::managed && lot.management == Management::watch;
  if (newly_managed && !lot.stop_loss && !lot.take_profit && !terms.stop_loss && !terms.take_profit) {
    protect_adopted(changed);
  }
  if (terms.stop_loss) changed.stop_loss = terms.stop_loss;
  if (terms.take_profit) changed.take_profit = terms.take_profit;
  const bool sets_levels = terms.stop_loss || terms.take_profit;
  const std::string refused = sets_levels ? rules::contradiction(changed, state_.policy) : "";
  record(lot, EventType::operator_,
         {{"command", std::string("adopt")},
          {"who", command.who},
          {"why", command.why},
          {"management", std::string(to_text(changed.management))},
          {"stop_loss", or_null(changed.stop_loss)},
          {"take_profit", or_null(changed.take_profit)},
          {"unfreeze", terms.unfreeze},
          {"result", refused.empty() ? "done" : "refused: " + refused}});
  if (!refused.empty()) return;
  lot = changed;
  if (terms.unfreeze && (!lot.frozen.empty() || lot.split_due)) {
    lot.frozen.clear();
    lot.split_applied = calendar::to_new_york(now_.wall).date;  // what was announced until now is in these numbers
    lot.split_due.reset();
    // The person has looked: what was believed before is no measure of the price any more.
    lot.good_price.reset();
    lot.priced_at.reset();
    pricing::SymbolPrices& prices = state_.prices[level_symbol(lot)];
    prices.last_good.reset();
    prices.last_good_at.reset();
  }
  keep(lot);
}

}  // namespace belay::engine
