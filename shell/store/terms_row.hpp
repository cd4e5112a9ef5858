// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trading/terms.hpp"
#include "shell/store/row_reader.hpp"

namespace belay::store {

/// The parameters of the rules that go by the gain: the same columns in active_positions and in belay_executions. A
/// ladder is [{"at": 5, "close": 50}, …] or the text "5:50, 10:25".
Terms read_terms(RowReader& row);

}  // namespace belay::store
