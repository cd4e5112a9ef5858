// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "app/looking_back.hpp"

namespace belay::app {

/// Looks back while the service goes on, on a thread of its own: the loop never waits for it.
class Reporter {
 public:
  /// `board` may be null. Both outlive it.
  Reporter(const Wired& wired, metrics::Board* board);
  ~Reporter();
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;

  /// There may be something new to look at.
  void pass_ended();
  void tell(report::GapRisk risk);

 private:
  void work();
  void round(const std::optional<report::GapRisk>& risk);

  std::unique_ptr<Clock> clock_;  // its own: a given clock is asked by one thread
  log::Log& log_;
  LookingBack past_;

  std::mutex mutex_;
  std::condition_variable news_;
  std::optional<report::GapRisk> risk_;
  bool due_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace belay::app
