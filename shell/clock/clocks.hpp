// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "shell/ports/clock.hpp"

namespace belay::clock {

/// The machine's: wall time, and as steady coordinate a clock that runs through suspension.
std::unique_ptr<Clock> system_clock();

/// The clock that answers GET `url` with {"now": "<RFC 3339>"}: all wall time comes from there. Its steady coordinate
/// grows by whichever is more, the given clock's progress or the machine's own, so that waiting ends under a clock that
/// stands still as well as under one that races. Only loopback URLs: time is not taken from a network.
Result<std::unique_ptr<Clock>> given_clock(const std::string& url);

}  // namespace belay::clock
