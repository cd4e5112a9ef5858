// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/guard_table.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "core/base/check.hpp"

namespace belay::lifecycle {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstQuestion = 100ms;
constexpr Duration kLastQuestion = 5s;
constexpr Duration kCancelAgain = 3s;
constexpr Duration kStandBy = 15s;  // after that, waiting for the broker keeps nobody
constexpr Duration kRest = 60s;
constexpr int kNotFoundBeforeLost = 3;

// Questions come at 100 ms, then at twice the distance each, up to one in five seconds.
bool question_due(const GuardView& v) {
  const Duration last = v.flight.asked.value_or(v.flight.sent.value_or(Duration::min()));
  if (last == Duration::min()) return true;
  return v.now.steady >= last + std::min(kFirstQuestion * (1 << std::min(v.flight.asks, 6)), kLastQuestion);
}
AwaitGuards until_next_question(const GuardView& v, std::optional<Duration> since) {
  const Duration last = v.flight.asked.value_or(v.flight.sent.value_or(v.now.steady));
  return {.until = last + std::min(kFirstQuestion * (1 << std::min(v.flight.asks, 6)), kLastQuestion),
          .passive = since && v.now.steady - *since > kStandBy};
}

bool any_may_live(const GuardView& v) { return std::ranges::any_of(v.guards, &KnownGuard::may_live); }

std::vector<OrderId> living_ids(const GuardView& v) {
  std::vector<OrderId> ids;
  for (const KnownGuard& guard : v.guards) {
    if (guard.may_live()) ids.push_back(guard.id);
  }
  return ids;
}

GuardDecision leave_alone(std::string why) { return {.situation = {}, .move = LeaveGuards{}, .why = std::move(why)}; }

// ---- an order of ours whose outcome is not known ----

bool reply_outstanding(const GuardView& v) { return v.flight.submitting; }
GuardDecision await_reply(const GuardView& v) {
  return {.situation = {}, .move = AwaitGuards{.until = v.now.steady + 1s}, .why = "the broker has not answered yet"};
}

// "No such order" proves nothing about an order just sent. Asked again and again for as long as orders and positions
// may disagree, it means that the request never arrived.
bool never_arrived(const GuardView& v) {
  const GuardOrder* order = guard_in_the_air(v.lot);
  if (order == nullptr || v.flight.not_found < kNotFoundBeforeLost) return false;
  const bool old_enough = v.flight.sent ? v.now.steady - *v.flight.sent >= v.policy.settling_window
                                        : v.now.wall - order->sent_at >= v.policy.settling_window;
  return old_enough;
}
bool still_wanted_as_it_was(const GuardView& v) {
  const GuardOrder& order = *guard_in_the_air(v.lot);
  return v.hands_off.empty() && v.by_local_rules.empty() && !v.leaves_wholly && order.quantity == guarded_quantity(v) &&
         order.quantity <= v.room && GuardLevels{order.stop, order.target} == v.levels;
}
GuardDecision send_again_or_forget(const GuardView& v) {
  const ClientOrderId& id = guard_in_the_air(v.lot)->client_id;
  const std::string why = "the broker knows no order " + id.text();
  if (still_wanted_as_it_was(v)) return {.situation = {}, .move = PlaceGuardAgain{id}, .why = why};
  return {.situation = {}, .move = ForgetGuard{id}, .why = why + ", and it is not wanted any more"};
}

bool outcome_unknown(const GuardView& v) { return guard_in_the_air(v.lot) != nullptr; }
GuardDecision ask(const GuardView& v) {
  const ClientOrderId& id = guard_in_the_air(v.lot)->client_id;
  std::string why = "what became of " + id.text() + " is not known";
  if (question_due(v)) return {.situation = {}, .move = AskGuard{id}, .why = std::move(why)};
  return {.situation = {}, .move = until_next_question(v, v.flight.sent), .why = std::move(why)};
}

// ---- guards that are not ours to tend now ----

bool leaving(const GuardView& v) { return v.leaves_wholly; }
GuardDecision to_the_exit(const GuardView&) { return leave_alone("the lot leaves: its exit takes the guards away"); }

bool nothing_left(const GuardView& v) { return !v.lot.quantity.is_positive(); }
GuardDecision nothing_to_guard(const GuardView&) { return leave_alone("nothing of it is held"); }

bool hands_off(const GuardView& v) { return !v.hands_off.empty(); }
GuardDecision keep_hands_off(const GuardView& v) { return leave_alone(v.hands_off); }

bool local_rules_only(const GuardView& v) { return !v.by_local_rules.empty() && !any_may_live(v); }
GuardDecision by_local_rules(const GuardView& v) { return leave_alone(v.by_local_rules); }

bool children_unknown(const GuardView& v) {
  return v.guards.empty() && v.entry == GuardView::Entry::unseen && !v.lot.guards.children_sought;
}
// What is looked at in turn (a thousand lots share the budget of calls), is asked at once where a part of the lot waits
// to leave.
GuardDecision look_out_of_turn(const GuardView& v, std::vector<OrderId> ids, const std::string& what) {
  std::string why = what + ", and a part of the lot waits to leave";
  if (question_due(v)) return {.situation = {}, .move = LookAtGuards{std::move(ids)}, .why = std::move(why)};
  return {.situation = {}, .move = until_next_question(v, std::nullopt), .why = std::move(why)};
}

GuardDecision await_children(const GuardView& v) {
  if (v.leaving.is_positive()) return look_out_of_turn(v, {*v.lot.entry_order_id}, "its children are not found yet");
  return {.situation = {},
          .move = AwaitGuards{.until = v.now.steady + kRest, .passive = true},
          .why = "its children are not found yet; the local rules guard it"};
}

bool entry_filling(const GuardView& v) { return v.entry == GuardView::Entry::filling; }
GuardDecision await_entry(const GuardView&) {
  return leave_alone("its entry is still filling: local rules on what is held, guards when it ends");
}

bool guard_unseen(const GuardView& v) {
  return std::ranges::any_of(v.guards, [](const KnownGuard& guard) { return !guard.seen; }) &&
         std::ranges::none_of(v.guards, [](const KnownGuard& guard) {
           return guard.seen && guard.type == OrderType::limit && !is_terminal(guard.status);
         });
}
GuardDecision await_sight(const GuardView& v) {
  const bool one_ended = std::ranges::any_of(v.guards, &KnownGuard::seen);
  if (one_ended && question_due(v)) {
    return {
        .situation = {}, .move = LookAtGuards{living_ids(v)}, .why = "one of the group has ended: the other is asked"};
  }
  if (v.leaving.is_positive()) return look_out_of_turn(v, living_ids(v), "a guard is known by its id only");
  return {.situation = {},
          .move = AwaitGuards{.until = v.now.steady + kRest, .passive = true},
          .why = "a guard is known by its id only and is looked at in turn"};
}

// ---- guards that live ----

const KnownGuard* wrong_member(const GuardView& v) {
  const Quantity wanted = guarded_quantity(v);
  for (const KnownGuard& guard : v.guards) {
    if (!guard.seen || is_terminal(guard.status)) continue;
    if (guard.side != v.lot.exit_side() || guard.leaves != wanted) return &guard;
  }
  return nullptr;
}
bool ends_today(const GuardView& v) {
  return v.must_last && std::ranges::any_of(v.guards, [](const KnownGuard& guard) {
           return guard.seen && !is_terminal(guard.status) && guard.time_in_force != TimeInForce::gtc;
         });
}
bool lives(const GuardView& v) {
  return std::ranges::any_of(v.guards, [](const KnownGuard& g) { return g.seen && !is_terminal(g.status); });
}
// Children that stay `held` although the entry has filled protect nothing (alpaca.md 8). A stop that is held beside a
// live target is watched by the broker.
bool only_held(const GuardView& v) {
  return lives(v) && std::ranges::all_of(v.guards, [](const KnownGuard& guard) {
           return (guard.seen && is_terminal(guard.status)) || guard.status == OrderStatus::held;
         });
}
bool held_too_long(const GuardView& v) {
  if (!only_held(v) || v.entry != GuardView::Entry::ended) return false;
  return v.entry_filled_at && v.now.wall - *v.entry_filled_at >= v.policy.held_children_limit;
}
// The stop that should rest is tighter than the one that does, and the policy lets it follow.
bool stop_lags(const GuardView& v) {
  if (!v.policy.move_resting_stop || !v.levels.stop) return false;
  return std::ranges::any_of(v.guards, [&](const KnownGuard& guard) {
    if (!guard.seen || is_terminal(guard.status) || !guard.stop_price) return false;
    return v.lot.is_long() ? *guard.stop_price < *v.levels.stop : *guard.stop_price > *v.levels.stop;
  });
}

bool being_cancelled(const GuardView& v) {
  return std::ranges::any_of(
      v.guards, [&](const KnownGuard& guard) { return guard.may_live() && v.flight.cancels.contains(guard.id); });
}

// A cancel that was accepted is not an end: the group is gone when each of its members is seen to be (alpaca.md 3.4).
GuardDecision clear_group(const GuardView& v, std::string why, bool renewing) {
  std::vector<OrderId> to_cancel;
  std::optional<Duration> first;
  for (const OrderId& id : living_ids(v)) {
    const auto asked = v.flight.cancels.find(id);
    if (asked != v.flight.cancels.end()) first = std::min(first.value_or(asked->second), asked->second);
    if (asked == v.flight.cancels.end() || v.now.steady - asked->second >= kCancelAgain) to_cancel.push_back(id);
  }
  if (!to_cancel.empty()) {
    return {.situation = {}, .move = CancelGuards{std::move(to_cancel), renewing}, .why = std::move(why)};
  }
  if (question_due(v)) return {.situation = {}, .move = LookAtGuards{living_ids(v)}, .why = std::move(why)};
  return {.situation = {}, .move = until_next_question(v, first), .why = std::move(why)};
}

// Ours only: what upstream placed beyond what we would place ourselves is left to it.
bool not_wanted(const GuardView& v) {
  const bool ours = std::ranges::any_of(v.guards, [](const KnownGuard& g) { return g.own && g.may_live(); });
  return ours && (!v.by_local_rules.empty() || guarded_quantity(v).is_zero());
}
GuardDecision clear_unwanted(const GuardView& v) {
  return clear_group(v, v.by_local_rules.empty() ? "no whole unit is left to guard" : v.by_local_rules, false);
}

bool finish_cancelling(const GuardView& v) { return being_cancelled(v); }
GuardDecision await_end(const GuardView& v) { return clear_group(v, "the end of the group is awaited", true); }

bool size_not_fresh(const GuardView& v) {
  return wrong_member(v) != nullptr &&
         std::ranges::any_of(v.guards, [](const KnownGuard& guard) { return guard.may_live() && !guard.fresh; });
}
GuardDecision look_first(const GuardView& v) {
  std::string why = "the quantity changed: the guards are looked at before they are judged";
  if (question_due(v)) return {.situation = {}, .move = LookAtGuards{living_ids(v)}, .why = std::move(why)};
  return {.situation = {}, .move = until_next_question(v, std::nullopt), .why = std::move(why)};
}

bool wrong(const GuardView& v) { return wrong_member(v) != nullptr; }
GuardDecision clear_wrong(const GuardView& v) {
  const KnownGuard& guard = *wrong_member(v);
  const std::string what = guard.side != v.lot.exit_side()
                               ? "a guard is on the wrong side"
                               : "a guard is for " + guard.leaves.text() + ", not " + guarded_quantity(v).text();
  return clear_group(v, what + ": the group goes", true);
}
GuardDecision clear_held(const GuardView& v) {
  return clear_group(v, "the children stay held although the entry has filled: one of our own instead", true);
}
GuardDecision clear_day(const GuardView& v) {
  return clear_group(v, "a DAY guard ends at the close and the lot stays: re-armed as GTC", true);
}
GuardDecision clear_lagging(const GuardView& v) {
  return clear_group(v, "the stop has tightened to " + v.levels.stop->text() + ": the resting one follows", true);
}

GuardDecision in_order(const GuardView& v) {
  if (only_held(v)) return leave_alone("the children are held: they rest once the entry's fill has reached them");
  return {.situation = {}, .move = GuardsRest{}, .why = resting_quantity(v).text() + " guarded at the broker"};
}

// ---- nothing lives, and something should ----

bool too_small(const GuardView& v) { return guarded_quantity(v).is_zero(); }
GuardDecision tail_only(const GuardView&) { return leave_alone("less than one whole unit: the local rules guard it"); }

bool no_level(const GuardView& v) { return !v.levels.any(); }
GuardDecision page_no_level(const GuardView& v) {
  return {.situation = {}, .move = GuardStuck{v.now.steady + kRest}, .why = v.no_levels};
}

bool closes_instead(const GuardView& v) {
  return v.policy.missing_brackets == MissingBrackets::close && v.lot.bracket_expected && v.proved_absent &&
         !v.lot.guards.renewing;
}
GuardDecision declare(const GuardView&) {
  return {.situation = {}, .move = DeclareMissing{}, .why = "the bracket is absent, and the policy is to close"};
}

bool failed(const GuardView& v) { return v.lot.guards.failures >= v.policy.guard_failures; }
GuardDecision declare_failed(const GuardView& v) {
  // Nothing is liquidated for lacking what it never had.
  const GuardMove move = v.lot.bracket_expected ? GuardMove(DeclareMissing{}) : GuardStuck{v.now.steady + kRest};
  return {.situation = {},
          .move = move,
          .why = "restoring failed " + std::to_string(v.lot.guards.failures) +
                 " times, last: " + (v.flight.last_refusal.empty() ? "refused" : v.flight.last_refusal)};
}

bool restricted(const GuardView& v) { return !v.restricted.empty(); }
GuardDecision page_restricted(const GuardView& v) {
  return {.situation = {}, .move = GuardStuck{v.now.steady + kRest}, .why = v.restricted};
}

bool resting_after_refusal(const GuardView& v) { return v.flight.retry_at && v.now.steady < *v.flight.retry_at; }
bool short_for_long(const GuardView& v) {
  return v.flight.short_since && v.now.steady - *v.flight.short_since > kStandBy;
}
GuardDecision wait_after_refusal(const GuardView& v) {
  if (short_for_long(v)) {
    return {.situation = {}, .move = GuardStuck{*v.flight.retry_at}, .why = "refused: " + v.flight.last_refusal};
  }
  return {.situation = {},
          .move = AwaitGuards{.until = *v.flight.retry_at, .passive = !v.session_open},
          .why = "refused: " + v.flight.last_refusal};
}

bool room_unknown(const GuardView& v) { return !v.room_is_fresh; }
GuardDecision read_room(const GuardView&) {
  return {.situation = {}, .move = ReadRoom{}, .why = "which shares are free is read once more"};
}

bool no_room(const GuardView& v) { return v.room < guarded_quantity(v); }
GuardDecision await_room(const GuardView& v) {
  const std::string why =
      "of " + guarded_quantity(v).text() + " only " + std::max(v.room, Quantity{}).text() + " are free at the broker";
  if (short_for_long(v)) return {.situation = {}, .move = GuardStuck{v.now.steady + kRest}, .why = why};
  return {.situation = {}, .move = ReadRoom{}, .why = why};
}

bool should_rest(const GuardView&) { return true; }
GuardDecision place(const GuardView& v) {
  const std::string kind = v.levels.stop && v.levels.target ? "OCO" : v.levels.stop ? "stop" : "limit";
  return {.situation = {},
          .move = PlaceGuard{guarded_quantity(v), v.levels},
          .why = "one GTC " + kind + " for exactly " + guarded_quantity(v).text()};
}

struct Row {
  std::string_view situation;
  bool (*fits)(const GuardView&);
  GuardDecision (*decide)(const GuardView&);
};

constexpr std::array kTable{
    Row{"reply outstanding", reply_outstanding, await_reply},
    Row{"unknown, never arrived", never_arrived, send_again_or_forget},
    Row{"unknown outcome", outcome_unknown, ask},
    Row{"the lot leaves", leaving, to_the_exit},
    Row{"nothing held", nothing_left, nothing_to_guard},
    Row{kLeftAlone, hands_off, keep_hands_off},
    Row{"local rules", local_rules_only, by_local_rules},
    Row{"children not found yet", children_unknown, await_children},
    Row{"entry still filling", entry_filling, await_entry},
    Row{"guards not wanted", not_wanted, clear_unwanted},
    Row{"group being cancelled", finish_cancelling, await_end},
    Row{"guard not seen yet", guard_unseen, await_sight},
    Row{"quantity changed", size_not_fresh, look_first},
    Row{"wrong size or side", wrong, clear_wrong},
    Row{kChildrenHeld, held_too_long, clear_held},
    Row{"DAY guard before the close", ends_today, clear_day},
    Row{"resting stop behind", stop_lags, clear_lagging},
    Row{"guards in order", lives, in_order},
    Row{"fraction", too_small, tail_only},
    Row{"bracket absent, policy close", closes_instead, declare},
    Row{"restoring failed", failed, declare_failed},
    Row{"no level to guard at", no_level, page_no_level},
    Row{"account restricted", restricted, page_restricted},
    Row{"refused a moment ago", resting_after_refusal, wait_after_refusal},
    Row{"shares not known to be free", room_unknown, read_room},
    Row{"shares not free", no_room, await_room},
    Row{"guard missing", should_rest, place},
};

}  // namespace

