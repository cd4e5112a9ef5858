// SPDX-License-Identifier: Apache-2.0
#include "sim/market/bar.hpp"

#include <algorithm>
#include <limits>

namespace belay::sim {
namespace {

constexpr WideSum kMost = ~(WideSum{1} << 127);

/// Neither is negative. What is absurdly large stays as large as can be.
WideSum sum(WideSum a, WideSum b) { return a > kMost - b ? kMost : a + b; }
WideSum product(WideSum a, WideSum b) { return b != 0 && a > kMost / b ? kMost : a * b; }
/// Neither is negative, and the divisor is not zero.
WideSum divided(WideSum amount, WideSum by) { return sum(amount, by / 2) / by; }

std::int64_t narrowed(WideSum value) {
  return static_cast<std::int64_t>(std::min<WideSum>(value, std::numeric_limits<std::int64_t>::max()));
}

}  // namespace

void Bar::take(Price price, Quantity size) {
  if (!has_prices()) open = high = low = price;
  high = std::max(high, price);
  low = std::min(low, price);
  close = price;
  take_volume(price, size);
}

void Bar::take_volume(Price price, Quantity size) {
  volume = sum(volume, size.nanos());
  turnover = sum(turnover, product(price.nanos(), size.nanos()));
  ++count;
}

void Bar::append(const Bar& later) {
  if (later.has_prices()) {
    if (!has_prices()) {
      open = later.open;
      high = later.high;
      low = later.low;
    }
    high = std::max(high, later.high);
    low = std::min(low, later.low);
    close = later.close;
  }
  volume = sum(volume, later.volume);
  turnover = sum(turnover, later.turnover);
  count += later.count;
}

Price Bar::average() const {
  if (volume == 0) return close;
  return Price::from_nanos(narrowed(divided(turnover, volume)));
}

std::int64_t Bar::whole_volume() const { return narrowed(volume / fixed::kScale); }

Bar Bar::rescaled(std::int64_t new_shares, std::int64_t old_shares) const {
  const auto cheaper = [&](Price price) {
    return Price::from_nanos(fixed::multiply_divide(price.nanos(), old_shares, new_shares));
  };
  Bar bar = *this;
  bar.open = cheaper(open);
  bar.high = cheaper(high);
  bar.low = cheaper(low);
  bar.close = cheaper(close);
  bar.volume = divided(product(volume, new_shares), old_shares);
  return bar;  // the turnover stays: more shares at lower prices
}

}  // namespace belay::sim
