// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <vector>

#include "app/wiring.hpp"

/// How a person's word reaches whoever works on the account.
namespace belay::app {

struct Delivery {
  std::vector<std::int64_t> ids;  ///< of the queued commands
  bool carried_out_here = false;  ///< nobody was at work: this process made the pass that took them up
};

/// Queues the commands in the store. Where nobody holds the account's lock this process makes a pass, which carries
/// them out; else whoever holds it does, within about a second. What goes wrong is told on standard error; commands
/// that got as far as the store stay queued.
std::expected<Delivery, ExitCode> deliver(Wired& wired, const std::vector<OperatorCommand>& commands);

/// Whether all of them have been taken up, waiting for at most that long.
std::expected<bool, ExitCode> await_taken_up(Wired& wired, const Delivery& delivery, Duration wait);

/// Leaves word in the store of what was done at the broker without it, if it can be reached; else tells on standard
/// error who did what and why, so that it stands at least there.
void leave_note(const Config& config, const std::string& what, const std::string& why);

}  // namespace belay::app
