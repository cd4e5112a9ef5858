// SPDX-License-Identifier: Apache-2.0
// The numbers are those of the catalogue of invariants in docs/failures.md.
#include "sim/world/invariants.hpp"

#include <algorithm>
#include <chrono>

#include "core/engine/step.hpp"

namespace belay::world {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostSendsAMinute = 45;  // an option's ladder takes a step every two seconds
constexpr Duration kSettled = 4min;            // a pass, its reads, the settling window and another pass
constexpr Duration kTold = 3min;               // an exit's deadline, and the passes that may fail until then
constexpr Duration kClockError = 4min;         // as much as a machine's clock may be wrong

}  // namespace

void Invariants::broken(std::string promise, std::string what) {
  violations_.push_back({std::move(promise), timeline_->now(), std::move(what)});
}

// ---- what the process asks of the exchange

void Invariants::submit_arrives(const OrderRequest& request) {
  const std::string id = request.client_id.text();
  const auto ours = parse_our_id(request.client_id);
  const auto lot = ours ? witness_->lot_of(ours->lot) : std::nullopt;
  if (!lot) {
    broken("7", "order " + id + " bears an id that follows from no fact");
    return;
  }
  // A process may die over a refusal, and the next one cannot know what never became an order: the id is free again.
  const auto [known, is_new] = payloads_.try_emplace(request.client_id, request);
  if (!is_new && known->second != request && witness_->by_client_id(request.client_id) != nullptr) {
    broken("8", "order " + id + " came a second time with another payload");
  }
  known->second = request;

  const TrueLot& one = witness_->lots()[*lot];
  const Side leaves = one.wanted.direction == Direction::long_ ? Side::sell : Side::buy;
  if (request.side != leaves || request.symbol != one.wanted.instrument.symbol) {
    broken("3", "order " + id + " would add to its position");
  }
  std::vector<Timestamp>& sends = sends_[*lot];
  sends.push_back(timeline_->now());
  const auto recent = std::ranges::count_if(sends, [&](Timestamp at) { return timeline_->now() - at < 60s; });
  if (static_cast<std::size_t>(recent) > kMostSendsAMinute) {
    broken("20", "lot of " + request.symbol + " sent " + std::to_string(recent) + " orders in a minute");
  }
  if (!ours->is_guard && witness_->by_client_id(request.client_id) == nullptr) check_exit(request, *lot);
}

void Invariants::arrives_late(const OrderRequest& request) {
  if (!recorded_.contains(request.client_id)) nobodys_.insert(request.client_id);
}

void Invariants::check_exit(const OrderRequest& request, std::size_t lot) {
  if (nobodys_.contains(request.client_id)) return;
  const TrueLot& one = witness_->lots()[lot];
  const std::string id = request.client_id.text();
  Quantity live;
  for (const auto& [order_id, order] : witness_->orders()) {
    if (order.lot != lot || order.owner != Owner::exit || is_terminal(order.order.status)) continue;
    live += order.order.quantity.value_or(Quantity{}) - order.order.filled;
    broken("2", "order " + id + " was sent while " + order.order.client_id.text() + " was live");
  }
  // Adopted while its fills were out of reach, it is all that was held then, whoever bought it.
  const bool is_holding = witness_->is_named_after_holding(parse_our_id(request.client_id)->lot, request.symbol);
  const Quantity there = is_holding ? one.left + live + witness_->held(request.symbol).magnitude() : one.entered;
  if (one.left + live + request.quantity > there) {
    broken("1", "order " + id + " for " + request.quantity.text() + " " + request.symbol + ": " + one.left.text() +
                    " have left, " + live.text() + " are leaving, of " + one.entered.text());
  }
  const Timestamp now = timeline_->now();
  const auto& calendar = exchange_->calendar();
  if (!request.extended_hours && !calendar.is_open(now) && !calendar.is_open(now - 90s) &&
      !calendar.is_open(now + 90s)) {
    broken("22", "order " + id + " was sent outside the session");
  }
  if (oracle_->why_may_leave(lot).empty()) {
    broken("unasked",
           "order " + id + " for " + request.quantity.text() + " " + request.symbol + ", which no rule asked to leave");
  }
}

