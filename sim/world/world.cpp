// SPDX-License-Identifier: Apache-2.0
#include "sim/world/world.hpp"

#include <algorithm>
#include <chrono>

#include "core/base/check.hpp"
#include "core/calendar/new_york.hpp"

namespace belay::world {
namespace {

using namespace std::chrono_literals;
using runtime::Failure;

constexpr Duration kTick = 10s;
constexpr Duration kSlice = 5s;     // of attending between two passes
constexpr Duration kBefore = 5min;  // the session's, in which the processes run already
constexpr Duration kAfter = 5min;
constexpr Duration kRestBefore = 30s;  // the close: by then all has come right
constexpr const char* kNumber = "PA3WORLD0001";

calendar::Session session_on(const calendar::UsEquities& calendar, Date date) {
  return calendar.first_session_on_or_after(date);
}

sim::ExchangeConfig exchange_config(std::uint64_t seed, Timestamp start) {
  sim::ExchangeConfig config;
  config.seed = seed;
  config.start = start;
  config.accounts.front().number = kNumber;
  config.accounts.front().cash = Money::whole(50'000'000);
  config.accounts.front().uncovered_options = true;
  return config;
}

std::optional<Money> loss_limit(const Scenario& scenario) {
  const auto said = std::ranges::find(scenario.happenings, Kind::loss_limit, &Happening::kind);
  return said == scenario.happenings.end() ? std::nullopt : std::optional(Money::whole(said->n[0]));
}

runtime::Settings settings(const Scenario& scenario) {
  runtime::Settings settings;
  settings.wait = 0s;
  settings.glance = 1s;
  settings.policy.account_loss_limit = loss_limit(scenario);
  return settings;
}

}  // namespace

/// A process: what dies with it.
struct World::Process {
  Process(World& world, Timeline& timeline, std::uint64_t seed)
      : line(world.database_, timeline, world.weather_, world,
             [&world](const Batch& batch) { world.invariants_.committed(batch); }) {
    if (world.has_stream_) stream = std::make_unique<StreamLine>(world.stream_, timeline, seed);
    auto calls = std::make_unique<VirtualExecutor>(
        timeline, world.broker_, world.data_, world,
        [&world](const runtime::Executor::Events& events) {
          for (const engine::Event& event : events) {
            if (const auto* read = std::get_if<engine::event::PricesRead>(&event)) {
              world.oracle_.delivered(read->prices, world.timeline_.now());
            }
          }
        },
        seed);
    executor = calls.get();
    conductor = std::make_unique<runtime::Conductor>(
        runtime::Parts{world.broker_, world.data_, line, world.clock_, *world.log_, stream.get()},
        settings(world.scenario_), std::move(calls));
  }

