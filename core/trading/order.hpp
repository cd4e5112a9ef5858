// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/strong_id.hpp"
#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"

namespace belay {

using OrderId = StrongId<struct OrderIdTag>;              ///< the broker's
using ClientOrderId = StrongId<struct ClientOrderIdTag>;  ///< the sender's

enum class Side : std::uint8_t { buy, sell };
enum class OrderType : std::uint8_t { market, limit, stop, stop_limit, trailing_stop, other };
enum class TimeInForce : std::uint8_t { day, gtc, ioc, fok, opg, cls, other };
enum class OrderClass : std::uint8_t { simple, bracket, oco, oto, mleg, other };
enum class PositionIntent : std::uint8_t { buy_to_open, buy_to_close, sell_to_open, sell_to_close };

/// The broker's statuses (alpaca.md 3.5). `unknown`: a word that we do not know; treated as live, since that is safe.
enum class OrderStatus : std::uint8_t {
  accepted,
  pending_new,
  fresh,
  accepted_for_bidding,
  held,
  partially_filled,
  pending_cancel,
  pending_replace,
  done_for_day,
  stopped,
  calculated,
  suspended,
  filled,
  canceled,
  expired,
  rejected,
  replaced,
  unknown
};

/// filled, canceled, expired, rejected, replaced: this order id will not fill any further.
bool is_terminal(OrderStatus status);

std::string_view to_text(Side side);
std::string_view to_text(OrderType type);
std::string_view to_text(TimeInForce time_in_force);
std::string_view to_text(OrderClass order_class);  ///< simple is "simple"
std::string_view to_text(PositionIntent intent);
std::string_view to_text(OrderStatus status);  ///< the broker's word; `fresh` is "new"
std::optional<Side> parse_side(std::string_view text);
OrderType parse_order_type(std::string_view text);       ///< unknown words become `other`
TimeInForce parse_time_in_force(std::string_view text);  ///< unknown words become `other`
OrderClass parse_order_class(std::string_view text);     ///< "" is simple; unknown words become `other`
std::optional<PositionIntent> parse_position_intent(std::string_view text);
OrderStatus parse_order_status(std::string_view text);  ///< unknown words become `unknown`
Side opposite(Side side);

/// An order as the broker reports it. `legs` are the children of a bracket or OCO, one level deep; a leg does not name
/// its parent (alpaca.md 2).
struct Order {
  OrderId id;
  ClientOrderId client_id;
  std::string symbol;
  Side side = Side::buy;
  OrderType type = OrderType::market;
  TimeInForce time_in_force = TimeInForce::day;
  OrderClass order_class = OrderClass::simple;
  OrderStatus status = OrderStatus::unknown;
  std::string status_said;              ///< the broker's word where it is none that we know; else empty
  std::optional<Quantity> quantity;     ///< absent for notional orders
  Quantity filled;                      ///< cumulative
  std::optional<Price> filled_average;  ///< absent before a fill
  std::optional<Price> limit_price;
  std::optional<Price> stop_price;
  bool extended_hours = false;
  std::optional<Timestamp> created_at;
  std::optional<Timestamp> updated_at;
  std::optional<Timestamp> submitted_at;
  std::optional<Timestamp> filled_at;
  std::optional<OrderId> replaced_by;
  std::optional<OrderId> replaces;
  std::vector<Order> legs;

  bool operator==(const Order&) const = default;
};

/// An order to be sent. Exactly one quantity, never notional: what leaves is counted in what is held.
struct OrderRequest {
  ClientOrderId client_id;
  std::string symbol;
  Side side = Side::sell;
  OrderType type = OrderType::market;
  TimeInForce time_in_force = TimeInForce::day;
  OrderClass order_class = OrderClass::simple;
  Quantity quantity;
  std::optional<Price> limit_price;
  std::optional<Price> stop_price;
  bool extended_hours = false;
  std::optional<PositionIntent> intent;
  std::optional<Price> take_profit_limit;  ///< bracket and OCO
  std::optional<Price> stop_loss_stop;     ///< bracket and OCO
  std::optional<Price> stop_loss_limit;

  bool operator==(const OrderRequest&) const = default;
};

/// One execution, as the account's activities report it.
struct Fill {
  std::string id;  ///< the activity's id
  OrderId order_id;
  std::string symbol;
  Side side = Side::buy;
  Quantity quantity;
  Price price;
  Timestamp at;

  bool operator==(const Fill&) const = default;
};

}  // namespace belay
