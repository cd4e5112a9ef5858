// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <optional>

#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/pass_output.hpp"
#include "app/stop_signal.hpp"
#include "app/wiring.hpp"
#include "shell/pulse/pulse.hpp"

namespace belay::app {
namespace {

using namespace std::chrono_literals;
using runtime::Failure;
using runtime::Interlude;
using runtime::PassReport;

/// Waits while somebody else has the account's lock. An outage of the store is one more reason to wait: whoever has the
/// lock lives through it too. What there is to know is read, and listened to, only once the lock is ours: what
/// the other one recorded is in the book, and what it sent without recording it is found at the broker.
void wait_for_lock(Wired& wired, pulse::Pulse& pulse, const std::atomic<bool>& stop) {
  constexpr Duration kDistance = 500ms;
  const std::string& account = wired.config.runtime.account;
  const auto tell = [&](log::Level level, std::string_view what) {
    const auto now = wired.clock->now();
    wired.log->write(level, now ? now->wall : Timestamp(), what, {{"account", account}});
  };
  auto taken = wired.store->try_lock(account);
  const auto can_pass = [](const StoreError& error) { return error.kind == StoreError::Kind::unavailable; };
  if (taken ? *taken : !can_pass(taken.error())) return;
  tell(log::Level::info, "standing by");
  pulse.ready("standing by");  // that is what it was started for
  while (!stop && !(taken ? *taken : !can_pass(taken.error()))) {
    pulse.beat();
    wired.clock->pause(kDistance);
    taken = wired.store->try_lock(account);
  }
  if (!stop) tell(log::Level::warning, "taking over");
}

class Service {
 public:
  Service(Wired& wired, OrderStream* stream, pulse::Pulse& pulse, const std::atomic<bool>& stop)
      : wired_(wired), pulse_(pulse), stop_(stop), conductor_(parts(wired, stream), wired.config.runtime) {}

  int serve() {
    const Failure opened = conductor_.open();
    if (opened != Failure::none) {
      for (const std::string& error : conductor_.errors()) complain(error);
      return exit_code(opened);
    }
    log(log::Level::info, "started",
        {{"account", wired_.config.runtime.account},
         {"venue", std::string(to_text(wired_.connection.venue))},
         {"store", wired_.store->description()}});
    while (!stop_) {
      const PassReport report = conductor_.pass();
      tell(report);
      pulse_.ready(figures_text(report));
      pulse_.beat();
      if (report.failure == Failure::locked || report.failure == Failure::configuration)
        return exit_code(report.failure);
      if (attend_until_sweep() == Interlude::locked) return exit_code(Failure::locked);
    }
    pulse_.stopping();
    static_cast<void>(conductor_.attend(0s));  // what is still to be recorded
    log(log::Level::info, "stopped", {});
    return kAllWell;
  }

 private:
  static runtime::Parts parts(const Wired& wired, OrderStream* stream) {
    runtime::Parts parts = wired.parts();
    parts.stream = stream;
    return parts;
  }

  /// The sweep is due by the clock that the rules live by, and in any case by the machine's.
  Interlude attend_until_sweep() {
    const Duration slice = wired_.config.clock_url.empty() ? Duration(1s) : Duration(100ms);
    const Duration sweep = wired_.config.runtime.sweep;
    const auto begun = wired_.clock->now();
    for (Duration attended{}; attended < sweep && !stop_; attended += slice) {
      const Interlude ended = conductor_.attend(slice);
      if (ended != Interlude::over) return ended;
      pulse_.beat();
      const auto now = wired_.clock->now();
      if (begun && now && now->steady - begun->steady >= sweep) break;
    }
    return Interlude::over;
  }

  void tell(const PassReport& report) {
    const auto level = exit_code(report) == kAllWell ? log::Level::info : log::Level::warning;
    log(level, "pass", figures(report));
  }

  void log(log::Level level, std::string_view message, const Fields& fields) const {
    const auto now = wired_.clock->now();
    wired_.log->write(level, now ? now->wall : Timestamp(), message, fields);
  }

  Wired& wired_;
  pulse::Pulse& pulse_;
  const std::atomic<bool>& stop_;
  runtime::Conductor conductor_;
};

}  // namespace

int run(const RunOptions& options) {
  const std::atomic<bool>& stop = stop_on_signals();
  auto wired = wire({.broker = true, .store = true}, log::to_descriptor(STDOUT_FILENO));
  if (!wired) return wired.error();
  // Exits under way are followed between the passes, where a signal to stop is heeded.
  wired->config.runtime.wait = 0s;
  pulse::Pulse pulse(pulse::address_from_environment());
  if (options.standby) wait_for_lock(*wired, pulse, stop);
  if (stop) return kAllWell;
  const auto stream = alpaca::connect_stream(wired->config.broker);
  if (!stream) {
    complain("broker: " + stream.error().message);
    return kUsage;
  }
  return Service(*wired, stream->get(), pulse, stop).serve();
}

}  // namespace belay::app
