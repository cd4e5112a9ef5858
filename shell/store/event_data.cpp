// SPDX-License-Identifier: Apache-2.0
#include "shell/store/event_data.hpp"

namespace belay::store::statements {
namespace {

// belay_json is made by the migrations: NULL for what is no JSON.
std::string postgres_member(std::string_view column, std::string_view operation, std::string_view member) {
  return "belay_json(" + std::string(column) + ") " + std::string(operation) + " '" + std::string(member) + "'";
}

/// `then`, where the column holds JSON: only CASE keeps SQLite from looking into what does not.
std::string sqlite_where_json(std::string_view column, const std::string& then) {
  return "CASE WHEN json_valid(" + std::string(column) + ") THEN " + then + " END";
}

}  // namespace

std::string data_text(Dialect dialect, std::string_view column, std::string_view member) {
  if (dialect == Dialect::postgres) return "(" + postgres_member(column, "->>", member) + ")";
  return sqlite_where_json(column, "json_extract(" + std::string(column) + ", '$." + std::string(member) + "')");
}

std::string data_number(Dialect dialect, std::string_view column, std::string_view member) {
  if (dialect == Dialect::postgres) {
    const std::string value = postgres_member(column, "->", member);
    return "CASE WHEN jsonb_typeof(" + value + ") = 'number' THEN " + value + " END";
  }
  const std::string path = "'$." + std::string(member) + "'";
  // The text of the number is taken as it stands (->): as a number it would go through binary fractions.
  return sqlite_where_json(column, "CASE WHEN json_type(" + std::string(column) + ", " + path +
                                       ") IN ('integer', 'real') THEN " + std::string(column) + " -> " + path + " END");
}

}  // namespace belay::store::statements
