// SPDX-License-Identifier: Apache-2.0
// A person suspends a lot's automatic exits until a moment that they name. What rests at the broker goes on resting.
#include <algorithm>

#include "core/calendar/new_york.hpp"
#include "core/engine/stepper.hpp"

namespace belay::engine {
namespace {

using Severity = action::RaiseAlert::Severity;

std::string what_is_suspended(const Lot& lot) {
  if (lot.pause->rules == Pause::Rules::price) return "No price rule acts; deadlines do.";
  const bool day_trade = lot.strategy == Strategy::day_trade;
  const std::string beyond = day_trade                    ? " It may stay overnight."
                             : lot.instrument.is_option() ? " It may expire."
                                                          : "";
  return "No rule acts, deadlines included." + beyond;
}

}  // namespace

void Stepper::pause(Lot& lot, const OperatorCommand& command) {
  std::string refused;
  if (command.pause.until <= now_.wall) refused = "that moment is past";
  if (lot.exit) refused = "it is leaving already (" + std::string(to_text(lot.exit->reason)) + ")";
  record(lot, EventType::operator_,
         {{"command", std::string("pause")},
          {"who", command.who},
          {"why", command.why},
          {"rules", std::string(to_text(command.pause.rules))},
          {"until", to_text(command.pause.until)},
          {"result", refused.empty() ? "done" : "refused: " + refused}});
  if (!refused.empty()) {
    alert(Severity::warning, "command_refused", &lot, lot.instrument.symbol + " is not paused: " + refused + ".");
    return;
  }
  lot.pause = command.pause;
  lot.pause->who = command.who;
  lot.pause->why = command.why;
  lot.pause->told = false;
  const bool all = lot.pause->rules == Pause::Rules::all;
  alert(all ? Severity::critical : Severity::warning, "paused", &lot,
        lot.instrument.symbol + " is " + rules::pause_text(*lot.pause) + ". " + what_is_suspended(lot));
  check_now(lot);
  emit(action::WakeAt{now_.steady + (lot.pause->until - now_.wall)});
}

void Stepper::resume(Lot& lot, const OperatorCommand& command) {
  record(lot, EventType::operator_,
         {{"command", std::string("resume")},
          {"who", command.who},
          {"why", command.why},
          {"result", std::string(lot.pause ? "done" : "it was not paused")}});
  if (!lot.pause) return;
  lot.pause->until = now_.wall;
  const LotUid uid = lot.uid;
  check_now(lot);
  wake_for_deadlines();
  advance(uid);
}

// What was done at the broker itself, without the book. What became of it there is found by reading the broker.
void Stepper::note(const OperatorCommand& command) {
  record_account(EventType::operator_, {{"command", command.what}, {"who", command.who}, {"why", command.why}});
  if (command.id != 0) emit(action::FinishCommand{command.id});
}

void Stepper::end_pause_if_over(Lot& lot) {
  if (!lot.pause || now_.wall < lot.pause->until) return;
  const Pause over = *lot.pause;
  lot.pause.reset();
  record(lot, EventType::check, {{"pause", std::string("over")}, {"until", to_text(over.until)}, {"who", over.who}});
  alert(over.told ? Severity::critical : Severity::warning, "pause_over", &lot,
        lot.instrument.symbol + " is paused no longer: every rule acts again" +
            (over.told ? ", and one that was suspended held meanwhile." : "."));
}

// At their second, not at the next sweep.
void Stepper::end_pauses() {
  std::vector<LotUid> over;
  for (const auto& [uid, lot] : state_.lots) {
    if (lot.pause && lot.pause->until <= now_.wall) over.push_back(uid);
  }
  for (const LotUid& uid : over) check_now(state_.lots.at(uid));
}

// A suspended rule is judged all the same, so that the lot shows what it would do.
void Stepper::suspend_if_paused(Lot& lot, const rules::Rule& rule, rules::Verdict& verdict) {
  using Standing = rules::Verdict::State;
  if (verdict.state == Standing::off || !rules::is_paused(rule, lot, now_.wall)) return;
  const std::string message = verdict.message;
  const bool holds = verdict.state == Standing::holds;
  verdict = {.state = Standing::blocked,
             .message = rules::pause_text(*lot.pause) + "; otherwise: " + message,
             .trigger_price = {},
             .due = verdict.due,
             .quantity = {}};
  if (holds) tell_of_suspended(lot, message);
}

void Stepper::tell_of_suspended(Lot& lot, const std::string& message) {
  if (lot.pause->told) return;
  lot.pause->told = true;
  alert(Severity::critical, "paused_rule_holds", &lot,
        lot.instrument.symbol + " would leave (" + message + ") but is " + rules::pause_text(*lot.pause) + ".");
  keep(lot);
}

}  // namespace belay::engine
