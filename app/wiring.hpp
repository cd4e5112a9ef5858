// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <memory>

#include "app/config.hpp"
#include "app/exit_code.hpp"
#include "shell/log/log.hpp"
#include "shell/ports/clock.hpp"
#include "shell/ports/store.hpp"
#include "shell/runtime/conductor.hpp"

/// Which concrete parts a command runs on: the only place that names them.
namespace belay::app {

/// What a command cannot do without.
struct Needs {
  bool broker = true;
  bool store = true;
};

struct Wired {
  Config config;
  std::unique_ptr<Clock> clock;
  alpaca::Connection connection;  ///< empty where it is not needed
  std::unique_ptr<Store> store;   ///< null where it is not needed
  std::unique_ptr<log::Log> log;

  [[nodiscard]] runtime::Parts parts() const {
    return {*connection.broker, *connection.market_data, *store, *clock, *log};
  }
};

/// The parts, or, with everything that is wrong told on standard error, the code to leave with.
std::expected<Wired, ExitCode> wire(Needs needs, log::Log::Sink sink = log::nowhere());

Result<std::unique_ptr<Clock>> make_clock(const Config& config);
StoreResult<std::unique_ptr<Store>> make_store(const Config& config);

/// A store in whose place nobody answers. With it a pass still looks at the broker: nothing is bought or sold on a
/// guess, but what is held without a guard is named.
std::unique_ptr<Store> absent_store(StoreError error);

}  // namespace belay::app
