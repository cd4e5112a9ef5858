// SPDX-License-Identifier: Apache-2.0
#include "core/money/fixed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "core/money/money.hpp"

namespace belay::fixed {
namespace {

using testing::HasSubstr;

__extension__ using Wide = __int128;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

bool fits(Wide value) { return value >= kLeast && value <= kMost; }

/// Half to even by way of the floor, unlike the implementation, which works on magnitudes.
Wide rounded(Wide numerator, Wide divisor) {
  Wide floor = numerator / divisor;
  if (floor * divisor > numerator) --floor;
  const Wide above = numerator - floor * divisor;
  if (2 * above < divisor) return floor;
  if (2 * above > divisor) return floor + 1;
  return floor % 2 == 0 ? floor : floor + 1;
}

/// Numbers of every size: as many small ones as huge ones, either sign.
class AnySize {
 public:
  explicit AnySize(std::uint64_t seed) : random_(seed) {}

  std::int64_t operator()() {
    const auto bits = std::uniform_int_distribution<int>(0, 63)(random_);
    const auto magnitude = static_cast<std::int64_t>(bits == 0 ? 0 : random_() >> (64 - bits));
    return random_() % 2 == 0 ? magnitude : -magnitude;
  }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }

 private:
  std::mt19937_64 random_;
};

struct Written {
  const char* text;
  std::int64_t nanos;
};

TEST(FixedParse, ReadsExactDecimals) {
  for (const auto& [text, nanos] : std::initializer_list<Written>{
           {"0", 0},
           {"-0", 0},
           {"-0.000", 0},
           {"1", 1'000'000'000},
           {"+1", 1'000'000'000},
           {"-12.05", -12'050'000'000},
           {"0.1", 100'000'000},
           {".5", 500'000'000},
           {"5.", 5'000'000'000},
           {"007", 7'000'000'000},
           {"0.000000001", 1},
           {"-0.000000001", -1},
           {"123.456789012", 123'456'789'012},
           {"1.500000000000000000", 1'500'000'000},
           {"9223372036.854775807", kMost},
           {"-9223372036.854775808", kLeast},
       }) {
    const auto read = parse(text);
    ASSERT_TRUE(read.has_value()) << text << ": " << read.error().message;
    EXPECT_EQ(*read, nanos) << text;
    EXPECT_EQ(parse_rounding(text).value(), nanos) << text;
  }
}

TEST(FixedParse, RefusesWhatIsNoNumber) {
  for (const char* text : {"",   "-",        "+",     ".",    "-.",    "--1",    "+-1", "1-",        "1.2.3", " 1",
                           "1 ", "1,5",      "1'000", "0x10", "nan",   "NaN",    "inf", "-Infinity", "null",  "12a",
                           "$5", "\xd9\xa1", "1e",    "1e+",  "1e5.0", "1e1234", "e5",  "1ee5"}) {
    const auto read = parse(text);
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_THAT(read.error().message, HasSubstr(text));
    EXPECT_FALSE(parse_rounding(text).has_value()) << text;
  }
  EXPECT_FALSE(parse(std::string_view("1\0", 2)));
}

TEST(FixedParse, RefusesWhatWouldLoseDigits) {
  EXPECT_THAT(parse("0.0000000001").error().message, HasSubstr("more than nine decimals"));
  EXPECT_THAT(parse("1.1234567891").error().message, HasSubstr("1.1234567891"));
  EXPECT_TRUE(parse("1.1234567890").has_value());
}

TEST(FixedParse, ReadsNoExponents) {
  EXPECT_FALSE(parse("1e3"));
  EXPECT_FALSE(parse("1E-3"));
}

TEST(FixedParse, RefusesWhatIsOutOfRange) {
  for (const char* text : {"9223372036.854775808", "-9223372036.854775809", "9223372037", "10000000000",
                           "99999999999999999999999999", "-99999999999999999999999999.5"}) {
    ASSERT_FALSE(parse(text).has_value()) << text;
    EXPECT_THAT(parse(text).error().message, HasSubstr("range")) << text;
    EXPECT_THAT(parse_rounding(text).error().message, HasSubstr("range")) << text;
  }
  EXPECT_THAT(parse_rounding("1e10").error().message, HasSubstr("range"));
  EXPECT_THAT(parse_rounding("-1e999").error().message, HasSubstr("range"));
  EXPECT_THAT(parse_rounding("9223372036.8547758075").error().message, HasSubstr("range"));  // a tie goes up to even
}

TEST(FixedParse, ShowsOnlyTheBeginningOfALongText) {
  const auto read = parse(std::string(100'000, '1'));
  ASSERT_FALSE(read.has_value());
  EXPECT_LT(read.error().message.size(), 200U);
}

TEST(FixedParseRounding, RoundsHalfToEven) {
  for (const auto& [text, nanos] : std::initializer_list<Written>{
           {"0.0000000004", 0},
           {"0.0000000005", 0},
           {"0.00000000050000000001", 1},
           {"0.0000000006", 1},
           {"0.0000000015", 2},
           {"0.0000000025", 2},
           {"-0.0000000005", 0},
           {"-0.0000000015", -2},
           {"-0.0000000025", -2},
           {"0.00000000004999", 0},
           {"0.999999999999", 1'000'000'000},
           {"100.10000000000000142", 100'100'000'000},
           {"33.333333333333333333", 33'333'333'333},
       }) {
    EXPECT_EQ(parse_rounding(text).value(), nanos) << text;
  }
}

TEST(FixedParseRounding, ReadsExponents) {
  EXPECT_EQ(parse_rounding("1e3").value(), 1000 * kScale);
  EXPECT_EQ(parse_rounding("1.25E+2").value(), 125 * kScale);
  EXPECT_EQ(parse_rounding("-2.5e-1").value(), -kScale / 4);
  EXPECT_EQ(parse_rounding("1e-9").value(), 1);
  EXPECT_EQ(parse_rounding("15e-10").value(), 2);
  EXPECT_EQ(parse_rounding("1e-10").value(), 0);
  EXPECT_EQ(parse_rounding("1e-999").value(), 0);
  EXPECT_EQ(parse_rounding("0e999").value(), 0);
}

TEST(FixedParseRounding, AgreesWithWideArithmetic) {
  AnySize any(7);
  for (int i = 0; i < 50'000; ++i) {
    // A number with up to nine decimals more than fit.
    const auto extra = static_cast<int>(any.between(1, 9));
    std::int64_t unit = 1;
    for (int digit = 0; digit < extra; ++digit) unit *= 10;
    const std::int64_t nanos = any() / 2;
    const std::int64_t beyond = any.between(0, 3) == 0 ? unit / 2 : any.between(0, unit - 1);
    std::string digits = std::to_string(beyond);
    digits.insert(0, static_cast<std::size_t>(extra) - digits.size(), '0');
    const bool negative = nanos < 0;
    const std::string written = fixed::text(nanos, 9) + digits;
    const Wide exact = static_cast<Wide>(nanos) * unit + (negative ? -beyond : beyond);
    ASSERT_EQ(parse_rounding(written).value(), static_cast<std::int64_t>(rounded(exact, unit))) << written;
  }
}

TEST(FixedText, IsTheShortestExactOne) {
  EXPECT_EQ(text(0), "0");
  EXPECT_EQ(text(kScale), "1");
  EXPECT_EQ(text(-kScale / 2), "-0.5");
  EXPECT_EQ(text(-1), "-0.000000001");
  EXPECT_EQ(text(100 * kScale), "100");
  EXPECT_EQ(text(12'050'000'000), "12.05");
  EXPECT_EQ(text(kMost), "9223372036.854775807");
  EXPECT_EQ(text(kLeast), "-9223372036.854775808");
}

TEST(FixedText, KeepsTheDecimalsAskedFor) {
  EXPECT_EQ(text(kScale, 2), "1.00");
  EXPECT_EQ(text(12'500'000'000, 2), "12.50");
  EXPECT_EQ(text(12'345'000'000, 2), "12.345");  // never fewer than are needed
  EXPECT_EQ(text(0, 9), "0.000000000");
}

TEST(FixedText, ReadsBackAsTheSameNumber) {
  AnySize any(1);
  for (int i = 0; i < 50'000; ++i) {
    const std::int64_t nanos = any();
    ASSERT_EQ(parse(text(nanos)).value(), nanos);
    ASSERT_EQ(parse(text(nanos, static_cast<int>(any.between(0, 9)))).value(), nanos);
  }
}

TEST(FixedArithmetic, AgreesWithWideArithmetic) {
  AnySize any(2);
  int overflows = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::int64_t a = any();
    const std::int64_t b = any();
    const Wide sum = static_cast<Wide>(a) + b;
    const Wide difference = static_cast<Wide>(a) - b;
    if (fits(sum)) {
      ASSERT_EQ(add(a, b), static_cast<std::int64_t>(sum));
    } else {
      ++overflows;
      ASSERT_THROW(add(a, b), Overflow);
    }
    if (fits(difference)) {
      ASSERT_EQ(subtract(a, b), static_cast<std::int64_t>(difference));
    } else {
      ASSERT_THROW(subtract(a, b), Overflow);
    }
  }
  EXPECT_GT(overflows, 10);
}

TEST(FixedArithmetic, OverflowsExactlyAtTheEdge) {
  EXPECT_EQ(add(kMost - 1, 1), kMost);
  EXPECT_THROW(add(kMost, 1), Overflow);
  EXPECT_EQ(subtract(kLeast + 1, 1), kLeast);
  EXPECT_THROW(subtract(kLeast, 1), Overflow);
  EXPECT_THROW(subtract(0, kLeast), Overflow);
  EXPECT_THROW(multiply_divide(kMost, 2, 1), Overflow);
  EXPECT_EQ(multiply_divide(kMost, kMost, kMost), kMost);
  EXPECT_EQ(multiply_divide(kLeast, kMost, kMost), kLeast);
}

TEST(FixedMultiplyDivide, RoundsHalfToEven) {
  EXPECT_EQ(multiply_divide(1, 1, 2), 0);
  EXPECT_EQ(multiply_divide(3, 1, 2), 2);
  EXPECT_EQ(multiply_divide(5, 1, 2), 2);
  EXPECT_EQ(multiply_divide(-1, 1, 2), 0);
  EXPECT_EQ(multiply_divide(-3, 1, 2), -2);
  EXPECT_EQ(multiply_divide(-5, 1, 2), -2);
  EXPECT_EQ(multiply_divide(5, -1, 3), -2);
  EXPECT_EQ(multiply_divide(4, -1, 3), -1);
}

TEST(FixedMultiplyDivide, AgreesWithWideArithmetic) {
  AnySize any(3);
  int overflows = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::int64_t a = any();
    const std::int64_t b = any();
    const std::int64_t size = any();
    const std::int64_t divisor = size == 0 ? 1 : size < 0 ? -size : size;
    const Wide exact = rounded(static_cast<Wide>(a) * b, divisor);
    if (fits(exact)) {
      ASSERT_EQ(multiply_divide(a, b, divisor), static_cast<std::int64_t>(exact))
          << a << " * " << b << " / " << divisor;
    } else {
      ++overflows;
      ASSERT_THROW(multiply_divide(a, b, divisor), Overflow);
    }
  }
  EXPECT_GT(overflows, 1000);
}

TEST(FixedMultiplyDivideDeathTest, WantsAPositiveDivisor) {
  EXPECT_DEATH(multiply_divide(1, 1, 0), "broken expectation");
  EXPECT_DEATH(multiply_divide(1, 1, -1), "broken expectation");
}

TEST(FixedNumber, ComparesAndAdds) {
  EXPECT_LT(1.5_price, 2_price);
  EXPECT_EQ(1.10_price, 1.1_price);
  EXPECT_EQ(100.10_usd + 0.05_usd, 100.15_usd);
  EXPECT_EQ(-(3_qty), 0_qty - 3_qty);
  Money sum = 1_usd;
  sum += 0.25_usd;
  sum -= 2_usd;
  EXPECT_EQ(sum, -(0.75_usd));
  EXPECT_EQ(sum.magnitude(), 0.75_usd);
  EXPECT_EQ((0.75_usd).magnitude(), 0.75_usd);
  EXPECT_EQ(Quantity::whole(-12), -(12_qty));
}

TEST(FixedNumber, AnswersAboutItself) {
  EXPECT_TRUE(Money().is_zero());
  EXPECT_TRUE((0.000000001_usd).is_positive());
  EXPECT_TRUE((-(1_usd)).is_negative());
  EXPECT_FALSE((0_usd).is_positive());
  EXPECT_TRUE((12_qty).is_whole());
  EXPECT_FALSE((12.5_qty).is_whole());
  EXPECT_TRUE((-(12_qty)).is_whole());
}

TEST(FixedNumber, IsReadAndWritten) {
  EXPECT_EQ(Price::parse("-12.05").value().text(), "-12.05");
  EXPECT_EQ(Price::parse("12.5").value().text(2), "12.50");
  EXPECT_EQ(Price::parse_rounding("100.10000000000000142").value(), 100.1_price);
  EXPECT_FALSE(Price::parse("100.10000000000000142"));
  EXPECT_FALSE(Price::parse_rounding("much"));
}

TEST(FixedNumber, NeverWrapsAround) {
  const auto most = Money::from_nanos(kMost);
  const auto least = Money::from_nanos(kLeast);
  EXPECT_THROW(most + Money::from_nanos(1), Overflow);
  EXPECT_THROW(least - Money::from_nanos(1), Overflow);
  EXPECT_THROW(-least, Overflow);
  EXPECT_THROW((void)least.magnitude(), Overflow);
  EXPECT_THROW((void)Quantity::whole(9'223'372'037), Overflow);
  EXPECT_EQ(Quantity::whole(9'223'372'036).text(), "9223372036");
}

}  // namespace
}  // namespace belay::fixed
