// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "shell/store/connection.hpp"

namespace belay::store {

/// Columns of dispatch_executions by name, with their types in lower case, as the database names them.
using TableColumns = std::map<std::string, std::string, std::less<>>;

struct UpstreamView {
  std::string shape;   ///< "integer id" or "uuid execution_id"
  std::string select;  ///< the SELECT that belay_executions consists of
};

/// The view belay_executions over whatever columns dispatch_executions has. Two shapes are known (and any mixture of
/// their columns): the plan's, keyed by an integer id, whose real trades have status FILLED; and one keyed by a UUID
/// execution_id, whose status says nothing, whose execution_mode tells trades (ALPACA_PAPER, LIVE) from simulations,
/// and whose option rows state stop and target in the underlying's price. An error names what is missing.
StoreResult<UpstreamView> upstream_view(const TableColumns& columns, Dialect dialect);

}  // namespace belay::store
