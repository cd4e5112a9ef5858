// SPDX-License-Identifier: Apache-2.0
#include "sim/server/wire_activity_event.hpp"

#include <utility>

#include "core/calendar/new_york.hpp"

namespace belay::sim {
namespace {

using belay::to_text;  // of a Date: sim::to_text would hide it

/// Trades settle on the next trading day.
Date settlement_of_trade(Timestamp at, const Exchange& exchange) {
  return exchange.calendar().session_after(calendar::to_new_york(at).date).date;
}

Date settled_on(const Activity& activity, const Exchange& exchange) {
  return activity.is_fill() ? settlement_of_trade(activity.at, exchange) : calendar::to_new_york(activity.at).date;
}

json::Object trade_details(const Activity& fill, const std::string& account, const Exchange& exchange) {
  json::Object details{{"symbol", fill.symbol},
                       {"order_id", fill.order_id.text()},
                       {"order_status", to_text(fill.order_status)},
                       {"execution_type", "fill"},
                       {"side", to_text(fill.side)},
                       {"cum_qty", fill.cumulative.text()},
                       {"leaves_qty", fill.leaves.text()},
                       {"commission", "0"}};
  if (const Asset* asset = exchange.asset(fill.symbol)) details.append("asset_id", asset->id);
  if (const auto order = exchange.order(account, fill.order_id)) {
    details.append("client_order_id", order->client_id.text());
  }
  return details;
}

json::Object other_details(const Activity& activity) {
  json::Object details{{"description", activity.description},
                       {"system_date", to_text(calendar::to_new_york(activity.at).date)}};
  if (!activity.symbol.empty()) details.append("symbol", activity.symbol);
  if (!activity.group_id.empty()) details.append("group_id", activity.group_id);
  return details;
}

}  // namespace

json::Value wire_activity_event(const Activity& activity, const std::string& event_id, const std::string& account,
                                const Exchange& exchange) {
  const bool is_fill = activity.is_fill();
  json::Object event{{"event_id", event_id},
                     {"at", to_text(activity.at)},
                     {"executed_at", to_text(activity.at)},
                     {"activity_type", is_fill ? "TRD" : activity.activity_type},
                     {"status", "executed"},
                     {"settle_date", to_text(settled_on(activity, exchange))},
                     {"currency", "USD"},
                     // The UUID of an activity stands behind the time in its id.
                     {"ref_id", is_fill ? activity.execution_id : activity.id.substr(activity.id.rfind(':') + 1)}};
  if (!activity.symbol.empty()) event.append("qty", activity.quantity.text());
  if (activity.price) event.append("price", activity.price->text());
  if (!is_fill) event.append("net_amount", activity.net_amount.text());
  event.append("details", is_fill ? trade_details(activity, account, exchange) : other_details(activity));
  return event;
}

json::Value wire_correction_event(const OrderEvent& event, const std::string& event_id, const Exchange& exchange) {
  const Order& order = event.order;
  const bool undone = event.type == OrderEventType::trade_bust;
  const std::string execution = event.execution_id.value_or("");
  json::Object details{{"symbol", order.symbol},
                       {"asset_id", order.asset_id},
                       {"order_id", order.id.text()},
                       {"client_order_id", order.client_id.text()},
                       {"order_status", to_text(order.status)},
                       {"execution_type", to_text(event.type)},
                       {"side", to_text(order.side)},
                       {"cum_qty", order.filled.text()}};
  return json::Object{{"event_id", event_id},
                      {"at", to_text(event.at)},
                      {"executed_at", to_text(event.at)},
                      {"activity_type", "TRD"},
                      {"status", undone ? "canceled" : "correct"},
                      {"settle_date", to_text(settlement_of_trade(event.at, exchange))},
                      {"currency", "USD"},
                      {"ref_id", execution},
                      {"previous_id", execution},
                      {"qty", event.quantity.value_or(Quantity()).text()},
                      {"price", event.price.value_or(Price()).text()},
                      {"details", std::move(details)}};
}

}  // namespace belay::sim
