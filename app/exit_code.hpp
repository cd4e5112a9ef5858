// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shell/ports/broker.hpp"
#include "shell/ports/store.hpp"
#include "shell/runtime/conductor.hpp"

namespace belay::app {

/// What the process says to whoever started it. Others script against these numbers: docs/operating/contract.md.
enum ExitCode : int {
  kAllWell = 0,
  kAttention = 1,  ///< done, but a position is unchecked or an exit not finished
  kUsage = 2,      ///< usage or configuration
  kStore = 3,      ///< store unavailable, or refusing
  kBroker = 4,     ///< broker unavailable, or refusing the keys
  kLocked = 5,     ///< another instance holds the account's lock
};

ExitCode exit_code(runtime::Failure failure);  ///< none: kAllWell
ExitCode exit_code(const runtime::PassReport& report);
ExitCode exit_code(const StoreError& error);
ExitCode exit_code(const BrokerError& error);

/// What stops everything comes before what only wants attention; of what stops, configuration first.
ExitCode worse(ExitCode one, ExitCode other);

}  // namespace belay::app