void Invariants::cancel_arrives(const OrderId& id) {
  const auto order = witness_->orders().find(id);
  if (order == witness_->orders().end()) return;
  const bool is_foreign =
      order->second.owner == Owner::foreign ||
      (order->second.lot && witness_->lots()[*order->second.lot].foreign && order->second.owner == Owner::entry &&
       !parse_our_id(order->second.order.client_id) && order->second.order.filled.is_zero());
  if (is_foreign) broken("23", "order " + id.text() + " is somebody else's and was to be cancelled");
}

void Invariants::filled(const TrueFill& fill) {
  const TrueOrder& order = witness_->orders().at(fill.order);
  if (order.owner != Owner::exit && order.owner != Owner::guard) return;
  const Quantity before = fill.position - (fill.side == Side::buy ? fill.quantity : -fill.quantity);
  const bool crossed =
      (before.is_positive() && fill.position.is_negative()) || (before.is_negative() && fill.position.is_positive());
  if (crossed || fill.position.magnitude() >= before.magnitude()) {
    broken("3", "order " + order.order.client_id.text() + " took " + fill.symbol + " from " + before.text() + " to " +
                    fill.position.text());
  }
}

// ---- what the process believes

// By an order, or by an expiry or an assignment, which the record names "activity/<id>".
Quantity Invariants::truly_taken(std::string_view source) const {
  constexpr std::string_view kActivity = "activity/";
  if (source.starts_with(kActivity)) {
    const auto& activities = exchange_->activities(witness_->account());
    const auto found = std::ranges::find(activities, source.substr(kActivity.size()), &sim::Activity::id);
    return found == activities.end() ? Quantity{} : found->quantity.magnitude();
  }
  const auto order = witness_->orders().find(OrderId(source.substr(0, source.find('/'))));
  return order == witness_->orders().end() ? Quantity{} : order->second.order.filled;
}

void Invariants::check_orders(const Lot& lot) {
  for (const ExitOrder& order : lot.exit_orders) {
    const TrueOrder* truth = witness_->by_client_id(order.client_id);
    const Quantity really = truth == nullptr ? Quantity{} : truth->order.filled;
    if (order.filled > really) {
      broken("16", "order " + order.client_id.text() + " is believed to have filled " + order.filled.text() + ", not " +
                       really.text());
    }
    if (order.filled > order.quantity) broken("15", "order " + order.client_id.text() + " filled beyond its quantity");
    const bool lives = truth != nullptr && !is_terminal(truth->order.status);
    if (is_terminal(order.status) && lives) {
      broken("18", "order " + order.client_id.text() + " is believed " + std::string(to_text(order.status)) +
                       ", but is " + std::string(to_text(truth->order.status)));
    }
  }
  for (const LeftElsewise& part : lot.left_elsewise) {
    if (part.quantity <= truly_taken(part.order.text())) continue;
    broken("16", "lot " + lot.uid.text() + " counts " + part.quantity.text() + " of order " + part.order.text() +
                     " that it did not fill");
  }
  if (lot.quantity + left_so_far(lot) != lot.original_quantity && left_so_far(lot) <= lot.original_quantity) {
    broken("11", "lot " + lot.uid.text() + ": " + lot.quantity.text() + " left and " + left_so_far(lot).text() +
                     " gone are not the " + lot.original_quantity.text() + " that came");
  }
}

void Invariants::engine_stepped(const engine::State& state) {
  for (const auto& [uid, lot] : state.lots) check_orders(lot);
  check_intent(state);
}

