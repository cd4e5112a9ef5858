// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/exchange/scene.hpp"

namespace belay::sim {

inline constexpr auto kLower = "AAPL260220C00200000";
inline constexpr auto kUpper = "AAPL260220C00210000";
inline constexpr auto kLate = "AAPL260320C00210000";
inline constexpr auto kPut = "AAPL260220P00190000";

/// For tests: four contracts on AAPL with quotes, and orders of several legs.
class MultiLeg : public Scene {
 protected:
  MultiLeg() {
    quote(kLower, "5.00", "5.20");
    quote(kUpper, "2.00", "2.10");
    quote(kLate, "4.00", "4.10");
    quote(kPut, "3.00", "3.10");
    exchange.take_events();
  }

  static LegRequest leg(std::string_view symbol, PositionIntent intent, std::string_view ratio = "1") {
    const bool buys = intent == PositionIntent::buy_to_open || intent == PositionIntent::buy_to_close;
    return {std::string(symbol), qty(ratio), buys ? Side::buy : Side::sell, intent};
  }
  static SubmitRequest combination(std::string_view quantity, std::vector<LegRequest> legs,
                                   std::string_view limit_price = "") {
    SubmitRequest request;
    request.order_class = OrderClass::mleg;
    request.quantity = qty(quantity);
    request.type = limit_price.empty() ? OrderType::market : OrderType::limit;
    if (!limit_price.empty()) request.limit_price = price(limit_price);
    request.time_in_force = TimeInForce::day;
    request.legs = std::move(legs);
    return request;
  }
  static SubmitRequest debit_spread(std::string_view quantity, std::string_view limit_price = "") {
    return combination(quantity, {leg(kLower, PositionIntent::buy_to_open), leg(kUpper, PositionIntent::sell_to_open)},
                       limit_price);
  }
  static SubmitRequest credit_spread(std::string_view quantity, std::string_view limit_price = "") {
    return combination(quantity, {leg(kLower, PositionIntent::sell_to_open), leg(kUpper, PositionIntent::buy_to_open)},
                       limit_price);
  }
};

}  // namespace belay::sim
