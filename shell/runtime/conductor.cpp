// SPDX-License-Identifier: Apache-2.0
#include "shell/runtime/conductor.hpp"

#include <ctime>

#include <algorithm>
#include <map>

#include "core/base/check.hpp"
#include "core/calendar/new_york.hpp"
#include "shell/runtime/calls.hpp"
#include "shell/runtime/pass_record.hpp"
#include "shell/runtime/workers.hpp"

namespace belay::runtime {
namespace {

namespace event = engine::event;
namespace action = engine::action;
using namespace std::chrono_literals;

// A decision older than this is not acted on: the process may have been stopped in between.
constexpr Duration kDecisionAge = 5s;
constexpr Duration kPollDistance = 50ms;
constexpr Duration kStoreDistance = 5s;
constexpr std::size_t kManyQuestions = 3;

// The machine's clock that runs through suspension; the given clock of a replay has no say in this.
Duration machine_time() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

Failure failure_of(const StoreError& error) {
  return error.kind == StoreError::Kind::foreign ? Failure::configuration : Failure::store;
}

}  // namespace

struct Conductor::Inner {
  Parts parts;
  Settings settings;
  engine::State state;
  PassRecord record;
  Workers workers;
  std::vector<std::string> errors;
  bool dry = false;         // look(): nothing is sent or recorded
  bool store_down = false;  // the last save failed: records wait in `record`
  Duration try_store_at{};  // machine time
  bool locked = false;
  bool had_book = false;            // loaded at least once
  std::string known_number;         // the account number that the store remembers
  std::optional<Duration> wake_at;  // steady

  Inner(Parts p, Settings s) : parts(p), settings(std::move(s)), workers(std::max(1U, settings.senders)) {
    state.policy = settings.policy;
    state.account = settings.account;
  }

  void complain(std::string what) {
    record.log_error(parts.log, now().wall, what);
    errors.push_back(std::move(what));
  }

  // A clock that cannot be asked stands still: nothing is decided on a guess of the time.
  Moment last_moment;
  Moment now() {
    const auto moment = parts.clock.now();
    if (moment) last_moment = *moment;
    return last_moment;
  }

  void step(const engine::Event& happened) { carry_out(engine::step(state, happened, now())); }

  void run(const Workers::Events& events) {
    for (const engine::Event& happened : events) step(happened);
  }

  bool may_send() { return !dry && (store_down || !locked || parts.store.still_locked()); }

