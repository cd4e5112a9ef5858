// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/lives.hpp"
#include "app/looking_back.hpp"
#include "app/pass_output.hpp"
#include "app/telling.hpp"
#include "app/wiring.hpp"
#include "core/calendar/new_york.hpp"
#include "shell/json/parse.hpp"
#include "shell/metrics/exposition.hpp"

namespace belay::app {
namespace {

using runtime::Failure;
using runtime::PassReport;

/// A pass for people goes to the terminal, one for scripts to standard output as one object, and one for a collector
/// of logs (cron, EventBridge) to standard output as lines.
log::Log::Sink sink_for(const CycleOptions& options) {
  if (options.json) return log::to_descriptor(STDERR_FILENO);
  if (!out_is_terminal()) return log::to_descriptor(STDOUT_FILENO);
  return options.verbose ? log::to_descriptor(STDERR_FILENO) : log::nowhere();
}

/// Without `--json`, which is told once for all.
void tell(const PassReport& report, Wired& wired) {
  const std::string whose = wired.is_one_of_several ? wired.config.runtime.account + ": " : "";
  for (const std::string& error : report.errors) complain(whose + error);
  if (out_is_terminal()) {
    if (!whose.empty()) print(wired.config.runtime.account);
    for (const std::string& line : summary(report)) print(line);
    return;
  }
  const auto now = wired.clock->now();
  const auto level = exit_code(report) == kAllWell ? log::Level::info : log::Level::warning;
  wired.log->write(level, now ? now->wall : Timestamp(), "cycle", figures(report));
}

PassReport failed(Failure failure, const std::vector<std::string>& errors) {
  PassReport report;
  report.failure = failure;
  report.errors = errors;
  return report;
}

/// Without its store a cycle still looks whether what is held is guarded.
PassReport pass_without_store(Wired& wired, AlertSink* alerts, const std::vector<std::string>& errors) {
  const auto absent = absent_store({StoreError::Kind::unavailable, "nothing is sold on a guess"});
  runtime::Parts parts{*wired.connection.broker, *wired.connection.market_data, *absent, *wired.clock, *wired.log};
  parts.alerts = alerts;
  runtime::Conductor conductor(parts, wired.config.runtime);
  PassReport report = conductor.pass();
  std::vector<std::string> all = errors;
  for (const std::string& error : report.errors) {
    if (!error.starts_with("store:")) all.push_back(error);
  }
  report.errors = std::move(all);
  return report;
}

/// What of it stands on record since midnight in New York. Nothing, where the record cannot be read: then nothing can
/// be written either.
std::optional<std::set<std::string>> done_today(Wired& wired, Timestamp now) {
  const Timestamp midnight = calendar::from_new_york(calendar::to_new_york(now).date, std::chrono::seconds(0));
  EventFilter filter = recent_lives(wired.config.runtime.account);
  filter.since = midnight;
  const auto events = wired.store->events(filter);
  if (!events) return std::nullopt;
  std::set<std::string> done;
  for (const StoredEvent& event : *events) {
    const auto data = json::parse(event.event_data);
    const json::Value* const what = data ? data->find("what") : nullptr;
    if (what != nullptr && what->as_string() != nullptr) done.insert(*what->as_string());
  }
  return done;
}

/// Every cycle is a process of its own: what is to be done once a day is done by the first one that can, however late,
/// and goes on record. Done twice it is the same.
void look_back(Wired& wired, runtime::Conductor& conductor) {
  const auto now = wired.clock->now();
  if (!now) return;
  LookingBack past(wired.config, *wired.log, nullptr);
  if (report::is_gap_risk_due(now->wall)) past.send(report::gap_risk(conductor.state(), now->wall));
  const auto done = done_today(wired, now->wall);
  if (!done) return;
  const auto note = [&](const char* what) { conductor.note(EventType::service, {{"what", std::string(what)}}); };
  if (!done->contains("reported") && past.send_report(now->wall)) note("reported");
  if (!done->contains("folded") && past.fold(now->wall)) note("folded");
  conductor.record();
}

/// Somebody who only looks (`status`, `doctor`) holds the lock for a moment: a cycle is not lost to that.
void wait_for_onlookers(Wired& wired) {
  constexpr int kTries = 3;
  constexpr Duration kDistance = std::chrono::milliseconds(100);
  for (int i = 0; i < kTries; ++i) {
    const auto taken = wired.store->take_over(wired.config.runtime.account);
    if (!taken || *taken) return;
    wired.clock->pause(kDistance);
  }
}

/// One account's cycle. Used by one thread at a time.
class AccountCycle {
 public:
  AccountCycle(Wired& wired, const CycleOptions& options, runtime::AccountNumbers& numbers)
      : wired_(wired), notifier_(make_notifier(wired.config, *wired.log)) {
    if (options.wait) wired.config.runtime.wait = *options.wait;
    runtime::Parts parts = wired.parts();
    parts.alerts = notifier_.get();
    parts.numbers = &numbers;
    conductor_.emplace(parts, wired.config.runtime);
  }

