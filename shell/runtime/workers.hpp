// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "core/engine/event.hpp"

namespace belay::runtime {

/// Calls that block, made on a few threads; what they bring back waits in one queue, in the order of arrival.
class Workers {
 public:
  using Events = std::vector<engine::Event>;
  using Call = std::function<Events()>;

  explicit Workers(unsigned threads);
  /// Finishes the calls that have begun; those that have not are dropped.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// Urgent calls overtake the others.
  void start(Call call, bool urgent);
  /// The next result, waiting for at most so long.
  std::optional<Events> next(Duration at_most);
  /// Calls started whose results were not taken yet.
  [[nodiscard]] std::size_t outstanding() const;

 private:
  void work(const std::stop_token& stop);

  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Call> urgent_;
  std::deque<Call> ordinary_;
  std::deque<Events> done_;
  std::size_t outstanding_ = 0;
  std::vector<std::jthread> threads_;
};

}  // namespace belay::runtime
