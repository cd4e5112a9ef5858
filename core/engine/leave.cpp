// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <limits>

#include "core/base/check.hpp"
#include "core/base/planted.hpp"
#include "core/engine/stepper.hpp"

namespace belay::engine {
namespace {

using Severity = action::RaiseAlert::Severity;

const std::string kLate = "late";

}  // namespace

// ---- beginning

void Stepper::begin_exit(Lot& lot, ExitReason reason, int priority, std::vector<ExitReason> reasons, Quantity wanted,
                         const rules::Verdict& verdict) {
  Exit exit;
  exit.reason = reason;
  exit.reasons = std::move(reasons);
  exit.wanted = wanted;
  exit.message = verdict.message;
  exit.left_before = left_so_far(lot);
  lot.exit = std::move(exit);
  note_trigger(lot, verdict);
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
          {"current_price", or_null(lot.current_price)},
          {"pnl", or_null(lot.result)},
          {"reasons", words},
          {"quantity", Decimal(wanted)},
          {"message", verdict.message}});
  alert(Severity::warning, "exit_triggered", &lot,
        lot.instrument.symbol + " leaves (" + std::string(to_text(reason)) + "): " + verdict.message + ".");
  keep(lot);
}

void Stepper::note_trigger(Lot& lot, const rules::Verdict& verdict) {
  Exit& exit = *lot.exit;
  const bool own_level = level_symbol(lot) == lot.instrument.symbol;
  exit.triggered_at = now_.wall;
  exit.trigger_price = verdict.trigger_price && own_level ? verdict.trigger_price : lot.current_price;
  exit.price_at = verdict.trigger_price ? price_time(level_symbol(lot)) : std::nullopt;
  note_levels(lot, exit);
}

// When the exchange made the price that was judged last.
std::optional<Timestamp> Stepper::price_time(const std::string& symbol) const {
  const auto found = state_.prices.find(symbol);
  if (found == state_.prices.end()) return std::nullopt;
  const pricing::SymbolPrices& prices = found->second;
  const bool by_quote = instrument_of(symbol).is_option() || !prices.trade;
  if (by_quote && prices.quote) return prices.quote->as_of;
  return prices.trade ? std::optional(prices.trade->as_of) : std::nullopt;
}

