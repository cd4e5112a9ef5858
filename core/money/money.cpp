// SPDX-License-Identifier: Apache-2.0
#include "core/money/money.hpp"

#include "core/base/check.hpp"

namespace belay {
namespace {

std::optional<std::int64_t> quotient(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return std::nullopt;
  if (whole < 0) {
    part = fixed::subtract(0, part);
    whole = fixed::subtract(0, whole);
  }
  return fixed::multiply_divide(part, fixed::kScale, whole);
}

template <class Kind>
std::optional<Ratio> ratio_of(Kind part, Kind whole) {
  const auto nanos = quotient(part.nanos(), whole.nanos());
  if (!nanos) return std::nullopt;
  return Ratio::from_nanos(*nanos);
}

template <class Kind>
Kind scaled(Kind value, Ratio factor) {
  return Kind::from_nanos(fixed::multiply_divide(value.nanos(), factor.nanos(), fixed::kScale));
}

}  // namespace

Money notional(Price price, Quantity quantity, std::int64_t multiplier) {
  const std::int64_t units = fixed::multiply_divide(quantity.nanos(), multiplier, 1);
  return Money::from_nanos(fixed::multiply_divide(price.nanos(), units, fixed::kScale));
}

std::optional<Ratio> ratio(Money part, Money whole) { return ratio_of(part, whole); }
std::optional<Ratio> ratio(Price part, Price whole) { return ratio_of(part, whole); }

Price scale(Price price, Ratio factor) { return scaled(price, factor); }
Quantity scale(Quantity quantity, Ratio factor) { return scaled(quantity, factor); }
Money scale(Money money, Ratio factor) { return scaled(money, factor); }

std::optional<Price> average_price(Money amount, Quantity quantity, std::int64_t multiplier) {
  const auto nanos = quotient(amount.nanos(), fixed::multiply_divide(quantity.nanos(), multiplier, 1));
  if (!nanos) return std::nullopt;
  return Price::from_nanos(*nanos);
}

Price middle(Price a, Price b) {
  return Price::from_nanos(fixed::multiply_divide(fixed::add(a.nanos(), b.nanos()), 1, 2));
}

Quantity whole_part(Quantity quantity) {
  return Quantity::from_nanos(quantity.nanos() / fixed::kScale * fixed::kScale);
}

Price round_down(Price price, Price tick) {
  BELAY_CHECK(tick.is_positive());
  const std::int64_t rest = price.nanos() % tick.nanos();
  return Price::from_nanos(fixed::subtract(price.nanos() - rest, rest < 0 ? tick.nanos() : 0));
}

Price round_up(Price price, Price tick) {
  const Price down = round_down(price, tick);
  return down == price ? price : down + tick;
}

}  // namespace belay
