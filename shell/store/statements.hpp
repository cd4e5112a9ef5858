// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "shell/store/connection.hpp"
#include "shell/store/schema.hpp"

namespace belay::store::statements {

// Each is one statement whatever the number of rows: a JSON array of objects is one parameter.

/// $1 JSON of lots, each with the columns of lot_columns and exact_values: updates by uid, inserts the rest.
std::string write_lots(Dialect dialect, const SchemaFacts& facts);
/// $1 JSON of {n, uid, event_type, event_data (JSON text), created_at}. Writes no row for a uid that is not there.
std::string write_events(Dialect dialect);
/// $1 JSON of history_columns. Once for each position; the path of its price is due from then on (price_path.hpp).
std::string write_history(Dialect dialect);
/// $1 account, $2 JSON of {kind: "import" | "command" | "account", key, upstream, outcome}; PostgreSQL writes $3, the
/// JSON for write_history, in the same statement.
std::string settle(Dialect dialect);
/// $1 JSON of {id, uid, account_name, concern}: names rows of another service.
std::string claim_lots(Dialect dialect);

/// $1 account, $2 JSON array of aliases: rows that are open or closing.
std::string open_lots(Dialect dialect);
/// $1 account, $2 JSON array of aliases; `matching`: $3 JSON array of symbols, simulated rows too.
std::string new_executions(Dialect dialect, bool matching);
/// $1 JSON array of names: the others, with a count, that no event tells of yet.
std::string unknown_accounts(Dialect dialect);

}  // namespace belay::store::statements
