// SPDX-License-Identifier: Apache-2.0
#include "sim/server/wire_trading.hpp"

#include <chrono>
#include <cstdio>
#include <utility>
#include <variant>

#include "core/base/check.hpp"
#include "core/calendar/new_york.hpp"
#include "core/money/money.hpp"
#include "core/trading/instrument.hpp"
#include "core/trading/order.hpp"
#include "sim/exchange/option_hours.hpp"

namespace belay::sim {

using belay::to_text;  // of a Date: sim::to_text would hide it

namespace {

template <class Tag>
json::Value text_or_null(const std::optional<Fixed<Tag>>& value) {
  return value ? json::Value(value->text()) : json::Value();
}

json::Value text_or_null(const std::optional<Timestamp>& at) { return at ? json::Value(to_text(*at)) : json::Value(); }

json::Value text_or_null(const std::optional<OrderId>& id) { return id ? json::Value(id->text()) : json::Value(); }

std::string ratio_text(const std::optional<Ratio>& value) { return value ? value->text() : "0"; }

/// The broker writes "" for orders that were asked for without a class.
std::string class_text(OrderClass order_class) {
  return order_class == OrderClass::simple ? "" : std::string(to_text(order_class));
}

json::Value wire_legs(const Order& order) {
  if (order.legs.empty()) return {};
  json::Array legs;
  for (const Order& leg : order.legs) legs.push_back(wire_order(leg, true));
  return legs;
}

/// What is different for multi-leg orders and their legs (alpaca.md 2, Null / shape rules).
void write_as_multileg(json::Object& wire, const Order& order) {
  if (order.is_combination()) {
    wire.set("asset_class", "");
    wire.set("side", "");
    wire.erase("position_intent");
    return;
  }
  wire.set("type", "");
  wire.set("order_type", "");
  wire.set("ratio_qty", order.ratio->text());
  if (order.expires_at) wire.set("expires_at", to_text(*order.expires_at));
}

}  // namespace

std::string new_york_rfc3339(Timestamp at) {
  const std::chrono::seconds offset = calendar::utc_offset(at);
  std::string text = to_text(at + offset);
  BELAY_CHECK(text.ends_with('Z'));
  text.pop_back();
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(offset).count();
  char zone[16];
  std::snprintf(zone, sizeof zone, "%c%02d:%02d", minutes < 0 ? '-' : '+', static_cast<int>(std::abs(minutes) / 60),
                static_cast<int>(std::abs(minutes) % 60));
  return text + zone;
}

namespace {

/// The hour and minute that New York shows, with `separator` between them.
std::string new_york_hour(Timestamp at, std::string_view separator) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(calendar::to_new_york(at).time_of_day).count();
  char text[16];
  std::snprintf(text, sizeof text, "%02d%.*s%02d", static_cast<int>(minutes / 60), static_cast<int>(separator.size()),
                separator.data(), static_cast<int>(minutes % 60));
  return text;
}

}  // namespace

std::string_view asset_class_text(InstrumentKind kind) {
  switch (kind) {
    case InstrumentKind::stock:
      return "us_equity";
    case InstrumentKind::call:
    case InstrumentKind::put:
      return "us_option";
    case InstrumentKind::crypto:
      return "crypto";
  }
  return "us_equity";
}

