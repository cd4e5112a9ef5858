// SPDX-License-Identifier: Apache-2.0
#include "sim/world/process.hpp"

#include <chrono>
#include <utility>

namespace belay::world {

void VirtualExecutor::start(Call call, bool urgent) {
  ++outstanding_;
  const std::uint64_t chance = scramble(seed_, ++started_, 11);
  // Most leave at once; some wait for a free line.
  const auto waits = std::chrono::milliseconds(chance % 16 == 0 ? chance % (urgent ? 400 : 1500) : chance % 12);
  timeline_->after(waits, [this, call = std::move(call)] { make(call); });
}

void VirtualExecutor::make(const Call& call) {
  if (lost_) return;
  if (timeline_->now() < still_until_) {
    timeline_->at(still_until_, [this, call] { make(call); });
    return;
  }
  Events events = call();
  const Duration time = broker_->take_time_spent() + data_->take_time_spent();
  timeline_->after(time, [this, events = std::move(events)]() mutable { ready_.push_back(std::move(events)); });
}

std::optional<VirtualExecutor::Events> VirtualExecutor::next(Duration at_most) {
  process_->call_made();
  const Timestamp limit = timeline_->now() + at_most;
  while (ready_.empty() && !woken_ && timeline_->advance_to_next(limit)) {
  }
  woken_ = false;
  process_->call_made();
  if (ready_.empty()) return std::nullopt;
  Events events = std::move(ready_.front());
  ready_.pop_front();
  --outstanding_;
  delivered_(events);
  return events;
}

void VirtualExecutor::die(bool loses_what_is_on_its_way) { lost_ = loses_what_is_on_its_way; }

}  // namespace belay::world
