// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"

namespace belay {

/// What the lots of a symbol have more than the broker, as far as no fill explains it. It stays theirs, for absence
/// closes nothing; but nothing is sent on it, and shares that come later are not taken for it. Remembered across
/// restarts: whoever only counts would find nothing missing once somebody has bought as many.
struct Absence {
  Quantity quantity;
  Timestamp since;
  bool confirmed = false;  ///< by a second read: then it ends by fills, or by a return that no fill explains

  bool operator==(const Absence&) const = default;
};

using Absences = std::map<std::string, Absence>;  ///< by symbol

}  // namespace belay
