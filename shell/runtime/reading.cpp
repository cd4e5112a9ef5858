// SPDX-License-Identifier: Apache-2.0
// What a pass reads before it judges: the book, the broker, the prices; and whether it may go on with them.
#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "core/base/check.hpp"
#include "core/calendar/new_york.hpp"
#include "shell/runtime/calls.hpp"
#include "shell/runtime/conductor_inner.hpp"

namespace belay::runtime {

namespace event = engine::event;
using namespace std::chrono_literals;

namespace {

// What our clock showed when the broker's showed `theirs`, as kindly as the two readings around it allow.
Moment nearest(const Moment& before, const Moment& after, Timestamp theirs) {
  if (theirs <= before.wall) return before;
  if (theirs >= after.wall) return after;
  return {theirs, std::min(before.steady + (theirs - before.wall), after.steady)};
}

// What of a holding rests at the broker behind stops.
Quantity guarded_by_stops(const Holding& holding, const std::vector<Order>& orders) {
  const Side leaves = holding.quantity.is_negative() ? Side::buy : Side::sell;
  Quantity guarded;
  for (const Order& order : orders) {
    const bool is_stop = order.type == OrderType::stop || order.type == OrderType::stop_limit;
    if (order.symbol == holding.instrument.symbol && order.side == leaves && is_stop && !is_terminal(order.status)) {
      guarded += order.quantity.value_or(Quantity{}) - order.filled;
    }
  }
  return guarded;
}

}  // namespace

bool Conductor::Inner::load() {
  auto book = parts.store.load(settings.account, settings.aliases);
  if (!book) {
    complain("store: " + book.error().message);
    return false;
  }
  std::vector<Lot> closed;
  if (!closed_known) {
    auto lots =
        parts.store.lots({.include_closed = true, .symbol = {}, .closed_since = now().wall - engine::kLateRows});
    if (!lots) {
      complain("store: " + lots.error().message);
      return false;
    }
    std::erase_if(*lots, [&](const Lot& lot) { return lot.account != settings.account; });
    closed = std::move(*lots);
    closed_known = true;
  }
  known_number = book->account_number;
  if (state.account_number.empty()) state.account_number = book->account_number;
  for (const Lot& lot : book->lots) {
    saved_checks.try_emplace(lot.uid, lot.check_count);
    record.loaded(lot);
  }
  step(event::BookLoaded{.lots = std::move(book->lots),
                         .executions = std::move(book->executions),
                         .quarantined = std::move(book->quarantined),
                         .commands = std::move(book->commands),
                         .loss_limit = std::move(book->loss_limit),
                         .absences = std::move(book->absences),
                         .closed = std::move(closed)});
  return true;
}

// The account behind the keys must be the one that the store remembers: with other keys, every lot would be a phantom.
bool Conductor::Inner::check_account(const Executor::Events& events) {
  const auto* read = std::get_if<event::BrokerRead>(&events.front());
  BELAY_CHECK(read != nullptr);
  const std::string& number = read->account.number;
  if (known_number != number && !known_number.empty()) {
    complain("the keys are of account " + number + ", but \"" + settings.account + "\" is account " + known_number +
             " in the store: check ALPACA_API_KEY, or use another account name");
    return false;
  }
  // Only with the right keys: else a mistake in one account's would keep another one out.
  if (parts.numbers != nullptr) {
    const std::string owner = parts.numbers->claim(number, settings.account);
    if (owner != settings.account) {
      complain("the keys of \"" + settings.account + "\" are of account " + number + ", which is \"" + owner +
               "\" already: each account has keys of its own");
      return false;
    }
  }
  if (known_number.empty() && !dry) {
    known_number = number;
    record.batch().account_number = number;
  }
  state.account_number = number;
  return true;
}

Failure Conductor::Inner::read_everything() {
  std::optional<BrokerError> error;
  const auto before = parts.clock.now();
  const Executor::Events read = await([&, begun = now(), most = engine::orders_to_list(state)] {
    return calls::read_broker(parts.broker, begun, most, &error);
  });
  if (error) {
    complain("broker: " + std::get<event::BrokerUnread>(read.front()).why);
    run(read);
    if (error->kind != BrokerError::Kind::rate_limited) return Failure::broker;
    // There, and only busy: prices have a limit of their own, so the rules are judged, and what has to leave is decided
    // and recorded. It is sent by what was known before, or as soon as a further read comes through.
    read_prices();
    return Failure::none;
  }
  if (!check_account(read)) return Failure::configuration;
  const MarketClock& clock = std::get<event::BrokerRead>(read.front()).clock;
  if (before) compare_clocks(*before, clock);
  heed_calendar(clock);
  run(read);
  follow(0s);  // fills that explain orphans and shortfalls
  read_prices();
  return Failure::none;
}

void Conductor::Inner::read_prices() {
  const auto symbols = engine::symbols_to_price(state);
  if (!symbols.empty()) run(await([&] { return calls::read_prices(parts.market_data, symbols); }));
}

// What a pass cannot go on without. A broker that does not answer for long must not look like a holder that is gone.
Executor::Events Conductor::Inner::await(const Executor::Call& call) {
  return executor->await(call, [this] { show_life(); });
}

// Whoever has the lock speaks to the database every few seconds; of who does not, it is taken (Store::take_over).
void Conductor::Inner::show_life() {
  if (locked && !store_down) static_cast<void>(parts.store.still_locked());
}

// Later reads, which the engine asks for, are held to the same account as the first one of a pass.
void Conductor::Inner::run(const Executor::Events& events) {
  for (const engine::Event& happened : events) {
    const auto* read = std::get_if<event::BrokerRead>(&happened);
    if (read != nullptr && known_number != read->account.number && !dry) {
      std::string why = "a read of the broker is of account " + read->account.number + ", not of " + known_number;
      complain(why);
      step(event::BrokerUnread{std::move(why)});
      continue;
    }
    step(happened);
  }
}

// A clock that leaps or stands wrong would move every time rule. Told once, and again when it is something else.
// The broker showed its clock at some moment of a read that began at `before`.
void Conductor::Inner::compare_clocks(const Moment& before, const MarketClock& clock) {
  constexpr Duration kSkewWorthTelling = 2s;
  const auto after = parts.clock.now();
  if (!after) return;
  const Moment read = nearest(before, *after, clock.timestamp);
  std::string wrong = time.compare(read, clock.timestamp);
  if (!wrong.empty()) complain("clock: " + wrong);
  const Duration skew = read.wall - clock.timestamp;
  if (wrong.empty() && std::chrono::abs(skew) > kSkewWorthTelling) {
    wrong = "this clock and the broker's differ by " +
            std::to_string(std::chrono::floor<std::chrono::seconds>(skew).count()) + " s: time rules act by this one";
  }
  if (!dry && !wrong.empty() && clock_trouble.empty()) alert("clock", wrong);
  clock_trouble = std::move(wrong);
}

// The broker's clock corrects what this machine believes: a session that the built-in calendar does not know.
void Conductor::Inner::heed_calendar(const MarketClock& clock) {
  constexpr int kDaysAhead = 14;
  const auto session = state.calendar.session_at(clock.timestamp);
  const Timestamp next_open = state.calendar.next_open_after(clock.timestamp).open;
  const Timestamp next_close = session ? session->close : state.calendar.next_open_after(clock.timestamp).close;
  if (session.has_value() == clock.is_open && next_open == clock.next_open && next_close == clock.next_close) return;

  const Date first = calendar::to_new_york(clock.timestamp).date;
  const Date last = std::chrono::sys_days(first) + std::chrono::days(kDaysAhead);
  BrokerResult<std::vector<calendar::Session>> sessions;
  await([&]() -> Executor::Events {
    sessions = parts.broker.calendar(first, last);
    return {};
  });
  if (!sessions) {
    complain("the broker's calendar could not be read: " + sessions.error().message);
    return;
  }
  const auto applied = state.calendar.apply_broker_calendar(first, last, std::move(*sessions));
  if (!applied) complain("the broker's calendar is not used: " + applied.error().message);
}

// A lock that was lost with its connection is taken again before anything is sent; if somebody else has it now, this
// process has no say any more.
Failure Conductor::Inner::keep_lock() {
  if (!locked || parts.store.still_locked()) return Failure::none;
  const auto lock = parts.store.try_lock(settings.account);
  if (!lock) {
    complain("store: " + lock.error().message);
    store_is_away(lock.error().message);
    return Failure::none;
  }
  if (*lock) {
    lock_regained = true;
    return Failure::none;
  }
  store_down = false;  // it answers: no reason to send without the lock
  complain("another instance has taken over account \"" + settings.account + "\"");
  tell_of_lost_lock();
  return Failure::locked;
}

// What this process remembers is written only while the account is its own: after a standstill it may long be
// another's.
bool Conductor::Inner::may_write() {
  if (!locked) return true;
  if (keep_lock() != Failure::none || !parts.store.still_locked()) return false;
  return !heed_others() && !lock_regained;
}

// After the lock was lost and taken again: whether another instance has worked meanwhile, and all begins anew.
bool Conductor::Inner::heed_others() {
  if (!had_book) lock_regained = false;  // nothing is remembered that could be older than what they wrote
  if (!lock_regained || !others_have_written()) return false;
  start_anew();
  return true;
}

// What the store lists as open and this process neither read there nor has, or has had, in mind to write.
bool Conductor::Inner::is_of_others(const Lot& stored) {
  if (saved_checks.contains(stored.uid)) return false;
  const auto own = state.lots.find(stored.uid);
  if (own != state.lots.end()) return stored.check_count > own->second.check_count;
  return std::ranges::count(record.batch().lots, stored.uid, &Lot::uid) == 0;
}

// Whether what this process still has to write as open was written and closed by another in the meantime.
StoreResult<bool> Conductor::Inner::others_have_closed() {
  std::set<std::string> symbols;
  for (const auto& [uid, lot] : state.lots) {
    if (!saved_checks.contains(uid)) symbols.insert(lot.instrument.symbol);
  }
  for (const std::string& symbol : symbols) {
    const auto rows = parts.store.lots({.include_closed = true, .symbol = symbol, .id = 0});
    if (!rows) return std::unexpected(rows.error());
    const bool is_closed = std::ranges::any_of(*rows, [&](const Lot& row) {
      return row.account == settings.account && row.status == LotStatus::closed && state.lots.contains(row.uid);
    });
    if (is_closed) return true;
  }
  return false;
}

// Whether the store knows of lots or checks that this process did not make, or no longer lists as open what this one
// left open.
bool Conductor::Inner::others_have_written() {
  const auto book = parts.store.load(settings.account, settings.aliases);
  const auto closed = book ? others_have_closed() : std::unexpected(book.error());
  if (!closed) {  // found out when it can be read; until then nothing is written over what they may have written
    complain("store: " + closed.error().message);
    store_is_away(closed.error().message);
    return false;
  }
  lock_regained = false;
  std::map<LotUid, std::int64_t> checks;
  for (const Lot& lot : book->lots) checks[lot.uid] = lot.check_count;
  const bool has_changed = std::ranges::any_of(saved_checks, [&](const auto& saved) {
    const auto stored = checks.find(saved.first);
    return stored == checks.end() || stored->second > saved.second;
  });
  return *closed || has_changed || std::ranges::any_of(book->lots, [&](const Lot& lot) { return is_of_others(lot); });
}

// Another instance had the account for a while: what is remembered here is older than the records and the broker, and
// would write what has left back into the book. The pass begins like that of a new process.
void Conductor::Inner::start_anew() {
  record.log_warning(parts.log, now().wall, "another instance has worked on this account: everything is read anew");
  engine::State fresh;
  fresh.policy = state.policy;
  fresh.calendar = state.calendar;
  fresh.account = state.account;
  fresh.account_number = state.account_number;
  state = std::move(fresh);
  record.forget();
  saved_checks.clear();
  closed_known = false;
  wake_at.reset();
  had_book = false;
  anew = true;
}

// Also of a batch whose fate is not known: a row that was there may have it.
void Conductor::Inner::note_saved(const Batch& batch, bool certain) {
  for (const Lot& lot : batch.lots) {
    const auto known = saved_checks.find(lot.uid);
    if (lot.status == LotStatus::closed) {
      paths_due_at = {};
      saved_checks.erase(lot.uid);
    } else if (certain) {
      saved_checks[lot.uid] = lot.check_count;
    } else if (known != saved_checks.end()) {
      known->second = std::max(known->second, lot.check_count);
    }
  }
}

// No book: nothing may be bought or sold on a guess. What is held without a resting stop is named.
void Conductor::Inner::watch_without_book(PassReport& report) {
  const auto holdings = parts.broker.positions();
  const auto orders =
      parts.broker.orders({.status = OrderQuery::Status::all, .nested = false, .symbols = {}, .limit = 500});
  if (!holdings || !orders) {
    complain("broker: " + (!holdings ? holdings.error().message : orders.error().message));
    return;
  }
  std::string unguarded;
  for (const Holding& holding : *holdings) {
    ++report.positions;
    bool covered = false;
    std::string why = "the store is away: its rules are not known; at the broker ";
    try {
      const Quantity guarded = guarded_by_stops(holding, *orders);
      covered = guarded >= holding.quantity.magnitude();
      why += guarded.text() + " of " + holding.quantity.magnitude().text() + " are guarded by a resting stop";
    } catch (const Overflow&) {
      why += "its numbers are absurd";
    }
    report.unchecked.push_back({0, holding.instrument.symbol, why});
    if (!covered) record.log_error(parts.log, now().wall, holding.instrument.symbol + ": " + why);
    if (!covered) unguarded += (unguarded.empty() ? "" : ", ") + holding.instrument.symbol;
  }
  page_without_store(holdings->size(), unguarded);
}

}  // namespace belay::runtime
