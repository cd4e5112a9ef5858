// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>

#include "app/account_service.hpp"
#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/stop_signal.hpp"
#include "shell/metrics/serve.hpp"

namespace belay::app {
namespace {

using namespace std::chrono_literals;

constexpr Needs kBoth{.broker = true, .store = true};
constexpr Duration kFirstRest = 5s;
constexpr Duration kLongestRest = 60s;

/// The board, and the server that shows it where one is asked for. A port that is taken keeps nobody from guarding an
/// account: it is told, and tried again once a lock is ours, when the instance before has ended. Used by several
/// threads.
class MetricsFace {
 public:
  MetricsFace(const Config& config, const log::Log& log, std::unique_ptr<Clock> clock, const std::string& version)
      : listen_(config.metrics_listen),
        clock_(std::move(clock)),
        log_(log, {}),
        board_(version, [&clock = *clock_] { return clock.machine(); }) {}

  [[nodiscard]] metrics::Board& board() { return board_; }
  void serve() {
    const std::scoped_lock lock(mutex_);
    if (!listen_ || server_) return;
    auto server = metrics::serve(*listen_, board_);
    if (server) {
      server_ = std::move(*server);
      tell(log::Level::info, "metrics are served", {{"url", server_->url()}});
    } else {
      tell(log::Level::error, "metrics are not served", {{"why", server.error().message}});
    }
  }

 private:
  void tell(log::Level level, std::string_view message, const Fields& fields) {
    const auto now = clock_->now();
    log_.write(level, now ? now->wall : Timestamp(), message, fields);
  }

  std::optional<metrics::ListenAddress> listen_;
  std::unique_ptr<Clock> clock_;
  log::Log log_;
  metrics::Board board_;
  std::mutex mutex_;
  std::optional<net::HttpServer> server_;
};

/// Serves one account, from taking its lock to losing it or being stopped, by what `reloading` had taken before. A
/// reload that was asked for since `reloads` is heeded.
ExitCode serve(const Accounts& accounts, const AccountConfig& account, std::size_t place, const RunOptions& options,
               Reloading& reloading, unsigned reloads, const log::Log& log, MetricsFace& face, Shared shared) {
  auto wired = wire_one(accounts, account, kBoth, log);
  if (!wired) return wired.error();
  reloading.bring_up_to_date(wired->config);
  // Exits under way are followed between the passes, where a signal to stop is heeded.
  wired->config.runtime.wait = 0s;
  wired->config.runtime.kind = "run";
  if (options.standby) wait_for_lock(*wired, place, shared);
  if (shared.stop) return kAllWell;
  face.serve();
  const auto stream = alpaca::connect_stream(wired->config.broker);
  if (!stream) {
    complain("broker: " + stream.error().message);
    return kUsage;
  }
  reloading.is_asked(reloads);
  return AccountService(*wired, place, stream->get(), reloading, shared).serve();
}

/// One of several accounts. What ends it ends no other: it is told, and tried again until the process is stopped.
class Persistent {
 public:
  Persistent(Accounts accounts, std::size_t place, RunOptions options, const log::Log& log, MetricsFace& face,
             Shared shared)
      : accounts_(std::move(accounts)),
        place_(place),
        options_(std::move(options)),
        log_(log, {{"account", accounts_.chosen[place].config.runtime.account}}),
        process_log_(log),
        face_(face),
        shared_(shared),
        reloading_(accounts_.loaded, accounts_.chosen[place_].config.runtime.account),
        reloads_(shared.reloads) {}

  ExitCode serve() {
    Duration rest = kFirstRest;
    while (true) {
      const auto begun = std::chrono::steady_clock::now();
      const ExitCode code = attempt();
      if (shared_.stop) return code;
      if (std::chrono::steady_clock::now() - begun > kLongestRest) rest = kFirstRest;
      const bool is_configured = are_served_with(accounts_.chosen[place_].problems);
      tell(code, is_configured ? rest : Duration{});
      wait(is_configured ? rest : Duration::max());
      if (shared_.stop) return code;
      rest = std::min(2 * rest, kLongestRest);
    }
  }

 private:
  ExitCode attempt() {
    try {
      const ExitCode code = app::serve(accounts_, accounts_.chosen[place_], place_, options_, reloading_, reloads_,
                                       process_log_, face_, shared_);
      reloads_ = shared_.reloads;  // heeded while it was served
      return code;
    } catch (const std::exception& error) {
      complain(accounts_.chosen[place_].config.runtime.account + ": unexpected: " + error.what());
      return kAttention;
    }
  }

