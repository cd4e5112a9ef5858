// SPDX-License-Identifier: Apache-2.0
// What became of a guard that was sent, and for how long a lot went without protection.
#include <algorithm>
#include <chrono>

#include "core/calendar/new_york.hpp"
#include "core/engine/stepper.hpp"

namespace belay::engine {
namespace {

using namespace std::chrono_literals;
using lifecycle::RefusalMeaning;

constexpr Duration kOutsideDistance = 5min;
constexpr Duration kNoWordDistance = 30s;

Duration failure_distance(int failures) { return std::min<Duration>(2s * (1 << std::min(failures - 1, 5)), 60s); }

const GuardOrder* guard_order_of(const Lot& lot, const ClientOrderId& id) {
  const auto found = std::ranges::find(lot.guards.orders, id, &GuardOrder::client_id);
  return found == lot.guards.orders.end() ? nullptr : &*found;
}

/// Time between the two moments in which the exchanges traded.
Duration in_session(const calendar::UsEquities& calendar, Timestamp from, Timestamp to) {
  Duration sum{};
  if (to <= from) return sum;
  auto session = calendar.session_of(from);
  for (int i = 0; i < 400 && session.open < to; ++i) {
    sum += std::max(Duration{}, std::min(to, session.close) - std::max(from, session.open));
    session = calendar.session_after(session.date);
  }
  return sum;
}

bool is_level_rule(ExitReason reason) {
  return reason == ExitReason::stop_loss || reason == ExitReason::take_profit || reason == ExitReason::trailing_stop;
}

}  // namespace

// ---- our own guards, as the broker tells of them

void Stepper::absorb_guard_order(Lot& lot, const Order& order, int attempt) {
  if (order.symbol != lot.instrument.symbol || order.side != lot.exit_side())
    return;  // the id fits, the order does not
  auto& orders = lot.guards.orders;
  auto known = std::ranges::find(orders, order.client_id, &GuardOrder::client_id);
  if (known == orders.end()) {
    // Sent by a process that died before it could say so. The id tells whose it is.
    GuardOrder recovered{.attempt = attempt, .client_id = order.client_id};
    recovered.quantity = order.quantity.value_or(order.filled);
    recovered.stop = order.stop_price;
    recovered.target = order.limit_price;
    for (const Order& leg : order.legs) recovered.stop = leg.stop_price;
    recovered.sent_at = order.submitted_at.value_or(now_.wall);
    known = orders.insert(std::ranges::find_if(orders, [&](const GuardOrder& o) { return o.attempt > attempt; }),
                          recovered);
  }
  const GuardOrder before = *known;
  remember_order(order);
  // An end that was only supposed, of what had never been seen, was none.
  if (known->id.empty() || !is_terminal(known->status)) known->status = order.status;
  known->id = order.id;
  if (!order.legs.empty()) known->leg_id = order.legs.front().id;
  if (*known == before) return;

  lifecycle::GuardFlight& flight = state_.guard_flights[lot.uid];
  flight.asks = 0;
  flight.not_found = 0;
  const bool newest = known->attempt + 1 == lifecycle::next_guard_attempt(lot);
  const bool newly_known = before.id.empty() || before.leg_id != known->leg_id;
  if (newest && newly_known) {
    const bool is_stop = order.type != OrderType::limit;
    lot.target_order_id = is_stop ? std::nullopt : std::optional(known->id);
    lot.stop_order_id = is_stop                 ? std::optional(known->id)
                        : known->leg_id.empty() ? std::nullopt
                                                : std::optional(known->leg_id);
  }
  if (before.id.empty() && !is_terminal(order.status)) {
    flight.short_since.reset();
    lot.bracket_order_accepted = true;
    record(lot, EventType::guards_restored,
           {{"client_order_id", order.client_id.text()},
            {"order_id", order.id.text()},
            {"quantity", Decimal(known->quantity)},
            {"stop_price", or_null(known->stop)},
            {"limit_price", or_null(known->target)}});
    // A reply may show the OCO without its stop leg, whose id is needed.
    if (order.order_class == OrderClass::oco && known->leg_id.empty()) emit(action::LookAtOrder{order.id});
  }
  keep(lot);
}

void Stepper::guard_accepted(const OwnIdParts& own, const event::SubmitAccepted& event) {
  const auto lot = state_.lots.find(own.uid);
  if (lot == state_.lots.end()) return;  // its guard is a stray one now: the next read cancels it
  state_.guard_flights[own.uid].submitting = false;
  absorb_guard_order(lot->second, event.order, own.attempt);
  verify_guards(lot->second);
  tend_guards(own.uid);
  advance(own.uid);
}

void Stepper::guard_refused(const OwnIdParts& own, const event::SubmitRefused& event) {
  const auto found = state_.lots.find(own.uid);
  if (found == state_.lots.end()) return;
  Lot& lot = found->second;
  lifecycle::GuardFlight& flight = state_.guard_flights[own.uid];
  flight.submitting = false;
  const GuardOrder* order = guard_order_of(lot, event.client_id);
  if (order == nullptr) return;
  const RefusalMeaning meaning = lifecycle::meaning_of({.code = event.code,
                                                        .message = event.message,
                                                        .names_holders = !event.related_orders.empty(),
                                                        .market_price = event.market_price},
                                                       *order, lot.direction, session_open());
  if (meaning == RefusalMeaning::already_there) {
    flight.asked.reset();
    tend_guards(own.uid);
    return;
  }
  record(lot, EventType::order_failed,
         {{"reason", std::string("guard")},
          {"error", event.message},
          {"code", event.code},
          {"client_order_id", event.client_id.text()}});
  flight.last_refusal = event.message;
  // The second order under an id that is refused tells nothing about the first one: that stays unknown.
  if (flight.resent) {
    flight.asked.reset();
    tend_guards(own.uid);
    return;
  }
  const GuardOrder refused = *order;
  end_guard_order(lot, event.client_id, OrderStatus::rejected);
  take_refusal(lot, refused, meaning, event);
}

void Stepper::take_refusal(Lot& lot, const GuardOrder& refused, RefusalMeaning meaning,
                           const event::SubmitRefused& event) {
  const LotUid uid = lot.uid;
  lifecycle::GuardFlight& flight = state_.guard_flights[uid];
  flight.retry_at = now_.steady + 1s;
  switch (meaning) {
    case RefusalMeaning::not_free:
      flight.changed = now_.steady;  // what is free has to be read anew
      if (!flight.short_since) flight.short_since = now_.steady;
      // The broker's list may go on showing shares as free that are not.
      flight.retry_at = now_.steady + std::clamp<Duration>((now_.steady - *flight.short_since) / 2, 1s, 60s);
      for (const OrderId& related : event.related_orders) emit(action::LookAtOrder{related});
      break;
    case RefusalMeaning::no_word:
      flight.retry_at = now_.steady + (session_open() ? kNoWordDistance : kOutsideDistance);
      break;
    case RefusalMeaning::stop_passed:
    case RefusalMeaning::target_passed:
      if (lot.exit) flight.retry_at = now_.steady + kOutsideDistance;  // it waits for trading, and the level is passed
      if (is_of_this_share(lot, *event.market_price)) {
        trigger_level(lot, refused, meaning == RefusalMeaning::stop_passed, *event.market_price);
      } else {
        flight.retry_at = now_.steady + kOutsideDistance;
      }
      break;
    default:
      ++lot.guards.failures;
      flight.retry_at = now_.steady + failure_distance(lot.guards.failures);
      keep(lot);
      if (guards_standing(lot) == rules::Guards::lost) check_now(lot);
      break;
  }
  tend_guards(uid);
  advance(uid);
}

// Whether a price that the broker told in passing can be held against the lot's levels.
bool Stepper::is_of_this_share(Lot& lot, Price price) {
  if (!lot.frozen.empty()) return false;
  if (lot.split_due && *lot.split_due <= calendar::to_new_york(now_.wall).date) return false;
  const pricing::SymbolPrices& prices = state_.prices[lot.instrument.symbol];
  if (!may_be_rescaled(prices) || *prices.last_good_at < lot.entry_time) return true;
  if (!pricing::looks_like_split(*prices.last_good, price)) return true;
  freeze(lot, "the broker prices " + lot.instrument.symbol + " at " + price.text() + " after " +
                  prices.last_good->text() + " in the session before, as in a split");
  return false;
}

// The broker itself says that the price is through: that is a price received in session that meets the rule.
void Stepper::trigger_level(Lot& lot, const GuardOrder& refused, bool is_stop, Price price) {
  const ExitReason reason = is_stop ? ExitReason::stop_loss : ExitReason::take_profit;
  const Price level = is_stop ? *refused.stop : *refused.target;
  const rules::Verdict verdict{.state = rules::Verdict::State::holds,
                               .message = std::string(is_stop ? "Stop loss" : "Take profit") +
                                          " hit: the broker refuses a guard at " + level.text() + ", its price is " +
                                          price.text(),
                               .trigger_price = price,
                               .due = std::nullopt};
  if (lot.pause && now_.wall < lot.pause->until) {
    state_.guard_flights[lot.uid].retry_at = now_.steady + kOutsideDistance;
    return tell_of_suspended(lot, verdict.message);
  }
  if (lot.exit) {
    join_exit(lot, reason, lot.quantity, verdict, "");
  } else {
    begin_exit(lot, reason, 1, {reason}, lot.quantity, verdict);
  }
}

void Stepper::guard_not_sent(const OwnIdParts& own, const event::SubmitNotSent& event) {
  const auto found = state_.lots.find(own.uid);
  if (found == state_.lots.end()) return;
  Lot& lot = found->second;
  lifecycle::GuardFlight& flight = state_.guard_flights[own.uid];
  flight.submitting = false;
  const GuardOrder* order = guard_order_of(lot, event.client_id);
  if (order == nullptr || !order->id.empty()) return;
  flight.last_refusal = event.why;
  flight.retry_at = now_.steady + 1s;
  if (!flight.resent) {
    std::erase_if(lot.guards.orders, [&](const GuardOrder& o) { return o.client_id == event.client_id; });
    keep(lot);
  }
  tend_guards(own.uid);
}

void Stepper::guard_unknown(const OwnIdParts& own, const event::SubmitUnknown& event) {
  const auto found = state_.lots.find(own.uid);
  if (found == state_.lots.end()) return;
  state_.guard_flights[own.uid].submitting = false;
  record(found->second, EventType::order_update,
         {{"client_order_id", event.client_id.text()}, {"status", std::string("unknown")}, {"why", event.why}});
  tend_guards(own.uid);
}

void Stepper::guard_not_found(const OwnIdParts& own) {
  const auto lot = state_.lots.find(own.uid);
  if (lot == state_.lots.end()) return;
  const GuardOrder* order = lifecycle::guard_in_the_air(lot->second);
  if (order == nullptr || order->attempt != own.attempt) return;  // a late answer about an earlier one
  ++state_.guard_flights[own.uid].not_found;
  tend_guards(own.uid);
  advance(own.uid);
}

// ---- protection, measured

// Counts the time since the lot was last judged, by what was known then, and judges anew.
//
// The rule: only time in session counts, since outside of it neither a resting stop nor a local rule can act (alpaca.md
// 0.4). From one judgement to the next a lot counts as what it was at the earlier, also over a restart and also while
// no process runs; except that a local rule protects only as long as its price may still pass for good, which is the
// policy's unseen_limit after the price was last seen. A lot that was given nothing that could protect it, or is
// watched only, is unprotected by choice and counts nothing.
void Stepper::judge_protection(Lot& lot) {
  GuardRecord& guards = lot.guards;
  if (guards.judged_at) {
    Timestamp from = *guards.judged_at;
    if (guards.protection == Protection::local_rule) from = std::max(from, guards.good_until.value_or(from));
    const bool counts = guards.protection == Protection::none || guards.protection == Protection::local_rule;
    if (counts) guards.unguarded += in_session(state_.calendar, from, now_.wall);
  }
  guards.judged_at = now_.wall;
  guards.good_until.reset();
  guards.protection = protection_of(lot);
  if (guards.protection != Protection::local_rule) return;
  const auto prices = state_.prices.find(level_symbol(lot));
  if (prices != state_.prices.end() && prices->second.seen) {
    guards.good_until = *prices->second.seen + state_.policy.unseen_limit;
  }
}

Protection Stepper::protection_of(const Lot& lot) {
  const lifecycle::GuardView view = guard_view_of(lot);
  const Quantity resting = lifecycle::resting_quantity(view);
  if (resting >= lot.quantity && resting.is_positive()) return Protection::resting_order;
  if (view.leaves_wholly && lifecycle::live_leaves(lot).is_positive()) return Protection::leaving;
  const auto check = state_.checks.find(lot.uid);
  if (check == state_.checks.end()) return Protection::none;
  bool armed = false;
  for (const auto& [reason, verdict] : check->second.verdicts) {
    if (!is_level_rule(reason) || verdict.state == rules::Verdict::State::off) continue;
    armed = true;
    if (verdict.state == rules::Verdict::State::waits) return Protection::local_rule;
  }
  const bool by_choice = (!armed && !is_bracket_promised(lot)) || lot.management == Management::watch || lot.pause;
  return by_choice ? Protection::by_choice : Protection::none;
}

}  // namespace belay::engine
