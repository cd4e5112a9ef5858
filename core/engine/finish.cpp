// SPDX-License-Identifier: Apache-2.0
// From the last fill to the proof that the lot is flat.
#include <algorithm>
#include <chrono>

#include "core/base/planted.hpp"
#include "core/engine/stepper.hpp"
#include "core/rules/effective_stop.hpp"

namespace belay::engine {

using namespace std::chrono_literals;

namespace {

FieldValue time_value(const std::optional<Timestamp>& at) { return at ? FieldValue(to_text(*at)) : FieldValue(); }

// When the last of the lot left: known from its fills and activities, however late they were read.
std::optional<Timestamp> left_at(const Lot& lot) {
  std::optional<Timestamp> last;
  for (const ExitOrder& order : lot.exit_orders) {
    if (order.filled.is_positive() && order.filled_at) last = std::max(last, order.filled_at);
  }
  for (const LeftElsewise& part : lot.left_elsewise) last = std::max(last, std::optional(part.at));
  return last;
}

}  // namespace

void Stepper::recount(Lot& lot) {
  const Quantity left = left_so_far(lot);
  const Quantity before = lot.quantity;
  const Quantity unseen = left - lot.original_quantity;
  const auto entry = lot.entry_order_id ? state_.broker.orders.find(*lot.entry_order_id) : state_.broker.orders.end();
  if (unseen.is_positive() && !lot.split_applied && entry != state_.broker.orders.end() &&
      entry->second.filled >= left) {
    return grow_lot({lot.uid, unseen});  // it had begun to leave before it was known
  }
  if (unseen.is_positive()) {
    freeze(lot, "more has left than was held: " + left.text() + " of " + lot.original_quantity.text());
  }
  lot.quantity = std::max(Quantity{}, lot.original_quantity - left);
  if (lot.quantity == before) return;
  if (lot.current_price) lot.result = result_at(lot, *lot.current_price);
  lifecycle::Flight& flight = state_.flights[lot.uid];
  flight.last_fill = now_.steady;
  if (lot.quantity.is_zero() && !lot.exit) {
    // It left without an exit of ours: by its guard, or by somebody else's order.
    Exit exit;
    exit.reason = lot.left_elsewise.empty() ? ExitReason::external_close : lot.left_elsewise.back().reason;
    exit.reasons = {exit.reason};
    exit.triggered_at = now_.wall;
    exit.left_before = left;
    exit.message = exit.reason == ExitReason::external_close ? "closed outside of Belay" : "a resting guard filled";
    note_levels(lot, exit);
    lot.exit = exit;
    lot.status = LotStatus::closing;
    flight = lifecycle::Flight{};  // what an earlier exit of a part had told people, is told of this one too
    flight.began = now_.steady;
    flight.last_fill = now_.steady;
  }
}

// For whoever learns from it later: what moved the stop is forgotten by then.
void Stepper::note_levels(const Lot& lot, Exit& exit) const {
  try {
    exit.stop = rules::effective_stop(lot, state_.policy, lot.peak_price).level;
    exit.target = rules::target_of(lot, state_.policy).value;
  } catch (const Overflow&) {  // an absurd level is none, and keeps no lot from leaving
    exit.stop.reset();
    exit.target.reset();
  }
}

Quantity Stepper::held_by_others(const Lot& lot) const {
  const auto ignored = state_.ignored.find(lot.instrument.symbol);
  Quantity sum = ignored == state_.ignored.end() ? Quantity{} : ignored->second;
  for (const auto& [uid, other] : state_.lots) {
    if (uid == lot.uid || other.instrument.symbol != lot.instrument.symbol || means_another_asset(other)) continue;
    sum += other.quantity;
  }
  return sum;
}

// Closed means flat: the exit's fills add up to the lot, and a read of the broker that began after the last of them
// shows no more than the other lots.
void Stepper::finish_if_flat(const LotUid& uid) {
  Lot& lot = state_.lots.at(uid);
  if (lot.quantity.is_positive() && !planted(Bug::accepted_means_filled)) {
    finish_part(lot);
    return;
  }
  const lifecycle::Flight& flight = state_.flights[uid];
  const BrokerView& broker = state_.broker;
  const bool read_since = broker.read_at && (!flight.last_fill || broker.read_at->steady > *flight.last_fill);
  const Quantity others = planted(Bug::others_forgotten) ? Quantity{} : held_by_others(lot);
  const Quantity held = broker.held(lot.instrument.symbol).magnitude();
  if (read_since && held <= others) {
    close(lot);
    return;
  }
  // Asked again soon at first, then ever more rarely: the count may disagree for long, and calls are limited.
  const Duration waited = now_.steady - flight.last_fill.value_or(flight.began);
  state_.decisions[uid].why = "all of it has left; the broker's count is awaited";
  ask_for_broker_read(std::clamp<Duration>(waited / 4, 500ms, 15s));
}

void Stepper::finish_part(Lot& lot) {
  record(lot, EventType::reconciled,
         {{"result", std::string("part of the lot has left")},
          {"reason", std::string(to_text(lot.exit->reason))},
          {"quantity_left", Decimal(lot.quantity)}});
  lot.exit.reset();
  lot.status = LotStatus::open;
  state_.decisions.erase(lot.uid);
  keep(lot);
}

// A result that is too large to be counted does not keep a lot from closing.
void Stepper::count_result(Lot& lot) {
  lot.result_percent.reset();
  const bool known = std::ranges::none_of(
      lot.left_elsewise, [](const LeftElsewise& part) { return part.order.text().starts_with(kWrittenOff); });
  if (!known) return;
  try {
    Money value;
    for (const ExitOrder& order : lot.exit_orders) {
      if (order.filled_average) value += notional(*order.filled_average, order.filled, lot.multiplier);
    }
    for (const LeftElsewise& part : lot.left_elsewise) value += part.value;
    const Money paid = notional(lot.entry_price, lot.original_quantity,
                                planted(Bug::contract_is_one_share) ? std::int64_t{1} : lot.multiplier);
    lot.exit_price = average_price(value, lot.original_quantity, lot.multiplier);
    lot.realised_result = lot.is_long() || planted(Bug::short_results_reversed) ? value - paid : paid - value;
    lot.result_percent = percent_at(lot, *lot.exit_price);
  } catch (const Overflow& overflow) {
    record(lot, EventType::monitor_error, {{"error", "the result cannot be counted: " + std::string(overflow.what())}});
  }
}

// For rows that come late, and for as long as the records cannot be read.
void Stepper::remember_closed(const Lot& lot) {
  if (!lot.closed_at) return;
  std::erase_if(state_.recently_closed,
                [&](const auto& entry) { return now_.wall - *entry.second.closed_at > kLateRows; });
  state_.recently_closed.insert_or_assign(lot.uid, lot);
}

void Stepper::close(Lot& lot) {
  count_closed_for_the_day(lot);
  judge_protection(lot);
  // Where a guard took the last of it, the broker ends the rest of the group; anything else that rests has no lot now.
  const bool by_guard =
      std::ranges::any_of(lot.left_elsewise, [&](const LeftElsewise& part) { return is_guard_of(lot, part.order); });
  for (const lifecycle::RestingOrder& guard : guards_of(lot)) {
    if (!by_guard) emit(action::CancelOrder{lot.uid, guard.id});
  }
  lot.status = LotStatus::closed;
  lot.close_reason = lot.exit->reason;
  lot.closed_at = left_at(lot).value_or(now_.wall);
  count_result(lot);
  lot.current_price = lot.exit_price;
  lot.result = lot.realised_result;
  lot.concern.clear();
  lot.concern_since.reset();

  const auto last = std::ranges::find_if(lot.exit_orders.rbegin(), lot.exit_orders.rend(),
                                         [](const ExitOrder& o) { return o.filled.is_positive(); });
  const std::string order_id = last != lot.exit_orders.rend() ? last->id.text()
                               : lot.left_elsewise.empty()    ? ""
                                                              : lot.left_elsewise.back().order.text();
  const auto slippage = lot.exit_price && lot.exit->trigger_price
                            ? FieldValue(Decimal(lot.is_long() ? *lot.exit->trigger_price - *lot.exit_price
                                                               : *lot.exit_price - *lot.exit->trigger_price))
                            : FieldValue();
  emit(action::KeepLot{lot});
  record(lot, EventType::closed,
         {{"order_id", order_id},
          {"reason", std::string(to_text(lot.exit->reason))},
          {"final_price", or_null(lot.exit_price)},
          {"final_pnl", or_null(lot.realised_result)},
          {"quantity", Decimal(lot.original_quantity)},
          {"price_at", time_value(lot.exit->price_at)},
          {"triggered_at", to_text(lot.exit->triggered_at)},
          {"requested_at", last != lot.exit_orders.rend() ? FieldValue(to_text(last->sent_at)) : FieldValue()},
          {"acknowledged_at", last != lot.exit_orders.rend() ? time_value(last->acknowledged_at) : FieldValue()},
          {"filled_at", last != lot.exit_orders.rend() ? time_value(last->filled_at) : FieldValue()},
          {"slippage", slippage}});
  const LotUid uid = lot.uid;
  remember_closed(lot);
  state_.triggers.erase(uid);
  state_.deadlines.set(uid, std::nullopt);
  state_.flights.erase(uid);
  state_.decisions.erase(uid);
  state_.checks.erase(uid);
  state_.guard_flights.erase(uid);
  state_.guard_decisions.erase(uid);
  state_.sends.lots_paused.erase(uid);
  state_.lots.erase(uid);
  state_.told_orphans.erase(uid);
}

ExitStanding exit_standing(const State& state, const LotUid& lot) {
  const auto decision = state.decisions.find(lot);
  if (decision == state.decisions.end()) return ExitStanding::working;
  if (std::holds_alternative<lifecycle::Stuck>(decision->second.move)) return ExitStanding::failed;
  const auto* wait = std::get_if<lifecycle::Wait>(&decision->second.move);
  if (wait != nullptr && wait->passive) return ExitStanding::waiting;
  const auto flight = state.flights.find(lot);
  if (flight != state.flights.end() && flight->second.refusals >= lifecycle::kRefusalsBeforeAlert)
    return ExitStanding::failed;
  return ExitStanding::working;
}

namespace {

// What only a second look can decide, and it is worth waiting for: a phantom needs fills, whatever is counted.
bool awaits_a_second_look(const State& state) {
  const auto holds_a_pass = [](const auto& entry) { return entry.second.holds_a_pass(); };
  if (std::ranges::any_of(state.price_doubts, holds_a_pass)) return true;
  return std::ranges::any_of(state.doubts, [&](const auto& entry) {
    const Doubt& doubt = entry.second;
    return !doubt.held.is_zero() && doubt.seen.steady - doubt.since.steady < state.policy.settling_window;
  });
}

bool guard_work_is_under_way(const State& state) {
  return std::ranges::any_of(state.guard_decisions, [](const auto& entry) {
    const lifecycle::GuardMove& move = entry.second.move;
    if (const auto* wait = std::get_if<lifecycle::AwaitGuards>(&move)) return !wait->passive;
    return !std::holds_alternative<lifecycle::LeaveGuards>(move) &&
           !std::holds_alternative<lifecycle::GuardsRest>(move) &&
           !std::holds_alternative<lifecycle::GuardStuck>(move) &&
           !std::holds_alternative<lifecycle::DeclareMissing>(move);
  });
}

}  // namespace

bool has_work_in_flight(const State& state) {
  if (awaits_a_second_look(state) || guard_work_is_under_way(state)) return true;
  return std::ranges::any_of(state.lots, [&](const auto& entry) {
    return entry.second.exit && exit_standing(state, entry.first) == ExitStanding::working;
  });
}

}  // namespace belay::engine
