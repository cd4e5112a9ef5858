// SPDX-License-Identifier: Apache-2.0
#include "shell/store/price_path.hpp"

#include "shell/store/event_data.hpp"

namespace belay::store::statements {
namespace {

/// Without statistics, which SQLite never has and PostgreSQL not before it has analysed the table, the index by type
/// may be taken, which holds every position's prices. This keeps it out, so that the one by position is what is left.
std::string off_index(Dialect dialect, const std::string& column) {
  return dialect == Dialect::sqlite ? "+" + column : "(" + column + " || '')";
}

/// The path over the events and the kept days that these conditions admit.
std::string path(Dialect dialect, std::string_view position, std::string_view events, std::string_view days) {
  const std::string of_events = "e.position_id = " + std::string(position) + " AND " +
                                off_index(dialect, "e.event_type") + " = 'price_update'" + std::string(events);
  const std::string of_days = "w.position_id = " + std::string(position) + std::string(days);
  const std::string price = data_number(dialect, "e.event_data", "price");
  if (dialect == Dialect::postgres) {
    return "(SELECT jsonb_agg(jsonb_build_array(m.minute * 60, m.price) ORDER BY m.minute) FROM (SELECT DISTINCT ON "
           "(s.minute) s.minute, s.price FROM (SELECT CAST(floor(extract(epoch FROM e.created_at) / 60) AS bigint) AS "
           "minute, " +
           price + " AS price, e.id FROM position_events e WHERE " + of_events +
           " UNION ALL SELECT CAST(k.sample ->> 0 AS bigint) / 60, k.sample -> 1, 0 FROM (SELECT "
           "jsonb_array_elements(w.samples) AS sample FROM belay_price_paths w WHERE " +
           of_days + ") k) s WHERE s.price IS NOT NULL ORDER BY s.minute, s.id DESC) m)";
  }
  return "(SELECT nullif(json_group_array(json_array(m.minute * 60, json(m.price))), '[]') FROM (SELECT s.minute, "
         "s.price, max(s.id) FROM (SELECT CAST(strftime('%s', e.created_at) AS INTEGER) / 60 AS minute, " +
         price + " AS price, e.id FROM position_events e WHERE " + of_events +
         " UNION ALL SELECT json_extract(k.value, '$[0]') / 60, k.value -> '$[1]', 0 FROM belay_price_paths w, "
         "json_each(w.samples) k WHERE " +
         of_days + ") s WHERE s.price IS NOT NULL GROUP BY s.minute ORDER BY s.minute) m)";
}

std::string given_position(Dialect dialect) {
  return dialect == Dialect::postgres ? "CAST($1 AS bigint)" : "CAST($1 AS INTEGER)";
}

/// Of the day from $2 up to $3. Texts that begin with a date sort by it.
std::string of_the_day(Dialect dialect, std::string_view column) {
  const bool postgres = dialect == Dialect::postgres;
  const std::string from = postgres ? "CAST($2 AS timestamptz)" : "$2";
  const std::string to = postgres ? "CAST($3 AS timestamptz)" : "$3";
  return " AND " + std::string(column) + " >= " + from + " AND " + std::string(column) + " < " + to;
}

}  // namespace

std::string price_path(Dialect dialect, std::string_view position) { return path(dialect, position, "", ""); }

std::string position_with_path_due() {
  return "SELECT position_id FROM position_history WHERE price_path_due ORDER BY id LIMIT 1";
}

std::string write_path(Dialect dialect) {
  const std::string position = given_position(dialect);
  return "UPDATE position_history SET price_path = " + price_path(dialect, position) +
         ", price_path_due = NULL WHERE position_id = " + position + " AND price_path_due";
}

std::string give_up_path(Dialect dialect) {
  return "UPDATE position_history SET price_path_due = NULL WHERE position_id = " + given_position(dialect);
}

std::string drop_kept_days(Dialect dialect) {
  return "DELETE FROM belay_price_paths WHERE position_id = " + given_position(dialect);
}

std::string path_if_due(Dialect dialect) {
  return "SELECT CASE WHEN t.price_path_due THEN " + price_path(dialect, "t.position_id") +
         " ELSE t.price_path END AS price_path FROM position_history t WHERE t.id = CAST($1 AS bigint)";
}

std::string oldest_noisy_event(Dialect dialect) {
  const std::string before = dialect == Dialect::postgres ? "CAST($1 AS timestamptz)" : "$1";
  const auto oldest = [&](const std::string& type) {
    return "SELECT * FROM (SELECT position_id, created_at FROM position_events WHERE event_type = '" + type +
           "' AND created_at < " + before + " ORDER BY created_at LIMIT 1) oldest_" + type;
  };
  return "SELECT * FROM (" + oldest("price_update") + " UNION ALL " + oldest("check") +
         ") o ORDER BY created_at LIMIT 1";
}

std::string fold_day(Dialect dialect) {
  const bool postgres = dialect == Dialect::postgres;
  const std::string position = given_position(dialect);
  const std::string day = postgres ? "CAST($2 AS date)" : "$2";
  const std::string samples = path(dialect, position, of_the_day(dialect, "e.created_at"), " AND w.day = " + day);
  return "INSERT INTO belay_price_paths (position_id, day, samples) SELECT " + position + ", " + day +
         ", f.samples FROM (SELECT " + samples +
         " AS samples) f WHERE f.samples IS NOT NULL AND NOT EXISTS (SELECT 1 FROM position_history h WHERE "
         "h.position_id = " +
         position +
         " AND h.price_path IS NOT NULL) ON CONFLICT (position_id, day) DO UPDATE SET samples = excluded.samples";
}

std::string delete_noisy_day(Dialect dialect, bool of_account) {
  const std::string position = given_position(dialect);
  return "DELETE FROM position_events WHERE " +
         (of_account ? "position_id IS NULL AND CAST($1 AS text) IS NULL" : "position_id = " + position) + " AND " +
         off_index(dialect, "event_type") + " IN " + std::string(kNoisyTypes) + of_the_day(dialect, "created_at");
}

}  // namespace belay::store::statements