GuardDecision next_guard_move(const GuardView& view) {
  for (const Row& row : kTable) {
    if (!row.fits(view)) continue;
    GuardDecision decision = row.decide(view);
    decision.situation = row.situation;
    return decision;
  }
  BELAY_CHECK(false && "the guard table has a row for everything");
  return {};
}

Quantity guarded_quantity(const GuardView& view) {
  return whole_part(std::max(Quantity{}, view.lot.quantity - view.leaving));
}

bool takes_too_much(const GuardView& view) {
  return view.lot.guards.renewing || std::ranges::any_of(view.guards, [&](const KnownGuard& guard) {
           return guard.seen && !is_terminal(guard.status) && guard.leaves > guarded_quantity(view);
         });
}

Quantity resting_quantity(const GuardView& view) {
  std::optional<Quantity> least;
  if (only_held(view)) return {};
  for (const KnownGuard& guard : view.guards) {
    if (!guard.seen || is_terminal(guard.status) || guard.side != view.lot.exit_side()) continue;
    least = std::min(least.value_or(guard.leaves), guard.leaves);
  }
  return std::max(Quantity{}, least.value_or(Quantity{}));
}

const GuardOrder* guard_in_the_air(const Lot& lot) {
  for (const GuardOrder& order : lot.guards.orders) {
    if (order.id.empty() && !is_terminal(order.status)) return &order;
  }
  return nullptr;
}

