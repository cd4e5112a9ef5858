// SPDX-License-Identifier: Apache-2.0
#include "shell/store/upstream_view.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

namespace belay::store {
namespace {

/// Writes SQL expressions over the columns that there are.
class Writer {
 public:
  Writer(const TableColumns& columns, Dialect dialect) : columns_(columns), dialect_(dialect) {}

  [[nodiscard]] bool has(std::string_view column) const { return columns_.contains(column); }
  [[nodiscard]] bool postgres() const { return dialect_ == Dialect::postgres; }
  [[nodiscard]] std::string type(std::string_view column) const {
    const auto found = columns_.find(column);
    return found == columns_.end() ? "" : found->second;
  }

  /// A text may hold anything: it is never cast, since one bad row would fail the query for all.
  [[nodiscard]] bool is_text(std::string_view column) const {
    return postgres() && (type(column).starts_with("character") || type(column) == "text");
  }

  /// The first of these columns that is there and not NULL, as `type`; as text where one of them is a text.
  [[nodiscard]] std::string first(std::initializer_list<std::string_view> names, std::string_view as) const {
    const bool as_text = std::ranges::any_of(names, [&](std::string_view name) { return is_text(name); });
    std::vector<std::string> found;
    for (const std::string_view name : names) {
      if (has(name)) found.push_back(cast("d." + std::string(name), as_text ? "text" : as));
    }
    return coalesced(std::move(found), as);
  }

  /// A text column; an empty text is no text.
  [[nodiscard]] std::string word(std::string_view name) const {
    return has(name) ? "nullif(trim(" + cast("d." + std::string(name), "text") + "), '')" : "NULL";
  }

  [[nodiscard]] std::string time(std::initializer_list<std::string_view> names) const {
    const bool as_text = std::ranges::any_of(names, [&](std::string_view name) { return is_text(name); });
    std::vector<std::string> found;
    for (const std::string_view name : names) {
      if (!has(name)) continue;
      const std::string column = "d." + std::string(name);
      // Without a zone it is UTC, whatever zone the reading session has.
      const std::string moment = postgres() && type(name) == "timestamp without time zone"
                                     ? "(" + column + " AT TIME ZONE 'UTC')"
                                     : cast(column, as_text ? "text" : "timestamptz");
      found.push_back(as_text ? cast(moment, "text") : moment);
    }
    return coalesced(std::move(found), "timestamptz");
  }

  [[nodiscard]] std::string json_text(std::string_view column, std::string_view key) const {
    if (!has(column)) return "NULL";
    const std::string name = "d." + std::string(column);
    if (postgres()) return "(CAST(" + name + " AS jsonb) ->> '" + std::string(key) + "')";
    return "CASE WHEN json_valid(" + name + ") THEN json_extract(" + name + ", '$." + std::string(key) + "') END";
  }

  [[nodiscard]] std::string cast(const std::string& expression, std::string_view as) const {
    // SQLite keeps what is there: a cast to a number would lose decimals of a text.
    if (!postgres() && as != "text") return expression;
    return "CAST(" + expression + " AS " + std::string(as) + ")";
  }

  [[nodiscard]] std::string coalesced(std::vector<std::string> found, std::string_view as) const {
    std::erase(found, "NULL");
    if (found.empty()) return cast("NULL", as);
    if (found.size() == 1) return found.front();
    std::string out = "coalesce(" + found.front();
    for (std::size_t i = 1; i < found.size(); ++i) out += ", " + found[i];
    return out + ")";
  }

