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
  bool extended_hours = false;
  std::optional<PositionIntent> intent;
  std::optional<Price> take_profit_limit;  ///< take_profit.limit_price
  std::optional<Price> stop_loss_stop;     ///< stop_loss.stop_price
  std::optional<Price> stop_loss_limit;    ///< stop_loss.limit_price
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
  std::optional<Price> stop_price;
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
  std::optional<OrderId> replaced_by;
  std::optional<OrderId> replaces;
  std::vector<Order> legs;  ///< children of a bracket, OCO or OTO: take-profit first; one level deep

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
  rejected
};
std::string_view to_text(OrderEventType type);  ///< `fresh` is "new"

struct OrderEvent {
  std::uint64_t sequence = 0;  ///< 1, 2, 3, … over all accounts
  Timestamp at;
  OrderEventType type = OrderEventType::fresh;
  std::string account;
  Order order;  ///< as it stood right after the event
  // fill and partial_fill only:
  std::optional<std::string> execution_id;
  std::optional<Price> price;                 ///< of this execution
  std::optional<Quantity> quantity;           ///< of this execution
  std::optional<Quantity> position_quantity;  ///< after it; signed

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
  std::vector<std::string> symbols;  ///< empty: all
  std::optional<Side> side;
};

}  // namespace belay::sim
