// SPDX-License-Identifier: Apache-2.0
#include "shell/runtime/conductor.hpp"

#include <algorithm>
#include <utility>

#include "shell/failpoint/fail_point.hpp"
#include "shell/runtime/calls.hpp"
#include "shell/runtime/conductor_inner.hpp"

namespace belay::runtime {
namespace {

namespace event = engine::event;
namespace action = engine::action;
using namespace std::chrono_literals;

// A decision older than this is not acted on: the process may have been stopped in between.
constexpr Duration kDecisionAge = 5s;
constexpr std::size_t kManyQuestions = 3;

Failure failure_of(const StoreError& error) {
  return error.kind == StoreError::Kind::foreign ? Failure::configuration : Failure::store;
}

}  // namespace

// ---- actions become calls and rows

void Conductor::Inner::carry_out(engine::Actions actions, Duration decided) {
  std::vector<ClientOrderId> questions;
  for (engine::Action& wanted : actions) {
    if (const auto* submit = std::get_if<action::SubmitOrder>(&wanted)) {
      if (!dry) start_submit(*submit, decided);
    } else if (const auto* cancel = std::get_if<action::CancelOrder>(&wanted)) {
      if (may_send()) executor->start([this, id = cancel->order] { return calls::cancel(parts.broker, id); }, true);
    } else if (const auto* ask = std::get_if<action::AskOrder>(&wanted)) {
      questions.push_back(ask->client_id);
    } else if (const auto* look = std::get_if<action::LookAtOrder>(&wanted)) {
      executor->start([this, id = look->order] { return calls::look_at(parts.broker, id); }, true);
    } else if (const auto* fetch = std::get_if<action::FetchPrices>(&wanted)) {
      executor->start([this, symbols = fetch->symbols] { return calls::read_prices(parts.market_data, symbols); },
                      true);
    } else if (std::holds_alternative<action::ReadBroker>(wanted)) {
      executor->start([this, begun = now(),
                       most = engine::orders_to_list(state)] { return calls::read_broker(parts.broker, begun, most); },
                      false);
    } else if (const auto* activities = std::get_if<action::ReadActivities>(&wanted)) {
      executor->start([this, since = activities->since] { return calls::read_activities(parts.broker, since); }, false);
    } else if (const auto* announced = std::get_if<action::ReadCorporateActions>(&wanted)) {
      executor->start(
          [this, asked = *announced] {
            return calls::read_corporate_actions(parts.market_data, asked.symbols, asked.first, asked.last);
          },
          false);
    } else if (const auto* records = std::get_if<action::FindRecords>(&wanted)) {
      find_records(*records);
    } else if (auto* taking = std::get_if<action::TakeConfiguration>(&wanted)) {
      reload = std::move(*taking);
    } else if (const auto* wake = std::get_if<action::WakeAt>(&wanted)) {
      wake_at = wake_at ? std::min(*wake_at, wake->steady) : wake->steady;
    } else if (!dry) {
      record.take(std::move(wanted), state, parts.log);
    }
  }
  if (!questions.empty()) start_questions(questions);
  if (store_down) tell_past_store();
}

// The store has one owner, this thread: asked at once.
void Conductor::Inner::find_records(const action::FindRecords& records) {
  if (store_down) {
    step(event::RecordsUnread{"the store is away"});
    return;
  }
  run(calls::find_records(parts.store, settings.account, settings.aliases, records.symbols));
}

void Conductor::Inner::start_submit(const action::SubmitOrder& submit, Duration decided) {
  if (!may_send()) {
    step(event::SubmitNotSent{submit.request.client_id, "the account's lock was lost"});
    return;
  }
  executor->start(
      [this, request = submit.request, decided]() -> Executor::Events {
        fail_point("order");
        const Duration left = kDecisionAge - (machine_time() - decided);
        if (left <= Duration::zero()) {
          return {event::SubmitNotSent{request.client_id, "the decision had grown too old"}};
        }
        return calls::submit(parts.broker, request, left);
      },
      true);
}

void Conductor::Inner::start_questions(const std::vector<ClientOrderId>& ids) {
  if (ids.size() > kManyQuestions) {
    executor->start([this, ids] { return calls::ask_many(parts.broker, ids); }, true);
    return;
  }
  for (const ClientOrderId& id : ids) {
    executor->start([this, id] { return calls::ask(parts.broker, id); }, true);
  }
}

// Takes in what the calls bring back, and lets time pass for the engine, until nothing is under way that this pass
// should stand by for, or the time is up. Calls outstanding are always waited for.
void Conductor::Inner::follow(Duration real_time) {
  const Duration begun = machine_time();
  while (true) {
    const bool busy = executor->outstanding() > 0;
    const bool in_time = machine_time() - begun < real_time;
    if (!busy && (!in_time || !engine::has_work_in_flight(state))) return;
    show_life();
    hear_stream();
    if (const auto events = executor->next(in_time ? patience(settings.glance) : settings.glance)) {
      if (!anew) run(*events);  // answers to what has been forgotten since mean nothing to a book that is not read yet
      continue;
    }
    if (!in_time) continue;
    if (!wake_at) wake_at = now().steady;
    fire_timer();
  }
}

// What the broker told by itself. Without a book nothing can be made of it yet: it waits, and the stream sees to it
// that it does not wait without bound.
void Conductor::Inner::hear_stream() {
  if (parts.stream == nullptr || !had_book) return;
  for (const StreamNews& news : parts.stream->take()) run(calls::heard(news));
}

// Lets time pass for the engine where it asked for it.
void Conductor::Inner::fire_timer() {
  const Duration decided = machine_time();
  const Moment moment = now();
  if (anew || !wake_at || moment.steady < *wake_at) return;
  wake_at.reset();
  carry_out(engine::step(state, event::TimerFired{}, moment), decided);
}

// How long may be waited without looking at the clock: not past the moment that the engine waits for.
Duration Conductor::Inner::patience(Duration at_most) {
  const Duration longest = std::clamp(at_most, Duration::zero(), settings.glance);
  return wake_at ? std::clamp(*wake_at - now().steady, Duration::zero(), longest) : longest;
}

void Conductor::Inner::save() {
  if (dry || record.batch().empty()) return;
  if (store_down && machine_time() < try_store_at) return;
  if (!may_write()) return;
  const auto saved = parts.store.save(settings.account, record.batch());
  note_saved(record.batch(), saved.has_value());
  if (saved) {
    for (const NewRow& row : *saved) {
      const auto lot = state.lots.find(row.uid);
      if (lot != state.lots.end()) lot->second.id = row.id;
    }
    figures.rows_written += static_cast<std::int64_t>(record.batch().rows());
    record.saved(*saved);
    if (store_down) record.log_info(parts.log, now().wall, "the store is back; what had waited is written");
    store_down = false;
    return;
  }
  // Protection goes on from memory and the broker; the records wait and are written when the store returns.
  complain("store: " + saved.error().message + " (" + std::to_string(record.batch().events.size()) + " records wait)");
  // Where only the connection went, the store may be there, and another instance have the lock: that is found out now.
  if (locked && !parts.store.still_locked()) {
    static_cast<void>(keep_lock());
    static_cast<void>(heed_others());
  } else {
    store_is_away(saved.error().message);
  }
}

// Between passes: whether the account is still this process's own, and what people want of it meanwhile.
Failure Conductor::Inner::ask_store() {
  if (store_down && machine_time() < try_store_at) return Failure::none;
  if (const Failure kept = keep_lock(); kept != Failure::none) return kept;
  heed_others();
  if (store_down) {
    save();  // what waits comes first
    if (const Failure kept = keep_lock(); kept != Failure::none) return kept;
  }
  if (anew || (store_down && !record.batch().empty())) return Failure::none;
  const auto commands = parts.store.waiting_commands(settings.account);
  if (!commands) {
    complain("store: " + commands.error().message);
    if (store_down) store_is_away(commands.error().message);
    return keep_lock();  // the connection may have gone, and the lock with it
  }
  store_down = false;
  for (const OperatorCommand& command : *commands) step(event::CommandGiven{command});
  return Failure::none;
}

void Conductor::Inner::begin_pass() {
  errors.clear();
  figures = PassFigures{.at = now().wall, .kind = settings.kind};
  pass_before = {machine_time(), parts.broker.calls(), parts.market_data.calls(), parts.store.statements()};
  record.begin_pass();
}

// What the pass has come to so far: to be written with whatever else it records.
void Conductor::Inner::note_pass() {
  record.count(state, figures);
  figures.duration_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(machine_time() - pass_before.begun).count();
  figures.trading_calls = static_cast<std::int64_t>(parts.broker.calls() - pass_before.trading);
  figures.data_calls = static_cast<std::int64_t>(parts.market_data.calls() - pass_before.data);
  figures.store_statements = static_cast<std::int64_t>(parts.store.statements() - pass_before.statements);
  figures.errors = static_cast<std::int64_t>(errors.size());
  std::vector<PassFigures>& passes = record.batch().passes;
  if (passes.empty() || passes.back().at != figures.at) passes.emplace_back();
  passes.back() = figures;
}

// The last records are written, and what the pass came to is told.
void Conductor::Inner::end_pass(PassReport& report) {
  save();
  if (store_down && report.failure == Failure::none) report.failure = Failure::store;
  if (anew) complain("another instance has worked on this account meanwhile: this pass came to nothing");
  record.report(state, report);
  report.errors = errors;
}

// ---- the conductor

Conductor::Conductor(Parts parts, Settings settings, std::unique_ptr<Executor> executor)
    : inner_(std::make_unique<Inner>(parts, std::move(settings), std::move(executor))) {}
Conductor::~Conductor() = default;

const engine::State& Conductor::state() const { return inner_->state; }
const std::vector<std::string>& Conductor::errors() const { return inner_->errors; }

Standing Conductor::standing() const {
  const engine::BrokerView& broker = inner_->state.broker;
  return {.holds_lock = inner_->locked && !inner_->store_down,
          .store_reachable = inner_->had_book && !inner_->store_down,
          .broker_read_at = broker.read_at,
          .broker_unread_why = broker.unread_why};
}

Failure Conductor::open() {
  Inner& in = *inner_;
  in.errors.clear();
  if (!in.parts.clock.now()) {
    in.complain("clock: " + in.parts.clock.now().error().message);
    return Failure::configuration;
  }
  const auto lock = in.parts.store.take_over(in.settings.account);
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
  if (in.parts.stream != nullptr) in.parts.stream->start([&in] { in.executor->wake(); });
  return Failure::none;
}

void Conductor::alert(const std::string& cause, const std::string& text) { inner_->alert(cause, text); }

void Conductor::command(const OperatorCommand& command) { inner_->step(event::CommandGiven{command}); }

std::vector<engine::Leaving> Conductor::leaving_under(const Policy& policy) {
  return engine::leaving_under(inner_->state, policy, inner_->now());
}

void Conductor::take_policy(const Policy& policy) {
  inner_->settings.policy = policy;
  inner_->step(event::PolicyGiven{policy});
}

std::optional<action::TakeConfiguration> Conductor::take_reload() { return std::exchange(inner_->reload, {}); }

void Conductor::note(EventType type, Fields data) {
  Inner& in = *inner_;
  in.record.take(action::RecordEvent{{.lot = {}, .type = type, .data = std::move(data), .at = in.now().wall}}, in.state,
                 in.parts.log);
}

void Conductor::record() {
  inner_->try_store_at = {};
  inner_->save();
}

std::string AccountNumbers::claim(const std::string& number, const std::string& account) {
  const std::lock_guard lock(mutex_);
  return owners_.try_emplace(number, account).first->second;
}

PassReport Conductor::pass() {
  Inner& in = *inner_;
  in.dry = false;
  in.begin_pass();

  PassReport report;
  report.failure = in.keep_lock();
  if (report.failure != Failure::none) return report;
  in.heed_others();
  // What waits comes first. While it waits, the stored book is older than this one: what has left would come back.
  if (in.store_down) in.save();
  // Before there was a book nothing of it can be behind.
  const bool is_behind = in.had_book && in.store_down && !in.record.batch().empty();
  const bool loaded = !is_behind && !in.lock_regained && in.load();
  in.had_book = in.had_book || loaded;
  if (!in.had_book) {
    report.failure = Failure::store;
    in.watch_without_book(report);
    report.errors = in.errors;
    return report;
  }
  in.anew = false;
  in.hear_stream();  // before the read, which then heals what gap there was
  const Failure read = in.read_everything();
  if (read != Failure::none && report.failure == Failure::none) report.failure = read;
  if (read == Failure::none) {
    in.hear_stream();
    const Timestamp checked = in.now().wall;
    in.step(event::CheckDue{});
    // The sends have begun on their threads; their record begins here, and neither waits for the other.
    in.note_pass();
    in.save();
    in.follow(in.settings.wait);
    PassRecord::log_checks(in.state, in.parts.log, checked);
  }
  // Once more only together with something else, or where it was not written: a pass is one record in one statement.
  if (read != Failure::none || !in.record.batch().empty()) in.note_pass();
  in.end_pass(report);
  report.unguarded_time = std::chrono::milliseconds(in.figures.unguarded_ms);
  report.trading_calls = in.parts.broker.calls() - in.pass_before.trading;
  report.data_calls = in.parts.market_data.calls() - in.pass_before.data;
  report.store_statements = in.parts.store.statements() - in.pass_before.statements;
  report.duration = std::chrono::duration_cast<std::chrono::milliseconds>(in.machine_time() - in.pass_before.begun);
  report.figures = in.figures;
  report.figures->store_statements = static_cast<std::int64_t>(report.store_statements);  // the last transaction's too
  return report;
}

PassReport Conductor::reconcile() {
  Inner& in = *inner_;
  in.errors.clear();
  in.dry = false;
  in.record.begin_pass();
  PassReport report;
  report.failure = in.keep_lock();
  if (report.failure != Failure::none) return report;
  if (!in.load()) report.failure = Failure::store;
  if (report.failure == Failure::none) report.failure = in.read_everything();
  if (report.failure == Failure::none) in.follow(in.settings.wait);
  in.end_pass(report);
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

Interlude Conductor::attend(Duration real_time) {
  Inner& in = *inner_;
  in.record.begin_pass();
  const Duration begun = in.machine_time();
  constexpr Duration kStoreAskedEvery = 1s;
  Duration store_asked = begun - kStoreAskedEvery;
  while (in.machine_time() - begun < real_time) {
    if (in.machine_time() - store_asked >= kStoreAskedEvery) {
      store_asked = in.machine_time();
      if (in.ask_store() == Failure::locked) return Interlude::locked;
    }
    if (in.anew) return Interlude::pass_due;
    in.hear_stream();
    in.fire_timer();
    const Duration left = real_time - (in.machine_time() - begun);
    if (const auto events = in.executor->next(in.patience(left))) in.run(*events);
    if (!in.store_down && in.record.is_awaited()) in.save();
  }
  in.save();
  return in.anew ? Interlude::pass_due : Interlude::over;
}

bool PassReport::all_well() const {
  return failure == Failure::none && errors.empty() && unchecked.empty() &&
         std::ranges::all_of(exits, [](const ExitLine& e) { return e.state == "closed"; });
}

}  // namespace belay::runtime
