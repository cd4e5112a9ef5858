// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

namespace belay::sim {

// Black and Scholes, for a view of the data and nothing else: no order, no account looks at it. Floating point will do.

/// A European option on something that pays nothing.
struct OptionTermsNow {
  bool is_call = true;
  double underlying = 0;  ///< dollars
  double strike = 0;      ///< dollars
  double years = 0;       ///< until it expires
  double rate = 0.04;     ///< of money without risk, a year, compounded continuously
};

struct Greeks {
  double delta = 0;  ///< a dollar of the underlying
  double gamma = 0;  ///< of delta, a dollar of the underlying
  double theta = 0;  ///< a calendar day
  double vega = 0;   ///< a percentage point of volatility
  double rho = 0;    ///< a percentage point of the rate
};

[[nodiscard]] double option_price(const OptionTermsNow& terms, double volatility);
[[nodiscard]] Greeks option_greeks(const OptionTermsNow& terms, double volatility);
/// The volatility at which the option costs `price`, from 0.001 to 10; nullopt where none does: below its value without
/// any volatility, above the underlying's (or strike's), or past its end.
[[nodiscard]] std::optional<double> implied_volatility(const OptionTermsNow& terms, double price);

}  // namespace belay::sim