int next_guard_attempt(const Lot& lot) {
  int highest = 0;
  for (const GuardOrder& order : lot.guards.orders) highest = std::max(highest, order.attempt);
  return highest + 1;
}

GuardLevels on_ticks(GuardLevels levels, Direction direction) {
  const auto tick = [](Price price) { return price >= 1_price ? 0.01_price : 0.0001_price; };
  const auto down = [&](Price price) { return round_down(price, tick(price)); };
  const auto up = [&](Price price) { return round_up(price, tick(price)); };
  const bool is_long = direction == Direction::long_;
  if (levels.stop) levels.stop = is_long ? down(*levels.stop) : up(*levels.stop);
  if (levels.target) levels.target = is_long ? up(*levels.target) : down(*levels.target);
  if (levels.stop && !levels.stop->is_positive()) levels.stop.reset();
  if (levels.target && !levels.target->is_positive()) levels.target.reset();
  return levels;
}

RefusalMeaning meaning_of(const GuardRefusal& refusal, const GuardOrder& order, Direction direction,
                          bool session_open) {
  constexpr std::int64_t kInvalidRequest = 40010001;
  const auto says = [&](std::string_view words) { return refusal.message.find(words) != std::string_view::npos; };
  if (refusal.code == kInvalidRequest && says("unique")) return RefusalMeaning::already_there;
  if (refusal.names_holders || says("insufficient qty")) return RefusalMeaning::not_free;
  const bool about_the_order = refusal.code != 0 && refusal.code / 100'000 != 401;  // 401: the keys
  if (!session_open || !about_the_order) return RefusalMeaning::no_word;
  if (refusal.market_price) {
    // The broker's own condition is a cent wider than the level (alpaca.md 3.3, Prices).
    const Price price = *refusal.market_price;
    const bool is_long = direction == Direction::long_;
    const bool at_stop = order.stop && (is_long ? price <= *order.stop : price >= *order.stop);
    const bool at_target = order.target && (is_long ? price >= *order.target : price <= *order.target);
    if (at_stop) return RefusalMeaning::stop_passed;
    if (at_target) return RefusalMeaning::target_passed;
  }
  return RefusalMeaning::failure;
}

}  // namespace belay::lifecycle
