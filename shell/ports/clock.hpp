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
  /// Real waiting, for polling; a given clock is not waited for.
  virtual void pause(Duration real_time) = 0;
};

}  // namespace belay
