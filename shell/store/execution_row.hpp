// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <expected>

#include "core/trading/execution.hpp"
#include "shell/store/connection.hpp"

namespace belay::store {

/// A row of belay_executions, read; columns are found by name, so that a view of the user's own may leave out what it
/// does not have. What makes no sense is said, never guessed at. A level of zero means "none".
std::expected<Execution, QuarantinedExecution> read_execution(const Rows& rows, std::size_t row);

}  // namespace belay::store
