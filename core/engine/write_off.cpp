// SPDX-License-Identifier: Apache-2.0
// A person gives up a position that the broker does not have and that nothing explains. Belay never does that by
// itself.
#include <algorithm>

#include "core/engine/stepper.hpp"

namespace belay::engine {
namespace {

using Severity = action::RaiseAlert::Severity;

// At what price it left is not known: for the account's session it is as if that had not moved since it was last
// believed. An absurd number, which is what people write off, is worth nothing.
Money value_at_last(const Lot& lot) {
  try {
    return notional(lot.good_price.value_or(lot.entry_price), lot.quantity, lot.multiplier);
  } catch (const Overflow&) {
    return {};
  }
}

}  // namespace

std::string Stepper::why_not_written_off(const Lot& lot) {
  if (!state_.broker.unread_why.empty()) {
    return "what the broker has is not known at the moment: " + state_.broker.unread_why;
  }
  const auto absence = state_.absences.find(lot.instrument.symbol);
  // Where each minute has a process of its own, the first look was another one's: the absence remembers when.
  const bool seen_twice = absence != state_.absences.end() &&
                          (absence->second.confirmed ||
                           state_.broker.read_at->wall - absence->second.since >= state_.policy.settling_window);
  if (!seen_twice) return "only what the broker was seen twice not to have is written off";
  if (absence->second.quantity < lot.quantity) {
    return "of " + lot.quantity.text() + " only " + absence->second.quantity.text() + " are missing at the broker";
  }
  if (lifecycle::live_leaves(lot).is_positive() || !guards_of(lot).empty()) return "orders of it are still open";
  return {};
}

// Whether it is missing is known once the broker was read, and a process may have begun with this word.
void Stepper::write_off(const OperatorCommand& command) {
  if (!state_.broker.read_at) {
    state_.write_offs.push_back(command);
    return;
  }
  const auto found = state_.lots.find(command.lot);
  if (found == state_.lots.end()) return record_without_lot(command);
  if (command.id != 0) emit(action::FinishCommand{command.id});
  Lot& lot = found->second;
  const std::string refused = why_not_written_off(lot);
  record(lot, EventType::operator_,
         {{"command", std::string(to_text(command.kind))},
          {"who", command.who},
          {"why", command.why},
          {"quantity", Decimal(lot.quantity)},
          {"result", refused.empty() ? "done" : "refused: " + refused}});
  if (!refused.empty()) {
    alert(Severity::warning, "command_refused", &lot, lot.instrument.symbol + " is not written off: " + refused + ".");
    return;
  }
  Absence& absence = state_.absences.at(lot.instrument.symbol);
  absence.quantity -= lot.quantity;
  if (absence.quantity.is_zero()) state_.absences.erase(lot.instrument.symbol);
  state_.ownership_concerns.erase(lot.instrument.symbol);
  lot.left_elsewise.push_back({.order = OrderId(std::string(kWrittenOff) + to_text(now_.wall)),
                               .reason = ExitReason::external_close,
                               .quantity = lot.quantity,
                               .value = value_at_last(lot),
                               .at = now_.wall});
  lot.exit.reset();  // a person may have wanted it closed: nothing was sold for that
  recount(lot);
  keep(lot);
  advance(command.lot);
}

void Stepper::carry_out_write_offs() {
  if (!state_.broker.read_at) return;
  for (const OperatorCommand& command : std::exchange(state_.write_offs, {})) write_off(command);
}

}  // namespace belay::engine
