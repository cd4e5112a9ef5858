// SPDX-License-Identifier: Apache-2.0
#include "sim/server/backlog.hpp"

#include <string>

namespace belay::sim {

Result<Patience> read_patience(Patience patience, const json::Value& wanted) {
  for (const char* name : {"slow_client_after", "slow_client_ms"}) {
    const json::Value* member = wanted.find(name);
    if (member != nullptr && member->as_int64().value_or(-1) < 0) {
      return fail(std::string(name) + " must be a whole number from 0");
    }
  }
  if (const json::Value* after = wanted.find("slow_client_after")) {
    patience.messages = static_cast<std::size_t>(*after->as_int64());
  }
  if (const json::Value* ms = wanted.find("slow_client_ms")) patience.lasts = bounded_delay(*ms->as_int64());
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
