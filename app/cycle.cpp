// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/pass_output.hpp"
#include "app/wiring.hpp"

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

void tell(const CycleOptions& options, const PassReport& report, Wired& wired) {
  if (options.json) {
    print_json(to_json(report));
    return;
  }
  for (const std::string& error : report.errors) complain(error);
  if (out_is_terminal()) {
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
PassReport pass_without_store(Wired& wired, const std::vector<std::string>& errors) {
  const auto absent = absent_store({StoreError::Kind::unavailable, "nothing is sold on a guess"});
  runtime::Conductor conductor(
      {*wired.connection.broker, *wired.connection.market_data, *absent, *wired.clock, *wired.log},
      wired.config.runtime);
  PassReport report = conductor.pass();
  std::vector<std::string> all = errors;
  for (const std::string& error : report.errors) {
    if (!error.starts_with("store:")) all.push_back(error);
  }
  report.errors = std::move(all);
  return report;
}

/// Somebody who only looks (`status`, `doctor`) holds the lock for a moment: a cycle is not lost to that.
void wait_for_onlookers(Wired& wired) {
  constexpr int kTries = 3;
  constexpr Duration kDistance = std::chrono::milliseconds(100);
  for (int i = 0; i < kTries; ++i) {
    const auto taken = wired.store->try_lock(wired.config.runtime.account);
    if (!taken || *taken) return;
    wired.clock->pause(kDistance);
  }
}

}  // namespace

int cycle(const CycleOptions& options) {
  auto wired = wire({.broker = true, .store = true}, sink_for(options));
  if (!wired) {
    if (options.json) print_json(to_json(failed(Failure::configuration, {"configuration: see standard error"})));
    return wired.error();
  }
  if (options.wait) wired->config.runtime.wait = *options.wait;
  runtime::Conductor conductor(wired->parts(), wired->config.runtime);
  wait_for_onlookers(*wired);
  const Failure opened = conductor.open();
  PassReport report;
  if (opened == Failure::none) {
    report = conductor.pass();
    if (report.errors.empty()) report.errors = conductor.errors();
  } else if (opened == Failure::store) {
    report = pass_without_store(*wired, conductor.errors());
  } else {
    report = failed(opened, conductor.errors());
  }
  tell(options, report, *wired);
  return exit_code(report);
}

}  // namespace belay::app
