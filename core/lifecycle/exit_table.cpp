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

const ExitOrder* open_order(const Lot& lot) {
  for (const ExitOrder& order : lot.exit_orders) {
    if (!is_over(order)) return &order;
  }
  return nullptr;
}

bool has_unknown_outcome(const ExitOrder* order) {
  return order != nullptr && order->status == OrderStatus::unknown && order->id.empty();
}

// Questions about an order come at 50 ms, then at twice the distance each, up to one a second.
Duration question_distance(int asks) { return std::min(kFirstQuestion * (1 << std::min(asks, 5)), kLastQuestion); }

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
// long as the broker still holds what it would take.
constexpr int kNotFoundBeforeResend = 3;
bool never_arrived(const ExitView& v) {
  const ExitOrder* order = open_order(v.lot);
  return has_unknown_outcome(order) && v.flight.not_found >= kNotFoundBeforeResend && v.session_open &&
         !waiting_after_refusal(v) && !v.allowance.is_negative();
}
Decision send_again(const ExitView& v) {
  const ClientOrderId& id = open_order(v.lot)->client_id;
  return {.situation = {}, .move = SendAgain{id}, .why = "the broker knows no order " + id.text()};
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
  if (order == nullptr || order->type != OrderType::limit || order->id.empty() || !v.session_open) return false;
  if (cancel_requested(v, order->id) || planted(Bug::ladder_stands_still)) return false;
  const Duration patience = ladder_patience(v.lot, v.policy);
  return v.now.steady >= v.flight.sent.value_or(v.flight.began) + patience;
}
Decision cancel_step(const ExitView& v) {
  const ExitOrder& order = *open_order(v.lot);
  return {.situation = {}, .move = CancelOrders{{order.id}}, .why = "limit did not fill in its time"};
}

bool account_restricted(const ExitView& v) { return !v.restricted.empty(); }
Decision page_restricted(const ExitView& v) {
  return {.situation = {}, .move = Stuck{v.now.steady + kRestBeforeRetry}, .why = v.restricted};
}