// A price that met a rule beyond any doubt has made an intent, unless the
// process died over it.
void Invariants::check_intent(const engine::State& state) {
  for (const auto& [uid, lot] : state.lots) {
    if (lot.exit || !lot.frozen.empty() || lot.management == Management::watch || !lot.quantity.is_positive()) continue;
    const auto truth = witness_->lot_of(uid);
    if (!truth) continue;
    const auto since = oracle_->must_leave_since(*truth, timeline_->now() - 90s);
    if (!since || *since < began_anew_ + 3min || !state.broker.read_at) continue;
    if (timeline_->now() - *since < 90s || weather_->rough_until() + 90s > timeline_->now()) continue;
    const Timestamp known = known_since_.try_emplace(uid, timeline_->now()).first->second;
    if (lot.entry_time > *since || timeline_->now() - known < 90s) continue;
    broken("ignored",
           "lot " + uid.text() + " of " + lot.instrument.symbol + " should be leaving since " + to_text(*since));
  }
}

void Invariants::committed(const Batch& batch) {
  for (const Lot& lot : batch.lots) {
    for (const ExitOrder& order : lot.exit_orders) recorded_.insert(order.client_id);
    LotStatus& stored = stored_[lot.uid];
    if (stored == LotStatus::closed && lot.status != LotStatus::closed) {
      broken("14", "lot " + lot.uid.text() + " was closed and is " + std::string(to_text(lot.status)) + " again");
    }
    if (lot.status == LotStatus::closed && stored != LotStatus::closed) check_closed(lot);
    stored = lot.status;
  }
}

void Invariants::check_closed(const Lot& lot) {
  check_orders(lot);
  const Quantity left = left_so_far(lot);
  if (left != lot.original_quantity) {
    broken("17", "lot " + lot.uid.text() + " of " + lot.instrument.symbol + " is closed, but only " + left.text() +
                     " of " + lot.original_quantity.text() + " have left");
  }
  Money value;
  for (const ExitOrder& order : lot.exit_orders) {
    const TrueOrder* truth = witness_->by_client_id(order.client_id);
    if (truth != nullptr && truth->order.filled_average) {
      value += notional(*truth->order.filled_average, truth->order.filled, lot.multiplier);
    }
  }
  for (const LeftElsewise& part : lot.left_elsewise) value += part.value;
  const Money paid = notional(lot.entry_price, lot.original_quantity, lot.multiplier);
  const Money result = lot.is_long() ? value - paid : paid - value;
  if (lot.realised_result && left == lot.original_quantity &&
      (*lot.realised_result - result).magnitude() > Money::from_nanos(10'000'000)) {
    broken("13", "lot " + lot.uid.text() + " says it made " + lot.realised_result->text() + ", the fills say " +
                     result.text());
  }
}

std::map<std::string, Quantity> Invariants::tracked(const engine::State& state) const {
  std::map<std::string, Quantity> sum;
  for (const auto& [uid, lot] : state.lots) {
    sum[lot.instrument.symbol] += lot.signed_quantity();
  }
  return sum;
}

// "A holding unwatched": what is held is tracked within a pass and the settling
// window, or somebody was told.
void Invariants::pass_ended(const engine::State& state, bool broker_was_read) {
  if (!broker_was_read) return;
  check_deadlines(state);
  check_guards(state);
  std::map<std::string, Quantity> difference = tracked(state);
  for (const sim::Position& position : exchange_->positions(witness_->account())) {
    difference[position.symbol] -= position.quantity;
  }
  std::erase_if(unwatched_since_, [&](const auto& known) { return difference[known.first].is_zero(); });
  for (const auto& [symbol, by] : difference) {
    if (by.is_zero()) continue;
    const Timestamp since = unwatched_since_.try_emplace(symbol, timeline_->now()).first->second;
    const Timestamp fair_since = std::max({since, weather_->rough_until(), began_anew_});
    if (timeline_->now() - fair_since < kSettled || pages_->told_about(symbol, since - kSettled, false)) continue;
    broken("4", symbol + ": lots and holding differ by " + by.text() + " and nobody was told");
  }
}

