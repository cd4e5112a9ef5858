// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/money/fixed.hpp"

namespace belay {

/// Dollars per share, or per unit of an option's deliverable (a premium of 1.20 is 120 dollars a contract).
using Price = Fixed<struct PriceTag>;
/// Shares or contracts; signed where it states a holding (negative: short).
using Quantity = Fixed<struct QuantityTag>;
/// Dollars.
using Money = Fixed<struct MoneyTag>;
/// A pure number: 0.05 is five percent.
using Ratio = Fixed<struct RatioTag>;

/// Dollars that `quantity` is worth at `price`; multiplier 1 for stock, the contract's for options.
Money notional(Price price, Quantity quantity, std::int64_t multiplier = 1);
/// part ÷ whole, rounded half to even at the ninth decimal; nullopt when whole is zero.
std::optional<Ratio> ratio(Money part, Money whole);
std::optional<Ratio> ratio(Price part, Price whole);
/// The price that is `factor` times `price`, e.g. price × 0.9.
Price scale(Price price, Ratio factor);
Quantity scale(Quantity quantity, Ratio factor);
Money scale(Money money, Ratio factor);
/// amount ÷ quantity ÷ multiplier as a price; nullopt when quantity is zero.
std::optional<Price> average_price(Money amount, Quantity quantity, std::int64_t multiplier = 1);
/// Halfway between the two.
Price middle(Price a, Price b);
/// The largest whole number of units not above `quantity` in magnitude (toward zero).
Quantity whole_part(Quantity quantity);
/// `price` moved to a multiple of `tick` (> 0): downwards or upwards.
Price round_down(Price price, Price tick);
Price round_up(Price price, Price tick);

inline namespace literals {

consteval Price operator""_price(const char* digits) { return Price::from_nanos(fixed::literal(digits)); }
consteval Quantity operator""_qty(const char* digits) { return Quantity::from_nanos(fixed::literal(digits)); }
consteval Money operator""_usd(const char* digits) { return Money::from_nanos(fixed::literal(digits)); }
consteval Ratio operator""_ratio(const char* digits) { return Ratio::from_nanos(fixed::literal(digits)); }

}  // namespace literals

}  // namespace belay
