// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace belay::app {

/// From now on SIGINT and SIGTERM ask for a clean stop: the flag becomes true. A second SIGINT ends the process.
const std::atomic<bool>& stop_on_signals();
/// From now on SIGHUP asks for the configuration to be read again: the number rises.
const std::atomic<unsigned>& reload_on_signal();

}  // namespace belay::app
