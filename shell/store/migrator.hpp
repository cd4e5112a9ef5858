// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shell/store/connection.hpp"

namespace belay::store {

/// Brings the database to the newest version in one transaction that others wait for: the upstream's table where there
/// is none, the migrations that have not run, the view belay_executions. Run again it changes nothing.
StoreResult<MigrationReport> migrate(Connection& connection);

}  // namespace belay::store