  void tell(ExitCode code, Duration rest) {
    const std::int64_t seconds = std::chrono::ceil<std::chrono::seconds>(rest).count();
    const auto clock = make_clock(accounts_.common);
    const auto now = clock ? (*clock)->now() : Result<Moment>(std::unexpected(clock.error()));
    log_.write(
        log::Level::error, now ? now->wall : Timestamp(), "account not served",
        {{"exit_code", std::int64_t{code}}, {"again_in_seconds", seconds == 0 ? FieldValue() : FieldValue(seconds)}});
    shared_.heartbeats.ready(place_, "not served, exit code " + std::to_string(int{code}));
  }

  /// Until then, or until a reload that may have mended it.
  void wait(Duration rest) {
    const auto begun = std::chrono::steady_clock::now();
    const std::string& account = accounts_.chosen[place_].config.runtime.account;
    shared_.board.stands(account, false, true);
    while (!shared_.stop && std::chrono::steady_clock::now() - begun < rest) {
      shared_.heartbeats.beat(place_);
      shared_.board.beat(account);  // it lives; that it is not ready is another matter
      std::this_thread::sleep_for(250ms);
      if (shared_.reloads == reloads_) continue;
      if (!are_served_with(accounts_.chosen[place_].problems)) {  // else the service looks at what leaves by it
        reloads_ = shared_.reloads;
        read_anew();
      }
      return;
    }
  }

  void read_anew() {
    const std::string name = accounts_.chosen[place_].config.runtime.account;
    LoadedConfig fresh = load_config(process_environment());
    if (!are_served_with(fresh.problems)) return;
    for (AccountConfig& one : fresh.accounts) {
      if (one.config.runtime.account == name) accounts_.chosen[place_] = one;
    }
    accounts_.loaded = std::move(fresh);
    reloading_ = Reloading(accounts_.loaded, name);
  }

  Accounts accounts_;
  std::size_t place_;
  RunOptions options_;
  log::Log log_;
  const log::Log& process_log_;
  MetricsFace& face_;
  Shared shared_;
  Reloading reloading_;
  unsigned reloads_;
};

ExitCode serve_all(const Accounts& accounts, const RunOptions& options, const log::Log& log, MetricsFace& face,
                   Shared shared) {
  std::vector<ExitCode> codes(accounts.chosen.size(), kAllWell);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < codes.size(); ++i) {
      threads.emplace_back([&, i] { codes[i] = Persistent(accounts, i, options, log, face, shared).serve(); });
    }
  }
  ExitCode code = kAllWell;
  for (const ExitCode one : codes) code = worse(code, one);
  return code;
}

}  // namespace

int run(const RunOptions& options) {
  const std::atomic<bool>& stop = stop_on_signals();
  const std::atomic<unsigned>& reloads = reload_on_signal();
  const auto accounts = choose_accounts(options.account, kBoth);
  if (!accounts) return accounts.error();
  const log::Log log(log::to_descriptor(STDOUT_FILENO), accounts->common.log_level);
  pulse::Pulse pulse(pulse::address_from_environment());
  std::vector<std::string> names;
  for (const AccountConfig& one : accounts->chosen) names.push_back(one.config.runtime.account);
  auto clock = make_clock(accounts->common);
  if (!clock) {
    complain(clock.error().message);
    return kUsage;
  }
  MetricsFace face(accounts->common, log, std::move(*clock), options.version);
  for (const std::string& name : names) face.board().expect(name);
  face.serve();
  Heartbeats heartbeats(pulse, std::move(names));
  runtime::AccountNumbers numbers;
  const Shared shared{
      .heartbeats = heartbeats, .numbers = numbers, .board = face.board(), .stop = stop, .reloads = reloads};
  const auto is_wrong = [](const AccountConfig& one) { return !are_served_with(one.problems); };
  if (std::ranges::all_of(accounts->chosen, is_wrong)) {  // nothing to wait for
    for (const AccountConfig& one : accounts->chosen) static_cast<void>(wire_one(*accounts, one, kBoth, log));
    return kUsage;
  }
  if (accounts->chosen.size() == 1) {
    const AccountConfig& only = accounts->chosen.front();
    Reloading reloading(accounts->loaded, only.config.runtime.account);
    return serve(*accounts, only, 0, options, reloading, shared.reloads, log, face, shared);
  }
  return serve_all(*accounts, options, log, face, shared);
}

}  // namespace belay::app
