// SPDX-License-Identifier: Apache-2.0
#include "app/stop_signal.hpp"

#include <csignal>

namespace belay::app {
namespace {

std::atomic<bool> stop_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void ask_to_stop(int) { stop_asked.store(true); }

void on(int signal, int flags) {
  struct sigaction action{};
  action.sa_handler = ask_to_stop;
  action.sa_flags = flags;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

const std::atomic<bool>& stop_on_signals() {
  on(SIGTERM, 0);
  on(SIGINT, static_cast<int>(SA_RESETHAND));
  return stop_asked;
}

}  // namespace belay::app