json::Value wire_order(const Order& order, bool in_parent) {
  json::Object wire{{"id", order.id.text()},
                    {"client_order_id", order.client_id.text()},
                    {"created_at", to_text(order.created_at)},
                    {"updated_at", to_text(order.updated_at)},
                    {"submitted_at", to_text(order.submitted_at)},
                    {"filled_at", text_or_null(order.filled_at)},
                    {"expired_at", text_or_null(order.expired_at)},
                    {"canceled_at", text_or_null(order.canceled_at)},
                    {"failed_at", text_or_null(order.failed_at)},
                    {"replaced_at", text_or_null(order.replaced_at)},
                    {"replaced_by", text_or_null(order.replaced_by)},
                    {"replaces", text_or_null(order.replaces)},
                    {"asset_id", order.asset_id},
                    {"symbol", order.symbol},
                    {"asset_class", asset_class_text(order.kind)},
                    {"notional", text_or_null(order.notional)},
                    {"qty", text_or_null(order.quantity)},
                    {"filled_qty", order.filled.text()},
                    {"filled_avg_price", text_or_null(order.filled_average)},
                    {"order_class", class_text(order.order_class)},
                    {"order_type", to_text(order.type)},
                    {"type", to_text(order.type)},
                    {"side", to_text(order.side)},
                    {"position_intent", to_text(order.intent)},
                    {"time_in_force", to_text(order.time_in_force)},
                    {"limit_price", text_or_null(order.limit_price)},
                    {"stop_price", text_or_null(order.stop_price)},
                    {"status", to_text(order.status)},
                    {"extended_hours", order.extended_hours},
                    {"legs", wire_legs(order)},
                    {"trail_percent", text_or_null(order.trail_percent)},
                    {"trail_price", text_or_null(order.trail_price)},
                    {"hwm", text_or_null(order.high_water)}};
  if (!in_parent) {
    if (order.expires_at) wire.append("expires_at", to_text(*order.expires_at));  // may be missing, never null
    wire.append("ratio_qty", nullptr);
    wire.append("subtag", nullptr);
    wire.append("source", nullptr);
  }
  if (order.order_class == OrderClass::mleg) write_as_multileg(wire, order);
  return wire;
}

json::Value wire_account(const AccountView& account, Timestamp now, const calendar::UsEquities& calendar) {
  const Money regt =
      account.multiplier > 2 ? scale(account.buying_power, Ratio::from_nanos(fixed::kScale / 2)) : account.buying_power;
  const Date as_of = calendar.session_before(calendar::to_new_york(now).date).date;
  return json::Object{{"id", account.id},
                      {"account_number", account.number},
                      {"status", "ACTIVE"},
                      {"crypto_status", "ACTIVE"},
                      {"options_approved_level", account.options_approved_level},
                      {"options_trading_level", account.options_level},
                      {"currency", "USD"},
                      {"buying_power", account.buying_power.text()},
                      {"regt_buying_power", regt.text()},
                      {"options_buying_power", account.options_buying_power.text()},
                      {"non_marginable_buying_power", account.options_buying_power.text()},
                      {"cash", account.cash.text()},
                      {"accrued_fees", "0"},
                      {"portfolio_value", account.equity.text()},
                      {"trading_blocked", false},
                      {"transfers_blocked", false},
                      {"account_blocked", false},
                      {"created_at", to_text(account.created_at)},
                      {"trade_suspended_by_user", account.suspended_by_owner},
                      {"multiplier", std::to_string(account.multiplier)},
                      {"shorting_enabled", account.shorting_enabled},
                      {"equity", account.equity.text()},
                      {"last_equity", account.last_equity.text()},
                      {"long_market_value", account.long_market_value.text()},
                      {"short_market_value", account.short_market_value.text()},
                      {"initial_margin", account.initial_margin.text()},
                      {"maintenance_margin", account.maintenance_margin.text()},
                      {"last_maintenance_margin", account.maintenance_margin.text()},
                      {"sma", "0"},
                      {"balance_asof", to_text(as_of)},
                      {"intraday_adjustments", "0"},
                      {"pending_reg_taf_fees", "0"},
                      {"pending_transfer_in", "0"},
                      {"pending_transfer_out", "0"}};
}