// An exit that takes longer than its deadline goes on, and somebody was told.
void Invariants::check_deadlines(const engine::State& state) {
  std::erase_if(leaving_since_, [&](const auto& known) {
    const auto lot = state.lots.find(known.first);
    if (lot == state.lots.end() || !lot->second.exit) return true;
    const Exit& before = known.second.exit;  // another one, or one for more, has a deadline of its own
    const Exit& exit = *lot->second.exit;
    return exit.left_before != before.left_before || (exit.wanted > before.wanted && exit.reason != before.reason);
  });
  const Timestamp now = timeline_->now();
  const auto session = exchange_->calendar().session_at(now);
  for (const auto& [uid, lot] : state.lots) {
    if (!lot.exit) continue;
    const Timestamp since = leaving_since_.try_emplace(uid, now, *lot.exit).first->second.since;
    if (!session || now - std::max({since, session->open + 5min, began_anew_}) < kTold) continue;
    if (pages_->told_about(lot.instrument.symbol, lot.exit->triggered_at - kClockError, true)) continue;
    broken("6", "lot " + uid.text() + " of " + lot.instrument.symbol + " is leaving since " + to_text(since) +
                    ", and nobody was told");
  }
}

// What rests for a lot is for all of it, whole shares only: or somebody was told.
void Invariants::check_guards(const engine::State& state) {
  std::erase_if(unguarded_since_, [&](const auto& known) {
    const auto lot = state.lots.find(known.first);
    return lot == state.lots.end() || is_guarded(lot->second);
  });
  const Timestamp now = timeline_->now();
  const auto session = exchange_->calendar().session_at(now);
  for (const auto& [uid, lot] : state.lots) {
    if (is_guarded(lot)) continue;
    const Timestamp since = unguarded_since_.try_emplace(uid, now).first->second;
    if (exchange_->is_halted(lot.instrument.symbol)) halted_at_[lot.instrument.symbol] = now;
    const Timestamp fair_since =
        std::max({since, weather_->rough_until(), began_anew_, halted_at_[lot.instrument.symbol]});
    if (!session || now - std::max(fair_since, session->open) < kSettled) continue;
    if (pages_->told_about(lot.instrument.symbol, since - kSettled, false)) continue;
    broken("5", "what rests for lot " + uid.text() + " of " + lot.instrument.symbol + " is not for its " +
                    lot.quantity.text() + " since " + to_text(since));
  }
}

// Also where nothing has to rest: no bracket was asked for, the entry is open, it leaves, a person has to look at it.
bool Invariants::is_guarded(const Lot& lot) const {
  const auto truth = witness_->lot_of(lot.uid);
  const bool is_tended = lot.management == Management::managed && !lot.exit && lot.frozen.empty();
  const Quantity held = whole_part(lot.quantity);
  if (!truth || !is_tended || lot.instrument.is_option() || !held.is_positive()) return true;
  const TrueLot& one = witness_->lots()[*truth];
  const auto entry = witness_->orders().find(one.entry);
  const bool is_open = entry != witness_->orders().end() && !is_terminal(entry->second.order.status);
  if (!one.wanted.bracket_expected || is_open) return true;
  bool rests = false;
  for (const auto& [id, order] : witness_->orders()) {
    const bool guards = order.owner == Owner::guard || order.owner == Owner::child;
    if (!guards || order.lot != truth || is_terminal(order.order.status)) continue;
    if (order.order.quantity.value_or(Quantity{}) - order.order.filled != held) return false;
    rests = true;
  }
  return rests;
}

bool Invariants::is_gone(std::size_t lot) const {
  const TrueLot& one = witness_->lots()[lot];
  // An entry against what somebody else held has only taken of that.
  const Quantity held = witness_->held(one.wanted.instrument.symbol);
  const bool is_long = one.wanted.direction == Direction::long_;
  if (one.left >= one.entered || held.is_zero() || held.is_negative() == is_long) return true;
  // Whose shares somebody else sold since, nothing tells.
  Quantity sold;
  for (const auto& [id, order] : witness_->orders()) {
    const bool closes = order.order.side == (is_long ? Side::sell : Side::buy);
    const bool since = order.order.filled_at && *order.order.filled_at >= one.entered_at;
    const bool nobodys = order.owner == Owner::foreign || nobodys_.contains(order.order.client_id);
    if (nobodys && closes && since && order.order.symbol == one.wanted.instrument.symbol) {
      sold += order.order.filled;
    }
  }
  if (one.left + sold >= one.entered) return true;
  return std::ranges::any_of(one.uids, [&](const LotUid& uid) {
    const auto stored = stored_.find(uid);
    return stored != stored_.end() && stored->second == LotStatus::closed;
  });
}

