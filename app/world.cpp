// SPDX-License-Identifier: Apache-2.0
#include "sim/world/world.hpp"

#include <array>
#include <atomic>
#include <fstream>
#include <iostream>
#include <mutex>
#include <sstream>
#include <thread>

#include "app/commands.hpp"
#include "app/console.hpp"
#include "app/exit_code.hpp"
#include "shell/json/value.hpp"
#include "shell/json/write.hpp"
#include "sim/world/generate.hpp"
#include "sim/world/shrink.hpp"

namespace belay::app {
namespace {

using world::Outcome;
using world::Scenario;

constexpr std::uint64_t kRunTwice = 20;  // every so many-th seed, to see that the same seed is the same world
constexpr int kShrinkQuestions = 400;
constexpr std::size_t kTold = 20;

std::string story(const Outcome& outcome) {
  std::string text;
  for (const world::Violation& violation : outcome.violations) {
    text += "  " + to_text(violation.at) + "  [" + violation.promise + "] " + violation.what + "\n";
  }
  return text;
}

/// Runs sessions on a few threads and adds up what came of them.
class Campaign {
 public:
  explicit Campaign(const WorldOptions& options) : options_(options) {}

  int run() {
    const auto begun = std::chrono::steady_clock::now();
    {
      std::vector<std::jthread> workers;
      for (unsigned i = 0; i < std::max(1U, options_.jobs); ++i) workers.emplace_back([this] { work(); });
    }
    tell(std::chrono::steady_clock::now() - begun);
    return failed_ == 0 ? kAllWell : kAttention;
  }

 private:
  void work() {
    while (true) {
      const std::uint64_t number = next_++;
      if (number >= options_.sessions) return;
      one(options_.seed + number);
    }
  }

  void one(std::uint64_t seed) {
    const Scenario scenario = world::generate(seed);
    Outcome outcome = world::World(scenario).live();
    if (seed % kRunTwice == 0 && world::World(scenario).live().trace != outcome.trace) {
      outcome.violations.push_back({"27", {}, "the same seed gave another trace"});
    }
    const std::scoped_lock lock(mutex_);
    ++sessions_;
    lived_ += outcome.lived;
    calls_ += outcome.broker_calls;
    exits_ += outcome.exits;
    lots_ += outcome.lots;
    closed_ += outcome.closed;
    starts_ += outcome.starts;
    pages_ += outcome.pages;
    for (std::size_t kind = 0; kind < world::kKinds; ++kind) struck_[kind] += outcome.struck[kind];
    if (outcome.violations.empty()) return;
    if (++failed_ > kTold || options_.json) return;
    std::cout << "seed " << seed << " breaks a promise:\n" << story(outcome) << std::flush;
    if (options_.shrink) tell_shrunk(scenario, outcome.violations.front().promise);
  }

  void tell_shrunk(const Scenario& scenario, const std::string& promise) const {
    const Scenario least = world::shrink(
        scenario,
        [&](const Scenario& shorter) {
          const Outcome outcome = world::World(shorter).live();
          return !outcome.violations.empty() && outcome.violations.front().promise == promise;
        },
        kShrinkQuestions);
    std::cout << "the shortest list of events that does it:\n"
              << world::to_text(least) << story(world::World(least).live()) << std::flush;
    if (options_.save.empty()) return;
    std::ofstream file(options_.save);
    file << world::to_text(least);
    if (!file.flush()) complain(options_.save + ": cannot be written");
  }

  void tell_json(std::int64_t ms) const {
    json::Object faults;
    for (std::size_t kind = 0; kind < world::kKinds; ++kind) {
      const auto times = static_cast<std::int64_t>(struck_[kind]);
      if (times > 0) faults.append(std::string(world::to_text(static_cast<world::Kind>(kind))), times);
    }
    const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
    std::cout << json::write(json::Object{{"sessions", number(sessions_)},
                                          {"broken", number(failed_)},
                                          {"milliseconds", ms},
                                          {"times_life", lived_ / std::chrono::milliseconds(1) / ms},
                                          {"lots", number(lots_)},
                                          {"closed", number(closed_)},
                                          {"exits", number(exits_)},
                                          {"broker_calls", number(calls_)},
                                          {"starts", number(starts_)},
                                          {"alerts", number(pages_)},
                                          {"faults", std::move(faults)}})
              << "\n";
  }

  void tell(std::chrono::nanoseconds took) const {
    const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(1, took / std::chrono::milliseconds(1)));
    if (options_.json) {
      tell_json(static_cast<std::int64_t>(ms));
      return;
    }
    const auto lived = static_cast<std::uint64_t>(lived_ / std::chrono::milliseconds(1));
    const std::uint64_t hundredths = sessions_ * 100'000 / ms;
    std::cout << sessions_ << " sessions in " << ms / 1000 << "." << ms / 100 % 10 << " s: " << hundredths / 100 << "."
              << hundredths / 10 % 10 << hundredths % 10 << " sessions/s, " << lived / ms << " times as fast as life\n"
              << lots_ << " lots, " << closed_ << " closed, " << exits_ << " exit orders filled, " << calls_
              << " broker calls, " << starts_ << " starts of the process, " << pages_ << " alerts\nfaults that struck:";
    for (std::size_t kind = 0; kind < world::kKinds; ++kind) {
      if (struck_[kind] > 0) std::cout << ' ' << world::to_text(static_cast<world::Kind>(kind)) << '=' << struck_[kind];
    }
    std::cout << "\nbroken promises: in " << failed_ << " sessions\n";
  }

  const WorldOptions& options_;
  std::atomic<std::uint64_t> next_{0};
  std::mutex mutex_;
  std::uint64_t sessions_ = 0;
  std::uint64_t failed_ = 0;
  Duration lived_{};
  std::uint64_t calls_ = 0;
  std::uint64_t exits_ = 0;
  std::uint64_t lots_ = 0;
  std::uint64_t closed_ = 0;
  std::uint64_t starts_ = 0;
  std::uint64_t pages_ = 0;
  std::array<std::uint64_t, world::kKinds> struck_{};
};

int replay(const Scenario& scenario, bool verbose) {
  const Outcome outcome = verbose
                              ? world::World(scenario, [](std::string_view line) { std::cout << line << "\n"; }).live()
                              : world::World(scenario).live();
  std::cout << story(outcome) << "trace " << std::hex << outcome.trace << std::dec << ", " << outcome.closed << " of "
            << outcome.lots << " lots closed\n";
  return outcome.violations.empty() ? kAllWell : kAttention;
}

}  // namespace

int world(const WorldOptions& options) {
  if (!options.scenario.empty()) {
    std::ifstream file(options.scenario);
    std::stringstream text;
    text << file.rdbuf();
    const auto scenario = world::parse_scenario(text.str());
    if (!file || !scenario) {
      complain(options.scenario + ": " + (file ? scenario.error().message : "cannot be read"));
      return kUsage;
    }
    return replay(*scenario, options.verbose);
  }
  if (options.print) {
    std::cout << world::to_text(world::generate(options.seed));
    return kAllWell;
  }
  if (options.verbose) return replay(world::generate(options.seed), true);
  return Campaign(options).run();
}

}  // namespace belay::app
