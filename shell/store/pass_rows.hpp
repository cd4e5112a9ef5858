// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "shell/store/connection.hpp"

namespace belay::store {

/// The passes as JSON, for write_passes.
std::string passes_text(std::span<const PassFigures> passes);

namespace statements {

/// $1 account, $2 passes_text: one row of belay_passes each; one of the same moment is replaced.
std::string write_passes(Dialect dialect);
/// $1 a date in New York: the passes of the days before it become sums in belay_pass_days. To be followed by
/// drop_folded_passes, in the same transaction.
std::string fold_passes(Dialect dialect);
/// $1 the same date.
std::string drop_folded_passes(Dialect dialect);
/// $1 account (empty: every), $2 and $3 dates: one row for each account and day from $2 to $3, both included, with the
/// columns of belay_pass_days.
std::string days_of_passes(Dialect dialect);

}  // namespace statements
}  // namespace belay::store