  void carry_out(engine::Actions actions);
  void start_submit(const action::SubmitOrder& submit);
  void start_questions(const std::vector<ClientOrderId>& ids);
  bool load();
  bool check_account(const Workers::Events& events);
  Failure read_everything();
  Failure keep_lock();
  void heed_clock(const MarketClock& clock);
  void watch_without_book(PassReport& report);
  void follow(Duration real_time);
  void save();
};

// ---- actions become calls and rows

void Conductor::Inner::carry_out(engine::Actions actions) {
  std::vector<ClientOrderId> questions;
  for (engine::Action& wanted : actions) {
    if (const auto* submit = std::get_if<action::SubmitOrder>(&wanted)) {
      if (!dry) start_submit(*submit);
    } else if (const auto* cancel = std::get_if<action::CancelOrder>(&wanted)) {
      if (may_send()) workers.start([this, id = cancel->order] { return calls::cancel(parts.broker, id); }, true);
    } else if (const auto* ask = std::get_if<action::AskOrder>(&wanted)) {
      questions.push_back(ask->client_id);
    } else if (const auto* look = std::get_if<action::LookAtOrder>(&wanted)) {
      workers.start([this, id = look->order] { return calls::look_at(parts.broker, id); }, true);
    } else if (const auto* fetch = std::get_if<action::FetchPrices>(&wanted)) {
      workers.start([this, symbols = fetch->symbols] { return calls::read_prices(parts.market_data, symbols); }, true);
    } else if (std::holds_alternative<action::ReadBroker>(wanted)) {
      workers.start([this, begun = now()] { return calls::read_broker(parts.broker, begun); }, false);
    } else if (const auto* fills = std::get_if<action::ReadFills>(&wanted)) {
      workers.start([this, since = fills->since] { return calls::read_fills(parts.broker, since); }, false);
    } else if (const auto* wake = std::get_if<action::WakeAt>(&wanted)) {
      wake_at = wake_at ? std::min(*wake_at, wake->steady) : wake->steady;
    } else if (!dry) {
      record.take(std::move(wanted), state, parts.log);
    }
  }
  if (!questions.empty()) start_questions(questions);
}

void Conductor::Inner::start_submit(const action::SubmitOrder& submit) {
  if (!may_send()) {
    step(event::SubmitNotSent{submit.request.client_id, "the account's lock was lost"});
    return;
  }
  workers.start(
      [this, request = submit.request, decided = machine_time()]() -> Workers::Events {
        if (machine_time() - decided > kDecisionAge) {
          return {event::SubmitNotSent{request.client_id, "the decision had grown too old"}};
        }
        return calls::submit(parts.broker, request);
      },
      true);
}

void Conductor::Inner::start_questions(const std::vector<ClientOrderId>& ids) {
  if (ids.size() > kManyQuestions) {
    workers.start([this, ids] { return calls::ask_many(parts.broker, ids); }, true);
    return;
  }
  for (const ClientOrderId& id : ids) {
    workers.start([this, id] { return calls::ask(parts.broker, id); }, true);
  }
}

// ---- a pass, piece by piece

bool Conductor::Inner::load() {
  auto book = parts.store.load(settings.account, settings.aliases);
  if (!book) {
    complain("store: " + book.error().message);
    return false;
  }
  known_number = book->account_number;
  if (state.account_number.empty()) state.account_number = book->account_number;
  step(event::BookLoaded{.lots = std::move(book->lots),
                         .executions = std::move(book->executions),
                         .quarantined = std::move(book->quarantined),
                         .commands = std::move(book->commands)});
  return true;
}

// The account behind the keys must be the one that the store remembers: with other keys, every lot would be a phantom.
bool Conductor::Inner::check_account(const Workers::Events& events) {
  const auto* read = std::get_if<event::BrokerRead>(&events.front());
  BELAY_CHECK(read != nullptr);
  const std::string& number = read->account.number;
  if (known_number.empty() && !dry) {
    known_number = number;
    record.batch().account_number = number;
  } else if (known_number != number && !known_number.empty()) {
    complain("the keys are of account " + number + ", but \"" + settings.account + "\" is account " + known_number +
             " in the store: check ALPACA_API_KEY, or use another account name");
    return false;
  }
  state.account_number = number;
  return true;
}

Failure Conductor::Inner::read_everything() {
  std::optional<BrokerError> error;
  const Workers::Events read = calls::read_broker(parts.broker, now(), &error);
  if (error) {
    complain("broker: " + std::get<event::BrokerUnread>(read.front()).why);
    run(read);
    return Failure::broker;
  }
  if (!check_account(read)) return Failure::configuration;
  heed_clock(std::get<event::BrokerRead>(read.front()).clock);
  run(read);
  follow(0s);  // fills that explain orphans and shortfalls
  const auto symbols = engine::symbols_to_price(state);
  if (!symbols.empty()) run(calls::read_prices(parts.market_data, symbols));
  return Failure::none;
}

// The broker's clock corrects what this machine believes: a session that the built-in calendar does not know, or a
// clock that has drifted.
void Conductor::Inner::heed_clock(const MarketClock& clock) {
  constexpr Duration kSkewWorthTelling = 2s;
  constexpr int kDaysAhead = 14;
  const Moment moment = now();
  const Duration skew = moment.wall - clock.timestamp;
  if (std::chrono::abs(skew) > kSkewWorthTelling) {
    record.log_warning(parts.log, moment.wall,
                       "this clock and the broker's differ by " +
                           std::to_string(std::chrono::floor<std::chrono::seconds>(skew).count()) +
                           " s: time rules act by this one");
  }
  const auto session = state.calendar.session_at(clock.timestamp);
  const Timestamp next_open = state.calendar.next_open_after(clock.timestamp).open;
  const Timestamp next_close = session ? session->close : state.calendar.next_open_after(clock.timestamp).close;
  if (session.has_value() == clock.is_open && next_open == clock.next_open && next_close == clock.next_close) return;

  const Date first = calendar::to_new_york(clock.timestamp).date;
  const Date last = std::chrono::sys_days(first) + std::chrono::days(kDaysAhead);
  auto sessions = parts.broker.calendar(first, last);
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
    store_down = true;
    return Failure::none;
  }
  if (*lock) return Failure::none;
  complain("another instance has taken over account \"" + settings.account + "\"");
  return Failure::locked;
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
  for (const Holding& holding : *holdings) {
    const Side leaves = holding.quantity.is_negative() ? Side::buy : Side::sell;
    Quantity guarded;
    for (const Order& order : *orders) {
      const bool is_stop = order.type == OrderType::stop || order.type == OrderType::stop_limit;
      if (order.symbol == holding.instrument.symbol && order.side == leaves && is_stop && !is_terminal(order.status)) {
        guarded += order.quantity.value_or(Quantity{}) - order.filled;
      }
    }
    ++report.positions;
    const bool covered = guarded >= holding.quantity.magnitude();
    const std::string why = "the store is away: its rules are not known; at the broker " + guarded.text() + " of " +
                            holding.quantity.magnitude().text() + " are guarded by a resting stop";
    report.unchecked.push_back({0, holding.instrument.symbol, why});
    if (!covered) record.log_error(parts.log, now().wall, holding.instrument.symbol + ": " + why);
  }
}

