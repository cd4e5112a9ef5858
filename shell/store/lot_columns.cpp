// SPDX-License-Identifier: Apache-2.0
#include "shell/store/lot_columns.hpp"

#include <chrono>
#include <optional>

#include "shell/store/column_values.hpp"

namespace belay::store {
namespace {

constexpr Column kLotColumns[] = {
    {"uid", "text"},
    {"account_name", "text"},
    {"execution_key", "text"},
    {"ticker", "text"},
    {"instrument_type", "text"},
    {"strategy_type", "text"},
    {"side", "text"},
    {"quantity", "numeric"},
    {"original_quantity", "numeric"},
    {"multiplier", "bigint"},
    {"entry_price", "numeric"},
    {"entry_time", "timestamptz"},
    {"strike_price", "numeric"},
    {"expiration_date", "date"},
    {"option_symbol", "text"},
    {"asset_id", "text"},
    {"split_applied", "date"},
    {"split_due", "date"},
    {"splits_checked", "date"},
    {"stop_loss", "numeric"},
    {"take_profit", "numeric"},
    {"price_domain", "text"},
    {"max_hold_minutes", "bigint"},
    {"trail_percent", "numeric"},
    {"trail_amount", "numeric"},
    {"trail_activation_percent", "numeric"},
    {"breakeven_at_percent", "numeric"},
    {"profit_lock_at_percent", "numeric"},
    {"profit_lock_keep_percent", "numeric"},
    {"scale_out_ladder", "jsonb"},
    {"rungs_taken", "jsonb"},
    {"entry_underlying_price", "numeric"},
    {"peak_price", "numeric"},
    {"management", "text"},
    {"bracket_expected", "boolean"},
    {"bracket_order_accepted", "boolean"},
    {"entry_order_id", "text"},
    {"stop_order_id", "text"},
    {"target_order_id", "text"},
    {"guard_state", "jsonb"},
    {"seconds_unguarded", "bigint"},
    {"current_price", "numeric"},
    {"current_pnl_dollars", "numeric"},
    {"current_pnl_percent", "numeric"},
    {"last_checked_at", "timestamptz"},
    {"check_count", "bigint"},
    {"good_price", "numeric"},
    {"priced_at", "timestamptz"},
    {"suspect_trade", "jsonb"},
    {"unsound_since", "timestamptz"},
    {"level_price", "numeric"},
    {"level_priced_at", "timestamptz"},
    {"level_suspect", "jsonb"},
    {"amber_since", "timestamptz"},
    {"concern", "text"},
    {"concern_since", "timestamptz"},
    {"frozen", "text"},
    {"pause_state", "jsonb"},
    {"status", "text"},
    {"exit_state", "jsonb"},
    {"exit_order_id", "text"},
    {"exit_price", "numeric"},
    {"realised_result", "numeric"},
    {"close_reason", "text"},
    {"closed_at", "timestamptz"},
};

Value exit_link_value(const ExitLink& link) {
  return json::Object{{"id", value_of(link.id)},
                      {"status", to_text(link.status)},
                      {"quantity", value_of(link.quantity)},
                      {"filled", value_of(link.filled)},
                      {"filled_average", value_of(link.filled_average)}};
}

Value exit_order_value(const ExitOrder& order) {
  json::Array links;
  for (const ExitLink& link : order.links) links.push_back(exit_link_value(link));
  return json::Object{{"attempt", order.attempt},
                      {"client_id", value_of(order.client_id)},
                      {"id", value_of(order.id)},
                      {"status", to_text(order.status)},
                      {"type", to_text(order.type)},
                      {"quantity", value_of(order.quantity)},
                      {"filled", value_of(order.filled)},
                      {"filled_average", value_of(order.filled_average)},
                      {"limit_price", value_of(order.limit_price)},
                      {"extended_hours", order.extended_hours},
                      {"sent_at", value_of(order.sent_at)},
                      {"acknowledged_at", value_of(order.acknowledged_at)},
                      {"filled_at", value_of(order.filled_at)},
                      {"updated_at", value_of(order.updated_at)},
                      {"links", std::move(links)}};
}

Value exit_value(const std::optional<Exit>& exit) {
  if (!exit) return {};
  json::Array reasons;
  for (const ExitReason reason : exit->reasons) reasons.push_back(value_of(reason));
  json::Array told;
  for (const std::string& word : exit->told) told.emplace_back(word);
  return json::Object{{"reason", value_of(exit->reason)},
                      {"reasons", std::move(reasons)},
                      {"wanted", value_of(exit->wanted)},
                      {"triggered_at", value_of(exit->triggered_at)},
                      {"trigger_price", value_of(exit->trigger_price)},
                      {"price_at", value_of(exit->price_at)},
                      {"message", exit->message},
                      {"who", exit->who},
                      {"left_before", value_of(exit->left_before)},
                      {"told", std::move(told)},
                      {"stop", value_of(exit->stop)},
                      {"target", value_of(exit->target)}};
}

Value pause_value(const std::optional<Pause>& pause) {
  if (!pause) return {};
  return json::Object{{"rules", to_text(pause->rules)},
                      {"until", value_of(pause->until)},
                      {"who", pause->who},
                      {"why", pause->why},
                      {"told", pause->told}};
}

Value left_elsewise_value(const LeftElsewise& part) {
  return json::Object{{"order", value_of(part.order)},
                      {"reason", value_of(part.reason)},
                      {"quantity", value_of(part.quantity)},
                      {"value", value_of(part.value)},
                      {"at", value_of(part.at)}};
}

Value trade_value(const std::optional<Trade>& trade) {
  if (!trade) return {};
  return json::Object{{"price", value_of(trade->price)}, {"as_of", value_of(trade->as_of)}};
}

Value rungs_taken(const Lot& lot) {
  if (lot.rungs_taken.empty()) return {};
  json::Array gains;
  for (const Percent& at : lot.rungs_taken) gains.push_back(value_of(at));
  return gains;
}

/// What has no column of its own: the exit with its orders. Null while there is nothing to say.
Value exit_state(const Lot& lot) {
  if (!lot.exit && lot.exit_orders.empty() && lot.left_elsewise.empty()) return {};
  json::Array orders;
  for (const ExitOrder& order : lot.exit_orders) orders.push_back(exit_order_value(order));
  json::Array elsewise;
  for (const LeftElsewise& part : lot.left_elsewise) elsewise.push_back(left_elsewise_value(part));
  return json::Object{
      {"exit", exit_value(lot.exit)}, {"orders", std::move(orders)}, {"left_elsewise", std::move(elsewise)}};
}

Value guard_order_value(const GuardOrder& order) {
  return json::Object{{"attempt", order.attempt},          {"client_id", value_of(order.client_id)},
                      {"id", value_of(order.id)},          {"leg_id", value_of(order.leg_id)},
                      {"status", to_text(order.status)},   {"quantity", value_of(order.quantity)},
                      {"stop", value_of(order.stop)},      {"target", value_of(order.target)},
                      {"sent_at", value_of(order.sent_at)}};
}

/// The guards' record; the whole seconds of it also have a column of their own, for other services.
Value guard_state(const GuardRecord& guards) {
  if (guards == GuardRecord()) return {};
  json::Array orders;
  for (const GuardOrder& order : guards.orders) orders.push_back(guard_order_value(order));
  return json::Object{{"orders", std::move(orders)},
                      {"children_sought", guards.children_sought},
                      {"renewing", guards.renewing},
                      {"missing_told", guards.missing_told},
                      {"stuck_told", guards.stuck_told},
                      {"failures", guards.failures},
                      {"protection", to_text(guards.protection)},
                      {"judged_at", value_of(guards.judged_at)},
                      {"good_until", value_of(guards.good_until)},
                      {"unguarded_ns", std::int64_t{guards.unguarded.count()}}};
}

}  // namespace

std::span<const Column> written_lot_columns() { return kLotColumns; }

Columns lot_columns(const Lot& lot) {
  return {{"id", lot.id},
          {"uid", value_of(lot.uid)},
          {"account_name", lot.account},
          {"execution_key", value_of(lot.execution_key)},
          {"ticker", ticker(lot.instrument)},
          {"instrument_type", to_text(lot.instrument.kind)},
          {"strategy_type", to_text(lot.strategy)},
          {"side", to_text(lot.direction)},
          // Of a closed lot nothing is left; its row goes on telling how much it was, as other services read it.
          {"quantity", value_of(lot.status == LotStatus::closed ? lot.original_quantity : lot.quantity)},
          {"original_quantity", value_of(lot.original_quantity)},
          {"multiplier", lot.multiplier},
          {"entry_price", value_of(lot.entry_price)},
          {"entry_time", value_of(lot.entry_time)},
          {"strike_price", strike(lot)},
          {"expiration_date", expiration(lot)},
          {"option_symbol", option_symbol(lot)},
          {"asset_id", lot.asset_id.empty() ? Value() : Value(lot.asset_id)},
          {"split_applied", value_of(lot.split_applied)},
          {"split_due", value_of(lot.split_due)},
          {"splits_checked", value_of(lot.splits_checked)},
          {"stop_loss", value_of(lot.stop_loss)},
          {"take_profit", value_of(lot.take_profit)},
          {"price_domain", to_text(lot.price_domain)},
          {"max_hold_minutes", value_of(lot.max_hold_minutes)},
          {"trail_percent", value_of(lot.terms.trail_percent)},
          {"trail_amount", value_of(lot.terms.trail_amount)},
          {"trail_activation_percent", value_of(lot.terms.trail_activation)},
          {"breakeven_at_percent", value_of(lot.terms.breakeven_at)},
          {"profit_lock_at_percent", value_of(lot.terms.profit_lock_at)},
          {"profit_lock_keep_percent", value_of(lot.terms.profit_lock_keep)},
          {"scale_out_ladder", ladder_value(lot.terms.scale_out)},
          {"rungs_taken", rungs_taken(lot)},
          {"entry_underlying_price", value_of(lot.entry_underlying_price)},
          {"peak_price", value_of(lot.peak_price)},
          {"management", to_text(lot.management)},
          {"bracket_expected", lot.bracket_expected},
          {"bracket_order_accepted", lot.bracket_order_accepted},
          {"entry_order_id", value_of(lot.entry_order_id)},
          {"stop_order_id", value_of(lot.stop_order_id)},
          {"target_order_id", value_of(lot.target_order_id)},
          {"guard_state", guard_state(lot.guards)},
          {"seconds_unguarded", seconds_unguarded(lot)},
          {"current_price", value_of(lot.current_price)},
          {"current_pnl_dollars", value_of(lot.result)},
          {"current_pnl_percent", value_of(lot.result_percent)},
          {"last_checked_at", value_of(lot.last_checked_at)},
          {"check_count", lot.check_count},
          {"good_price", value_of(lot.good_price)},
          {"priced_at", value_of(lot.priced_at)},
          {"suspect_trade", trade_value(lot.suspect)},
          {"unsound_since", value_of(lot.unsound_since)},
          {"level_price", value_of(lot.level_price)},
          {"level_priced_at", value_of(lot.level_priced_at)},
          {"level_suspect", trade_value(lot.level_suspect)},
          {"amber_since", value_of(lot.amber_since)},
          {"concern", lot.concern},
          {"concern_since", value_of(lot.concern_since)},
          {"frozen", lot.frozen},
          {"pause_state", pause_value(lot.pause)},
          {"status", to_text(lot.status)},
          {"exit_state", exit_state(lot)},
          {"exit_order_id", exit_order_id(lot)},
          {"exit_price", value_of(lot.exit_price)},
          {"realised_result", value_of(lot.realised_result)},
          {"close_reason", value_of(lot.close_reason)},
          {"closed_at", value_of(lot.closed_at)},
          {"account", lot.account},
          {"symbol", lot.instrument.symbol}};
}

}  // namespace belay::store
