// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "shell/pulse/pulse.hpp"

namespace belay::app {

/// The loops of several accounts, and the one pulse that stands for all of them: it is ready when each of them has said
/// so once, and it beats when each has turned since the last beat. Used by a thread for each loop.
class Heartbeats {
 public:
  Heartbeats(pulse::Pulse& pulse, std::vector<std::string> names);

  void ready(std::size_t loop, std::string_view status);
  void beat(std::size_t loop);
  void stopping();

 private:
  struct Loop {
    std::string name;
    std::string status;
    bool is_ready = false;
    bool has_turned = false;
  };

  pulse::Pulse& pulse_;
  std::mutex mutex_;
  std::vector<Loop> loops_;
};

}  // namespace belay::app
