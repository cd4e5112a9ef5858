// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "core/calendar/timestamp.hpp"
#include "shell/ports/pass_figures.hpp"
#include "shell/report/figures.hpp"

namespace belay::metrics {

/// An answer to whoever asks after the process's health.
struct Health {
  bool good = false;
  std::string text;  ///< a line for each account: well, or what is wrong with it
};

struct BoardLimits {
  /// The loop gives signs of life about once a second between passes, and none within one, which may take two minutes
  /// where the broker does not answer.
  Duration beat = std::chrono::seconds(150);
  Duration broker_read = std::chrono::seconds(180);  ///< three sweeps
};

/// What the services of a process tell of themselves, for whoever asks. From whatever thread; nobody waits for anything
/// but a moment's copying.
class Board {
 public:
  /// `machine_time` runs through suspension, and may be asked from whatever thread.
  Board(std::string version, std::function<Duration()> machine_time, BoardLimits limits = {});

  /// There will be a service of this account: until it tells more, it is not ready.
  void expect(const std::string& account);
  /// The account's loop turns.
  void beat(const std::string& account);
  void stands(const std::string& account, bool holds_lock, bool store_reachable);
  /// `unread_why`: why the pass could not read the broker; empty when it did. `well`: nothing needs attention.
  void passed(const std::string& account, const PassFigures& figures, const std::string& unread_why, bool well);
  /// The figures of the day so far.
  void day(const std::string& account, report::Figures figures);

  /// Whether every loop turns: what does not may be started anew.
  [[nodiscard]] Health healthz() const;
  /// Whether every account is worked on: its lock held, its store reachable, its broker read lately.
  [[nodiscard]] Health readyz() const;
  /// Prometheus' text format, version 0.0.4.
  [[nodiscard]] std::string text() const;

  /// What is known of one account. Times are the machine's.
  struct Standing {
    Duration beat_at{};
    bool holds_lock = false;
    bool store_reachable = false;
    std::optional<Duration> broker_read_at;
    std::string unread_why;
    std::optional<PassFigures> latest;
    PassFigures sums;  ///< of all passes of this process
    std::int64_t passes = 0;
    std::int64_t troubled_passes = 0;
    std::optional<report::Figures> today;
  };

 private:
  Standing& of(const std::string& account) { return standings_[account]; }
  [[nodiscard]] std::map<std::string, Standing> copy() const;

  const std::string version_;
  const std::function<Duration()> machine_time_;
  const BoardLimits limits_;
  mutable std::mutex mutex_;
  std::map<std::string, Standing> standings_;
};

}  // namespace belay::metrics
