// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"
#include "core/trading/instrument.hpp"
#include "core/trading/order.hpp"

namespace belay::sim {

constexpr bool opens(PositionIntent intent) {
  return intent == PositionIntent::buy_to_open || intent == PositionIntent::sell_to_open;
}

/// One leg of a multi-leg order as somebody asks for it.
struct LegRequest {
  std::string symbol;
  std::optional<Quantity> ratio;  ///< contracts for each unit of the order
  std::optional<Side> side;
  std::optional<PositionIntent> intent;
};

/// An order as somebody asks for it, read from a request but not judged: absent and unknown parts are the exchange's to
/// refuse (alpaca.md 2, order request).
struct SubmitRequest {
  std::string client_id;  ///< empty: the exchange makes one
  std::string symbol;
  std::optional<Quantity> quantity;
  std::optional<Money> notional;
  std::optional<Side> side;
  OrderType type = OrderType::other;
  TimeInForce time_in_force = TimeInForce::other;
  OrderClass order_class = OrderClass::simple;
  std::optional<Price> limit_price;
  std::optional<Price> stop_price;
  std::optional<Price> trail_price;    ///< trailing stops: that or the percentage
  std::optional<Ratio> trail_percent;  ///< 1.5 is one and a half percent
  bool extended_hours = false;
  std::optional<PositionIntent> intent;
  std::optional<Price> take_profit_limit;  ///< take_profit.limit_price
  std::optional<Price> stop_loss_stop;     ///< stop_loss.stop_price
  std::optional<Price> stop_loss_limit;    ///< stop_loss.limit_price
  std::vector<LegRequest> legs;            ///< of a multi-leg order
};

/// How somebody would like to have an order changed: each part given overrides the order's own (alpaca.md 3.4).
struct ReplaceRequest {
  std::string client_id;  ///< of the new order; empty: the exchange makes one
  std::optional<Quantity> quantity;
  std::optional<TimeInForce> time_in_force;
  std::optional<Price> limit_price;
  std::optional<Price> stop_price;
  std::optional<Ratio> trail;  ///< dollars or percent, whichever the order trails by
};

/// An order as the exchange knows it: everything the broker's reply shows (alpaca.md 2, order response).
struct Order {
  OrderId id;
  ClientOrderId client_id;
  std::string account;  ///< account number
  std::string symbol;
  std::string asset_id;
  InstrumentKind kind = InstrumentKind::stock;
  Side side = Side::buy;
  OrderType type = OrderType::market;
  TimeInForce time_in_force = TimeInForce::day;
  OrderClass order_class = OrderClass::simple;
  PositionIntent intent = PositionIntent::buy_to_open;
  OrderStatus status = OrderStatus::pending_new;
  std::optional<Quantity> quantity;  ///< absent for notional orders, for life
  std::optional<Money> notional;
  Quantity filled;
  std::optional<Price> filled_average;
  std::optional<Price> limit_price;
  std::optional<Price> stop_price;  ///< of a trailing stop: where it stands by now
  std::optional<Price> trail_price;
  std::optional<Ratio> trail_percent;
  std::optional<Price> high_water;  ///< hwm: the best print seen by a trailing stop (alpaca.md 3.2, Trailing)
  bool extended_hours = false;
  Timestamp created_at;
  Timestamp updated_at;
  Timestamp submitted_at;
  std::optional<Timestamp> filled_at;
  std::optional<Timestamp> expires_at;
  std::optional<Timestamp> expired_at;
  std::optional<Timestamp> canceled_at;
  std::optional<Timestamp> failed_at;
  std::optional<Timestamp> replaced_at;
  std::optional<Timestamp> cancel_requested_at;
  std::optional<OrderId> replaced_by;
  std::optional<OrderId> replaces;
  std::vector<Order> legs;  ///< children of a bracket, OCO or OTO: take-profit first; one level deep
  /// Of a leg of a multi-leg order: contracts for each unit. The parent of such legs has no symbol, asset or side; its
  /// limit and average are the net of a unit: positive is paid, negative received (alpaca.md 3.1).
  std::optional<Quantity> ratio;
  bool late_close = false;  ///< of options that trade until 16:15 (alpaca.md 4, Hours)

  /// Whether it is the parent of a multi-leg order's legs.
  [[nodiscard]] bool is_combination() const { return order_class == OrderClass::mleg && !ratio; }
  bool operator==(const Order&) const = default;
};

/// What happened to an order: the words of the trading stream (alpaca.md 6.1).
enum class OrderEventType : std::uint8_t {
  accepted,
  pending_new,
  fresh,
  held,
  fill,
  partial_fill,
  canceled,
  expired,
  replaced,
  rejected,
  pending_cancel,
  pending_replace,
  order_cancel_rejected,
  order_replace_rejected,
  suspended,
  done_for_day,
  trade_bust,    ///< an execution is undone
  trade_correct  ///< an execution has another price or quantity than was said
};
std::string_view to_text(OrderEventType type);  ///< `fresh` is "new"

/// What one leg did when a multi-leg order filled.
struct LegExecution {
  std::string execution_id;
  OrderId order_id;
  std::string symbol;
  Price price;
  Quantity quantity;
  Quantity position_quantity;  ///< after it; signed

  bool operator==(const LegExecution&) const = default;
};

struct OrderEvent {
  std::uint64_t sequence = 0;  ///< 1, 2, 3, … over all accounts
  Timestamp at;
  OrderEventType type = OrderEventType::fresh;
  std::string account;
  Order order;  ///< as it stood right after the event
  // fill, partial_fill, trade_bust and trade_correct only:
  std::optional<std::string> execution_id;
  std::optional<Price> price;                 ///< of this execution
  std::optional<Quantity> quantity;           ///< of this execution
  std::optional<Quantity> position_quantity;  ///< after it; signed
  std::vector<LegExecution> legs;             ///< of a multi-leg order, in place of id and position above

  bool operator==(const OrderEvent&) const = default;
};

/// Which orders a listing shows (alpaca.md 2, GET /v2/orders).
struct OrderQuery {
  enum class Status : std::uint8_t { open, closed, all };
  Status status = Status::open;  ///< `open` leaves out children that are `held` (alpaca.md 3.3, Query)
  std::size_t limit = 50;
  std::optional<Timestamp> after;  ///< exclusive, by submission time
  std::optional<Timestamp> until;  ///< exclusive, by submission time
  bool ascending = false;
  bool nested = false;  ///< children appear only inside their parents, and a parent is judged by its own status
  std::vector<std::string> symbols;  ///< empty: all; an underlying names its contracts where `kinds` asks for them
  std::optional<Side> side;
  std::vector<InstrumentKind> kinds;    ///< empty: all
  std::optional<OrderId> after_order;   ///< exclusive, in order of submission
  std::optional<OrderId> before_order;  ///< exclusive
};

}  // namespace belay::sim