json::Value wire_position(const Position& position) {
  const Price current = position.current_price.value_or(position.average_entry);
  const Price lastday = position.lastday_price.value_or(current);
  const std::string plpc = ratio_text(ratio(position.unrealized_pl, position.cost_basis.magnitude()));
  const bool is_option = position.kind == InstrumentKind::call || position.kind == InstrumentKind::put;
  const std::string_view exchange = is_option ? "" : position.kind == InstrumentKind::crypto ? "CRYPTO" : "NASDAQ";
  return json::Object{{"asset_id", position.asset_id},
                      {"symbol", position.symbol},
                      {"exchange", exchange},
                      {"asset_class", asset_class_text(position.kind)},
                      {"asset_marginable", position.kind == InstrumentKind::stock},
                      {"qty", position.quantity.text()},
                      {"qty_available", position.available.text()},
                      {"avg_entry_price", position.average_entry.text()},
                      {"side", position.quantity.is_negative() ? "short" : "long"},
                      {"market_value", position.market_value.text()},
                      {"cost_basis", position.cost_basis.text()},
                      {"unrealized_pl", position.unrealized_pl.text()},
                      {"unrealized_plpc", plpc},
                      {"unrealized_intraday_pl", position.unrealized_pl.text()},
                      {"unrealized_intraday_plpc", plpc},
                      {"current_price", current.text()},
                      {"lastday_price", lastday.text()},
                      {"change_today", ratio_text(ratio(current - lastday, lastday))}};
}

json::Value wire_activity(const Activity& activity) {
  json::Object wire{{"id", activity.id}, {"activity_type", activity.activity_type}};
  if (!activity.symbol.empty()) {
    wire.append("symbol", activity.symbol);
    wire.append("qty", activity.quantity.text());
  }
  if (activity.price) wire.append("price", activity.price->text());
  if (activity.is_fill()) {
    wire.append("type", activity.is_partial ? "partial_fill" : "fill");
    wire.append("transaction_time", to_text(activity.at));
    wire.append("order_id", activity.order_id.text());
    wire.append("order_status", to_text(activity.order_status));
    wire.append("side", to_text(activity.side));
    wire.append("cum_qty", activity.cumulative.text());
    wire.append("leaves_qty", activity.leaves.text());
    return wire;
  }
  if (!activity.sub_type.empty()) wire.append("activity_sub_type", activity.sub_type);
  wire.append("date", to_text(activity.date.value_or(calendar::to_new_york(activity.at).date)));
  wire.append("created_at", to_text(activity.at));
  wire.append("net_amount", activity.net_amount.text());
  if (activity.per_share) wire.append("per_share_amount", activity.per_share->text());
  if (!activity.group_id.empty()) wire.append("group_id", activity.group_id);
  wire.append("currency", "USD");
  wire.append("status", "executed");
  wire.append("description", activity.description);
  return wire;
}

json::Value wire_error(const ApiError& error) {
  json::Object wire{{"code", error.code}, {"message", error.message}};
  for (const auto& [name, value] : error.fields) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      wire.set(name, *text);
      continue;
    }
    json::Array texts;
    for (const std::string& text : std::get<std::vector<std::string>>(value)) texts.emplace_back(text);
    wire.set(name, std::move(texts));
  }
  return wire;
}

json::Value wire_clock(Timestamp now, const calendar::UsEquities& calendar) {
  return json::Object{{"timestamp", new_york_rfc3339(now)},
                      {"is_open", calendar.is_open(now)},
                      {"next_open", new_york_rfc3339(calendar.next_open_after(now).open)},
                      {"next_close", new_york_rfc3339(calendar.session_of(now).close)}};
}

json::Value wire_calendar_day(const calendar::Session& session, const calendar::UsEquities& calendar) {
  const auto extended = calendar.extended_hours_on(session.date);
  BELAY_CHECK(extended.has_value());
  return json::Object{{"date", to_text(session.date)},
                      {"open", new_york_hour(session.open, ":")},
                      {"close", new_york_hour(session.close, ":")},
                      {"session_open", new_york_hour(extended->from, "")},
                      {"session_close", new_york_hour(extended->to, "")},
                      {"settlement_date", to_text(calendar.session_after(session.date).date)}};
}

