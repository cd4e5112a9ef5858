// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/exit_table.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "core/base/check.hpp"
#include "core/base/planted.hpp"
#include "core/lifecycle/option_ladder.hpp"
#include "core/lifecycle/order_life.hpp"

namespace belay::lifecycle {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstQuestion = 50ms;
constexpr Duration kLastQuestion = 1s;
constexpr Duration kPriceFreshness = 3s;
constexpr Duration kRestBeforeRetry = 5s;
constexpr Duration kRestAfterHours = 30s;

const ExitOrder* open_order(const Lot& lot) {
  for (const ExitOrder& order : lot.exit_orders) {
    if (!is_over(order)) return &order;
  }
  return nullptr;
}

bool has_unknown_outcome(const ExitOrder* order) {
  return order != nullptr && order->status == OrderStatus::unknown && order->id.empty();
}

// Questions about an order come at 50 ms, then at twice the distance each, up to one a second; an order that has been
// silent for long is asked about every 5 s, and after some minutes every 30 s.
Duration question_distance(int asks) {
  constexpr int kOften = 60;
  constexpr int kSometimes = 120;
  if (asks > kSometimes) return 30s;
  if (asks > kOften) return 5s;
  return std::min(kFirstQuestion * (1 << std::min(asks, 5)), kLastQuestion);
}

// By whichever clock has moved more: the wall's may stand still in a replay, the steady one begins anew with a process.
Duration since_trigger(const ExitView& v) {
  return std::max(v.now.steady - v.flight.began, v.now.wall - v.lot.exit->triggered_at);
}

bool may_send(const ExitView& v) { return v.session_open && v.halted.empty() && !v.paused_until; }

// While the broker tells by itself what becomes of an order at work, it is asked only when it is silent for long. Not
// so where its silence may last: an order of unknown outcome may be one that it never heard of, and the end of a
// cancelled one is known not to be told always (alpaca.md 8).
constexpr Duration kSilence = 5s;
bool is_told(const ExitView& v) {
  const ExitOrder* order = open_order(v.lot);
  return v.stream_up && order != nullptr && !has_unknown_outcome(order) && !v.flight.cancels.contains(order->id);
}

Duration next_question(const ExitView& v) {
  const Duration last = v.flight.asked ? *v.flight.asked : v.flight.sent.value_or(v.flight.began);
  return last + (is_told(v) ? kSilence : question_distance(v.flight.asks));
}

bool question_due(const ExitView& v) { return v.now.steady >= next_question(v); }

Wait until_next_question(const ExitView& v) { return Wait{.until = next_question(v)}; }

// A cancel may be lost on its way like anything else: after a while without the order's end it is asked for again.
constexpr Duration kCancelAgain = 3s;
bool cancel_requested(const ExitView& v, const OrderId& id) {
  const auto asked = v.flight.cancels.find(id);
  return asked != v.flight.cancels.end() && v.now.steady - asked->second < kCancelAgain;
}

// ---- rows: does the situation fit? what is to be done? ----

bool finished(const ExitView& v) {
  if (planted(Bug::accepted_means_filled) && !v.lot.exit_orders.empty() && !v.lot.exit_orders.back().id.empty())
    return true;
  if (planted(Bug::rest_forgotten) && left_so_far(v.lot) > v.lot.exit->left_before) return open_order(v.lot) == nullptr;
  return remaining(v.lot).is_zero() && open_order(v.lot) == nullptr;
}
Decision finish(const ExitView&) { return {.situation = {}, .move = Finished{}, .why = "all of it has left"}; }

bool reply_outstanding(const ExitView& v) { return v.flight.submitting; }
Decision await_reply(const ExitView& v) {
  return {
      .situation = {}, .move = Wait{.until = v.now.steady + kLastQuestion}, .why = "the broker has not answered yet"};
}

bool waiting_after_refusal(const ExitView& v) { return v.flight.retry_at && v.now.steady < *v.flight.retry_at; }
Decision wait_after_refusal(const ExitView& v) {
  return {.situation = {}, .move = Wait{.until = *v.flight.retry_at}, .why = "refused: " + v.flight.last_refusal};
}

// "No such order" proves nothing about an order just sent; asked again and again, it allows the same id once more, as
// long as the broker still holds what it would take, and all of it is still wanted.
constexpr int kNotFoundBeforeResend = 3;
bool never_arrived(const ExitView& v) {
  const ExitOrder* order = open_order(v.lot);
  return has_unknown_outcome(order) && v.flight.not_found >= kNotFoundBeforeResend && may_send(v) &&
         !waiting_after_refusal(v) && !v.allowance.is_negative() && order->quantity <= remaining(v.lot);
}
Decision send_again(const ExitView& v) {
  const ClientOrderId& id = open_order(v.lot)->client_id;
  return {.situation = {}, .move = SendAgain{id}, .why = "the broker knows no order " + id.text()};
}

// A day order whose day is over can no longer arrive. Not found after that, again and again over the settling window,
// it never has.
constexpr int kNotFoundBeforeDead = 3;
bool never_will_arrive(const ExitView& v) {
  return has_unknown_outcome(open_order(v.lot)) && v.nothing_arrives_after && *v.nothing_arrives_after <= v.now.wall &&
         v.flight.not_found_after_end >= kNotFoundBeforeDead && v.flight.ended_since &&
         v.now.steady - *v.flight.ended_since >= v.policy.settling_window;
}
Decision count_dead(const ExitView& v) {
  const ClientOrderId& id = open_order(v.lot)->client_id;
  return {.situation = {},
          .move = CountDead{id},
          .why = "order " + id.text() + " was not found after the end of its day: it never arrived"};
}

bool outcome_unknown(const ExitView& v) { return has_unknown_outcome(open_order(v.lot)); }
bool order_working(const ExitView& v) { return open_order(v.lot) != nullptr; }

Decision ask(const ExitView& v) {
  const ExitOrder& order = *open_order(v.lot);
  const std::string why = "order " + order.client_id.text() + " is " + std::string(to_text(order.status));
  if (!question_due(v)) return {.situation = {}, .move = until_next_question(v), .why = why};
  // Replaced at the broker: its client id leads to the old one.
  if (!order.links.empty()) return {.situation = {}, .move = LookAt{{order.id}}, .why = why};
  return {.situation = {}, .move = AskExit{order.client_id}, .why = why};
}

bool limit_worked_long_enough(const ExitView& v) {
  const ExitOrder* order = open_order(v.lot);
  if (order == nullptr || order->type != OrderType::limit || order->id.empty() || !v.halted.empty()) return false;
  if (!v.session_open && !v.extended_hours) return false;
  if (cancel_requested(v, order->id) || planted(Bug::ladder_stands_still)) return false;
  const Duration patience = v.session_open ? ladder_patience(v.lot, v.policy) : kRestAfterHours;
  return v.now.steady >= v.flight.sent.value_or(v.flight.began) + patience;
}
Decision cancel_step(const ExitView& v) {
  const ExitOrder& order = *open_order(v.lot);
  return {.situation = {}, .move = CancelOrders{{order.id}}, .why = "limit did not fill in its time"};
}

// Nothing of it executes any more today, and its end is not told yet: it is ended, and the rest goes anew.
bool stalled(const ExitView& v) {
  const ExitOrder* order = open_order(v.lot);
  if (order == nullptr || order->id.empty() || !v.session_open || cancel_requested(v, order->id)) return false;
  const bool done = order->status == OrderStatus::done_for_day || order->status == OrderStatus::calculated;
  return done && v.now.steady >= v.flight.sent.value_or(v.flight.began) + kRestBeforeRetry;
}
Decision cancel_stalled(const ExitView& v) {
  const ExitOrder& order = *open_order(v.lot);
  return {.situation = {},
          .move = CancelOrders{{order.id}},
          .why = "order " + order.client_id.text() + " is " + std::string(to_text(order.status)) + " with a rest"};
}

bool account_restricted(const ExitView& v) { return !v.restricted.empty(); }
Decision page_restricted(const ExitView& v) {
  return {.situation = {},
          .move = Stuck{.until = v.now.steady + kRestBeforeRetry, .reread = true},
          .why = v.restricted,
          .page = "order_failed"};
}

bool in_safe_mode(const ExitView& v) { return v.paused_until.has_value(); }
Decision wait_in_safe_mode(const ExitView& v) {
  return {.situation = {},
          .move = Stuck{.until = *v.paused_until},
          .why = "safe mode: too much was sent in too short a time",
          .page = "safe_mode"};
}

bool is_crypto(const ExitView& v) { return v.lot.instrument.kind == InstrumentKind::crypto; }
Decision page_crypto(const ExitView& v) {
  return {.situation = {},
          .move = Stuck{.until = v.now.steady + kRestBeforeRetry},
          .why = "crypto is watched only: close it at the broker",
          .page = "order_failed"};
}

bool halted(const ExitView& v) { return !v.halted.empty() && v.session_open; }
Decision wait_for_resumption(const ExitView& v) {
  return {.situation = {},
          .move = Wait{.until = v.now.steady + kRestBeforeRetry, .passive = true},
          .why = "trading is halted (" + v.halted + "): leaves when it resumes, and its guard stays",
          .page = leaves_by_stop(v.lot) ? "halted" : std::string_view{}};
}

// ---- outside of the session

bool is_stock(const ExitView& v) { return v.lot.instrument.kind == InstrumentKind::stock; }
Quantity sendable(const ExitView& v) { return std::min(remaining(v.lot), v.allowance); }

// Fractions are not taken outside of the session unless the asset allows it (alpaca.md 3.1): they wait.
bool leaves_after_hours(const ExitView& v) {
  return !v.session_open && v.extended_hours && v.policy.after_hours == AfterHours::limit && is_stock(v) &&
         v.halted.empty() && v.guards.empty() && v.guard_work.empty() && v.in_the_way.empty() &&
         whole_part(sendable(v)).is_positive();
}
bool since_last_send(const ExitView& v, const std::optional<Duration>& when) {
  return when && v.now.steady - *when <= kPriceFreshness && (!v.flight.sent || *when > *v.flight.sent);
}
bool price_missing(const ExitView& v) { return !since_last_send(v, v.flight.priced); }
bool price_on_its_way(const ExitView& v) { return price_missing(v) && since_last_send(v, v.flight.price_asked); }

Decision get_price(const ExitView& v, std::string why) {
  if (price_on_its_way(v)) {
    return {.situation = {},
            .move = Wait{.until = *v.flight.price_asked + kPriceFreshness},
            .why = "its quote was asked for"};
  }
  return {.situation = {}, .move = FetchPrice{}, .why = std::move(why)};
}

// A limit that the present quote meets, the collar beyond the side at which the lot leaves.
std::optional<Price> marketable_limit(const ExitView& v) {
  if (!v.quote || !v.quote_sound || v.now.wall - v.quote->as_of > v.policy.quote_age_limit) return std::nullopt;
  const bool is_long = v.lot.is_long();
  const Price side = is_long ? v.quote->bid : v.quote->ask;
  const Price price = scale(side, is_long ? 1_ratio - v.policy.stock_collar : 1_ratio + v.policy.stock_collar);
  const Price tick = side < 1_price ? 0.0001_price : 0.01_price;  // alpaca.md 3.1
  return std::max(is_long ? round_down(price, tick) : round_up(price, tick), tick);
}

Decision send_after_hours(const ExitView& v) {
  if (price_missing(v)) return get_price(v, "a limit outside of the session goes by the current quote");
  const auto limit = marketable_limit(v);
  if (!limit) {
    return {.situation = {},
            .move = Wait{.until = v.now.steady + kRestAfterHours, .passive = true},
            .why = "outside the session, and no sound current quote for a limit"};
  }
  return {
      .situation = {},
      .move =
          Send{.type = OrderType::limit, .quantity = whole_part(sendable(v)), .limit = limit, .extended_hours = true},
      .why = "extended hours: limit at the exit side and the collar"};
}

bool market_closed(const ExitView& v) { return !v.session_open && !planted(Bug::session_never_ends); }
Decision wait_for_session(const ExitView& v) {
  std::string why = "outside the session: leaves at its first price";
  if (v.carried_over) why = "not out before the close: carried over to the next session, leaves at its first price";
  return {.situation = {},
          .move = Wait{.until = v.now.steady + kRestBeforeRetry, .passive = true},
          .why = std::move(why),
          .page = v.carried_over ? "carried_over" : std::string_view{}};
}

// The first moments of a session have no price yet: an order at market would meet whatever quote stands there.
bool first_price_awaited(const ExitView& v) {
  return !v.session_priced && v.now.wall - v.session_opened < v.policy.first_price_wait;
}
Decision await_first_price(const ExitView& v) {
  const std::string why = "the session has just begun and has no price yet";
  const std::optional<Duration> looked = std::max(v.flight.priced, v.flight.price_asked);
  if (looked && v.now.steady - *looked < kPriceFreshness) {
    return {.situation = {}, .move = Wait{.until = *looked + kPriceFreshness}, .why = why};
  }
  return {.situation = {}, .move = FetchPrice{}, .why = why};
}

Decision clear(const ExitView& v, const std::vector<RestingOrder>& orders, std::string why) {
  std::vector<OrderId> to_cancel;
  std::vector<OrderId> cancelled;
  for (const RestingOrder& order : orders) {
    (cancel_requested(v, order.id) ? cancelled : to_cancel).push_back(order.id);
  }
  if (!to_cancel.empty()) return {.situation = {}, .move = CancelOrders{std::move(to_cancel)}, .why = std::move(why)};
  if (question_due(v)) return {.situation = {}, .move = LookAt{std::move(cancelled)}, .why = std::move(why)};
  return {.situation = {}, .move = until_next_question(v), .why = std::move(why)};
}

// It never arrived, and when it is sent again the guards would have it refused.
bool never_arrived_behind_guards(const ExitView& v) {
  return never_arrived(v) && (!v.guards.empty() || !v.in_the_way.empty());
}
Decision clear_the_way(const ExitView& v) {
  return clear(v, v.in_the_way.empty() ? v.guards : v.in_the_way, "guards reserve the shares: they go first");
}

bool in_a_gap(const ExitView& v) { return v.gap_until && v.now.steady < *v.gap_until; }
Decision read_first(const ExitView& v) {
  return {.situation = {},
          .move = Wait{.until = *v.gap_until},
          .why = "something may have been missed: the broker is asked before anything is sent"};
}

bool entry_open(const ExitView& v) { return !v.entry.empty() && !planted(Bug::entry_stays); }
Decision cancel_entry(const ExitView& v) {
  return clear(v, v.entry, "the entry is still open: its remainder goes first");
}

bool guards_in_work(const ExitView& v) { return !v.guard_work.empty(); }
Decision await_guard_work(const ExitView& v) {
  return {.situation = {}, .move = Wait{.until = v.now.steady + 100ms}, .why = v.guard_work};
}

// A stop at or through its price is about to do what we want: taking it over would only be slower. One that fills
// already, or was elected, has longer.
bool guard_at_its_trigger(const ExitView& v) {
  const auto trigger = v.lot.exit->trigger_price;
  if (!trigger) return false;
  return std::ranges::any_of(v.guards, [&](const RestingOrder& guard) {
    if (!guard.stop_price || v.flight.cancels.contains(guard.id)) return false;
    if (v.lot.is_long() ? *trigger > *guard.stop_price : *trigger < *guard.stop_price) return false;
    const bool acts = guard.elected || guard.filled.is_positive();
    return since_trigger(v) <
           (acts ? std::max(v.policy.guard_grace_limit, v.policy.guard_grace) : v.policy.guard_grace);
  });
}
Decision leave_it_to_guard(const ExitView& v) {
  const bool in_first_grace = since_trigger(v) < v.policy.guard_grace;
  const Duration grace = in_first_grace ? v.policy.guard_grace : v.policy.guard_grace_limit;
  return {.situation = {},
          .move = Wait{.until = v.now.steady + std::max<Duration>(grace - since_trigger(v), kFirstQuestion)},
          .why = in_first_grace ? "a resting stop is at its own trigger"
                                : "a resting stop has been elected: its fill is awaited"};
}

bool orders_in_the_way(const ExitView& v) { return !v.in_the_way.empty(); }
Decision cancel_in_the_way(const ExitView& v) {
  return clear(v, v.in_the_way, "the broker names orders of ours that stand in the way: they go first");
}

bool guards_hold(const ExitView& v) { return !v.guards.empty() && !planted(Bug::guards_stay); }
Decision cancel_guards(const ExitView& v) {
  return clear(v, v.guards, "guards reserve the shares: the group goes first");
}

bool short_leg_first(const ExitView& v) { return !v.uncovers.empty() && v.uncovered_leaves; }
Decision await_short_leg(const ExitView& v) {
  return {.situation = {},
          .move = Wait{.until = v.now.steady + kLastQuestion},
          .why = "the short leg " + v.uncovers + " is bought back first"};
}
bool would_uncover(const ExitView& v) { return !v.uncovers.empty(); }
Decision page_uncovered(const ExitView& v) {
  return {.situation = {},
          .move = Stuck{.until = v.now.steady + kRestBeforeRetry, .reread = true},
          .why = "leaving would leave the short leg " + v.uncovers +
                 " uncovered: close both together at the broker, or the short leg first",
          .page = "spread"};
}

bool foreign_order_holds(const ExitView& v) { return v.foreign.is_positive() && !v.allowance.is_positive(); }
Decision page_foreign(const ExitView& v) {
  return {.situation = {},
          .move = Stuck{.until = v.now.steady + kRestBeforeRetry, .reread = true},
          .why = "orders that are not Belay's reserve all of it: " + v.foreign_orders,
          .page = "foreign_order"};
}

bool nothing_certain(const ExitView& v) { return !v.allowance.is_positive(); }
Decision page_nothing_held(const ExitView& v) {
  return {.situation = {},
          .move = Stuck{.until = v.now.steady + kRestBeforeRetry, .reread = true},
          .why = "the broker holds nothing of this that is not already leaving",
          .page = "order_failed"};
}

// What is free leaves now; a person is told what holds the rest.
void mention_foreign(const ExitView& v, Decision& decision) {
  if (!v.foreign.is_positive() || v.allowance >= remaining(v.lot)) return;
  decision.page = "foreign_order";
  decision.why += "; orders that are not Belay's reserve the rest: " + v.foreign_orders;
}

Decision send_stock(const ExitView& v) {
  Decision decision{.situation = {},
                    .move = Send{.type = OrderType::market, .quantity = sendable(v), .limit = {}},
                    .why = "market, day"};
  if (v.flight.other_tactic) {
    if (price_missing(v)) return get_price(v, "market was refused: a marketable limit goes by the current quote");
    if (const auto limit = marketable_limit(v)) {
      decision.move = Send{.type = OrderType::limit, .quantity = sendable(v), .limit = limit};
      decision.why = "market was refused: limit at the exit side and the collar";
    }
  }
  mention_foreign(v, decision);
  return decision;
}

bool less_than_one_contract(const ExitView& v) { return whole_part(sendable(v)).is_zero(); }
Decision page_part_of_contract(const ExitView& v) {
  return {.situation = {},
          .move = Stuck{.until = v.now.steady + kRestBeforeRetry, .reread = true},
          .why = "less than one contract is left to send: " + sendable(v).text(),
          .page = "order_failed"};
}
Decision await_price(const ExitView& v) { return get_price(v, {}); }
Decision fetch_price(const ExitView& v) { return get_price(v, "an option leaves by its current quote"); }

bool exit_side_missing(const ExitView& v) {
  if (!v.quote || v.now.wall - v.quote->as_of > v.policy.quote_age_limit) return false;
  return v.lot.is_long() ? !v.quote->bid.is_positive() : !v.quote->ask.is_positive();
}
Decision send_option(const ExitView& v) {
  const LadderStep step = ladder_step(v);
  if (!step.possible) {
    return {.situation = {},
            .move = Stuck{.until = v.now.steady + kRestBeforeRetry},
            .why = step.why,
            .page = exit_side_missing(v) ? "no_exit_side" : "order_failed"};
  }
  Decision decision{.situation = {},
                    .move = Send{.type = step.limit ? OrderType::limit : OrderType::market,
                                 .quantity = whole_part(sendable(v)),
                                 .limit = step.limit},
                    .why = step.why};
  mention_foreign(v, decision);
  if (exit_side_missing(v)) decision.page = "no_exit_side";
  return decision;
}

bool any_option(const ExitView&) { return true; }

struct Row {
  std::string_view situation;
  bool (*fits)(const ExitView&);
  Decision (*decide)(const ExitView&);
};

constexpr std::array kTable{
    // what is under way
    Row{"all has left", finished, finish},
    Row{"reply outstanding", reply_outstanding, await_reply},
    Row{"unknown, and never will arrive", never_will_arrive, count_dead},
    Row{"unknown, guards in its way", never_arrived_behind_guards, clear_the_way},
    Row{"unknown, never arrived", never_arrived, send_again},
    Row{"unknown outcome", outcome_unknown, ask},
    Row{"limit too slow", limit_worked_long_enough, cancel_step},
    Row{"order done for the day", stalled, cancel_stalled},
    Row{"order working", order_working, ask},
    // nothing may be sent
    Row{"account restricted", account_restricted, page_restricted},
    Row{"safe mode", in_safe_mode, wait_in_safe_mode},
    Row{"crypto", is_crypto, page_crypto},
    Row{"refused a moment ago", waiting_after_refusal, wait_after_refusal},
    Row{"gap in the stream", in_a_gap, read_first},
    Row{"entry still open", entry_open, cancel_entry},
    Row{"halted", halted, wait_for_resumption},
    Row{"stock after hours", leaves_after_hours, send_after_hours},
    Row{"outside session", market_closed, wait_for_session},
    Row{"guards in work", guards_in_work, await_guard_work},
    Row{"first price of the session awaited", first_price_awaited, await_first_price},
    // the shares are freed
    Row{"guard at its own trigger", guard_at_its_trigger, leave_it_to_guard},
    Row{"our orders in the way", orders_in_the_way, cancel_in_the_way},
    Row{"guards hold the shares", guards_hold, cancel_guards},
    Row{"spread, short leg leaving", short_leg_first, await_short_leg},
    Row{"spread, short leg staying", would_uncover, page_uncovered},
    Row{"foreign order holds the shares", foreign_order_holds, page_foreign},
    Row{"nothing certainly held", nothing_certain, page_nothing_held},
    // sent
    Row{"stock in session", is_stock, send_stock},
    Row{"less than one contract", less_than_one_contract, page_part_of_contract},
    Row{"quote on its way", price_on_its_way, await_price},
    Row{"option without current quote", price_missing, fetch_price},
    Row{"option without its exit side", exit_side_missing, send_option},
    Row{"option in session", any_option, send_option},
};

}  // namespace

Quantity remaining(const Lot& lot) {
  BELAY_CHECK(lot.exit.has_value());
  const Quantity left = left_so_far(lot) - lot.exit->left_before;
  return std::max(Quantity{}, std::min(lot.exit->wanted - left, lot.quantity));
}

bool leaves_by_stop(const Lot& lot) {
  return std::ranges::any_of(lot.exit->reasons, [](ExitReason reason) {
    return reason == ExitReason::stop_loss || reason == ExitReason::trailing_stop;
  });
}

int next_attempt(const Lot& lot) {
  int highest = 0;
  for (const ExitOrder& order : lot.exit_orders) highest = std::max(highest, order.attempt);
  return highest + 1;
}

Quantity live_leaves(const Lot& lot) {
  Quantity sum;
  for (const ExitOrder& order : lot.exit_orders) sum += may_still_take(order);
  return sum;
}

Decision next_move(const ExitView& view) {
  BELAY_CHECK(view.lot.exit.has_value());
  for (const Row& row : kTable) {
    if (!row.fits(view)) continue;
    Decision decision = row.decide(view);
    decision.situation = row.situation;
    return decision;
  }
  BELAY_CHECK(false && "the exit table has a row for everything");
  return {};
}

}  // namespace belay::lifecycle
