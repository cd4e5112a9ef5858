// SPDX-License-Identifier: Apache-2.0
#include "shell/store/statements.hpp"

#include <span>
#include <string_view>

#include "shell/store/event_data.hpp"
#include "shell/store/lot_columns.hpp"

namespace belay::store::statements {
namespace {

constexpr std::string_view kSqliteNow = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

/// "prefix.a, prefix.b, …"
std::string names(std::span<const Column> columns, std::string_view prefix = "") {
  std::string out;
  for (const Column& column : columns) {
    if (!out.empty()) out += ", ";
    out += std::string(prefix) + std::string(column.name);
  }
  return out;
}

/// The rows of a JSON parameter as a table: "jsonb_to_recordset(…) AS x(…)", or the SELECT over json_each.
std::string given(Dialect dialect, std::string_view parameter, std::span<const Column> columns) {
  std::string out;
  if (dialect == Dialect::postgres) {
    for (const Column& column : columns) {
      out += (out.empty() ? "" : ", ") + std::string(column.name) + " " + std::string(column.type);
    }
    return "(SELECT * FROM jsonb_to_recordset(CAST(" + std::string(parameter) + " AS jsonb)) AS x(" + out + "))";
  }
  for (const Column& column : columns) {
    out += (out.empty() ? "" : ", ") + ("json_extract(value, '$." + std::string(column.name) + "') AS ") +
           std::string(column.name);
  }
  return "(SELECT " + out + " FROM json_each(" + std::string(parameter) + "))";
}

/// active_positions.execution_id for a given execution_key: only what refers to a row that is there.
std::string execution_link(const SchemaFacts& facts) {
  const bool integer = facts.execution_id_type == "integer" || facts.execution_id_type == "bigint";
  if (integer && (facts.upstream_id_type == "integer" || facts.upstream_id_type == "bigint")) {
    return "(SELECT e.id FROM dispatch_executions e WHERE e.id = CASE WHEN g.execution_key ~ '^[0-9]{1,9}$' THEN "
           "CAST(g.execution_key AS bigint) END)";
  }
  if (facts.execution_id_type == "uuid" && facts.upstream_uuid_type == "uuid") {
    return "(SELECT e.execution_id FROM dispatch_executions e WHERE e.execution_id = CASE WHEN g.execution_key ~ "
           "'^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' THEN CAST(g.execution_key AS uuid) END)";
  }
  return "NULL";
}

std::vector<Column> lot_columns_written() {
  const auto columns = written_lot_columns();
  std::vector<Column> out(columns.begin(), columns.end());
  out.push_back({"exact_values", "jsonb"});
  return out;
}

std::string assignments(std::span<const Column> columns, std::string_view from) {
  std::string out;
  for (const Column& column : columns) {
    if (column.name == "uid") continue;
    out += std::string(column.name) + " = " + std::string(from) + std::string(column.name) + ", ";
  }
  return out;
}

std::string postgres_lots(const SchemaFacts& facts) {
  const auto columns = lot_columns_written();
  const std::string link = execution_link(facts);
  // Not ON CONFLICT: that would take a number from the sequence for every update, and the sequence has 31 bits.
  return "WITH g AS MATERIALIZED " + given(Dialect::postgres, "$1", columns) +
         ", changed AS (UPDATE active_positions p SET " + assignments(columns, "g.") +
         (link == "NULL" ? "" : "execution_id = coalesce(p.execution_id, " + link + "), ") +
         "best_excursion = greatest(p.best_excursion, g.current_pnl_dollars), "
         "worst_excursion = least(p.worst_excursion, g.current_pnl_dollars), updated_at = now() "
         "FROM g WHERE p.uid = g.uid RETURNING p.uid) "
         "INSERT INTO active_positions (" +
         names(columns) + ", execution_id, best_excursion, worst_excursion) SELECT " + names(columns, "g.") + ", " +
         link +
         ", g.current_pnl_dollars, g.current_pnl_dollars FROM g "
         "WHERE NOT EXISTS (SELECT 1 FROM changed c WHERE c.uid = g.uid) RETURNING uid, id";
}

std::string sqlite_lots() {
  const auto columns = lot_columns_written();
  const auto extreme = [](const std::string& column, const std::string& sign) {
    return column + " = CASE WHEN " + column + " IS NULL OR CAST(excluded.current_pnl_dollars AS REAL) " + sign +
           " CAST(" + column + " AS REAL) THEN excluded.current_pnl_dollars ELSE " + column + " END, ";
  };
  const std::string key = "g.execution_key";
  // Integers only: "12" refers to a row 12, "012" and UUIDs to none.
  const std::string link =
      "CASE WHEN CAST(CAST(" + key + " AS INTEGER) AS TEXT) = " + key + " THEN CAST(" + key + " AS INTEGER) END";
  // The row's own id is given where there is a row: an upsert by uid would take a new number for every update.
  return "INSERT INTO active_positions (id, " + names(columns) +
         ", execution_id, best_excursion, worst_excursion, created_at, updated_at) SELECT (SELECT p.id FROM "
         "active_positions p WHERE "
         "p.uid = g.uid), " +
         names(columns, "g.") + ", " + link + ", g.current_pnl_dollars, g.current_pnl_dollars, " +
         std::string(kSqliteNow) + ", " + std::string(kSqliteNow) + " FROM " + given(Dialect::sqlite, "$1", columns) +
         " g WHERE true ON CONFLICT (id) DO UPDATE SET " + assignments(columns, "excluded.") +
         "execution_id = coalesce(execution_id, excluded.execution_id), " + extreme("best_excursion", ">") +
         extreme("worst_excursion", "<") + "updated_at = excluded.updated_at RETURNING uid, id";
}

constexpr Column kEventColumns[] = {
    {"n", "bigint"}, {"uid", "text"}, {"event_type", "text"}, {"event_data", "text"}, {"created_at", "timestamptz"}};
constexpr Column kSettleColumns[] = {{"kind", "text"}, {"key", "text"}, {"upstream", "text"}, {"outcome", "text"}};
constexpr Column kClaimColumns[] = {{"id", "bigint"}, {"uid", "text"}, {"account_name", "text"}, {"concern", "text"}};

std::string array_of(Dialect dialect, std::string_view parameter) {
  return dialect == Dialect::postgres
             ? "(SELECT jsonb_array_elements_text(CAST(" + std::string(parameter) + " AS jsonb)))"
             : "(SELECT value FROM json_each(" + std::string(parameter) + "))";
}

}  // namespace

std::string write_lots(Dialect dialect, const SchemaFacts& facts) {
  return dialect == Dialect::postgres ? postgres_lots(facts) : sqlite_lots();
}

std::string write_events(Dialect dialect) {
  const std::string insert =
      "INSERT INTO position_events (position_id, event_type, event_data, created_at) SELECT p.id, g.event_type, " +
      std::string(dialect == Dialect::postgres ? "CAST(g.event_data AS jsonb)" : "g.event_data") +
      ", g.created_at FROM " + given(dialect, "$1", kEventColumns) +
      " g LEFT JOIN active_positions p ON p.uid = g.uid WHERE g.uid IS NULL OR p.id IS NOT NULL ORDER BY g.n";
  if (dialect == Dialect::sqlite) return insert;
  return "WITH done AS (" + insert +
         " RETURNING 1) SELECT count(*) AS written, txid_current() AS transaction FROM done";
}

std::string write_history(Dialect dialect) {
  const auto columns = written_history_columns();
  const bool sqlite = dialect == Dialect::sqlite;
  return "INSERT INTO position_history (position_id, best_excursion, worst_excursion, price_path_due, " +
         names(columns) + ", created_at) SELECT p.id, p.best_excursion, p.worst_excursion, true, " +
         names(columns, "g.") + ", " + (sqlite ? std::string(kSqliteNow) : "now()") + " FROM " +
         given(dialect, sqlite ? "$1" : "$3", columns) +
         " g JOIN active_positions p ON p.uid = g.uid WHERE true ON CONFLICT (position_id) DO NOTHING";
}

std::string settle(Dialect dialect) {
  const std::string rows = given(dialect, "$2", kSettleColumns);
  if (dialect == Dialect::sqlite) {
    return "INSERT INTO belay_settlements (kind, account_name, key, upstream, outcome) "
           "SELECT g.kind, $1, g.key, g.upstream, g.outcome FROM " +
           rows + " g";
  }
  return "WITH s AS MATERIALIZED " + rows +
         ", imports AS (INSERT INTO belay_imports (account_name, execution_key, upstream_account, outcome) "
         "SELECT CAST($1 AS text), key, upstream, outcome FROM s WHERE kind = 'import' "
         "ON CONFLICT (account_name, execution_key) DO UPDATE SET outcome = excluded.outcome)"
         // As an array: joined, thousands of each are compared one by one where there are no statistics yet.
         ", commands AS (UPDATE belay_commands SET finished_at = now() WHERE id = ANY (ARRAY(SELECT "
         "CAST(key AS bigint) FROM s WHERE kind = 'command')) AND account_name = CAST($1 AS text) AND finished_at IS "
         "NULL)"
         ", account AS (INSERT INTO belay_accounts (account_name, account_number) "
         "SELECT CAST($1 AS text), key FROM s WHERE kind = 'account' "
         "ON CONFLICT (account_name) DO UPDATE SET account_number = excluded.account_number) " +
         write_history(dialect);
}

std::string claim_lots(Dialect dialect) {
  return "UPDATE active_positions SET uid = g.uid, account_name = g.account_name, concern = g.concern FROM " +
         given(dialect, "$1", kClaimColumns) + " g WHERE active_positions.id = g.id AND active_positions.uid IS NULL";
}

std::string open_lots(Dialect dialect) {
  // Rows without a uid are another service's. They are of this account if they say so under any of its names; one that
  // was reported as not understood is left alone.
  return "SELECT p.* FROM active_positions p WHERE p.status IN ('open', 'closing') AND ("
         "(p.uid IS NOT NULL AND p.account_name = CAST($1 AS text)) OR (p.uid IS NULL AND (CAST($2 AS text) = '[]' OR "
         "p.account_name = CAST($1 AS text) OR coalesce(p.account_name, '') IN " +
         array_of(dialect, "$2") +
         ") AND NOT EXISTS (SELECT 1 FROM belay_imports i WHERE i.account_name = CAST($1 AS text) AND i.execution_key "
         "= "
         "'row:' || CAST(p.id AS text))))";
}

std::string new_executions(Dialect dialect, bool matching) {
  return "SELECT e.* FROM belay_executions e WHERE " +
         (matching ? "e.symbol IN " + array_of(dialect, "$3") : std::string("e.is_trade")) +
         " AND NOT EXISTS (SELECT 1 FROM belay_imports i WHERE i.account_name = CAST($1 AS text) AND i.execution_key = "
         "e.execution_key" +
         (matching ? " AND i.outcome <> 'history'" : "") +
         ") AND (CAST($2 AS text) = '[]' OR e.account_name = CAST($1 AS text) OR "
         "coalesce(e.account_name, '') IN " +
         array_of(dialect, "$2") + ")";
}

std::string unknown_accounts(Dialect dialect) {
  const auto says = [&](std::string_view member) { return data_text(dialect, "v.event_data", member); };
  return "SELECT n.name, count(*) AS found FROM (SELECT coalesce(e.account_name, '') AS name FROM belay_executions e "
         "WHERE e.is_trade AND NOT EXISTS (SELECT 1 FROM belay_imports i WHERE i.execution_key = e.execution_key) "
         "UNION ALL SELECT coalesce(p.account_name, '') FROM active_positions p WHERE p.status IN "
         "('open', 'closing')) n WHERE n.name NOT IN " +
         array_of(dialect, "$1") +
         " AND NOT EXISTS (SELECT 1 FROM position_events v WHERE v.event_type = 'alert' AND " + says("cause") +
         " = 'unknown_account' AND " + says("upstream_account") + " = n.name) GROUP BY n.name ORDER BY n.name";
}

}  // namespace belay::store::statements