  StoreLine line;
  std::unique_ptr<StreamLine> stream;
  VirtualExecutor* executor = nullptr;
  std::unique_ptr<runtime::Conductor> conductor;
};

World::World(const Scenario& scenario, LogSink log_sink)
    : scenario_(scenario),
      session_(session_on(calendar_, scenario.date)),
      timeline_(session_.open - kBefore),
      weather_(timeline_),
      exchange_(exchange_config(scenario.seed, session_.open - kBefore)),
      witness_(exchange_, timeline_, kNumber),
      market_(exchange_, weather_, scenario.seed),
      oracle_(witness_, exchange_, loss_limit(scenario)),
      invariants_(witness_, oracle_, pages_, weather_, exchange_, timeline_),
      broker_(exchange_, witness_, timeline_, weather_, *this, scenario.seed),
      data_(
          exchange_, timeline_, weather_,
          [this](const std::vector<MarketPrices>& prices) { oracle_.delivered(prices, timeline_.now()); },
          scenario.seed),
      stream_(
          timeline_, weather_, [this](const StreamNews& news) { stream_tells(news); }, scenario.seed),
      has_stream_(std::ranges::count(scenario.happenings, Kind::stream, &Happening::kind) > 0),
      clock_(timeline_, *this),
      log_sink_(std::move(log_sink)) {
  broker_.belongs_to(this);
  data_.belongs_to(this);
  log_ = std::make_unique<log::Log>(
      [this](std::string_view line) {
        pages_.hear(line, timeline_.now());
        timeline_.note(line);
        if (log_sink_) log_sink_(line);
      },
      log_sink_ ? log::Level::info : log::Level::warning);
}

World::~World() = default;

// ---- the world's own course

void World::arrange() {
  for (const Happening& happening : scenario_.happenings) {
    if (!happening.symbol.empty()) market_.list(happening.symbol);
  }
  const Timestamp midnight = calendar::from_new_york(session_.date, 0s);
  tick();
  for (const Happening& happening : scenario_.happenings) {
    timeline_.at(midnight + happening.at, [this, &happening] { happen(happening); });
  }
}

void World::plan_ticks() {
  timeline_.after(kTick, [this] { tick(); });
}

void World::tick() {
  exchange_.advance_to(timeline_.now());
  market_.step(timeline_.now());
  exchange_moved();
  plan_ticks();
}

// Every thing that happens at the exchange passes here.
void World::exchange_moved() {
  const std::vector<sim::OrderEvent> events = exchange_.take_events();
  const std::vector<TrueFill> fills = witness_.absorb(events);
  for (const sim::OrderEvent& event : events) stream_.publish(event);
  for (const TrueFill& fill : fills) {
    timeline_.note(fill.symbol);
    timeline_.note(fill.quantity.nanos());
    timeline_.note(fill.price.nanos());
    if (log_sink_) {
      log_sink_("at the exchange: " + std::string(to_text(fill.side)) + " " + fill.quantity.text() + " " + fill.symbol +
                " at " + fill.price.text() + ", order " + fill.order.text() + ", holding " + fill.position.text());
    }
    invariants_.filled(fill);
  }
}

void World::stream_tells(const StreamNews& news) {
  const std::string line = to_text(news);
  timeline_.note(line);
  if (log_sink_) log_sink_(line);
}

// Whose guards Belay sets anew, has no bracket in the meantime.
void World::guard_is_set(const OrderRequest& request) {
  const auto ours = parse_our_id(request.client_id);
  const auto lot = ours && ours->is_guard ? witness_.lot_of(ours->lot) : std::nullopt;
  if (lot) oracle_.bracket_broken(*lot);
}

void World::submit_refused(const OrderRequest& request) { guard_is_set(request); }

void World::submit_arrives(const OrderRequest& request) {
  guard_is_set(request);
  exchange_.advance_to(timeline_.now());
  exchange_moved();
  timeline_.note(request.client_id.text());
  timeline_.note(request.quantity.nanos());
  invariants_.submit_arrives(request);
}

void World::cancel_arrives(const OrderId& id) {
  exchange_.advance_to(timeline_.now());
  exchange_moved();
  timeline_.note(id.text());
  invariants_.cancel_arrives(id);
}

// ---- processes

void World::call_made() {
  // A clock that is seen to be wrong is not gone by: then the true time is.
  oracle_.clock_shows(timeline_.now() + std::max(Duration{}, clock_.wrong_by()));
  if (!invariants_.violations().empty()) throw Over{};
  if (calls_to_live_ && --*calls_to_live_ < 0) {
    calls_to_live_.reset();
    throw ProcessDied{};
  }
  if (stop_ && !is_nested_) {
    const Happening happening = *stop_;
    stop_.reset();
    stand_still(happening);
  }
}

std::unique_ptr<World::Process> World::start_process() {
  ++starts_;
  return std::make_unique<Process>(*this, timeline_, scramble(scenario_.seed, starts_, 5));
}

void World::bury(std::unique_ptr<Process> process) {
  invariants_.process_died();
  oracle_.process_died();
  process->line.hang_up();
  if (process->stream) process->stream->stop();
  process->executor->die(crash_.n[2] != 0);
  dead_.push_back(std::move(process));
}

void World::lose_lock() {
  if (living_ != nullptr) living_->line.lose_lock();
}

// SIGSTOP: nothing of the process moves; another one may take its place for the time, and then dies.
void World::stand_still(const Happening& happening) {
  Process* const stopped = living_;
  const Timestamp until = timeline_.now() + std::chrono::seconds(happening.n[0]);
  if (stopped == nullptr) return;
  is_nested_ = true;
  stopped->executor->stand_still_until(until);
  if (stopped->stream) stopped->stream->stand_still_until(until);
  invariants_.process_died();
  if (happening.n[1] != 0) {
    stopped->line.lose_lock();
    auto other = start_process();
    living_ = other.get();
    try {
      serve(*other, until);
    } catch (const ProcessDied&) {
    }
    bury(std::move(other));
    living_ = stopped;
  }
  if (timeline_.now() < until) timeline_.advance(until - timeline_.now());
  invariants_.process_died();
  is_nested_ = false;
}

void World::serve(Process& process, Timestamp until) {
  while (timeline_.now() < until && process.conductor->open() != Failure::none) timeline_.advance(10s);
  while (timeline_.now() < until) {
    const runtime::PassReport report = process.conductor->pass();
    const bool read = report.failure == Failure::none;
    inspect(process);
    invariants_.pass_ended(process.conductor->state(), read);
    if (report.failure == Failure::locked || report.failure == Failure::configuration) return;
    attend(process, std::min(until, timeline_.now() + 60s));
  }
}

void World::attend(Process& process, Timestamp until) {
  while (timeline_.now() < until) {
    const auto ended = process.conductor->attend(std::min<Duration>(kSlice, until - timeline_.now()));
    inspect(process);
    if (ended != runtime::Interlude::over) return;  // the next pass finds out the same
  }
}

void World::inspect(Process& process) {
  invariants_.engine_stepped(process.conductor->state());
  const Timestamp rest = session_.close - kRestBefore;
  if (calm_since_ && !rest_checked_ && !is_nested_ && timeline_.now() >= rest && timeline_.now() < session_.close) {
    rest_checked_ = true;
    if (rest - *calm_since_ >= 5min) invariants_.at_rest(process.conductor->state());
  }
  if (!invariants_.violations().empty()) throw Over{};
}

Outcome World::live() {
  const Timestamp end = session_.close + kAfter;
  try {
    arrange();
    while (timeline_.now() < end) {
      auto process = start_process();
      living_ = process.get();
      crash_ = {};
      try {
        serve(*process, end);
      } catch (const ProcessDied&) {
      }
      living_ = nullptr;
      const Duration pause = std::chrono::seconds(std::max<std::int64_t>(1, crash_.n[1]));
      bury(std::move(process));
      if (timeline_.now() < end) timeline_.advance(pause);
    }
  } catch (const Over&) {
  }
  Outcome outcome;
  outcome.violations = invariants_.violations();
  for (const std::string& wrong : exchange_.broken_invariants()) {
    outcome.violations.push_back({"exchange", timeline_.now(), wrong});
  }
  outcome.trace = timeline_.trace();
  outcome.lived = timeline_.elapsed();
  outcome.struck = weather_.struck();
  outcome.broker_calls = broker_.calls();
  for (const auto& [id, order] : witness_.orders()) {
    outcome.exits += order.owner == Owner::exit && order.order.filled.is_positive() ? 1 : 0;
  }
  outcome.lots = witness_.lots().size();
  for (const auto& [uid, lot] : database_.lots) outcome.closed += lot.status == LotStatus::closed ? 1 : 0;
  outcome.starts = starts_;
  outcome.pages = pages_.count();
  return outcome;
}

}  // namespace belay::world
