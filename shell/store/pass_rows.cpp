// SPDX-License-Identifier: Apache-2.0
#include "shell/store/pass_rows.hpp"

#include "core/calendar/new_york.hpp"
#include "shell/json/value.hpp"
#include "shell/json/write.hpp"

namespace belay::store {
namespace {

/// "a, b, …" of every number of a pass, each as `before` + name + `after`.
std::string numbers(const std::string& before = "", const std::string& after = "") {
  std::string out;
  for (const PassNumber& number : kPassNumbers) {
    out += (out.empty() ? "" : ", ") + before + std::string(number.name) + after;
  }
  return out;
}

/// SQLite keeps dates as text, and knows no cast to them.
std::string date_of(Dialect dialect, const std::string& parameter) {
  return dialect == Dialect::postgres ? "CAST(" + parameter + " AS date)" : parameter;
}

std::string assignments(const std::string& own, const std::string& plus) {
  std::string out;
  for (const PassNumber& number : kPassNumbers) {
    const std::string name(number.name);
    out += (out.empty() ? "" : ", ") + name + " = " + (own.empty() ? "" : own + name + plus) + "excluded." + name;
  }
  return out;
}

}  // namespace

std::string passes_text(std::span<const PassFigures> passes) {
  json::Array rows;
  for (const PassFigures& pass : passes) {
    json::Object row{
        {"at", to_text(pass.at)}, {"day", to_text(calendar::to_new_york(pass.at).date)}, {"kind", pass.kind}};
    for (const PassNumber& number : kPassNumbers) row.set(std::string(number.name), pass.*number.member);
    rows.emplace_back(std::move(row));
  }
  return json::write(std::move(rows));
}

namespace statements {

std::string write_passes(Dialect dialect) {
  const std::string columns = "at, day, kind, " + numbers();
  std::string rows;
  if (dialect == Dialect::postgres) {
    rows = "jsonb_to_recordset(CAST($2 AS jsonb)) AS x(at timestamptz, day date, kind text, " + numbers("", " bigint") +
           ")";
  } else {
    rows =
        "(SELECT json_extract(value, '$.at') AS at, json_extract(value, '$.day') AS day, json_extract(value, '$.kind') "
        "AS kind";
    for (const PassNumber& number : kPassNumbers) {
      rows += ", json_extract(value, '$." + std::string(number.name) + "') AS " + std::string(number.name);
    }
    rows += " FROM json_each($2)) x";
  }
  return "INSERT INTO belay_passes (account_name, " + columns + ") SELECT CAST($1 AS text), " + columns + " FROM " +
         rows + " WHERE true ON CONFLICT (account_name, at) DO UPDATE SET day = excluded.day, kind = excluded.kind, " +
         assignments("", "");
}

std::string fold_passes(Dialect dialect) {
  return "INSERT INTO belay_pass_days (account_name, day, passes, longest_ms, " + numbers() +
         ") SELECT account_name, day, count(*), max(duration_ms), " + numbers("sum(", ")") +
         " FROM belay_passes WHERE day < " + date_of(dialect, "$1") +
         " GROUP BY account_name, day "
         "ON CONFLICT (account_name, day) DO UPDATE SET passes = belay_pass_days.passes + excluded.passes, longest_ms "
         "= "
         "CASE WHEN excluded.longest_ms > belay_pass_days.longest_ms THEN excluded.longest_ms ELSE "
         "belay_pass_days.longest_ms END, " +
         assignments("belay_pass_days.", " + ");
}

std::string drop_folded_passes(Dialect dialect) {
  return "DELETE FROM belay_passes WHERE day < " + date_of(dialect, "$1");
}

std::string days_of_passes(Dialect dialect) {
  const std::string where = " WHERE (CAST($1 AS text) = '' OR account_name = CAST($1 AS text)) AND day BETWEEN " +
                            date_of(dialect, "$2") + " AND " + date_of(dialect, "$3");
  return "SELECT account_name, day, sum(passes) AS passes, max(longest_ms) AS longest_ms, " +
         [] {
           std::string sums;
           for (const PassNumber& number : kPassNumbers) {
             sums +=
                 (sums.empty() ? "" : ", ") + ("sum(" + std::string(number.name) + ") AS ") + std::string(number.name);
           }
           return sums;
         }() +
         " FROM (SELECT account_name, day, passes, longest_ms, " + numbers() + " FROM belay_pass_days" + where +
         " UNION ALL SELECT account_name, day, 1 AS passes, duration_ms AS longest_ms, " + numbers() +
         " FROM belay_passes" + where + ") days GROUP BY account_name, day ORDER BY day, account_name";
}

}  // namespace statements
}  // namespace belay::store
