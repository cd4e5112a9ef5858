// SPDX-License-Identifier: Apache-2.0
// The row of position_history: what is known of a closed lot, for whoever learns from it.
#include <algorithm>
#include <chrono>

#include "shell/store/column_values.hpp"
#include "shell/store/lot_columns.hpp"

namespace belay::store {
namespace {

constexpr Column kHistoryColumns[] = {
    {"uid", "text"},
    {"account_name", "text"},
    {"execution_key", "text"},
    {"ticker", "text"},
    {"instrument_type", "text"},
    {"strategy_type", "text"},
    {"side", "text"},
    {"quantity", "numeric"},
    {"multiplier", "bigint"},
    {"entry_price", "numeric"},
    {"exit_price", "numeric"},
    {"entry_time", "timestamptz"},
    {"exit_time", "timestamptz"},
    {"pnl_dollars", "numeric"},
    {"pnl_pct", "numeric"},
    {"strike_price", "numeric"},
    {"expiration_date", "date"},
    {"option_symbol", "text"},
    {"stop_loss", "numeric"},
    {"take_profit", "numeric"},
    {"max_hold_minutes", "bigint"},
    {"holding_seconds", "bigint"},
    {"exit_reason", "text"},
    {"exit_order_id", "text"},
    {"price_domain", "text"},
    {"management", "text"},
    {"entry_order_id", "text"},
    {"entry_underlying_price", "numeric"},
    {"rules", "jsonb"},
    {"exit_reasons", "jsonb"},
    {"exit_message", "text"},
    {"exit_operator", "text"},
    {"triggered_at", "timestamptz"},
    {"trigger_price", "numeric"},
    {"trigger_price_at", "timestamptz"},
    {"requested_at", "timestamptz"},
    {"acknowledged_at", "timestamptz"},
    {"filled_at", "timestamptz"},
    {"exit_orders", "bigint"},
    {"slippage", "numeric"},
    {"stop_in_force", "numeric"},
    {"target_in_force", "numeric"},
    {"bracket_expected", "boolean"},
    {"bracket_order_accepted", "boolean"},
    {"guard_orders", "bigint"},
    {"guard_failures", "bigint"},
    {"seconds_unguarded", "bigint"},
    {"check_count", "bigint"},
};

Value holding_seconds(const Lot& lot) {
  if (!lot.closed_at) return {};
  return std::chrono::duration_cast<std::chrono::seconds>(*lot.closed_at - lot.entry_time).count();
}

/// The exit order that filled last; null where none of ours did.
const ExitOrder* last_filled(const Lot& lot) {
  const auto last = std::ranges::find_if(lot.exit_orders.rbegin(), lot.exit_orders.rend(),
                                         [](const ExitOrder& order) { return order.filled.is_positive(); });
  return last == lot.exit_orders.rend() ? nullptr : &*last;
}

/// What a unit was given away for between trigger and fill: positive is the lot's loss.
Value slippage(const Lot& lot) {
  if (!lot.exit || !lot.exit->trigger_price || !lot.exit_price) return {};
  try {
    const Price gain = *lot.exit_price - *lot.exit->trigger_price;
    return value_of(lot.is_long() ? -gain : gain);
  } catch (const Overflow&) {
    return {};
  }
}

Value reasons(const Lot& lot) {
  if (!lot.exit) return {};
  json::Array out;
  for (const ExitReason reason : lot.exit->reasons) out.push_back(value_of(reason));
  return out;
}

/// The position's own parameters of the rules that go by the gain; null where it had none.
Value rules(const Terms& terms) {
  if (terms == Terms()) return {};
  return json::Object{{"trail_percent", value_of(terms.trail_percent)},
                      {"trail_amount", value_of(terms.trail_amount)},
                      {"trail_activation_percent", value_of(terms.trail_activation)},
                      {"breakeven_at_percent", value_of(terms.breakeven_at)},
                      {"profit_lock_at_percent", value_of(terms.profit_lock_at)},
                      {"profit_lock_keep_percent", value_of(terms.profit_lock_keep)},
                      {"scale_out_ladder", ladder_value(terms.scale_out)}};
}

}  // namespace

std::span<const Column> written_history_columns() { return kHistoryColumns; }

Columns history_columns(const Lot& lot) {
  const ExitOrder* const filled = last_filled(lot);
  return {{"uid", value_of(lot.uid)},
          {"account_name", lot.account},
          {"execution_key", value_of(lot.execution_key)},
          {"ticker", ticker(lot.instrument)},
          {"instrument_type", to_text(lot.instrument.kind)},
          {"strategy_type", to_text(lot.strategy)},
          {"side", to_text(lot.direction)},
          {"quantity", value_of(lot.original_quantity)},
          {"multiplier", lot.multiplier},
          {"entry_price", value_of(lot.entry_price)},
          {"exit_price", value_of(lot.exit_price)},
          {"entry_time", value_of(lot.entry_time)},
          {"exit_time", value_of(lot.closed_at)},
          {"pnl_dollars", value_of(lot.realised_result)},
          {"pnl_pct", value_of(lot.result_percent)},
          {"strike_price", strike(lot)},
          {"expiration_date", expiration(lot)},
          {"option_symbol", option_symbol(lot)},
          {"stop_loss", value_of(lot.stop_loss)},
          {"take_profit", value_of(lot.take_profit)},
          {"max_hold_minutes", value_of(lot.max_hold_minutes)},
          {"holding_seconds", holding_seconds(lot)},
          {"exit_reason", value_of(lot.close_reason)},
          {"exit_order_id", exit_order_id(lot)},
          {"price_domain", to_text(lot.price_domain)},
          {"management", to_text(lot.management)},
          {"entry_order_id", value_of(lot.entry_order_id)},
          {"entry_underlying_price", value_of(lot.entry_underlying_price)},
          {"rules", rules(lot.terms)},
          {"exit_reasons", reasons(lot)},
          {"exit_message", lot.exit ? Value(lot.exit->message) : Value()},
          {"exit_operator", lot.exit && !lot.exit->who.empty() ? Value(lot.exit->who) : Value()},
          {"triggered_at", lot.exit ? value_of(lot.exit->triggered_at) : Value()},
          {"trigger_price", lot.exit ? value_of(lot.exit->trigger_price) : Value()},
          {"trigger_price_at", lot.exit ? value_of(lot.exit->price_at) : Value()},
          {"requested_at", filled == nullptr ? Value() : value_of(filled->sent_at)},
          {"acknowledged_at", filled == nullptr ? Value() : value_of(filled->acknowledged_at)},
          {"filled_at", filled == nullptr ? Value() : value_of(filled->filled_at)},
          {"exit_orders", static_cast<std::int64_t>(lot.exit_orders.size())},
          {"slippage", slippage(lot)},
          {"stop_in_force", lot.exit ? value_of(lot.exit->stop) : Value()},
          {"target_in_force", lot.exit ? value_of(lot.exit->target) : Value()},
          {"bracket_expected", lot.bracket_expected},
          {"bracket_order_accepted", lot.bracket_order_accepted},
          {"guard_orders", static_cast<std::int64_t>(lot.guards.orders.size())},
          {"guard_failures", std::int64_t{lot.guards.failures}},
          {"seconds_unguarded", seconds_unguarded(lot)},
          {"check_count", lot.check_count}};
}

}  // namespace belay::store
