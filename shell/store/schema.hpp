// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shell/store/connection.hpp"
#include "shell/store/lot_columns.hpp"

namespace belay::store {

/// A column of a taken-over database that is narrower than what we may have to write, because a view of somebody else's
/// kept it from being widened.
struct NarrowColumn {
  std::string table;
  std::string name;
  int precision = 0;        ///< of a numeric; 0 for a text
  int scale = 0;            ///< of a numeric
  std::size_t letters = 0;  ///< of a varchar
};

/// What writing needs to know about the tables as they are.
struct SchemaFacts {
  int version = 0;  ///< 0: no schema of ours
  std::vector<NarrowColumn> narrow;
  std::string execution_id_type;   ///< of active_positions.execution_id
  std::string upstream_id_type;    ///< of dispatch_executions.id; empty where there is none
  std::string upstream_uuid_type;  ///< of dispatch_executions.execution_id; empty where there is none
};

/// The newest version that this program knows.
int known_version();
/// One statement (a second one where the database is not ours yet). newer_schema where the version is beyond ours.
StoreResult<SchemaFacts> read_schema(Connection& connection);

/// Makes the values fit the table's narrow columns: rounded, cut off, or at the end of the range. What a column of
/// active_positions could not hold goes into exact_values as {column: [as stored, exact]}.
void narrow(Columns& row, std::string_view table, const SchemaFacts& facts);

}  // namespace belay::store
