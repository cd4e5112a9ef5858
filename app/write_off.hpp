// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/commands.hpp"

namespace belay::app {

/// `reconcile --write-off`: gives up positions that the broker does not have and that nothing explains. The engine sees
/// to it that nothing else is; here it is only asked for.
int write_off(const ReconcileOptions& options);

}  // namespace belay::app
