// SPDX-License-Identifier: Apache-2.0
#include "app/stop_signal.hpp"

#include <csignal>

namespace belay::app {
namespace {

std::atomic<bool> stop_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free);

std::atomic<unsigned> reloads_asked{0};
static_assert(std::atomic<unsigned>::is_always_lock_free);

void ask_to_stop(int) { stop_asked.store(true); }
void ask_to_reload(int) { reloads_asked.fetch_add(1); }

void on(int signal, int flags, void (*handler)(int) = ask_to_stop) {
  struct sigaction action{};
  action.sa_handler = handler;
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

const std::atomic<unsigned>& reload_on_signal() {
  on(SIGHUP, SA_RESTART, ask_to_reload);
  return reloads_asked;
}

}  // namespace belay::app
