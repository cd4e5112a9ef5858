// SPDX-License-Identifier: Apache-2.0
#include "core/trading/order.hpp"

#include "core/trading/words.hpp"

namespace belay {
namespace {

constexpr Words<Side, 2> kSides{{"buy", "sell"}};
constexpr Words<OrderType, 6> kTypes{{"market", "limit", "stop", "stop_limit", "trailing_stop", "other"}};
constexpr Words<TimeInForce, 7> kTimes{{"day", "gtc", "ioc", "fok", "opg", "cls", "other"}};
constexpr Words<OrderClass, 6> kClasses{{"simple", "bracket", "oco", "oto", "mleg", "other"}};
constexpr Words<PositionIntent, 4> kIntents{{"buy_to_open", "buy_to_close", "sell_to_open", "sell_to_close"}};
constexpr Words<OrderStatus, 18> kStatuses{{"accepted", "pending_new", "new", "accepted_for_bidding", "held",
                                            "partially_filled", "pending_cancel", "pending_replace", "done_for_day",
                                            "stopped", "calculated", "suspended", "filled", "canceled", "expired",
                                            "rejected", "replaced", "unknown"}};

}  // namespace

bool is_terminal(OrderStatus status) {
  switch (status) {
    case OrderStatus::filled:
    case OrderStatus::canceled:
    case OrderStatus::expired:
    case OrderStatus::rejected:
    case OrderStatus::replaced:
      return true;
    default:
      return false;
  }
}

std::string_view to_text(Side side) { return kSides.text_of(side); }
std::string_view to_text(OrderType type) { return kTypes.text_of(type); }
std::string_view to_text(TimeInForce time_in_force) { return kTimes.text_of(time_in_force); }
std::string_view to_text(OrderClass order_class) { return kClasses.text_of(order_class); }
std::string_view to_text(PositionIntent intent) { return kIntents.text_of(intent); }
std::string_view to_text(OrderStatus status) { return kStatuses.text_of(status); }

std::optional<Side> parse_side(std::string_view text) { return kSides.value_of(text); }
OrderType parse_order_type(std::string_view text) { return kTypes.value_of(text).value_or(OrderType::other); }
TimeInForce parse_time_in_force(std::string_view text) { return kTimes.value_of(text).value_or(TimeInForce::other); }
OrderClass parse_order_class(std::string_view text) {
  if (text.empty()) return OrderClass::simple;
  return kClasses.value_of(text).value_or(OrderClass::other);
}
std::optional<PositionIntent> parse_position_intent(std::string_view text) { return kIntents.value_of(text); }
OrderStatus parse_order_status(std::string_view text) {
  return kStatuses.value_of(text).value_or(OrderStatus::unknown);
}

Side opposite(Side side) { return side == Side::buy ? Side::sell : Side::buy; }

}  // namespace belay
