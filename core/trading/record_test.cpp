// SPDX-License-Identifier: Apache-2.0
#include "core/trading/record.hpp"

#include <gtest/gtest.h>

namespace belay {
namespace {

TEST(EventType, IsTheWordOfTheTableBothWays) {
  for (const auto* word : {"created", "check", "price_update", "exit_triggered", "order_submitted", "order_update",
                           "partial_fill_detected", "guards_restored", "order_failed", "closed", "adopted", "merged",
                           "reconciled", "frozen", "amber", "operator", "service", "monitor_error", "alert"}) {
    const auto type = parse_event_type(word);
    ASSERT_TRUE(type) << word;
    EXPECT_EQ(to_text(*type), word);
  }
  EXPECT_EQ(to_text(EventType::price_update), "price_update");
  EXPECT_EQ(to_text(EventType::operator_), "operator");
  EXPECT_EQ(to_text(EventType::alert), "alert");
  EXPECT_FALSE(parse_event_type("operator_"));
}

TEST(Decimal, KeepsTheExactText) {
  EXPECT_EQ(Decimal(Price::from_nanos(1)).text, "0.000000001");
  EXPECT_EQ(Decimal(-12.5_usd).text, "-12.5");
}

}  // namespace
}  // namespace belay