  const PassReport& pass() {
    try {
      report_ = attempt();
    } catch (const std::exception& error) {  // this account's trouble, and no other's
      report_ = failed(Failure::none, {std::string("unexpected: ") + error.what()});
    }
    guarded([&] {
      if (report_.figures && wired_.config.metrics_emf) {
        wired_.log->sink()(metrics::emf_line(wired_.config.runtime.account, *report_.figures));
      }
      if (notifier_) notifier_->pass_ended(outcome_of(report_));
      tidy();
    });
    return report_;
  }

  /// What has time until the pass was told of.
  void finish() {
    guarded([&] {
      if (is_open_) look_back(wired_, *conductor_);
    });
    if (notifier_) notifier_->finish(kLastWords);
  }

 private:
  /// What the pass does not depend on: its trouble is told and goes no further.
  template <class Work>
  void guarded(Work work) {
    try {
      work();
    } catch (const std::exception& error) {
      complain(wired_.config.runtime.account + ": unexpected: " + error.what());
    }
  }

  /// Some of the old noisy events: as many as a minute brings, and what had piled up bit by bit.
  void tidy() {
    constexpr int kMost = 20;
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
    for (int i = 0; i < kMost && is_open_ && std::chrono::steady_clock::now() < until && conductor_->tidy(); ++i) {
    }
  }

  PassReport attempt() {
    wait_for_onlookers(wired_);
    const Failure opened = conductor_->open();
    is_open_ = opened == Failure::none;
    if (notifier_ && (is_open_ || opened == Failure::store)) notifier_->start();  // beside the pass
    if (opened == Failure::store) return pass_without_store(wired_, notifier_.get(), conductor_->errors());
    if (!is_open_) return failed(opened, conductor_->errors());
    PassReport report = conductor_->pass();
    if (report.errors.empty()) report.errors = conductor_->errors();
    return report;
  }

  Wired& wired_;
  std::unique_ptr<notify::Notifier> notifier_;  // null: nobody is to be told
  std::optional<runtime::Conductor> conductor_;
  PassReport report_;
  bool is_open_ = false;
};

/// Does it with each of them, on threads: none waits for another's broker or mail server.
template <class Work>
void beside_each_other(std::vector<std::unique_ptr<AccountCycle>>& cycles, Work work) {
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < cycles.size(); ++i) {
    if (cycles[i]) others.emplace_back([&, i] { work(i); });
  }
  if (cycles.front()) work(0);
}

json::Value account_json(const std::string& account, const PassReport& report) {
  json::Object object{{"account", account}, {"exit_code", int{exit_code(report)}}};
  const json::Value figures = to_json(report);
  for (const json::Member& member : *figures.as_object()) object.append(member.key, member.value);
  return object;
}

}  // namespace

int cycle(const CycleOptions& options) {
  constexpr Needs kBoth{.broker = true, .store = true};
  const PassReport unreadable = failed(Failure::configuration, {"configuration: see standard error"});
  const auto accounts = choose_accounts(options.account, kBoth);
  if (!accounts) {
    if (options.json) print_json(to_json(unreadable));
    return accounts.error();
  }
  const log::Log log(sink_for(options), accounts->common.log_level);
  runtime::AccountNumbers numbers;
  std::vector<std::expected<Wired, ExitCode>> wired;
  for (const AccountConfig& account : accounts->chosen) wired.push_back(wire_one(*accounts, account, kBoth, log));
  std::vector<std::unique_ptr<AccountCycle>> cycles(wired.size());
  for (std::size_t i = 0; i < wired.size(); ++i) {
    if (wired[i]) cycles[i] = std::make_unique<AccountCycle>(*wired[i], options, numbers);
  }
  std::vector<PassReport> reports(wired.size(), unreadable);
  beside_each_other(cycles, [&](std::size_t i) { reports[i] = cycles[i]->pass(); });
  ExitCode code = kAllWell;
  json::Array all;
  for (std::size_t i = 0; i < wired.size(); ++i) {
    code = worse(code, exit_code(reports[i]));
    if (options.json) all.push_back(account_json(accounts->chosen[i].config.runtime.account, reports[i]));
    if (!options.json && wired[i]) tell(reports[i], *wired[i]);
  }
  const bool one = !accounts->are_several || !options.account.empty();
  if (options.json) {
    print_json(one ? to_json(reports.front())
                   : json::Value(json::Object{{"exit_code", int{code}}, {"accounts", std::move(all)}}));
  }
  beside_each_other(cycles, [&](std::size_t i) { cycles[i]->finish(); });
  return code;
}

}  // namespace belay::app
