// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/calendar/timestamp.hpp"

namespace belay::world {

/// A promise that was broken: which one (by its number or word under "Promises" in docs/failures.md), when, and how.
struct Violation {
  std::string promise;
  Timestamp at;
  std::string what;

  bool operator==(const Violation&) const = default;
};

}  // namespace belay::world