// Takes in what the calls bring back, and lets time pass for the engine, until nothing is under way that this pass
// should stand by for, or the time is up. Calls outstanding are always waited for.
void Conductor::Inner::follow(Duration real_time) {
  const Duration begun = machine_time();
  while (true) {
    const bool busy = workers.outstanding() > 0;
    const bool in_time = machine_time() - begun < real_time;
    if (!busy && (!in_time || !engine::has_work_in_flight(state))) return;
    if (const auto events = workers.next(kPollDistance)) {
      run(*events);
      continue;
    }
    if (!in_time) continue;
    const Moment moment = now();
    if (!wake_at || moment.steady >= *wake_at) {
      wake_at.reset();
      carry_out(engine::step(state, event::TimerFired{}, moment));
    }
  }
}

void Conductor::Inner::save() {
  if (dry || record.batch().empty()) return;
  if (store_down && machine_time() < try_store_at) return;
  const auto saved = parts.store.save(settings.account, record.batch());
  if (saved) {
    for (const NewRow& row : *saved) {
      const auto lot = state.lots.find(row.uid);
      if (lot != state.lots.end()) lot->second.id = row.id;
    }
    record.saved(*saved);
    if (store_down) record.log_info(parts.log, now().wall, "the store is back; what had waited is written");
    store_down = false;
    return;
  }
  // Protection goes on from memory and the broker; the records wait and are written when the store returns.
  complain("store: " + saved.error().message + " (" + std::to_string(record.batch().events.size()) + " records wait)");
  store_down = true;
  try_store_at = machine_time() + kStoreDistance;  // an attempt may block for seconds, and exits are to be followed
  record.limit_waiting(parts.log, now().wall);
}

// ---- the conductor

Conductor::Conductor(Parts parts, Settings settings) : inner_(std::make_unique<Inner>(parts, std::move(settings))) {}
Conductor::~Conductor() = default;

const engine::State& Conductor::state() const { return inner_->state; }
const std::vector<std::string>& Conductor::errors() const { return inner_->errors; }

