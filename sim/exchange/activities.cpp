// SPDX-License-Identifier: Apache-2.0
// The rows that tell what came and went: executions, and movements without an order (alpaca.md 2, Activities).
#include <algorithm>
#include <chrono>
#include <utility>

#include "core/calendar/new_york.hpp"
#include "sim/exchange/exchange_core.hpp"

namespace belay::sim {
namespace {

constexpr std::chrono::hours kShown{4};  // early trading begins

std::string digits(std::int64_t value, std::size_t width) {
  std::string text = std::to_string(value);
  return std::string(width - std::min(width, text.size()), '0') + text;
}

/// The activity id of a moment: New York's date and time in digits, "::", a UUID (alpaca.md 2, Activities).
std::string activity_id(Timestamp at, const std::string& uuid) {
  const calendar::LocalTime local = calendar::to_new_york(at);
  const std::int64_t seconds = local.time_of_day.count();
  const std::int64_t part = ((at.nanos % fixed::kScale) + fixed::kScale) % fixed::kScale;
  return digits(static_cast<int>(local.date.year()), 4) + digits(static_cast<unsigned>(local.date.month()), 2) +
         digits(static_cast<unsigned>(local.date.day()), 2) + digits(seconds / 3600, 2) + digits(seconds / 60 % 60, 2) +
         digits(seconds % 60, 2) + digits(part / 1'000'000, 3) + "::" + uuid;
}

}  // namespace

/// Books an execution: holding, cash, FILL activity. Returns its id.
std::string ExchangeCore::book_fill(const OrderRecord& record, Quantity quantity, Price price, Timestamp at) {
  const Order& order = record.order;
  Ledger& books = ledger(order.account);
  const Quantity signed_quantity = order.side == Side::buy ? quantity : -quantity;
  books.trade(order.symbol, signed_quantity, price, market_.listing(order.symbol).asset.multiplier);

  Activity activity;
  activity.id = activity_id(at, ids_.ascending_uuid());
  activity.activity_type = "FILL";
  activity.at = at;
  activity.symbol = order.symbol;
  activity.quantity = quantity;
  activity.price = price;
  activity.is_partial = order.status != OrderStatus::filled;
  activity.order_id = order.id;
  activity.order_status = order.status;
  activity.side = order.side;
  activity.cumulative = order.filled;
  activity.leaves = record.remaining();
  activity.execution_id = ids_.uuid();
  std::string execution_id = activity.execution_id;
  books.record(std::move(activity));
  return execution_id;
}

/// Records what came or went without an order, with its id and time; ends the orders that it leaves nothing to close.
void ExchangeCore::record_movement(Ledger& books, Activity activity) {
  activity.at = now_;
  if (faults_.activities_next_day && activity.activity_type.starts_with("OP")) {
    const Date today = calendar::to_new_york(now_).date;
    activity.date = today;
    activity.at = calendar::from_new_york(std::chrono::sys_days(today) + std::chrono::days(1), kShown);
  }
  activity.id = activity_id(activity.at, ids_.ascending_uuid());
  const std::string symbol = activity.symbol;
  books.record(std::move(activity));
  end_what_exceeds(books, symbol);
}

void ExchangeCore::deposit(Ledger& books, Money amount) {
  books.receive(amount);
  const bool goes = amount.is_negative();
  record_movement(books, {.activity_type = goes ? "CSW" : "CSD",
                          .net_amount = amount,
                          .description = goes ? "Cash Withdrawal" : "Cash Deposit"});
}

}  // namespace belay::sim
