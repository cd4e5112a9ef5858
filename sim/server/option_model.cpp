// SPDX-License-Identifier: Apache-2.0
#include "sim/server/option_model.hpp"

#include <cmath>
#include <numbers>

namespace belay::sim {
namespace {

constexpr double kLowest = 0.001;
constexpr double kHighest = 10;
constexpr int kHalvings = 60;
constexpr double kDaysOfYear = 365;

double normal_density(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); }
double normal_share_below(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

/// How many standard deviations the strike lies away: what the model's textbooks call d1 and d2.
struct Distances {
  double first;
  double second;
  double spread;  ///< the standard deviation of the underlying's logarithm until the end
};

Distances distances(const OptionTermsNow& terms, double volatility) {
  const double spread = volatility * std::sqrt(terms.years);
  const double drift = (terms.rate + volatility * volatility / 2) * terms.years;
  const double first = (std::log(terms.underlying / terms.strike) + drift) / spread;
  return {first, first - spread, spread};
}

}  // namespace

double option_price(const OptionTermsNow& terms, double volatility) {
  const Distances d = distances(terms, volatility);
  const double strike_now = terms.strike * std::exp(-terms.rate * terms.years);
  if (terms.is_call) {
    return terms.underlying * normal_share_below(d.first) - strike_now * normal_share_below(d.second);
  }
  return strike_now * normal_share_below(-d.second) - terms.underlying * normal_share_below(-d.first);
}

Greeks option_greeks(const OptionTermsNow& terms, double volatility) {
  const Distances d = distances(terms, volatility);
  const double sign = terms.is_call ? 1 : -1;
  const double density = normal_density(d.first);
  const double strike_now = terms.strike * std::exp(-terms.rate * terms.years);
  const double in_the_money = normal_share_below(sign * d.second);
  const double decay = terms.underlying * density * volatility / (2 * std::sqrt(terms.years));
  Greeks greeks;
  greeks.delta = sign * normal_share_below(sign * d.first);
  greeks.gamma = density / (terms.underlying * d.spread);
  greeks.theta = (-decay - sign * terms.rate * strike_now * in_the_money) / kDaysOfYear;
  greeks.vega = terms.underlying * density * std::sqrt(terms.years) / 100;
  greeks.rho = sign * strike_now * terms.years * in_the_money / 100;
  return greeks;
}

std::optional<double> implied_volatility(const OptionTermsNow& terms, double price) {
  if (!(terms.underlying > 0 && terms.strike > 0 && terms.years > 0 && price > 0)) return std::nullopt;
  double low = kLowest;
  double high = kHighest;
  if (price < option_price(terms, low) || option_price(terms, high) < price) return std::nullopt;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    (option_price(terms, middle) < price ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace belay::sim
