// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "app/heartbeats.hpp"
#include "app/reloading.hpp"
#include "app/reporter.hpp"
#include "app/wiring.hpp"
#include "shell/metrics/board.hpp"
#include "shell/notify/notifier.hpp"

namespace belay::app {

/// What the services of all accounts of a process share. Outlives them.
struct Shared {
  Heartbeats& heartbeats;
  runtime::AccountNumbers& numbers;
  metrics::Board& board;                 ///< is told how each of them fares
  const std::atomic<bool>& stop;         ///< ends them after everything is recorded
  const std::atomic<unsigned>& reloads;  ///< a rise asks for the configuration to be read again
};

/// One account's service: a pass each sweep, exits and people's commands attended to in between. Used by one thread.
class AccountService {
 public:
  /// `place`: the account's among the heartbeats. `stream` may be null. `reloading` outlives it.
  AccountService(Wired& wired, std::size_t place, OrderStream* stream, Reloading& reloading, Shared shared);

  /// The code to leave with.
  ExitCode serve();

 private:
  runtime::Parts parts(OrderStream* stream);
  ExitCode serve_passes();
  void note_life();
  void note_lateness();
  runtime::Interlude attend_until_sweep();
  bool heed_reload();
  void show_life();
  void show(const runtime::PassReport& report) const;
  void look_back();
  void tell(const runtime::PassReport& report) const;
  void log(log::Level level, std::string_view message, const Fields& fields) const;

  Wired& wired_;
  std::size_t place_;
  Shared shared_;
  Reloading& reloading_;
  std::unique_ptr<Reporter> reporter_;
  std::unique_ptr<notify::Notifier> notifier_;  // null: nobody is to be told
  runtime::Conductor conductor_;
  std::optional<Duration> pass_begun_;  // the last one, machine time
};

/// Waits while somebody else has the account's lock. An outage of the store is one more reason to wait: whoever has the
/// lock lives through it too. What there is to know is read, and listened to, only once the lock is ours: what
/// the other one recorded is in the book, and what it sent without recording it is found at the broker.
void wait_for_lock(Wired& wired, std::size_t place, Shared shared);

}  // namespace belay::app
