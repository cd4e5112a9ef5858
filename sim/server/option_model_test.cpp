// SPDX-License-Identifier: Apache-2.0
#include "sim/server/option_model.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace belay::sim {
namespace {

constexpr OptionTermsNow kCall{.is_call = true, .underlying = 100, .strike = 95, .years = 0.25, .rate = 0.05};
constexpr OptionTermsNow kPut{.is_call = false, .underlying = 100, .strike = 95, .years = 0.25, .rate = 0.05};

TEST(OptionModel, the_price_of_a_call_less_that_of_a_put_is_the_forward) {
  const double forward = 100 - 95 * std::exp(-0.05 * 0.25);
  for (const double volatility : {0.1, 0.5, 2.0}) {
    EXPECT_NEAR(option_price(kCall, volatility) - option_price(kPut, volatility), forward, 1e-9);
  }
}

TEST(OptionModel, at_the_money_without_a_rate_the_price_is_two_fifths_of_the_spread) {
  // S × σ × √T × 0.39894 for small spreads: the model's well-known approximation.
  const OptionTermsNow terms{.is_call = true, .underlying = 50, .strike = 50, .years = 1.0 / 12, .rate = 0};
  EXPECT_NEAR(option_price(terms, 0.2), 50 * 0.2 * std::sqrt(1.0 / 12) * 0.398942, 1e-3);
}

TEST(OptionModel, greeks_are_what_the_price_does_when_something_moves) {
  for (const OptionTermsNow& terms : {kCall, kPut}) {
    const double volatility = 0.35;
    const Greeks greeks = option_greeks(terms, volatility);
    const auto price = [&](double by, double years, double sigma, double rate) {
      OptionTermsNow moved = terms;
      moved.underlying += by;
      moved.years += years;
      moved.rate += rate;
      return option_price(moved, volatility + sigma);
    };
    const double h = 1e-4;
    EXPECT_NEAR(greeks.delta, (price(h, 0, 0, 0) - price(-h, 0, 0, 0)) / (2 * h), 1e-6);
    EXPECT_NEAR(greeks.gamma, (price(0.01, 0, 0, 0) - 2 * price(0, 0, 0, 0) + price(-0.01, 0, 0, 0)) / 1e-4, 1e-5);
    EXPECT_NEAR(greeks.theta, -(price(0, h, 0, 0) - price(0, -h, 0, 0)) / (2 * h) / 365, 1e-6);
    EXPECT_NEAR(greeks.vega, (price(0, 0, h, 0) - price(0, 0, -h, 0)) / (2 * h) / 100, 1e-6);
    EXPECT_NEAR(greeks.rho, (price(0, 0, 0, h) - price(0, 0, 0, -h)) / (2 * h) / 100, 1e-6);
  }
}

TEST(OptionModel, the_implied_volatility_gives_the_price_back) {
  for (const OptionTermsNow& terms : {kCall, kPut}) {
    for (const double volatility : {0.05, 0.3, 1.5}) {
      const auto implied = implied_volatility(terms, option_price(terms, volatility));
      ASSERT_TRUE(implied.has_value()) << volatility;
      EXPECT_NEAR(*implied, volatility, 1e-6);
    }
  }
}

TEST(OptionModel, a_price_that_no_volatility_makes_has_none) {
  EXPECT_FALSE(implied_volatility(kCall, 5).has_value());    // below what it is worth for certain
  EXPECT_FALSE(implied_volatility(kCall, 101).has_value());  // above the stock itself
  EXPECT_FALSE(implied_volatility(kCall, 0).has_value());
  OptionTermsNow over = kCall;
  over.years = 0;
  EXPECT_FALSE(implied_volatility(over, 6).has_value());
}

}  // namespace
}  // namespace belay::sim
