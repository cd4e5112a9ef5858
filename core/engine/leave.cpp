// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>

#include "core/base/check.hpp"
#include "core/engine/stepper.hpp"

namespace belay::engine {
namespace {

using namespace std::chrono_literals;
using Severity = action::RaiseAlert::Severity;

constexpr Duration kLongestRetry = 30s;
constexpr int kRefusalsBeforeAlert = 3;

Duration retry_distance(int refusals) { return std::min<Duration>(500ms * (1 << std::min(refusals - 1, 6)), kLongestRetry); }

bool is_partial(const Lot& lot) { return lot.exit && lifecycle::remaining(lot) < lot.quantity; }

// Refusals leave no order behind; only the latest few are worth keeping, so that a lot that is refused for days stays
// small. The attempt numbers go on rising.
void forget_old_refusals(Lot& lot) {
  constexpr std::ptrdiff_t kKept = 5;
  const auto refused = [](const ExitOrder& o) { return o.status == OrderStatus::rejected && o.filled.is_zero(); };
  auto surplus = std::ranges::count_if(lot.exit_orders, refused) - kKept;
  std::erase_if(lot.exit_orders, [&](const ExitOrder& order) { return refused(order) && surplus-- > 0; });
}

}  // namespace

// ---- beginning

void Stepper::begin_exit(Lot& lot, ExitReason reason, int priority, std::vector<ExitReason> reasons, Quantity wanted,
                         const rules::Verdict& verdict) {
  Exit exit;
  exit.reason = reason;
  exit.reasons = std::move(reasons);
  exit.wanted = wanted;
  exit.triggered_at = now_.wall;
  const bool own_level = level_symbol(lot) == lot.instrument.symbol;
  exit.trigger_price = verdict.trigger_price && own_level ? verdict.trigger_price : lot.current_price;
  exit.message = verdict.message;
  exit.left_before = left_so_far(lot);
  lot.exit = std::move(exit);
  lot.status = LotStatus::closing;
  lifecycle::Flight& flight = state_.flights[lot.uid];
  flight = lifecycle::Flight{};
  flight.began = now_.steady;
  const auto& prices = state_.prices[lot.instrument.symbol];
  if (prices.seen == now_.wall) flight.priced = now_.steady;

  std::vector<std::string> words;
  for (const ExitReason r : lot.exit->reasons) words.emplace_back(to_text(r));
  record(lot, EventType::exit_triggered,
         {{"reason", std::string(to_text(reason))},
          {"priority", std::int64_t{priority}},
          {"current_price", lot.current_price ? FieldValue(Decimal(*lot.current_price)) : FieldValue()},
          {"pnl", lot.result ? FieldValue(Decimal(*lot.result)) : FieldValue()},
          {"reasons", words},
          {"quantity", Decimal(wanted)},
          {"message", verdict.message}});
  alert(Severity::warning, "exit_triggered", &lot,
        lot.instrument.symbol + " leaves (" + std::string(to_text(reason)) + "): " + verdict.message + ".");
  keep(lot);
}

void Stepper::join_exit(Lot& lot, ExitReason reason, Quantity wanted, const std::string& message,
                        const std::string& who) {
  Exit& exit = *lot.exit;
  bool changed = false;
  if (std::ranges::find(exit.reasons, reason) == exit.reasons.end()) {
    if (exit.reasons.empty()) exit.reason = reason;
    exit.reasons.push_back(reason);
    changed = true;
  }
  if (!who.empty() && exit.who.empty()) {
    exit.who = who;
    changed = true;
  }
  // A reason for more of the lot widens the exit; nothing narrows it.
  const Quantity rest = lifecycle::remaining(lot);
  if (wanted > rest) {
    exit.wanted += wanted - rest;
    if (is_partial(lot) || exit.reason == ExitReason::manual_close) exit.reason = reason;
    exit.message = message;
    changed = true;
  }
  if (!changed) return;
  record(lot, EventType::exit_triggered,
         {{"reason", std::string(to_text(reason))}, {"joined", true}, {"message", message}});
  keep(lot);
}

// ---- deciding

bool Stepper::session_open() const {
  if (!state_.calendar.is_open(now_.wall)) return false;
  // The broker's word closes a session that the calendar does not know to be closed; it never opens one.
  const MarketClock& clock = state_.broker.clock;
  const bool broker_says_closed = state_.broker.read_at && !clock.is_open && clock.next_open > now_.wall;
  return !broker_says_closed;
}

std::vector<lifecycle::RestingOrder> Stepper::guards_of(const Lot& lot) const {
  std::vector<lifecycle::RestingOrder> guards;
  for (const auto& id : {lot.stop_order_id, lot.target_order_id}) {
    if (!id) continue;
    const auto known = state_.broker.orders.find(*id);
    if (known == state_.broker.orders.end()) {
      guards.push_back({.id = *id, .status = OrderStatus::unknown});  // never seen: it may well rest there
    } else if (!is_terminal(known->second.status)) {
      guards.push_back({.id = *id,
                        .status = known->second.status,
                        .type = known->second.type,
                        .stop_price = known->second.stop_price});
    }
  }
  return guards;
}

std::vector<lifecycle::RestingOrder> Stepper::open_entry_of(const Lot& lot) const {
  if (!lot.entry_order_id) return {};
  const auto entry = state_.broker.orders.find(*lot.entry_order_id);
  if (entry == state_.broker.orders.end() || is_terminal(entry->second.status)) return {};
  return {{.id = entry->first, .status = entry->second.status, .type = entry->second.type}};
}

lifecycle::ExitView Stepper::view_of(const Lot& lot) {
  const BrokerView& broker = state_.broker;
  const pricing::SymbolPrices& prices = state_.prices[lot.instrument.symbol];
  std::string restricted;
  if (broker.account.trading_blocked) restricted = "the account is blocked from trading";
  if (broker.account.account_blocked) restricted = "the account is blocked";
  if (broker.account.suspended_by_user) restricted = "trading is suspended in the account's own settings";
  const auto allowance = broker.allowance.find(lot.instrument.symbol);
  return {.lot = lot,
          .flight = state_.flights[lot.uid],
          .policy = state_.policy,
          .now = now_,
          .session_open = session_open(),
          .restricted = restricted,
          .entry = open_entry_of(lot),
          .guards = guards_of(lot),
          .allowance = allowance == broker.allowance.end() ? Quantity{} : allowance->second,
          .quote = prices.quote,
          .quote_sound = prices.quote && pricing::is_sound(*prices.quote, lot.instrument, state_.policy),
          .last_good = prices.last_good};
}

void Stepper::advance_all() {
  std::vector<LotUid> leaving;
  for (const auto& [uid, lot] : state_.lots) {
    if (lot.exit) leaving.push_back(uid);
  }
  for (const LotUid& uid : leaving) advance(uid);
}

void Stepper::advance(const LotUid& uid) {
  const auto found = state_.lots.find(uid);
  if (found == state_.lots.end() || !found->second.exit) return;
  if (!state_.broker.read_at) return;  // nothing is known yet: nothing is sent
  try {
    move_on(found->second);
  } catch (const Overflow& overflow) {  // an absurd number in one lot keeps no other from leaving
    record(found->second, EventType::monitor_error, {{"error", std::string(overflow.what())}});
  }
}

void Stepper::move_on(Lot& lot) {
  const LotUid uid = lot.uid;
  const lifecycle::Decision decision = lifecycle::next_move(view_of(lot));
  state_.decisions[uid] = decision;
  tell_if_late(lot);
  if (std::holds_alternative<lifecycle::Finished>(decision.move)) {
    finish_if_flat(uid);
  } else {
    apply(lot, decision);
  }
}

void Stepper::apply(Lot& lot, const lifecycle::Decision& decision) {
  lifecycle::Flight& flight = state_.flights[lot.uid];
  if (const auto* move = std::get_if<lifecycle::Send>(&decision.move)) {
    send(lot, *move);
  } else if (const auto* again = std::get_if<lifecycle::SendAgain>(&decision.move)) {
    send_again(lot, again->client_id);
  } else if (const auto* cancel = std::get_if<lifecycle::CancelOrders>(&decision.move)) {
    for (const OrderId& id : cancel->ids) {
      flight.cancels[id] = now_.steady;
      record(lot, EventType::order_update, {{"order_id", id.text()}, {"cancel", decision.why}});
      emit(action::CancelOrder{lot.uid, id});
    }
    flight.asked = now_.steady;
    flight.asks = 0;
  } else if (const auto* ask = std::get_if<lifecycle::AskExit>(&decision.move)) {
    flight.asked = now_.steady;
    ++flight.asks;
    emit(action::AskOrder{ask->client_id});
  } else if (const auto* look = std::get_if<lifecycle::LookAt>(&decision.move)) {
    flight.asked = now_.steady;
    ++flight.asks;
    for (const OrderId& id : look->ids) emit(action::LookAtOrder{id});
  } else if (std::holds_alternative<lifecycle::FetchPrice>(decision.move)) {
    flight.price_asked = now_.steady;
    emit(action::FetchPrices{{lot.instrument.symbol}});
  } else if (const auto* wait = std::get_if<lifecycle::Wait>(&decision.move)) {
    emit(action::WakeAt{wait->until});
  } else if (const auto* stuck = std::get_if<lifecycle::Stuck>(&decision.move)) {
    if (!flight.told_stuck) {
      flight.told_stuck = true;
      record(lot, EventType::order_failed,
             {{"reason", std::string(to_text(lot.exit->reason))}, {"error", decision.why}});
      alert(Severity::critical, "order_failed", &lot,
            lot.instrument.symbol + " cannot leave: " + decision.why + ". Look at the account at the broker.");
    }
    emit(action::WakeAt{stuck->until});
  }
}

void Stepper::tell_if_late(Lot& lot) {
  lifecycle::Flight& flight = state_.flights[lot.uid];
  if (flight.told_late || !session_open() || now_.steady - flight.began < state_.policy.exit_deadline) return;
  flight.told_late = true;
  const lifecycle::Decision& decision = state_.decisions[lot.uid];
  record(lot, EventType::order_failed,
         {{"reason", std::string(to_text(lot.exit->reason))},
          {"error", "not flat by the deadline: " + std::string(decision.situation) + ", " + decision.why}});
  alert(Severity::critical, "order_failed", &lot,
        lot.instrument.symbol + " is not flat by its deadline: " + decision.why + ". Belay goes on trying.");
}

// ---- sending

void Stepper::send(Lot& lot, const lifecycle::Send& move) {
  if (!move.quantity.is_positive()) return;
  ExitOrder order;
  order.attempt = lifecycle::next_attempt(lot);
  order.client_id = exit_client_id(lot.uid, order.attempt);
  order.type = move.type;
  order.quantity = move.quantity;
  order.limit_price = move.limit;
  order.sent_at = now_.wall;
  BELAY_CHECK(move.quantity <= lot.quantity);
  lot.exit_orders.push_back(order);
  state_.broker.allowance[lot.instrument.symbol] -= move.quantity;
  record(lot, EventType::order_submitted,
         {{"client_order_id", order.client_id.text()},
          {"side", std::string(to_text(lot.exit_side()))},
          {"type", std::string(to_text(order.type))},
          {"quantity", Decimal(order.quantity)},
          {"limit_price", order.limit_price ? FieldValue(Decimal(*order.limit_price)) : FieldValue()}});
  keep(lot);
  emit_submit(lot, order);
}

void Stepper::send_again(Lot& lot, const ClientOrderId& id) {
  const ExitOrder* order = exit_order_of(lot, id);
  BELAY_CHECK(order != nullptr);
  record(lot, EventType::order_submitted, {{"client_order_id", id.text()}, {"again", true}});
  emit_submit(lot, *order);
  state_.flights[lot.uid].resent = true;
}

void Stepper::emit_submit(const Lot& lot, const ExitOrder& order) {
  lifecycle::Flight& flight = state_.flights[lot.uid];
  flight.sent = now_.steady;
  flight.submitting = true;
  flight.resent = false;
  flight.not_found = 0;
  flight.asks = 0;
  flight.asked.reset();
  emit(action::SubmitOrder{
      lot.uid,
      {.client_id = order.client_id,
       .symbol = lot.instrument.symbol,
       .side = lot.exit_side(),
       .type = order.type,
       .time_in_force = TimeInForce::day,
       .order_class = OrderClass::simple,
       .quantity = order.quantity,
       .limit_price = order.limit_price,
       .intent = lot.is_long() ? PositionIntent::sell_to_close : PositionIntent::buy_to_close}});
}

Lot* Stepper::lot_of(const ClientOrderId& client_id) {
  const auto parts = parse_exit_client_id(client_id);
  if (!parts) return nullptr;
  const auto found = state_.lots.find(parts->uid);
  return found == state_.lots.end() ? nullptr : &found->second;
}

ExitOrder* Stepper::exit_order_of(Lot& lot, const ClientOrderId& client_id) {
  const auto found = std::ranges::find(lot.exit_orders, client_id, &ExitOrder::client_id);
  return found == lot.exit_orders.end() ? nullptr : &*found;
}

// ---- what became of it

void Stepper::on(const event::SubmitAccepted& event) {
  Lot* lot = lot_of(event.client_id);
  if (lot == nullptr) return;
  lifecycle::Flight& flight = state_.flights[lot->uid];
  flight.submitting = false;
  const auto parts = parse_exit_client_id(event.client_id);
  absorb_exit_order(*lot, event.order, parts->attempt);
  advance(parts->uid);
}

// However an order came to nothing, the next one waits, longer each time: nothing is sent in a tight loop.
void Stepper::pause_after_refusal(const Lot& lot, const std::string& why) {
  lifecycle::Flight& flight = state_.flights[lot.uid];
  ++flight.refusals;
  flight.last_refusal = why;
  flight.retry_at = now_.steady + retry_distance(flight.refusals);
  if (flight.refusals != kRefusalsBeforeAlert) return;
  alert(Severity::critical, "order_failed", &lot,
        lot.instrument.symbol + " could not be closed: the broker refuses: " + why + ".");
}

void Stepper::on(const event::SubmitRefused& event) {
  Lot* lot = lot_of(event.client_id);
  if (lot == nullptr) return;
  const LotUid uid = lot->uid;
  lifecycle::Flight& flight = state_.flights[uid];
  flight.submitting = false;
  ExitOrder* order = exit_order_of(*lot, event.client_id);
  if (order == nullptr) return;

  // "client_order_id must be unique": one with this id is there already. It is the one that was asked for.
  constexpr std::int64_t kInvalidRequest = 40010001;
  if (event.code == kInvalidRequest && event.message.find("unique") != std::string::npos) {
    flight.asks = 0;
    advance(uid);
    return;
  }
  // The second order under an id that is refused tells nothing about the first one: that stays unknown.
  if (!is_terminal(order->status) && !flight.resent) {
    order->status = OrderStatus::rejected;
    state_.broker.allowance[lot->instrument.symbol] += order->quantity - order->filled;
  }
  pause_after_refusal(*lot, event.message);
  record(*lot, EventType::order_failed,
         {{"reason", std::string(to_text(lot->exit ? lot->exit->reason : ExitReason::manual_close))},
          {"error", event.message},
          {"code", event.code},
          {"client_order_id", event.client_id.text()}});
  forget_old_refusals(*lot);
  keep(*lot);
  for (const OrderId& related : event.related_orders) emit(action::LookAtOrder{related});
  ask_for_broker_read();
  advance(uid);
}

void Stepper::on(const event::SubmitNotSent& event) {
  Lot* lot = lot_of(event.client_id);
  if (lot == nullptr) return;
  lifecycle::Flight& flight = state_.flights[lot->uid];
  flight.submitting = false;
  const ExitOrder* order = exit_order_of(*lot, event.client_id);
  if (order == nullptr || order->status != OrderStatus::unknown || flight.not_found > 0) return;
  if (!flight.resent) {
    state_.broker.allowance[lot->instrument.symbol] += order->quantity;
    std::erase_if(lot->exit_orders, [&](const ExitOrder& o) { return o.client_id == event.client_id; });
  }
  pause_after_refusal(*lot, event.why);
  record(*lot, EventType::order_failed,
         {{"reason", std::string(to_text(lot->exit ? lot->exit->reason : ExitReason::manual_close))},
          {"error", "not sent: " + event.why}});
  keep(*lot);
  advance(lot->uid);
}

void Stepper::on(const event::SubmitUnknown& event) {
  Lot* lot = lot_of(event.client_id);
  if (lot == nullptr) return;
  state_.flights[lot->uid].submitting = false;
  record(*lot, EventType::order_update,
         {{"client_order_id", event.client_id.text()}, {"status", std::string("unknown")}, {"why", event.why}});
  advance(lot->uid);
}

void Stepper::on(const event::OrderMissing& event) {
  Lot* lot = lot_of(event.client_id);
  if (lot == nullptr) return;
  ++state_.flights[lot->uid].not_found;
  advance(lot->uid);
}

void Stepper::on(const event::TimerFired&) {
  for (const LotUid& uid : state_.deadlines.due(now_.wall)) {
    const auto lot = state_.lots.find(uid);
    if (lot != state_.lots.end()) check_guarded(lot->second);
  }
  advance_all();
  wake_for_deadlines();
}

// ---- ending

void Stepper::recount(Lot& lot) {
  const Quantity left = left_so_far(lot);
  const Quantity before = lot.quantity;
  if (left > lot.original_quantity) {
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
    lot.exit = exit;
    lot.status = LotStatus::closing;
    flight.began = now_.steady;
  }
}

Quantity Stepper::held_by_others(const Lot& lot) const {
  const auto ignored = state_.ignored.find(lot.instrument.symbol);
  Quantity sum = ignored == state_.ignored.end() ? Quantity{} : ignored->second;
  for (const auto& [uid, other] : state_.lots) {
    if (uid != lot.uid && other.instrument.symbol == lot.instrument.symbol) sum += other.quantity;
  }
  return sum;
}

// Closed means flat: the exit's fills add up to the lot, and a read of the broker that began after the last of them
// shows no more than the other lots.
void Stepper::finish_if_flat(const LotUid& uid) {
  Lot& lot = state_.lots.at(uid);
  if (lot.quantity.is_positive()) {
    finish_part(lot);
    return;
  }
  const lifecycle::Flight& flight = state_.flights[uid];
  const BrokerView& broker = state_.broker;
  const bool read_since = broker.read_at && (!flight.last_fill || broker.read_at->steady > *flight.last_fill);
  const auto holding = broker.holdings.find(lot.instrument.symbol);
  const Quantity held = holding == broker.holdings.end() ? Quantity{} : holding->second.quantity.magnitude();
  if (read_since && held <= held_by_others(lot)) {
    close(lot);
    return;
  }
  state_.decisions[uid].why = "all of it has left; the broker's count is awaited";
  ask_for_broker_read();
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
  try {
    Money value;
    for (const ExitOrder& order : lot.exit_orders) {
      if (order.filled_average) value += notional(*order.filled_average, order.filled, lot.multiplier);
    }
    for (const LeftElsewise& part : lot.left_elsewise) value += part.value;
    const Money paid = notional(lot.entry_price, lot.original_quantity, lot.multiplier);
    lot.exit_price = average_price(value, lot.original_quantity, lot.multiplier);
    lot.realised_result = lot.is_long() ? value - paid : paid - value;
  } catch (const Overflow& overflow) {
    record(lot, EventType::monitor_error, {{"error", "the result cannot be counted: " + std::string(overflow.what())}});
  }
}

void Stepper::close(Lot& lot) {
  lot.status = LotStatus::closed;
  lot.close_reason = lot.exit->reason;
  lot.closed_at = now_.wall;
  count_result(lot);
  lot.current_price = lot.exit_price;
  lot.result = lot.realised_result;
  if (lot.exit_price) lot.result_percent = percent_at(lot, *lot.exit_price);
  lot.concern.clear();
  lot.concern_since.reset();

  const auto last = std::ranges::find_if(lot.exit_orders.rbegin(), lot.exit_orders.rend(),
                                         [](const ExitOrder& o) { return o.filled.is_positive(); });
  const std::string order_id = last != lot.exit_orders.rend()        ? last->id.text()
                               : lot.left_elsewise.empty()           ? ""
                                                                     : lot.left_elsewise.back().order.text();
  const auto slippage = lot.exit_price && lot.exit->trigger_price
                            ? FieldValue(Decimal(lot.is_long() ? *lot.exit->trigger_price - *lot.exit_price
                                                               : *lot.exit_price - *lot.exit->trigger_price))
                            : FieldValue();
  emit(action::KeepLot{lot});
  record(lot, EventType::closed,
         {{"order_id", order_id},
          {"reason", std::string(to_text(lot.exit->reason))},
          {"final_price", lot.exit_price ? FieldValue(Decimal(*lot.exit_price)) : FieldValue()},
          {"final_pnl", lot.realised_result ? FieldValue(Decimal(*lot.realised_result)) : FieldValue()},
          {"quantity", Decimal(lot.original_quantity)},
          {"triggered_at", to_text(lot.exit->triggered_at)},
          {"slippage", slippage}});
  const LotUid uid = lot.uid;
  state_.triggers.erase(uid);
  state_.deadlines.set(uid, std::nullopt);
  state_.flights.erase(uid);
  state_.decisions.erase(uid);
  state_.checks.erase(uid);
  state_.lots.erase(uid);
}

ExitStanding exit_standing(const State& state, const LotUid& uid) {
  const auto decision = state.decisions.find(uid);
  if (decision == state.decisions.end()) return ExitStanding::working;
  if (std::holds_alternative<lifecycle::Stuck>(decision->second.move)) return ExitStanding::failed;
  const auto* wait = std::get_if<lifecycle::Wait>(&decision->second.move);
  if (wait != nullptr && wait->passive) return ExitStanding::waiting;
  const auto flight = state.flights.find(uid);
  if (flight != state.flights.end() && flight->second.refusals >= kRefusalsBeforeAlert) return ExitStanding::failed;
  return ExitStanding::working;
}

bool has_work_in_flight(const State& state) {
  return std::ranges::any_of(state.lots, [&](const auto& entry) {
    return entry.second.exit && exit_standing(state, entry.first) == ExitStanding::working;
  });
}

}  // namespace belay::engine
