// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/trading/lot.hpp"
#include "shell/json/value.hpp"

namespace belay::store {

using Columns = std::vector<std::pair<std::string, json::Value>>;

/// A lot as the columns of active_positions, in the order in which they are to be read, led by `id` and followed by
/// `account` and `symbol` (as the broker names it), which are no columns. Decimals and times are strings, exact;
/// exit_state is an object. The one mapping: what is written to the database, and what `positions --json` prints.
Columns lot_columns(const Lot& lot);
/// The row of position_history of a closed lot, without what the database itself adds (position_id, excursions).
Columns history_columns(const Lot& lot);

/// A column that is written, with its type in PostgreSQL.
struct Column {
  std::string_view name;
  std::string_view type;
};
/// Those of lot_columns that are columns of active_positions, `id` excepted.
std::span<const Column> written_lot_columns();
std::span<const Column> written_history_columns();

}  // namespace belay::store
