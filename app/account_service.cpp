// SPDX-License-Identifier: Apache-2.0
#include "app/account_service.hpp"

#include <utility>

#include "app/console.hpp"
#include "app/lives.hpp"
#include "app/pass_output.hpp"
#include "app/telling.hpp"
#include "app/text_values.hpp"
#include "shell/metrics/exposition.hpp"

namespace belay::app {

using namespace std::chrono_literals;
using runtime::Failure;
using runtime::Interlude;
using runtime::PassReport;

namespace {

constexpr int kLateSweeps = 2;
constexpr Duration kLateBy = 10s;

}  // namespace

AccountService::AccountService(Wired& wired, std::size_t place, OrderStream* stream, Reloading& reloading,
                               Shared shared)
    : wired_(wired),
      place_(place),
      shared_(shared),
      reloading_(reloading),
      notifier_(make_notifier(wired.config, *wired.log)),
      conductor_(parts(stream), wired.config.runtime) {}

ExitCode AccountService::serve() {
  const Failure opened = conductor_.open();
  if (opened != Failure::none) {
    const std::string whose = wired_.is_one_of_several ? wired_.config.runtime.account + ": " : "";
    for (const std::string& error : conductor_.errors()) complain(whose + error);
    return exit_code(opened);
  }
  log(log::Level::info, "started",
      {{"account", wired_.config.runtime.account},
       {"venue", std::string(to_text(wired_.connection.venue))},
       {"store", wired_.store->description()}});
  reporter_ = std::make_unique<Reporter>(wired_, &shared_.board);
  if (notifier_) notifier_->start();
  note_life();
  const ExitCode code = serve_passes();
  reporter_.reset();
  if (notifier_) notifier_->finish(kLastWordsOfService);
  return code;
}

ExitCode AccountService::serve_passes() {
  while (!shared_.stop) {
    note_lateness();
    const PassReport report = conductor_.pass();
    tell(report);
    show(report);
    if (notifier_) notifier_->pass_ended(outcome_of(report));
    look_back();
    shared_.heartbeats.ready(place_, figures_text(report));
    show_life();
    if (report.failure == Failure::configuration) {
      conductor_.note(EventType::service, {{"what", std::string("ended")}, {"why", std::string("configuration")}});
      conductor_.record();
    }
    if (report.failure == Failure::locked || report.failure == Failure::configuration) return exit_code(report.failure);
    if (attend_until_sweep() == Interlude::locked) return exit_code(Failure::locked);
  }
  shared_.heartbeats.stopping();
  conductor_.note(EventType::service, {{"what", std::string("stopped")}});
  static_cast<void>(conductor_.attend(0s));
  conductor_.record();  // what is still to be
  log(log::Level::info, "stopped", {});
  return kAllWell;
}

// A process that falls over again and again looks like one that runs. It is told before the first pass, which may be
// what fells it.
void AccountService::note_life() {
  const auto events = wired_.store->events(recent_lives(wired_.config.runtime.account));
  const auto now = wired_.clock->now();
  const int deaths = events && now ? lives_cut_short(*events, now->wall) : 0;
  if (deaths >= kDeathsTold) {
    conductor_.alert("crash_loop", "Within the last hour Belay was started " + std::to_string(deaths + 1) +
                                       " times, and nobody had stopped it: it dies, is killed, or another instance "
                                       "takes the account from it.");
  }
  conductor_.note(EventType::service, {{"what", std::string("started")}});
  conductor_.record();
}

// The broker may keep a pass waiting, or the machine may have stood still: positions went unseen for that long.
void AccountService::note_lateness() {
  const Duration now = wired_.clock->machine();
  const Duration sweep = wired_.config.runtime.sweep;
  if (pass_begun_ && now - *pass_begun_ > kLateSweeps * sweep + kLateBy) {
    conductor_.alert("loop_late", "The last pass began " + duration_text(now - *pass_begun_) + " ago, not " +
                                      duration_text(sweep) + ": prices went unseen for that long.");
  }
  pass_begun_ = now;
}

runtime::Parts AccountService::parts(OrderStream* stream) {
  runtime::Parts parts = wired_.parts();
  parts.stream = stream;
  parts.alerts = notifier_.get();
  parts.numbers = &shared_.numbers;
  return parts;
}

// The sweep is due by the clock that the rules live by, and in any case by the machine's.
Interlude AccountService::attend_until_sweep() {
  const Duration slice = wired_.config.clock_url.empty() ? Duration(1s) : Duration(100ms);
  const Duration sweep = wired_.config.runtime.sweep;
  const auto begun = wired_.clock->now();
  for (Duration attended{}; attended < sweep && !shared_.stop; attended += slice) {
    const Interlude ended = conductor_.attend(slice);
    if (ended != Interlude::over) return ended;
    if (heed_reload()) return Interlude::pass_due;
    static_cast<void>(conductor_.tidy());
    show_life();
    const auto now = wired_.clock->now();
    if (begun && now && now->steady - begun->steady >= sweep) break;
  }
  return Interlude::over;
}

// True when something else counts from now on, so that everything is to be judged anew at once.
bool AccountService::heed_reload() {
  const auto word = conductor_.take_reload();
  if (!word && !reloading_.is_asked(shared_.reloads)) return false;  // a signal beside a word is heeded after it
  const LoadedConfig fresh = load_config(process_environment());
  using Wish = Reloading::Wish;
  const Wish wish = !word ? Wish::careful : word->only_preview ? Wish::preview : Wish::firm;
  const ReloadOutcome outcome = reloading_.reload(fresh, conductor_, wired_.config, wish);
  const std::string result = outcome.taken           ? "taken"
                             : wish == Wish::preview ? "preview"
                             : outcome.wrong.empty() ? "awaits a person's word: belay reload --yes"
                                                     : "refused";
  Fields data{{"command", std::string("reload")}, {"result", result}};
  if (word) data.insert(data.end(), {{"request", word->command}, {"who", word->who}});
  const Fields details = fields_of(outcome);
  data.insert(data.end(), details.begin(), details.end());
  conductor_.note(EventType::operator_, std::move(data));
  const bool is_in_order = outcome.taken || (wish == Wish::preview && outcome.wrong.empty());
  Fields shown{{"result", result}};
  shown.insert(shown.end(), details.begin(), details.end());
  log(is_in_order ? log::Level::info : log::Level::warning, "configuration", shown);
  return outcome.taken;
}

// Only the loop itself may say that it turns.
void AccountService::show_life() {
  shared_.heartbeats.beat(place_);
  const std::string& account = wired_.config.runtime.account;
  const runtime::Standing standing = conductor_.standing();
  shared_.board.beat(account);
  shared_.board.stands(account, standing.holds_lock, standing.store_reachable);
}

// Some minutes before the close, once: what stays is for a person to know while something can still be done.
void AccountService::look_back() {
  const auto now = wired_.clock->now();
  if (now && report::is_gap_risk_due(now->wall)) reporter_->tell(report::gap_risk(conductor_.state(), now->wall));
  reporter_->pass_ended();
}

void AccountService::show(const PassReport& report) const {
  if (!report.figures) return;
  const std::string& account = wired_.config.runtime.account;
  if (wired_.config.metrics_emf) wired_.log->sink()(metrics::emf_line(account, *report.figures));
  const std::string why = report.failure == Failure::broker && conductor_.standing().broker_unread_why.empty()
                              ? "it was not reached"
                              : conductor_.standing().broker_unread_why;
  shared_.board.passed(account, *report.figures, why, exit_code(report) == kAllWell);
}

void AccountService::tell(const PassReport& report) const {
  const auto level = exit_code(report) == kAllWell ? log::Level::info : log::Level::warning;
  log(level, "pass", figures(report));
}

void AccountService::log(log::Level level, std::string_view message, const Fields& fields) const {
  const auto now = wired_.clock->now();
  wired_.log->write(level, now ? now->wall : Timestamp(), message, fields);
}

void wait_for_lock(Wired& wired, std::size_t place, Shared shared) {
  constexpr Duration kDistance = 500ms;
  const std::string& account = wired.config.runtime.account;
  const auto tell = [&](log::Level level, std::string_view what) {
    const auto now = wired.clock->now();
    wired.log->write(level, now ? now->wall : Timestamp(), what, {{"account", account}});
  };
  auto taken = wired.store->take_over(account);
  const auto can_pass = [](const StoreError& error) { return error.kind == StoreError::Kind::unavailable; };
  if (taken ? *taken : !can_pass(taken.error())) return;
  tell(log::Level::info, "standing by");
  shared.heartbeats.ready(place, "standing by");  // that is what it was started for
  while (!shared.stop && !(taken ? *taken : !can_pass(taken.error()))) {
    shared.heartbeats.beat(place);
    shared.board.beat(account);
    shared.board.stands(account, false, taken.has_value());
    wired.clock->pause(kDistance);
    taken = wired.store->take_over(account);
  }
  if (!shared.stop) tell(log::Level::warning, "taking over");
}

}  // namespace belay::app