// A long option whose underlying has a short one that it may cover: both have to be closed together, by a person.
bool Invariants::may_cover(const Instrument& instrument) const {
  if (!instrument.is_option()) return false;
  return std::ranges::any_of(exchange_->positions(witness_->account()), [&](const sim::Position& position) {
    const Instrument other = instrument_of(position.symbol);
    return position.quantity.is_negative() && other.kind == instrument.kind &&
           engine::underlying_symbol(other) == engine::underlying_symbol(instrument);
  });
}

// By what nobody but a person can change: an order that is not Belay's (somebody's, or the trader's own entry, which
// makes the exit a wash trade), a frozen lot, an outcome that stays unknown, a short option that would be left without
// cover. Then it is enough that somebody was told.
bool Invariants::is_hindered(std::size_t lot, const engine::State& state) const {
  const std::string& symbol = witness_->lots()[lot].wanted.instrument.symbol;
  if (may_cover(witness_->lots()[lot].wanted.instrument)) return true;
  for (const auto& [id, order] : witness_->orders()) {
    const bool is_theirs = order.owner == Owner::foreign || order.owner == Owner::entry;
    if (is_theirs && order.order.symbol == symbol && !is_terminal(order.order.status)) return true;
  }
  return std::ranges::any_of(state.lots, [&](const auto& entry) {
    const Lot& known = entry.second;
    if (known.instrument.symbol != symbol) return false;
    return !known.frozen.empty() || std::ranges::any_of(known.exit_orders, [](const ExitOrder& order) {
      return order.status == OrderStatus::unknown;
    });
  });
}

void Invariants::at_rest(const engine::State& state) {
  std::map<std::string, Quantity> difference = tracked(state);
  for (const sim::Position& position : exchange_->positions(witness_->account())) {
    difference[position.symbol] -= position.quantity;
  }
  for (const auto& [symbol, by] : difference) {
    const auto since = unwatched_since_.find(symbol);
    const bool is_new = since == unwatched_since_.end() || timeline_->now() - since->second < kSettled;
    if (by.is_zero() || is_new || pages_->told_about(symbol, Timestamp{}, false)) continue;
    broken("12", symbol + ": lots and holding differ by " + by.text() + " at rest");
  }
  for (std::size_t lot = 0; lot < witness_->lots().size(); ++lot) {
    const TrueLot& one = witness_->lots()[lot];
    const std::string& symbol = one.wanted.instrument.symbol;
    const auto since = oracle_->must_leave_since(lot, timeline_->now() - 4min);
    if (one.foreign || !one.has_row || !one.wanted.is_trade || !since || *since < one.entered_at || is_gone(lot))
      continue;
    if (timeline_->now() - *since < kSettled) continue;
    if (is_hindered(lot, state) && pages_->told_about(symbol, Timestamp{}, true)) continue;
    broken("28", "the lot of " + symbol + " entered " + to_text(one.wanted.entry_time) + " should be gone since " +
                     to_text(*since));
  }
  for (const auto& [uid, lot] : state.lots) {
    if (lot.quantity.is_positive() || !lot.frozen.empty()) continue;
    if (!difference[lot.instrument.symbol].is_zero() || lot.exit == std::nullopt) continue;
    broken("28", "all of lot " + uid.text() + " of " + lot.instrument.symbol + " has left, but it is not closed");
  }
  if (!state.loss_limit.latched_at) return;
  for (const auto& [uid, lot] : state.lots) {
    if (lot.exit || !lot.quantity.is_positive() || !lot.frozen.empty()) continue;
    broken("28", "lot " + uid.text() + " of " + lot.instrument.symbol + " stays though the loss limit is reached");
  }
}

}  // namespace belay::world