std::vector<std::string> attributes_of(const Asset& asset) {
  if (asset.instrument.kind != InstrumentKind::stock) return {};
  std::vector<std::string> attributes{"has_options"};
  if (asset.fractionable) attributes.emplace_back("fractional_eh_enabled");
  attributes.emplace_back(asset.tradable ? "overnight_tradable" : "overnight_halted");
  if (has_late_options(asset.symbol())) attributes.emplace_back("options_late_close");
  return attributes;
}

json::Value wire_asset(const Asset& asset) {
  const bool is_stock = asset.instrument.kind == InstrumentKind::stock;
  json::Object wire{{"id", asset.id},
                    {"class", asset_class_text(asset.instrument.kind)},
                    {"exchange", is_stock ? asset.exchange : "CRYPTO"},
                    {"symbol", asset.symbol()},
                    {"cusip", nullptr},
                    {"name", asset.name.empty() ? asset.symbol() : asset.name},
                    {"status", asset.active ? "active" : "inactive"},
                    {"tradable", asset.tradable},
                    {"marginable", is_stock},
                    {"shortable", asset.shortable},
                    // Its last day was 22 September 2026 (alpaca.md 2), but alpaca-py 0.44 reads no asset without it.
                    {"easy_to_borrow", asset.shortable},
                    {"borrow_status", asset.shortable ? "easy_to_borrow" : "hard_to_borrow"},
                    {"fractionable", asset.fractionable},
                    {"maintenance_margin_requirement", 30},
                    {"margin_requirement_long", "30"},
                    {"margin_requirement_short", "30"}};
  json::Array attributes;
  for (const std::string& attribute : attributes_of(asset)) attributes.emplace_back(attribute);
  wire.append("attributes", std::move(attributes));
  return wire;
}

json::Value wire_option_contract(const Asset& contract, const Asset& underlying, Date today,
                                 std::optional<Price> previous_close, Date previous_session) {
  BELAY_CHECK(contract.instrument.is_option());
  const OptionTerms& terms = *contract.instrument.option;
  const std::string name = underlying.symbol() + " " + to_text(terms.expiration) + " " + terms.strike.text(2) + " " +
                           (terms.is_call ? "Call" : "Put");
  const bool is_over = terms.expiration < today || !contract.active;
  json::Object wire{{"id", contract.id},
                    {"symbol", contract.symbol()},
                    {"name", name},
                    {"status", is_over ? "inactive" : "active"},
                    {"tradable", contract.tradable && !is_over},
                    {"expiration_date", to_text(terms.expiration)},
                    {"root_symbol", terms.root},
                    {"underlying_symbol", underlying.symbol()},
                    {"underlying_asset_id", underlying.id},
                    {"type", terms.is_call ? "call" : "put"},
                    {"style", is_cash_settled(terms) ? "european" : "american"},
                    {"strike_price", terms.strike.text()},
                    {"multiplier", std::to_string(contract.multiplier)},
                    {"size", contract.deliverable().text()},
                    {"open_interest", "1000"},
                    {"open_interest_date", to_text(previous_session)}};
  if (previous_close) {
    wire.append("close_price", previous_close->text());
    wire.append("close_price_date", to_text(previous_session));
  }
  return wire;
}

json::Value wire_deliverables(const Asset& contract, const Asset& underlying) {
  BELAY_CHECK(contract.instrument.is_option());
  const bool is_cash = is_cash_settled(*contract.instrument.option);
  json::Object deliverable{{"type", is_cash ? "cash" : "equity"},
                           {"symbol", is_cash ? "USD" : underlying.symbol()},
                           {"amount", contract.deliverable().text()},
                           {"allocation_percentage", "100"},
                           {"settlement_type", "T+1"},
                           {"settlement_method", is_cash ? "CADF" : "CCC"},
                           {"delayed_settlement", false}};
  if (!is_cash) deliverable.append("asset_id", underlying.id);
  json::Array deliverables;
  deliverables.emplace_back(std::move(deliverable));
  return deliverables;
}

}  // namespace belay::sim
