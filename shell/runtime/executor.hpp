// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "core/engine/event.hpp"

namespace belay::runtime {

/// Where calls to the outside are made, so that the conductor never waits for one: what they bring back waits in one
/// queue, in the order of arrival. The service makes them on threads (Workers); the simulated world on virtual time.
class Executor {
 public:
  using Events = std::vector<engine::Event>;
  using Call = std::function<Events()>;

  virtual ~Executor() = default;

  /// Urgent calls overtake the others. A call must not throw: what goes wrong is an event.
  virtual void start(Call call, bool urgent) = 0;
  /// Makes a call and waits for its result. `meanwhile` is called about once a second until it is there, on the
  /// caller's thread.
  virtual Events await(const Call& call, const std::function<void()>& meanwhile) {
    static_cast<void>(meanwhile);  // nobody really waits
    return call();
  }
  /// The next result, waiting for at most so long. The only place where the conductor lets time pass by itself.
  virtual std::optional<Events> next(Duration at_most) = 0;
  /// Lets next() return soon, from whatever thread: something has come by itself. On virtual time nobody waits.
  virtual void wake() {}
  /// Calls started whose results were not taken yet.
  [[nodiscard]] virtual std::size_t outstanding() const = 0;
};

}  // namespace belay::runtime