bool market_closed(const ExitView& v) { return !v.session_open && !planted(Bug::session_never_ends); }
Decision wait_for_session(const ExitView& v) {
  return {.situation = {},
          .move = Wait{.until = v.now.steady + kRestBeforeRetry, .passive = true},
          .why = "outside the session: leaves at its first price"};
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

bool in_a_gap(const ExitView& v) { return v.gap_until && v.now.steady < *v.gap_until; }
Decision read_first(const ExitView& v) {
  return {.situation = {},
          .move = Wait{.until = *v.gap_until},
          .why = "the broker's stream was away: the broker is read before anything is sent"};
}

bool entry_open(const ExitView& v) { return !v.entry.empty() && !planted(Bug::entry_stays); }
Decision cancel_entry(const ExitView& v) {
  return clear(v, v.entry, "the entry is still open: its remainder goes first");
}

bool guards_in_work(const ExitView& v) { return !v.guard_work.empty(); }
Decision await_guard_work(const ExitView& v) {
  return {.situation = {}, .move = Wait{.until = v.now.steady + 100ms}, .why = v.guard_work};
}

bool guard_at_its_trigger(const ExitView& v) {
  if (v.now.steady >= v.flight.began + v.policy.guard_grace) return false;
  const auto trigger = v.lot.exit->trigger_price;
  if (!trigger) return false;
  return std::ranges::any_of(v.guards, [&](const RestingOrder& guard) {
    if (!guard.stop_price || v.flight.cancels.contains(guard.id)) return false;
    return v.lot.is_long() ? *trigger <= *guard.stop_price : *trigger >= *guard.stop_price;
  });
}
Decision leave_it_to_guard(const ExitView& v) {
  return {.situation = {},
          .move = Wait{.until = v.flight.began + v.policy.guard_grace},
          .why = "a resting stop is at its own trigger"};
}

bool guards_hold(const ExitView& v) { return !v.guards.empty() && !planted(Bug::guards_stay); }
Decision cancel_guards(const ExitView& v) {
  return clear(v, v.guards, "guards reserve the shares: the group goes first");
}

bool nothing_certain(const ExitView& v) { return !v.allowance.is_positive(); }
Decision page_nothing_held(const ExitView& v) {
  return {.situation = {},
          .move = Stuck{v.now.steady + kRestBeforeRetry},
          .why = "the broker holds nothing of this that is not already leaving"};
}

Quantity sendable(const ExitView& v) { return std::min(remaining(v.lot), v.allowance); }

bool is_stock(const ExitView& v) { return !v.lot.instrument.is_option(); }
Decision send_market(const ExitView& v) {
  return {.situation = {}, .move = Send{.type = OrderType::market, .quantity = sendable(v)}, .why = "market, day"};
}

bool since_last_send(const ExitView& v, const std::optional<Duration>& when) {
  return when && v.now.steady - *when <= kPriceFreshness && (!v.flight.sent || *when > *v.flight.sent);
}
bool price_missing(const ExitView& v) { return !since_last_send(v, v.flight.priced); }
bool price_on_its_way(const ExitView& v) { return price_missing(v) && since_last_send(v, v.flight.price_asked); }
Decision await_price(const ExitView& v) {
  return {.situation = {},
          .move = Wait{.until = *v.flight.price_asked + kPriceFreshness},
          .why = "its quote was asked for"};
}
Decision fetch_price(const ExitView&) {
  return {.situation = {}, .move = FetchPrice{}, .why = "an option leaves by its current quote"};
}

bool any_option(const ExitView&) { return true; }
Decision send_option(const ExitView& v) {
  const LadderStep step = ladder_step(v);
  if (!step.possible) return {.situation = {}, .move = Stuck{v.now.steady + kRestBeforeRetry}, .why = step.why};
  return {.situation = {},
          .move = Send{.type = step.limit ? OrderType::limit : OrderType::market,
                       .quantity = whole_part(sendable(v)),
                       .limit = step.limit},
          .why = step.why};
}

struct Row {
  std::string_view situation;
  bool (*fits)(const ExitView&);
  Decision (*decide)(const ExitView&);
};

constexpr std::array kTable{
    Row{"all has left", finished, finish},
    Row{"reply outstanding", reply_outstanding, await_reply},
    Row{"unknown, never arrived", never_arrived, send_again},
    Row{"unknown outcome", outcome_unknown, ask},
    Row{"limit too slow", limit_worked_long_enough, cancel_step},
    Row{"order working", order_working, ask},
    Row{"account restricted", account_restricted, page_restricted},
    Row{"refused a moment ago", waiting_after_refusal, wait_after_refusal},
    Row{"gap in the stream", in_a_gap, read_first},
    Row{"entry still open", entry_open, cancel_entry},
    Row{"outside session", market_closed, wait_for_session},
    Row{"guards in work", guards_in_work, await_guard_work},
    Row{"guard at its own trigger", guard_at_its_trigger, leave_it_to_guard},
    Row{"guards hold the shares", guards_hold, cancel_guards},
    Row{"nothing certainly held", nothing_certain, page_nothing_held},
    Row{"stock in session", is_stock, send_market},
    Row{"quote on its way", price_on_its_way, await_price},
    Row{"option without current quote", price_missing, fetch_price},
    Row{"option in session", any_option, send_option},
};

}  // namespace

Quantity remaining(const Lot& lot) {
  BELAY_CHECK(lot.exit.has_value());
  const Quantity left = left_so_far(lot) - lot.exit->left_before;
  return std::max(Quantity{}, std::min(lot.exit->wanted - left, lot.quantity));
}

int next_attempt(const Lot& lot) {
  int highest = 0;
  for (const ExitOrder& order : lot.exit_orders) highest = std::max(highest, order.attempt);
  return highest + 1;
}

Quantity live_leaves(const Lot& lot) {
  Quantity sum;
  for (const ExitOrder& order : lot.exit_orders) {
    sum += may_still_take(order);
  }
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
