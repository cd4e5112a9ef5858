// SPDX-License-Identifier: Apache-2.0
#include "sim/server/backlog.hpp"

namespace belay::sim {

Patience read_patience(Patience patience, BodyReader& body) {
  if (const auto messages = body.count("slow_client_after")) patience.messages = static_cast<std::size_t>(*messages);
  if (const auto ms = body.count("slow_client_ms")) patience.lasts = bounded_delay(*ms);
  return patience;
}

bool Backlog::is_too_slow(std::size_t waiting, const Patience& patience, VirtualClock::Real at) {
  if (waiting <= patience.messages) {
    since_.reset();
    return false;
  }
  if (!since_) since_ = at;
  return at - *since_ >= patience.lasts;
}

}  // namespace belay::sim
