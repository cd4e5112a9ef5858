// SPDX-License-Identifier: Apache-2.0
#include "sim/exchange/option_risk.hpp"

#include <algorithm>
#include <iterator>
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

/// The short contracts of a kind, and as many of the long ones as cover them: each lives at least as long as what it
/// covers, and of those the ones whose strikes are worth most.
std::vector<Contracts> covered(std::vector<Contracts> contracts, bool calls) {
  std::erase_if(contracts, [&](const Contracts& one) { return one.terms.is_call != calls; });
  std::ranges::sort(contracts, [](const Contracts& a, const Contracts& b) {
    if (a.terms.expiration != b.terms.expiration) return a.terms.expiration > b.terms.expiration;
    return a.quantity > b.quantity;
  });
  const auto worth_less = [&](const Contracts& a, const Contracts& b) {
    return calls ? a.terms.strike > b.terms.strike : a.terms.strike < b.terms.strike;
  };
  std::vector<Contracts> pool;  // the one that is worth most stands last
  std::vector<Contracts> chosen;
  for (const Contracts& one : contracts) {
    if (one.quantity.is_positive()) {
      pool.insert(std::ranges::upper_bound(pool, one, worth_less), one);
      continue;
    }
    chosen.push_back(one);
    for (Quantity bare = one.quantity.magnitude(); bare.is_positive() && !pool.empty();) {
      Contracts cover = pool.back();
      cover.quantity = std::min(cover.quantity, bare);
      chosen.push_back(cover);
      bare -= cover.quantity;
      pool.back().quantity -= cover.quantity;
      if (pool.back().quantity.is_zero()) pool.pop_back();
    }
  }
  return chosen;
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

void take_back_cover(std::vector<Contracts>& after, const std::vector<Contracts>& moves,
                     const std::vector<Contracts>& before) {
  for (const Contracts& moved : moves) {
    if (!moved.quantity.is_positive()) continue;
    const bool calls = moved.terms.is_call;
    const Quantity bare = uncovered(after, calls);
    const Quantity freed = uncovered(before, calls) - bare;
    if (!freed.is_positive()) continue;
    const Quantity taken = std::min(freed, moved.quantity);
    add_to(after, {moved.terms, moved.multiplier, -taken});
    add_to(after, {moved.terms, moved.multiplier, taken - (uncovered(after, calls) - bare)});  // what freed nothing
  }
}

std::vector<Contracts> without_uncovered_calls(std::vector<Contracts> contracts) {
  std::ranges::sort(contracts, {}, [](const Contracts& one) { return one.terms.strike; });
  for (Contracts& one : contracts) {
    if (!one.terms.is_call || !one.quantity.is_negative()) continue;
    const Quantity bare = uncovered(contracts, true);
    const Quantity taken = std::min(bare, one.quantity.magnitude());
    one.quantity += taken;
    one.quantity -= taken - (bare - uncovered(contracts, true));  // what is covered stays
  }
  return contracts;
}

/// The pay-off is a line with a kink at each strike: its lowest point is at one of them or at zero, since with all
/// calls covered it does not fall any more beyond the last.
Money greatest_loss(const std::vector<Contracts>& held) {
  std::vector<Contracts> contracts = covered(held, true);
  std::ranges::copy(covered(held, false), std::back_inserter(contracts));
  Money worst = std::min(Money{}, pay_off(contracts, Price{}));
  for (const Contracts& one : contracts) worst = std::min(worst, pay_off(contracts, one.terms.strike));
  return -worst;
}

}  // namespace belay::sim
