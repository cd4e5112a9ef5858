// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

#include "core/calendar/timestamp.hpp"

namespace belay::world {

/// The one time of a simulated world, and what is to happen in it. Single-threaded: what is due happens while somebody
/// lets time pass, in the order of time and then of planning. What happens may plan more; it never lets time pass.
class Timeline {
 public:
  explicit Timeline(Timestamp start) : start_(start), now_(start) {}

  [[nodiscard]] Timestamp now() const { return now_; }
  [[nodiscard]] Duration elapsed() const { return now_ - start_; }
  /// Whether something is happening at this very moment, so that time stands still.
  [[nodiscard]] bool is_busy() const { return busy_; }

  /// A moment in the past counts as now.
  void at(Timestamp when, std::function<void()> what);
  void after(Duration wait, std::function<void()> what) { at(now_ + wait, std::move(what)); }

  /// Lets time pass; everything due on the way happens. Nothing while something is happening.
  void advance(Duration by);
  /// Goes to the next thing that is due no later than `limit` and lets it happen; false: there is none, and it is
  /// `limit` now.
  bool advance_to_next(Timestamp limit);

  // ---- the trace: what happened, as one number that tells two runs apart
  void note(std::string_view what);
  void note(std::int64_t number);
  [[nodiscard]] std::uint64_t trace() const { return trace_; }

 private:
  Timestamp start_;
  Timestamp now_;
  std::multimap<Timestamp, std::function<void()>> due_;  // equal keys stay in the order of insertion
  bool busy_ = false;
  std::uint64_t trace_ = 0xcbf29ce484222325U;
};

/// A number that follows from others alone: the same question has the same answer, whatever else was asked before.
std::uint64_t scramble(std::uint64_t a, std::uint64_t b, std::uint64_t c = 0);

}  // namespace belay::world