Failure Conductor::open() {
  Inner& in = *inner_;
  in.errors.clear();
  if (!in.parts.clock.now()) {
    in.complain("clock: " + in.parts.clock.now().error().message);
    return Failure::configuration;
  }
  const auto lock = in.parts.store.try_lock(in.settings.account);
  if (!lock) {
    in.complain("store: " + lock.error().message);
    return failure_of(lock.error());
  }
  if (!*lock) {
    in.complain("another instance is working on account \"" + in.settings.account + "\"");
    return Failure::locked;
  }
  in.locked = true;
  const auto migrated = in.parts.store.migrate();
  if (!migrated) {
    in.complain("store: " + migrated.error().message);
    return failure_of(migrated.error());
  }
  return Failure::none;
}

void Conductor::command(const OperatorCommand& command) { inner_->step(event::CommandGiven{command}); }

PassReport Conductor::pass() {
  Inner& in = *inner_;
  in.errors.clear();
  in.dry = false;
  const Duration begun = machine_time();
  const auto trading = in.parts.broker.calls();
  const auto data = in.parts.market_data.calls();
  const auto statements = in.parts.store.statements();
  in.record.begin_pass();

  PassReport report;
  report.failure = in.keep_lock();
  if (report.failure != Failure::none) return report;
  if (in.store_down) in.save();  // what waits comes first: the book is read with it in place
  const bool loaded = in.load();
  in.had_book = in.had_book || loaded;
  if (!in.had_book) {
    report.failure = Failure::store;
    in.watch_without_book(report);
    report.errors = in.errors;
    return report;
  }
  const Failure read = in.read_everything();
  if (read != Failure::none && report.failure == Failure::none) report.failure = read;
  if (read == Failure::none) {
    in.step(event::CheckDue{});
    // The sends have begun on their threads; their record begins here, and neither waits for the other.
    in.save();
    in.follow(in.settings.wait);
  }
  in.save();
  if (in.store_down && report.failure == Failure::none) report.failure = Failure::store;

  in.record.report(in.state, report);
  report.errors = in.errors;
  report.trading_calls = in.parts.broker.calls() - trading;
  report.data_calls = in.parts.market_data.calls() - data;
  report.store_statements = in.parts.store.statements() - statements;
  report.duration = std::chrono::duration_cast<std::chrono::milliseconds>(machine_time() - begun);
  return report;
}

PassReport Conductor::look() {
  Inner& in = *inner_;
  in.errors.clear();
  in.dry = true;
  in.record.begin_pass();
  PassReport report;
  if (!in.load()) report.failure = Failure::store;
  const Failure read = in.read_everything();
  if (read != Failure::none && report.failure == Failure::none) report.failure = read;
  if (read == Failure::none) in.step(event::CheckDue{});
  in.record.report(in.state, report);
  report.errors = in.errors;
  return report;
}

std::vector<ExitLine> Conductor::attend(Duration real_time) {
  Inner& in = *inner_;
  in.record.begin_pass();
  const Duration begun = machine_time();
  constexpr Duration kCommandDistance = 1s;
  Duration commands_read = begun - kCommandDistance;
  while (machine_time() - begun < real_time) {
    if (!in.store_down && machine_time() - commands_read >= kCommandDistance) {
      commands_read = machine_time();
      if (const auto commands = in.parts.store.waiting_commands(in.settings.account)) {
        for (const OperatorCommand& command : *commands) in.step(event::CommandGiven{command});
      }
    }
    const Moment moment = in.now();
    if (in.wake_at && moment.steady >= *in.wake_at) {
      in.wake_at.reset();
      in.carry_out(engine::step(in.state, event::TimerFired{}, moment));
    }
    if (const auto events = in.workers.next(kPollDistance)) in.run(*events);
    if (!in.store_down && in.record.has_ended_exits()) in.save();
  }
  in.save();
  PassReport report;
  in.record.report(in.state, report);
  std::erase_if(report.exits, [](const ExitLine& line) { return line.state != "closed"; });
  return report.exits;
}

bool PassReport::all_well() const {
  return failure == Failure::none && errors.empty() && unchecked.empty() &&
         std::ranges::all_of(exits, [](const ExitLine& e) { return e.state == "closed"; });
}

}  // namespace belay::runtime
