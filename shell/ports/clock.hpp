// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.hpp"
#include "core/calendar/moment.hpp"

namespace belay {

/// The door to time.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Errors: a clock that is asked over HTTP may be out of reach.
  virtual Result<Moment> now() = 0;
  /// The machine's own time since some moment, running through suspension: what deadlines of this process go by. A
  /// given clock has no say in it.
  virtual Duration machine() = 0;
  /// Real waiting, for polling; a given clock is not waited for.
  virtual void pause(Duration real_time) = 0;
};

}  // namespace belay