void Stepper::join_exit(Lot& lot, ExitReason reason, Quantity wanted, const rules::Verdict& verdict,
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
  // A reason for more of the lot widens the exit and is its reason from now on, with a trigger and a deadline of its
  // own where it is another one; nothing narrows it. Among reasons for as much, what began the exit stays its reason of
  // record (docs/decisions/0010).
  const Quantity rest = lifecycle::remaining(lot);
  if (wanted > rest) {
    exit.wanted += wanted - rest;
    if (exit.reason != reason) {
      note_trigger(lot, verdict);
      exit.told.erase(kLate);
      state_.flights[lot.uid].began = now_.steady;
    }
    exit.reason = reason;
    exit.message = verdict.message;
    changed = true;
  }
  if (!changed) return;
  record(lot, EventType::exit_triggered,
         {{"reason", std::string(to_text(reason))}, {"joined", true}, {"message", verdict.message}});
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

std::vector<lifecycle::RestingOrder> Stepper::open_entry_of(const Lot& lot) const {
  if (!lot.entry_order_id) return {};
  const auto entry = state_.broker.orders.find(*lot.entry_order_id);
  if (entry == state_.broker.orders.end() || is_terminal(entry->second.status)) return {};
  return {{.id = entry->first, .status = entry->second.status, .type = entry->second.type}};
}

std::string Stepper::restriction() const {
  const Account& account = state_.broker.account;
  if (account.suspended_by_user) return "trading is suspended in the account's own settings";
  if (account.account_blocked) return "the account is blocked";
  if (account.trading_blocked) return "the account is blocked from trading";
  return {};
}

// A price from after the open, and after the last halt.
bool Stepper::session_priced(const Lot& lot, const calendar::Session& session) const {
  const auto found = state_.prices.find(lot.instrument.symbol);
  if (found == state_.prices.end()) return false;
  const pricing::SymbolPrices& prices = found->second;
  const Timestamp from = std::max(session.open, prices.resumed_at.value_or(session.open));
  if (prices.trade && prices.trade->price.is_positive() && prices.trade->as_of >= from) return true;
  return prices.quote && prices.quote->as_of >= from && pricing::is_sound(*prices.quote, lot.instrument, state_.policy);
}

// A day order lives to the end of its session, or of late trading; a while later the broker has settled it.
std::optional<Timestamp> Stepper::nothing_arrives_after(const Lot& lot) const {
  constexpr Duration kSettled = std::chrono::minutes(15);
  for (const ExitOrder& order : lot.exit_orders) {
    if (order.status != OrderStatus::unknown || !order.id.empty()) continue;
    const calendar::Session session = state_.calendar.session_of(order.sent_at);
    const auto extended = state_.calendar.extended_hours_on(session.date);
    return (order.extended_hours && extended ? extended->to : session.close) + kSettled;
  }
  return std::nullopt;
}

lifecycle::ExitView Stepper::view_of(const Lot& lot) {
  const bool in_part = lot.exit && lifecycle::remaining(lot) < lot.quantity;
  const BrokerView& broker = state_.broker;
  const std::string& symbol = lot.instrument.symbol;
  const pricing::SymbolPrices& prices = state_.prices[symbol];
  const auto session = state_.calendar.session_at(now_.wall);
  const auto decided_in = state_.calendar.session_at(lot.exit->triggered_at);
  const auto foreign = broker.foreign.find(symbol);
  const std::string uncovers = short_leg_uncovered_by(lot);
  return {.lot = lot,
          .flight = state_.flights[lot.uid],
          .policy = state_.policy,
          .now = now_,
          .session_open = session_open(),
          .restricted = restriction(),
          .halted = halt_of(state_, lot),
          .entry = open_entry_of(lot),
          .guards = in_part ? std::vector<lifecycle::RestingOrder>() : guards_of(lot),
          .guard_work = guard_work_before_exit(lot),
          .in_the_way = in_the_way_of(lot),
          .allowance = exit_room(lot, in_part),
          .quote = prices.quote,
          .quote_sound = prices.quote && pricing::is_sound(*prices.quote, lot.instrument, state_.policy),
          .last_good = prices.last_good,
          .stream_up = state_.stream.up,
          .gap_until = std::max(gap_until(), bracket_sought_until(lot)),
          .extended_hours = state_.calendar.is_extended_hours(now_.wall),
          .session_priced = !session || session_priced(lot, *session),
          .session_opened = session ? session->open : Timestamp{},
          .carried_over = decided_in && decided_in->close <= now_.wall,
          .nothing_arrives_after = nothing_arrives_after(lot),
          .foreign = foreign == broker.foreign.end() ? Quantity{} : foreign->second.reserved,
          .foreign_orders = foreign == broker.foreign.end() ? std::string{} : foreign->second.texts,
          .uncovers = uncovers,
          .uncovered_leaves = !uncovers.empty() && leaves_as_well(uncovers),
          .paused_until = state_.sends.paused_until(lot.uid, now_.steady)};
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
  if (!state_.broker.read_at) {  // nothing is known yet: nothing is sent
    constexpr Duration kBetweenTries = std::chrono::seconds(5);
    if (!state_.broker.unread_why.empty()) ask_for_broker_read(kBetweenTries);
    return;
  }
  if (!guard_work_before_exit(found->second).empty()) tend_guards(uid);
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
  tell_page(lot, decision);
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
      for (ExitOrder& order : lot.exit_orders) {
        if (planted(Bug::cancel_means_ended) && order.id == id) order.status = OrderStatus::canceled;
      }
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
  } else if (const auto* dead = std::get_if<lifecycle::CountDead>(&decision.move)) {
    count_dead(lot, dead->client_id, decision.why);
  } else if (const auto* stuck = std::get_if<lifecycle::Stuck>(&decision.move)) {
    constexpr Duration kBetweenReads = std::chrono::seconds(15);
    if (stuck->reread) ask_for_broker_read(kBetweenReads);
    emit(action::WakeAt{stuck->until});
  }
}

// Once in an exit's life, whatever process lives it.
bool Stepper::is_news(Lot& lot, const std::string& what) {
  if (!lot.exit || !lot.exit->told.insert(what).second) return false;
  keep(lot);
  return true;
}

// What a person should know of, once for each exit and situation.
void Stepper::tell_page(Lot& lot, const lifecycle::Decision& decision) {
  if (decision.page.empty()) return;
  const std::string key = std::string(decision.page) + " " + std::string(decision.situation);
  if (!is_news(lot, key)) return;
  const bool is_stuck = std::holds_alternative<lifecycle::Stuck>(decision.move);
  if (is_stuck) {
    record(lot, EventType::order_failed, {{"reason", std::string(to_text(lot.exit->reason))}, {"error", decision.why}});
  }
  alert(Severity::critical, std::string(decision.page), &lot,
        lot.instrument.symbol + (is_stuck ? " cannot leave: " : " leaves: ") + decision.why +
            (is_stuck ? ". Look at the account at the broker." : "."));
}

