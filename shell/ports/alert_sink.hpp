// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shell/ports/alert_store.hpp"

namespace belay {

/// Takes what people must be told while it cannot be stored. Never waits, never fails; called from the thread that
/// works on the account.
class AlertSink {
 public:
  virtual ~AlertSink() = default;

  /// A critical alert that the store could not take. It may be stored later all the same.
  virtual void unstored(const AlertEvent& event) = 0;
};

}  // namespace belay
