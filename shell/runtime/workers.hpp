// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "shell/runtime/executor.hpp"

namespace belay::runtime {

/// Calls that block, made on a few threads.
class Workers : public Executor {
 public:
  explicit Workers(unsigned threads);
  /// Finishes the calls that have begun; those that have not are dropped.
  ~Workers() override;
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void start(Call call, bool urgent) override;
  Events await(const Call& call, const std::function<void()>& meanwhile) override;
  std::optional<Events> next(Duration at_most) override;
  void wake() override;
  [[nodiscard]] std::size_t outstanding() const override;

 private:
  void work(const std::stop_token& stop);

  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Call> urgent_;
  std::deque<Call> ordinary_;
  std::deque<Events> done_;
  std::size_t outstanding_ = 0;
  bool woken_ = false;  // since the last next()
  std::vector<std::jthread> threads_;
};

}  // namespace belay::runtime
