// SPDX-License-Identifier: Apache-2.0
#include "shell/store/schema.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/money/money.hpp"
#include "shell/store/migrations.hpp"

namespace belay::store {
namespace {

constexpr const char* kSqliteFacts = "SELECT max(version) AS version FROM belay_schema";

// One row at least; one for each narrow column. Numerics are narrow below nine decimals or eleven digits before them.
constexpr const char* kPostgresFacts = R"sql(
SELECT s.version, s.execution_id_type, s.upstream_id_type, s.upstream_uuid_type,
       n.relation, n.attname, n.precision, n.scale, n.letters
FROM (SELECT max(version) AS version,
             (SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass('active_positions')
                AND attname = 'execution_id' AND NOT attisdropped) AS execution_id_type,
             (SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass('dispatch_executions')
                AND attname = 'id' AND NOT attisdropped) AS upstream_id_type,
             (SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass('dispatch_executions')
                AND attname = 'execution_id' AND NOT attisdropped) AS upstream_uuid_type
      FROM belay_schema) s
LEFT JOIN LATERAL (
  SELECT t.relation, a.attname,
         CASE WHEN a.atttypid = 'numeric'::regtype THEN ((a.atttypmod - 4) >> 16) & 65535 ELSE 0 END AS precision,
         CASE WHEN a.atttypid = 'numeric'::regtype THEN (a.atttypmod - 4) & 2047 ELSE 0 END AS scale,
         CASE WHEN a.atttypid = 'varchar'::regtype THEN a.atttypmod - 4 ELSE 0 END AS letters
  FROM (VALUES ('active_positions'), ('position_history')) t(relation)
  JOIN pg_attribute a ON a.attrelid = to_regclass(t.relation) AND a.attnum > 0 AND NOT a.attisdropped
  WHERE a.atttypmod >= 4 AND ((a.atttypid = 'numeric'::regtype
                               AND (((a.atttypmod - 4) & 2047) < 9
                                    OR (((a.atttypmod - 4) >> 16) & 65535) - ((a.atttypmod - 4) & 2047) < 11))
                              OR a.atttypid = 'varchar'::regtype)
) n ON true)sql";

int number(const Rows& rows, std::size_t row, std::string_view column) {
  const std::string* text = rows.text(row, column);
  int value = 0;
  if (text != nullptr) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

std::string word(const Rows& rows, std::size_t row, std::string_view column) {
  const std::string* text = rows.text(row, column);
  return text == nullptr ? "" : *text;
}

/// Whether the database answers at all and simply has no table of ours.
StoreResult<bool> has_schema_table(Connection& connection) {
  const auto found = connection.run(connection.dialect() == Dialect::sqlite
                                        ? "SELECT 1 FROM sqlite_master WHERE name = 'belay_schema'"
                                        : "SELECT 1 WHERE to_regclass('belay_schema') IS NOT NULL");
  if (!found) return std::unexpected(found.error());
  return !found->rows.empty();
}

/// The number that the column will hold: rounded half away from zero as PostgreSQL does, at most what fits.
std::string fitted_number(const std::string& text, const NarrowColumn& column) {
  const auto value = Ratio::parse(text);
  if (!value || column.scale >= 9) return text;
  std::int64_t unit = 1;
  for (int i = column.scale; i < 9; ++i) unit *= 10;
  std::int64_t nanos = value->nanos() / unit * unit;
  const std::int64_t rest = value->nanos() - nanos;
  if (rest >= unit - rest) nanos += unit;
  if (-rest >= unit + rest) nanos -= unit;
  const int whole_digits = column.precision - column.scale;
  if (whole_digits < 10) {
    std::int64_t limit = fixed::kScale;
    for (int i = 0; i < whole_digits; ++i) limit *= 10;
    nanos = std::clamp(nanos, unit - limit, limit - unit);
  }
  return Ratio::from_nanos(nanos).text();
}

}  // namespace

int known_version() {
  int newest = 0;
  for (const SqlFile& file : sql_files()) {
    int version = 0;
    std::from_chars(file.name.data(), file.name.data() + file.name.size(), version);
    newest = std::max(newest, version);
  }
  return newest;
}

StoreResult<SchemaFacts> read_schema(Connection& connection) {
  const auto rows = connection.run(connection.dialect() == Dialect::sqlite ? kSqliteFacts : kPostgresFacts);
  if (!rows) {
    if (rows.error().kind != StoreError::Kind::refused) return std::unexpected(rows.error());
    const auto there = has_schema_table(connection);
    if (!there) return std::unexpected(there.error());
    if (*there) return std::unexpected(rows.error());
    return SchemaFacts();
  }
  SchemaFacts facts;
  facts.version = number(*rows, 0, "version");
  if (facts.version > known_version()) {
    return std::unexpected(
        StoreError{StoreError::Kind::newer_schema,
                   "the database " + connection.description() + " has schema version " + std::to_string(facts.version) +
                       ", this belay knows versions up to " + std::to_string(known_version()) +
                       ": run the newer belay that wrote it, or give this one a database of its own"});
  }
  facts.execution_id_type = word(*rows, 0, "execution_id_type");
  facts.upstream_id_type = word(*rows, 0, "upstream_id_type");
  facts.upstream_uuid_type = word(*rows, 0, "upstream_uuid_type");
  for (std::size_t i = 0; i < rows->rows.size(); ++i) {
    const std::string name = word(*rows, i, "attname");
    if (name.empty()) continue;
    facts.narrow.push_back({word(*rows, i, "relation"), name, number(*rows, i, "precision"), number(*rows, i, "scale"),
                            static_cast<std::size_t>(number(*rows, i, "letters"))});
  }
  return facts;
}

void narrow(Columns& row, std::string_view table, const SchemaFacts& facts) {
  json::Value exact;
  for (auto& [name, value] : row) {
    const std::string* text = value.as_string();
    if (text == nullptr) continue;
    const auto column = std::ranges::find_if(
        facts.narrow, [&](const NarrowColumn& narrow) { return narrow.table == table && narrow.name == name; });
    if (column == facts.narrow.end()) continue;
    const std::string fitted = column->letters > 0 ? text->substr(0, column->letters) : fitted_number(*text, *column);
    if (fitted == *text) continue;
    exact.set(name, json::Array{fitted, *text});
    value = fitted;
  }
  if (table == "active_positions") row.emplace_back("exact_values", std::move(exact));
}

}  // namespace belay::store
