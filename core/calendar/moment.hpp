// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/calendar/timestamp.hpp"

namespace belay {

/// A moment in two coordinates: what the clock on the wall says, and a coordinate that only grows, also through a
/// suspension of the machine, by which waiting is measured.
struct Moment {
  Timestamp wall;
  Duration steady{};

  bool operator==(const Moment&) const = default;
};

}  // namespace belay
