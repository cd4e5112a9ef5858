// SPDX-License-Identifier: Apache-2.0
#include "app/heartbeats.hpp"

#include <algorithm>
#include <utility>

namespace belay::app {

Heartbeats::Heartbeats(pulse::Pulse& pulse, std::vector<std::string> names) : pulse_(pulse) {
  for (std::string& name : names) loops_.push_back({.name = std::move(name), .status = {}});
}

void Heartbeats::ready(std::size_t loop, std::string_view status) {
  const std::lock_guard lock(mutex_);
  loops_.at(loop).status = status;
  loops_.at(loop).is_ready = true;
  if (!std::ranges::all_of(loops_, &Loop::is_ready)) return;
  std::string all;
  for (const Loop& one : loops_) {
    all += (all.empty() ? "" : "; ") + (loops_.size() > 1 ? one.name + ": " : "") + one.status;
  }
  pulse_.ready(all);
}

void Heartbeats::beat(std::size_t loop) {
  const std::lock_guard lock(mutex_);
  loops_.at(loop).has_turned = true;
  if (!std::ranges::all_of(loops_, &Loop::has_turned)) return;
  for (Loop& one : loops_) one.has_turned = false;
  pulse_.beat();
}

void Heartbeats::stopping() {
  const std::lock_guard lock(mutex_);
  pulse_.stopping();
}

}  // namespace belay::app
