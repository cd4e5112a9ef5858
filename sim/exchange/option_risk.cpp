// SPDX-License-Identifier: Apache-2.0
#include "sim/exchange/option_risk.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace belay::sim {
namespace {

/// Later expirations first, so that whoever has been seen may cover whoever comes.
Quantity uncovered(std::vector<Contracts> contracts, bool calls) {
  std::erase_if(contracts, [&](const Contracts& one) { return one.terms.is_call != calls; });
  std::ranges::sort(contracts, [](const Contracts& a, const Contracts& b) {
    if (a.terms.expiration != b.terms.expiration) return a.terms.expiration > b.terms.expiration;
    return a.quantity > b.quantity;
  });
  Quantity cover;
  Quantity bare;
  for (const Contracts& one : contracts) {
    if (one.quantity.is_positive()) {
      cover += one.quantity;
      continue;
    }
    const Quantity covered = std::min(cover, one.quantity.magnitude());
    cover -= covered;
    bare += one.quantity.magnitude() - covered;
  }
  return bare;
}

/// A long contract that ends before the last short one of its kind is no help to the end.
void drop_short_lived_cover(std::vector<Contracts>& contracts) {
  const std::vector<Contracts> all = contracts;
  std::erase_if(contracts, [&](const Contracts& one) {
    return one.quantity.is_positive() && std::ranges::any_of(all, [&](const Contracts& other) {
             return other.quantity.is_negative() && other.terms.is_call == one.terms.is_call &&
                    other.terms.expiration > one.terms.expiration;
           });
  });
}

constexpr Money kBeyond = Money::from_nanos(std::numeric_limits<std::int64_t>::max() / 4);

Money pay_off(const std::vector<Contracts>& contracts, Price underlying) {
  Money sum;
  for (const Contracts& one : contracts) {
    const Price value = one.terms.is_call ? underlying - one.terms.strike : one.terms.strike - underlying;
    if (!value.is_positive()) continue;
    try {
      sum += notional(value, one.quantity, one.multiplier);
    } catch (const Overflow&) {  // more than can be said in dollars: the sign is what counts
      return one.quantity.is_positive() ? kBeyond : -kBeyond;
    }
  }
  return sum;
}

}  // namespace

void add_to(std::vector<Contracts>& contracts, const Contracts& moved) {
  const auto same = std::ranges::find(contracts, moved.terms, &Contracts::terms);
  if (same == contracts.end()) {
    contracts.push_back(moved);
  } else {
    same->quantity += moved.quantity;
  }
}

std::vector<Contracts> without_surplus(std::vector<Contracts> moved) {
  Quantity sold_calls;
  Quantity sold_puts;
  for (const Contracts& one : moved) {
    if (one.quantity.is_negative()) (one.terms.is_call ? sold_calls : sold_puts) += one.quantity.magnitude();
  }
  std::ranges::sort(moved, std::ranges::greater{}, [](const Contracts& one) { return one.terms.expiration; });
  for (Contracts& one : moved) {
    if (!one.quantity.is_positive()) continue;
    Quantity& to_cover = one.terms.is_call ? sold_calls : sold_puts;
    one.quantity = std::min(one.quantity, to_cover);
    to_cover -= one.quantity;
  }
  return moved;
}

Quantity uncovered_calls(std::vector<Contracts> contracts) { return uncovered(std::move(contracts), true); }
Quantity uncovered_puts(std::vector<Contracts> contracts) { return uncovered(std::move(contracts), false); }

std::vector<Contracts> without_uncovered_calls(std::vector<Contracts> contracts) {
  Quantity bare = uncovered(contracts, true);
  std::ranges::sort(contracts, {}, [](const Contracts& one) { return one.terms.strike; });
  for (Contracts& one : contracts) {
    if (!one.terms.is_call || !one.quantity.is_negative()) continue;
    const Quantity taken = std::min(bare, one.quantity.magnitude());
    one.quantity += taken;
    bare -= taken;
  }
  return contracts;
}

/// The pay-off is a line with a kink at each strike: its lowest point is at one of them or at zero, since with all
/// calls covered it does not fall any more beyond the last.
Money greatest_loss(std::vector<Contracts> contracts) {
  drop_short_lived_cover(contracts);
  Money worst = std::min(Money{}, pay_off(contracts, Price{}));
  for (const Contracts& one : contracts) worst = std::min(worst, pay_off(contracts, one.terms.strike));
  return -worst;
}

}  // namespace belay::sim
