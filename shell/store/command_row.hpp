// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trading/execution.hpp"
#include "shell/store/connection.hpp"

namespace belay::store {

/// What a command says beside its quantity, as the JSON of belay_commands.terms; NULL where there is nothing.
Cell command_terms(const OperatorCommand& command);
/// A row of belay_commands. A word that this version does not know is a note, so that nothing is done for it.
OperatorCommand read_command(const Rows& rows, std::size_t row);

}  // namespace belay::store
