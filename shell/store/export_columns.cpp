// SPDX-License-Identifier: Apache-2.0
// What is exported, column by column: docs/operating/history.md says what each means.
#include "shell/store/export_columns.hpp"

namespace belay::store {
namespace {

using Kind = ExportColumn::Kind;

constexpr ExportColumn kHistory[] = {
    {"id", Kind::integer},
    {"position_id", Kind::integer},
    {"uid", Kind::text},
    {"account_name", Kind::text},
    {"execution_key", Kind::text},
    {"symbol", Kind::text},
    {"ticker", Kind::text},
    {"instrument_type", Kind::text},
    {"strategy_type", Kind::text},
    {"side", Kind::text},
    {"quantity", Kind::decimal},
    {"multiplier", Kind::integer},
    {"entry_price", Kind::decimal},
    {"entry_time", Kind::time},
    {"exit_price", Kind::decimal},
    {"exit_time", Kind::time},
    {"holding_seconds", Kind::integer},
    {"pnl_dollars", Kind::decimal},
    {"pnl_pct", Kind::decimal},
    {"fees", Kind::decimal},
    {"exit_reason", Kind::text},
    {"exit_reasons", Kind::json},
    {"exit_message", Kind::text},
    {"exit_operator", Kind::text},
    {"trigger_price", Kind::decimal},
    {"trigger_price_at", Kind::time},
    {"triggered_at", Kind::time},
    {"requested_at", Kind::time},
    {"acknowledged_at", Kind::time},
    {"filled_at", Kind::time},
    {"slippage", Kind::decimal},
    {"exit_orders", Kind::integer},
    {"exit_order_id", Kind::text},
    {"entry_order_id", Kind::text},
    {"stop_loss", Kind::decimal},
    {"take_profit", Kind::decimal},
    {"stop_in_force", Kind::decimal},
    {"target_in_force", Kind::decimal},
    {"max_hold_minutes", Kind::integer},
    {"price_domain", Kind::text},
    {"entry_underlying_price", Kind::decimal},
    {"strike_price", Kind::decimal},
    {"expiration_date", Kind::text},
    {"option_symbol", Kind::text},
    {"rules", Kind::json},
    {"management", Kind::text},
    {"bracket_expected", Kind::boolean},
    {"bracket_order_accepted", Kind::boolean},
    {"guard_orders", Kind::integer},
    {"guard_failures", Kind::integer},
    {"seconds_unguarded", Kind::integer},
    {"check_count", Kind::integer},
    {"best_excursion", Kind::decimal},
    {"worst_excursion", Kind::decimal},
    {"price_path", Kind::json},
    {"created_at", Kind::time},
};

constexpr ExportColumn kPositions[] = {
    {"id", Kind::integer},
    {"uid", Kind::text},
    {"account_name", Kind::text},
    {"execution_key", Kind::text},
    {"symbol", Kind::text},
    {"ticker", Kind::text},
    {"instrument_type", Kind::text},
    {"strategy_type", Kind::text},
    {"side", Kind::text},
    {"status", Kind::text},
    {"quantity", Kind::decimal},
    {"original_quantity", Kind::decimal},
    {"multiplier", Kind::integer},
    {"entry_price", Kind::decimal},
    {"entry_time", Kind::time},
    {"strike_price", Kind::decimal},
    {"expiration_date", Kind::text},
    {"option_symbol", Kind::text},
    {"stop_loss", Kind::decimal},
    {"take_profit", Kind::decimal},
    {"price_domain", Kind::text},
    {"max_hold_minutes", Kind::integer},
    {"management", Kind::text},
    {"current_price", Kind::decimal},
    {"current_pnl_dollars", Kind::decimal},
    {"current_pnl_percent", Kind::decimal},
    {"last_checked_at", Kind::time},
    {"check_count", Kind::integer},
    {"best_excursion", Kind::decimal},
    {"worst_excursion", Kind::decimal},
    {"seconds_unguarded", Kind::integer},
    {"bracket_expected", Kind::boolean},
    {"bracket_order_accepted", Kind::boolean},
    {"concern", Kind::text},
    {"frozen", Kind::text},
    {"pause_state", Kind::json},
    {"close_reason", Kind::text},
    {"exit_price", Kind::decimal},
    {"realised_result", Kind::decimal},
    {"closed_at", Kind::time},
    {"created_at", Kind::time},
    {"updated_at", Kind::time},
};

constexpr ExportColumn kEvents[] = {
    {"id", Kind::integer},      {"position_id", Kind::integer}, {"account_name", Kind::text}, {"symbol", Kind::text},
    {"event_type", Kind::text}, {"event_data", Kind::json},     {"created_at", Kind::time},
};

/// Of what has no column of that name: the symbol as the broker names it, and whose an event is.
std::string expression(std::string_view column, bool of_event) {
  if (column == "symbol" && of_event) return "coalesce(p.option_symbol, p.ticker) AS symbol";
  if (column == "symbol") return "coalesce(t.option_symbol, t.ticker) AS symbol";
  if (column == "account_name" && of_event) return "p.account_name";
  return "t." + std::string(column);
}

}  // namespace

std::string ExportSource::selected() const {
  const bool of_event = columns.data() == kEvents;
  std::string out;
  for (const ExportColumn& column : columns) out += (out.empty() ? "" : ", ") + expression(column.name, of_event);
  if (columns.data() == kHistory) out += ", t." + std::string(kPathDue);
  return out;
}

ExportSource export_source(Exported what) {
  switch (what) {
    case Exported::events:
      return {"position_events t LEFT JOIN active_positions p ON p.id = t.position_id", "t.created_at", kEvents};
    case Exported::positions:
      return {"active_positions t", "t.entry_time", kPositions};
    case Exported::history:
      break;
  }
  return {"position_history t", "t.exit_time", kHistory};
}

}  // namespace belay::store