 private:
  const TableColumns& columns_;
  Dialect dialect_;
};

bool is_integer(std::string_view type) {
  return type == "integer" || type == "bigint" || type == "smallint" || type == "int";
}

std::string kind(const Writer& sql) {
  return sql.has("instrument_type") ? "upper(trim(" + sql.cast("d.instrument_type", "text") + "))"
                                    : sql.cast("NULL", "text");
}

/// An OCC symbol out of ticker, expiration, type and strike; NULL where one of them is missing or does not fit.
std::string built_occ(const Writer& sql) {
  for (const char* column : {"ticker", "expiration_date", "strike_price", "instrument_type"}) {
    if (!sql.has(column)) return "NULL";
  }
  if (sql.is_text("expiration_date") || sql.is_text("strike_price")) return "NULL";  // left to the reader of the row
  const std::string type = kind(sql);
  const std::string letter = "CASE " + type + " WHEN 'CALL' THEN 'C' ELSE 'P' END";
  const std::string root = "replace(upper(trim(d.ticker)), '.', '')";
  const std::string usable = type + " IN ('CALL', 'PUT') AND length(" + root + ") BETWEEN 1 AND 6 AND ";
  if (sql.postgres()) {
    const std::string strike = "CAST(d.strike_price AS numeric)";
    return "CASE WHEN " + usable + strike + " > 0 AND " + strike + " < 100000 AND " + strike + " * 1000 = trunc(" +
           strike + " * 1000) THEN " + root + " || to_char(CAST(d.expiration_date AS date), 'YYMMDD') || " + letter +
           " || lpad(CAST(CAST(" + strike + " * 1000 AS bigint) AS text), 8, '0') END";
  }
  const std::string strike = "CAST(d.strike_price AS REAL)";
  const std::string date = "date(d.expiration_date)";
  return "CASE WHEN " + usable + strike + " > 0 AND " + strike + " < 100000 AND abs(" + strike + " * 1000 - round(" +
         strike + " * 1000)) < 0.000001 AND " + date + " IS NOT NULL THEN " + root + " || substr(" + date +
         ", 3, 2) || substr(" + date + ", 6, 2) || substr(" + date + ", 9, 2) || " + letter +
         " || printf('%08d', CAST(round(" + strike + " * 1000) AS INTEGER)) END";
}

std::string side(const Writer& sql) {
  std::vector<std::string> found = {sql.word("side")};
  if (sql.has("action")) {
    const std::string action = "upper(trim(" + sql.cast("d.action", "text") + "))";
    found.push_back("CASE WHEN " + action + " LIKE 'BUY%' THEN 'long' WHEN " + action + " LIKE 'SELL%' OR " + action +
                    " LIKE 'SHORT%' THEN 'short' END");
  }
  return sql.coalesced(std::move(found), "text");
}

std::string is_trade(const Writer& sql, bool integer_key) {
  const std::string mode = sql.has("execution_mode") ? "upper(" + sql.word("execution_mode") + ")" : "";
  const std::string status = sql.has("status") ? "coalesce(upper(" + sql.word("status") + "), '') = 'FILLED'" : "";
  std::string out;
  if (integer_key && !status.empty()) {
    out = status;
    if (!mode.empty()) out += " AND coalesce(" + mode + ", '') NOT LIKE 'SIMULATED%'";
  } else if (!mode.empty()) {
    out = "coalesce(" + mode + ", '') IN ('ALPACA_PAPER', 'LIVE')";
  } else {
    out = status.empty() ? "1 = 1" : status;
  }
  return "(" + out + ")";
}

std::string price_domain(const Writer& sql, bool integer_key) {
  const std::string otherwise =
      integer_key ? "'instrument'"
                  : "CASE WHEN " + kind(sql) + " IN ('CALL', 'PUT')" +
                        (sql.has("option_symbol") ? " OR " + sql.word("option_symbol") + " IS NOT NULL" : "") +
                        " THEN 'underlying' ELSE 'instrument' END";
  return sql.has("price_domain") ? "coalesce(" + sql.word("price_domain") + ", " + otherwise + ")" : otherwise;
}

std::string bracket_expected(const Writer& sql) {
  std::string out;
  if (sql.has("bracket_order_accepted"))
    out = "coalesce(d.bracket_order_accepted, " + std::string(sql.postgres() ? "false" : "0") + ")";
  for (const char* column : {"stop_order_id", "target_order_id"}) {
    if (sql.has(column)) out += (out.empty() ? "" : " OR ") + sql.word(column) + " IS NOT NULL";
  }
  return out.empty() ? "(1 = 0)" : "(" + out + ")";
}

std::string symbol(const Writer& sql) {
  return sql.coalesced({sql.has("option_symbol") ? "upper(" + sql.word("option_symbol") + ")" : "NULL", built_occ(sql),
                        sql.has("ticker") ? "upper(" + sql.word("ticker") + ")" : "NULL",
                        sql.has("symbol") ? "upper(" + sql.word("symbol") + ")" : "NULL"},
                       "text");
}

StoreError not_understood(const std::string& what) {
  return {
      StoreError::Kind::foreign,
      "the table dispatch_executions is not understood: " + what +
          ". Create the view belay_executions over it yourself (docs: the upstream contract), and run 'belay migrate' "
          "again."};
}

}  // namespace

StoreResult<UpstreamView> upstream_view(const TableColumns& columns, Dialect dialect) {
  const Writer sql(columns, dialect);
  const bool integer_key = is_integer(sql.type("id"));
  const std::string_view key = integer_key || !sql.has("execution_id") ? "id" : "execution_id";
  if (!sql.has(key)) return std::unexpected(not_understood("it has neither a column id nor execution_id"));
  if (!sql.has("ticker") && !sql.has("symbol")) return std::unexpected(not_understood("it has no column ticker"));
  if (!sql.has("quantity") && !sql.has("qty"))
    return std::unexpected(not_understood("it has no column quantity or qty"));
  if (!sql.has("entry_price")) return std::unexpected(not_understood("it has no column entry_price"));

  // What was filled, where that is known; zero is not known.
  const std::string filled =
      !sql.has("filled_qty") || sql.is_text("filled_qty")
          ? "NULL"
          : "CASE WHEN CAST(d.filled_qty AS numeric) > 0 THEN " +
                sql.cast("d.filled_qty", sql.is_text("quantity") || sql.is_text("qty") ? "text" : "numeric") + " END";
  const std::vector<std::pair<std::string, std::string>> parts = {
      {sql.cast("d." + std::string(key), "text"), "execution_key"},
      {sql.coalesced({sql.word("account_name")}, "text"), "account_name"},
      {symbol(sql), "symbol"},
      {kind(sql), "instrument_type"},
      {side(sql), "side"},
      {sql.coalesced({filled, sql.first({"quantity", "qty"}, "numeric")}, "numeric"), "quantity"},
      {"d.entry_price", "entry_price"},
      {sql.time({"entry_time", "executed_at", "simulated_ts", "decision_ts", "created_at"}), "entry_time"},
      {sql.coalesced({sql.word("broker_order_id"), sql.word("alpaca_order_id"), sql.json_text("sim_json", "order_id")},
                     "text"),
       "broker_order_id"},
      {sql.first({"stop_loss", "stop_loss_price"}, "numeric"), "stop_loss"},
      {sql.first({"take_profit", "take_profit_price"}, "numeric"), "take_profit"},
      {price_domain(sql, integer_key), "price_domain"},
      {sql.first({"trail_percent"}, "numeric"), "trail_percent"},
      {sql.first({"trail_amount"}, "numeric"), "trail_amount"},
      {sql.first({"max_hold_minutes"}, "integer"), "max_hold_minutes"},
      {sql.coalesced({sql.word("strategy_type")}, "text"), "strategy_type"},
      {is_trade(sql, integer_key), "is_trade"},
      {bracket_expected(sql), "bracket_expected"},
      {sql.coalesced({sql.word("stop_order_id")}, "text"), "stop_order_id"},
      {sql.coalesced({sql.word("target_order_id")}, "text"), "target_order_id"},
      {sql.coalesced({sql.word("ticker")}, "text"), "ticker"},
      {sql.has("expiration_date") ? "d.expiration_date" : "NULL", "expiration_date"},
      {sql.has("strike_price") ? "d.strike_price" : "NULL", "strike_price"},
      {sql.first({"trail_activation_percent"}, "numeric"), "trail_activation_percent"},
      {sql.first({"breakeven_at_percent"}, "numeric"), "breakeven_at_percent"},
      {sql.first({"profit_lock_at_percent"}, "numeric"), "profit_lock_at_percent"},
      {sql.first({"profit_lock_keep_percent"}, "numeric"), "profit_lock_keep_percent"},
      {sql.coalesced({sql.word("scale_out_ladder")}, "text"), "scale_out_ladder"},
      {sql.first({"entry_underlying_price"}, "numeric"), "entry_underlying_price"},
  };
  std::string select = "SELECT\n";
  for (const auto& [expression, name] : parts) {
    select.append("  ").append(expression).append(" AS ").append(name);
    select.append(name == parts.back().second ? "\n" : ",\n");
  }
  return UpstreamView{integer_key ? "integer id" : "uuid execution_id", select + "FROM dispatch_executions d"};
}

}  // namespace belay::store
