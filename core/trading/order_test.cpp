// SPDX-License-Identifier: Apache-2.0
#include "core/trading/order.hpp"

#include <gtest/gtest.h>

#include <set>

namespace belay {
namespace {

TEST(OrderStatus, IsTheBrokersWordBothWays) {
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(OrderStatus::unknown); ++i) {
    const auto status = static_cast<OrderStatus>(i);
    words.insert(to_text(status));
    EXPECT_EQ(parse_order_status(to_text(status)), status) << to_text(status);
  }
  EXPECT_EQ(words.size(), 18u);
  EXPECT_EQ(parse_order_status("new"), OrderStatus::fresh);
  EXPECT_EQ(to_text(OrderStatus::suspended), "suspended");
  EXPECT_EQ(to_text(OrderStatus::pending_cancel), "pending_cancel");
}

TEST(OrderStatus, IsLiveWhereWeDoNotKnowTheWord) {
  EXPECT_EQ(parse_order_status("teleported"), OrderStatus::unknown);
  EXPECT_EQ(parse_order_status(""), OrderStatus::unknown);
  EXPECT_FALSE(is_terminal(OrderStatus::unknown));
}

TEST(OrderStatus, IsTerminalInFiveCasesOnly) {
  std::set<std::string_view> terminal;
  for (int i = 0; i <= static_cast<int>(OrderStatus::unknown); ++i) {
    if (is_terminal(static_cast<OrderStatus>(i))) terminal.insert(to_text(static_cast<OrderStatus>(i)));
  }
  EXPECT_EQ(terminal, (std::set<std::string_view>{"filled", "canceled", "expired", "rejected", "replaced"}));
}

TEST(OrderWords, RoundTrip) {
  for (const auto* word : {"market", "limit", "stop", "stop_limit", "trailing_stop"}) {
    EXPECT_EQ(to_text(parse_order_type(word)), word);
  }
  for (const auto* word : {"day", "gtc", "ioc", "fok", "opg", "cls"}) {
    EXPECT_EQ(to_text(parse_time_in_force(word)), word);
  }
  for (const auto* word : {"simple", "bracket", "oco", "oto", "mleg"}) {
    EXPECT_EQ(to_text(parse_order_class(word)), word);
  }
  for (const auto* word : {"buy_to_open", "buy_to_close", "sell_to_open", "sell_to_close"}) {
    ASSERT_TRUE(parse_position_intent(word));
    EXPECT_EQ(to_text(*parse_position_intent(word)), word);
  }
  EXPECT_EQ(parse_side("buy"), Side::buy);
  EXPECT_EQ(parse_side("sell"), Side::sell);
}

TEST(OrderWords, UnknownOnesAreOtherOrNone) {
  EXPECT_EQ(parse_order_type("peg"), OrderType::other);
  EXPECT_EQ(parse_time_in_force("gtd"), TimeInForce::other);
  EXPECT_EQ(parse_order_class("basket"), OrderClass::other);
  EXPECT_EQ(parse_order_class(""), OrderClass::simple);
  EXPECT_FALSE(parse_side(""));
  EXPECT_FALSE(parse_side("sell_short"));
  EXPECT_FALSE(parse_position_intent(""));
}

TEST(Side, HasAnOpposite) {
  EXPECT_EQ(opposite(Side::buy), Side::sell);
  EXPECT_EQ(opposite(Side::sell), Side::buy);
}

}  // namespace
}  // namespace belay
