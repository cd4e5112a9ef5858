// SPDX-License-Identifier: Apache-2.0
#include "core/money/money.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <type_traits>

namespace belay {
namespace {

constexpr auto kMostPrice = Price::from_nanos(std::numeric_limits<std::int64_t>::max());
constexpr auto kLeastPrice = Price::from_nanos(std::numeric_limits<std::int64_t>::min());

template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };
template <class A, class B>
concept Comparable = requires(A a, B b) { a < b; };

static_assert(Addable<Price, Price>);
static_assert(!Addable<Price, Quantity> && !Addable<Money, Price> && !Addable<Money, Ratio>);
static_assert(!Comparable<Price, Money> && !Comparable<Price, int>);
static_assert(!std::is_convertible_v<Price, Money> && !std::is_convertible_v<double, Price> &&
              !std::is_convertible_v<int, Price>);

TEST(MoneyLiterals, AreExact) {
  static_assert((12.05_price).nanos() == 12'050'000'000);
  static_assert((0.000000001_ratio).nanos() == 1);
  static_assert((1'000'000_usd).nanos() == 1'000'000'000'000'000);
  static_assert((3_qty).nanos() == 3'000'000'000);
  EXPECT_EQ((9223372036.854775807_usd).text(), "9223372036.854775807");
}

TEST(Notional, IsPriceTimesQuantityTimesMultiplier) {
  EXPECT_EQ(notional(12.05_price, 100_qty), 1205_usd);
  EXPECT_EQ(notional(1.20_price, 3_qty, 100), 360_usd);
  EXPECT_EQ(notional(12.05_price, -(100_qty)), -(1205_usd));
  EXPECT_EQ(notional(187.43_price, 0.123456789_qty), 23.139505962_usd);  // 23.13950596227, cut at the ninth decimal
  EXPECT_THROW(notional(1'000'000_price, 1'000'000_qty), Overflow);
  EXPECT_THROW(notional(0.01_price, 1'000'000'000_qty, 100), Overflow);
}

TEST(RatioOf, IsRoundedHalfToEven) {
  EXPECT_EQ(ratio(5_usd, 100_usd), 0.05_ratio);
  EXPECT_EQ(ratio(1_usd, 3_usd), 0.333333333_ratio);
  EXPECT_EQ(ratio(2_price, 3_price), 0.666666667_ratio);
  EXPECT_EQ(ratio(0.000000001_usd, 2_usd), 0_ratio);
  EXPECT_EQ(ratio(0.000000003_usd, 2_usd), 0.000000002_ratio);
  EXPECT_EQ(ratio(-(5_usd), 100_usd), -(0.05_ratio));
  EXPECT_EQ(ratio(5_usd, -(100_usd)), -(0.05_ratio));
  EXPECT_EQ(ratio(-(5_usd), -(100_usd)), 0.05_ratio);
}

TEST(RatioOf, ZeroIsUnknown) {
  EXPECT_EQ(ratio(5_usd, 0_usd), std::nullopt);
  EXPECT_EQ(ratio(0_price, 0_price), std::nullopt);
}

TEST(Scale, MultipliesByAFactor) {
  EXPECT_EQ(scale(100_price, 0.9_ratio), 90_price);
  EXPECT_EQ(scale(-(100_usd), 0.015_ratio), -(1.5_usd));
  EXPECT_EQ(scale(10_qty, 0.33_ratio), 3.3_qty);
  EXPECT_EQ(scale(0.000000001_price, 0.5_ratio), 0_price);
  EXPECT_EQ(scale(0.000000003_price, 0.5_ratio), 0.000000002_price);
  EXPECT_THROW(scale(kMostPrice, 1.1_ratio), Overflow);
}

TEST(AveragePrice, UndoesNotional) {
  EXPECT_EQ(average_price(1205_usd, 100_qty), 12.05_price);
  EXPECT_EQ(average_price(360_usd, 3_qty, 100), 1.2_price);
  EXPECT_EQ(average_price(100_usd, 3_qty), 33.333333333_price);
  EXPECT_EQ(average_price(-(1205_usd), -(100_qty)), 12.05_price);
  EXPECT_EQ(average_price(-(1205_usd), 100_qty), -(12.05_price));
  EXPECT_EQ(average_price(100_usd, 0_qty), std::nullopt);
  EXPECT_THROW(average_price(1'000_usd, 0.000000001_qty), Overflow);
}

TEST(AveragePrice, OfWholeUnitsIsThePriceAgain) {
  std::mt19937_64 random(4);
  std::uniform_int_distribution<std::int64_t> cents(1, 10'000'000);
  std::uniform_int_distribution<std::int64_t> units(1, 90'000);
  for (int i = 0; i < 20'000; ++i) {
    const auto price = Price::from_nanos(cents(random) * (fixed::kScale / 100));
    const Quantity quantity = Quantity::whole(units(random));
    ASSERT_EQ(average_price(notional(price, quantity), quantity), price);
  }
}

TEST(Middle, IsHalfway) {
  EXPECT_EQ(middle(1.00_price, 1.05_price), 1.025_price);
  EXPECT_EQ(middle(1.05_price, 1.00_price), 1.025_price);
  EXPECT_EQ(middle(0.000000001_price, 0.000000002_price), 0.000000002_price);  // half to even
  EXPECT_EQ(middle(-(1_price), 1_price), 0_price);
}

TEST(WholePart, GoesTowardsZero) {
  EXPECT_EQ(whole_part(3.999999999_qty), 3_qty);
  EXPECT_EQ(whole_part(-(3.999999999_qty)), -(3_qty));
  EXPECT_EQ(whole_part(0.5_qty), 0_qty);
  EXPECT_EQ(whole_part(12_qty), 12_qty);
}

TEST(RoundToTick, GoesDownAndUp) {
  EXPECT_EQ(round_down(1.239_price, 0.01_price), 1.23_price);
  EXPECT_EQ(round_up(1.231_price, 0.01_price), 1.24_price);
  EXPECT_EQ(round_down(1.23_price, 0.01_price), 1.23_price);
  EXPECT_EQ(round_up(1.23_price, 0.01_price), 1.23_price);
  EXPECT_EQ(round_down(3.19_price, 0.05_price), 3.15_price);
  EXPECT_EQ(round_up(3.11_price, 0.10_price), 3.20_price);
  EXPECT_EQ(round_down(0.004_price, 0.01_price), 0_price);
}

TEST(RoundToTick, DownIsDownForNegativePricesToo) {
  EXPECT_EQ(round_down(-(1.231_price), 0.01_price), -(1.24_price));
  EXPECT_EQ(round_up(-(1.239_price), 0.01_price), -(1.23_price));
}

TEST(RoundToTick, NeverWrapsAround) {
  EXPECT_THROW(round_down(kLeastPrice, 1_price), Overflow);
  EXPECT_THROW(round_up(kMostPrice, 1_price), Overflow);
}

TEST(RoundToTick, IsAMultipleLessThanATickAway) {
  std::mt19937_64 random(5);
  std::uniform_int_distribution<std::int64_t> any(-1'000'000'000'000, 1'000'000'000'000);
  for (int i = 0; i < 20'000; ++i) {
    const auto price = Price::from_nanos(any(random));
    for (const Price tick : {0.0001_price, 0.01_price, 0.05_price, 0.1_price, 0.000000007_price}) {
      const Price down = round_down(price, tick);
      const Price up = round_up(price, tick);
      ASSERT_EQ(down.nanos() % tick.nanos(), 0);
      ASSERT_EQ(up.nanos() % tick.nanos(), 0);
      ASSERT_TRUE(down <= price && price - down < tick);
      ASSERT_TRUE(up >= price && up - price < tick);
    }
  }
}

TEST(RoundToTickDeathTest, WantsAPositiveTick) { EXPECT_DEATH(round_down(1_price, 0_price), "broken expectation"); }

}  // namespace
}  // namespace belay