// It never arrived and no longer can: it took nothing, and what it was to take may be sent anew.
void Stepper::count_dead(Lot& lot, const ClientOrderId& id, const std::string& why) {
  ExitOrder* order = exit_order_of(lot, id);
  BELAY_CHECK(order != nullptr);
  order->status = OrderStatus::expired;
  state_.broker.allowance[lot.instrument.symbol] += order->quantity;
  record(lot, EventType::order_update,
         {{"client_order_id", id.text()}, {"status", std::string("expired")}, {"why", why}});
  keep(lot);
  ask_for_broker_read();
  emit(action::WakeAt{now_.steady});
}

// From the trigger, or from the open where it waited for the session: also where each minute has a process of its own.
void Stepper::tell_if_late(Lot& lot) {
  if (planted(Bug::lateness_untold) || !session_open()) return;
  const auto session = state_.calendar.session_at(now_.wall);
  const Timestamp from = std::max(lot.exit->triggered_at, session->open);
  const bool of_this_session = lot.exit->triggered_at >= session->open;
  const Duration here = of_this_session ? now_.steady - state_.flights[lot.uid].began : Duration{};
  if (std::max(now_.wall - from, here) < state_.policy.exit_deadline || !is_news(lot, kLate)) return;
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
  order.extended_hours = move.extended_hours;
  order.sent_at = now_.wall;
  if (!pass_breaker(lot, order, Repeat::no)) return;
  lot.exit_orders.push_back(order);
  state_.broker.allowance[lot.instrument.symbol] -= move.quantity;
  record(lot, EventType::order_submitted,
         {{"client_order_id", order.client_id.text()},
          {"side", std::string(to_text(lot.exit_side()))},
          {"type", std::string(to_text(order.type))},
          {"quantity", Decimal(order.quantity)},
          {"limit_price", or_null(order.limit_price)}});
  keep(lot);
  emit_submit(lot, order);
}

// Whatever asked for it: an order beyond what is intended, or too many in too short a time, is not sent. The lot, or
// the whole account, then sends nothing for a while, and a person is told.
bool Stepper::pass_breaker(Lot& lot, const ExitOrder& order, Repeat repeat) {
  const auto value_of = [](const Lot& of, Quantity quantity) {
    try {
      return notional(of.current_price.value_or(of.entry_price), quantity, of.multiplier);
    } catch (const Overflow&) {
      return Money::from_nanos(std::numeric_limits<std::int64_t>::max());
    }
  };
  std::map<LotUid, Money> held;
  for (const auto& [uid, other] : state_.lots) held[uid] = value_of(other, other.quantity);
  const lifecycle::Sending sending{.lot = lot.uid,
                                   .at = now_.steady,
                                   .value = repeat == Repeat::no ? value_of(lot, order.quantity) : Money{},
                                   .lot_value = value_of(lot, lot.quantity)};
  const auto tripped = lifecycle::inspect(state_.sends, lot, order, sending, held, state_.policy);
  if (!tripped) {
    lifecycle::note(state_.sends, sending);
    return true;
  }
  const Duration until = now_.steady + state_.policy.safe_mode;
  lifecycle::pause(state_.sends, lot.uid, *tripped, until);
  record(lot, EventType::order_failed,
         {{"reason", std::string(to_text(lot.exit->reason))}, {"error", "safe mode: " + tripped->why}});
  alert(Severity::critical, "safe_mode", tripped->account ? nullptr : &lot,
        (tripped->account ? "The account" : lot.instrument.symbol) + " is in safe mode and sends nothing: " +
            tripped->why + ". That is a fault of Belay or of the broker: look at the account.");
  emit(action::WakeAt{until});
  return false;
}

void Stepper::send_again(Lot& lot, const ClientOrderId& id) {
  const ExitOrder* order = exit_order_of(lot, id);
  BELAY_CHECK(order != nullptr);
  // Of one id one order can land: it is another call, and no further value.
  if (!pass_breaker(lot, *order, Repeat::yes)) return;
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
  flight.not_found_after_end = 0;
  flight.ended_since.reset();
  flight.asks = 0;
  flight.asked.reset();
  emit(action::SubmitOrder{lot.uid,
                           {.client_id = order.client_id,
                            .symbol = lot.instrument.symbol,
                            .side = lot.exit_side(),
                            .type = order.type,
                            .time_in_force = TimeInForce::day,
                            .order_class = OrderClass::simple,
                            .quantity = order.quantity,
                            .limit_price = order.limit_price,
                            .extended_hours = order.extended_hours,
                            .intent = lot.is_long() ? PositionIntent::sell_to_close : PositionIntent::buy_to_close}});
}

}  // namespace belay::engine
