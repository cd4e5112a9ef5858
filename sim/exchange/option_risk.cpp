// SPDX-License-Identifier: Apache-2.0
#include "sim/exchange/option_risk.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <utility>

namespace belay::sim {
namespace {

/// Those of a kind, later expirations first, so that whoever has been seen may cover whoever comes.
std::vector<Contracts> latest_first(std::vector<Contracts> contracts, bool calls) {
  std::erase_if(contracts, [&](const Contracts& one) { return one.terms.is_call != calls; });
  std::ranges::sort(contracts, [](const Contracts& a, const Contracts& b) {
    if (a.terms.expiration != b.terms.expiration) return a.terms.expiration > b.terms.expiration;
    return a.quantity > b.quantity;
  });
  return contracts;
}

struct Bare {
  Quantity contracts;
  Quantity shares;
};

Bare uncovered(const std::vector<Contracts>& contracts, bool calls) {
  std::map<Quantity, Quantity> cover;  // contracts, by what each delivers
  Bare bare;
  for (const Contracts& one : latest_first(contracts, calls)) {
    Quantity& free = cover[one.deliverable];
    if (one.quantity.is_positive()) {
      free += one.quantity;
      continue;
    }
    const Quantity covered = std::min(free, one.quantity.magnitude());
    free -= covered;
    bare.contracts += one.quantity.magnitude() - covered;
    bare.shares += delivered_by(one.quantity.magnitude() - covered, one.deliverable);
  }
  return bare;
}

/// The short contracts of a kind, and as many of the long ones as cover them: each lives at least as long as what it
/// covers and delivers as much, and of those the ones whose strikes are worth most.
std::vector<Contracts> covered(const std::vector<Contracts>& contracts, bool calls) {
  const auto worth_less = [&](const Contracts& a, const Contracts& b) {
    return calls ? a.terms.strike > b.terms.strike : a.terms.strike < b.terms.strike;
  };
  std::map<Quantity, std::vector<Contracts>> pools;  // by what each delivers; the one that is worth most stands last
  std::vector<Contracts> chosen;
  for (const Contracts& one : latest_first(contracts, calls)) {
    std::vector<Contracts>& pool = pools[one.deliverable];
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

/// The price of the underlying from which on (or below which) the contract is worth something.
Price kink_of(const Contracts& one) {
  try {
    return Price::from_nanos(
        fixed::multiply_divide(one.terms.strike.nanos(), one.multiplier * fixed::kScale, one.deliverable.nanos()));
  } catch (const Overflow&) {  // of next to no shares: beyond all prices
    return Price::whole(1'000'000'000);
  }
}

Money pay_off(const std::vector<Contracts>& contracts, Price underlying) {
  Money sum;
  for (const Contracts& one : contracts) {
    try {
      sum += notional(intrinsic(one, underlying), one.quantity, one.multiplier);
    } catch (const Overflow&) {  // more than can be said in dollars: the sign is what counts
      return one.quantity.is_positive() ? kBeyond : -kBeyond;
    }
  }
  return sum;
}

}  // namespace

Contracts as_contracts(const Asset& contract, Quantity quantity) {
  return {*contract.instrument.option, contract.multiplier, contract.deliverable(), quantity};
}

Price intrinsic(const Contracts& one, Price underlying) {
  const Price delivered = Price::from_nanos(
      fixed::multiply_divide(underlying.nanos(), one.deliverable.nanos(), one.multiplier * fixed::kScale));
  const Price value = one.terms.is_call ? delivered - one.terms.strike : one.terms.strike - delivered;
  return std::max(value, Price{});
}

void add_to(std::vector<Contracts>& contracts, const Contracts& moved) {
  const auto same = std::ranges::find(contracts, moved.terms, &Contracts::terms);
  if (same == contracts.end()) {
    contracts.push_back(moved);
  } else {
    same->quantity += moved.quantity;
  }
}

std::vector<Contracts> without_surplus(std::vector<Contracts> moved) {
  std::map<std::pair<bool, Quantity>, Quantity> sold;  // by kind and deliverable
  for (const Contracts& one : moved) {
    if (one.quantity.is_negative()) sold[{one.terms.is_call, one.deliverable}] += one.quantity.magnitude();
  }
  std::ranges::sort(moved, std::ranges::greater{}, [](const Contracts& one) { return one.terms.expiration; });
  for (Contracts& one : moved) {
    if (!one.quantity.is_positive()) continue;
    Quantity& to_cover = sold[{one.terms.is_call, one.deliverable}];
    one.quantity = std::min(one.quantity, to_cover);
    to_cover -= one.quantity;
  }
  return moved;
}

Quantity uncovered_calls(const std::vector<Contracts>& contracts) { return uncovered(contracts, true).shares; }
Quantity uncovered_puts(const std::vector<Contracts>& contracts) { return uncovered(contracts, false).shares; }

void take_back_cover(std::vector<Contracts>& after, const std::vector<Contracts>& moves,
                     const std::vector<Contracts>& before) {
  for (const Contracts& moved : moves) {
    if (!moved.quantity.is_positive()) continue;
    const bool calls = moved.terms.is_call;
    const Quantity bare = uncovered(after, calls).contracts;
    const Quantity freed = uncovered(before, calls).contracts - bare;
    if (!freed.is_positive()) continue;
    const Quantity taken = std::min(freed, moved.quantity);
    Contracts part = moved;
    part.quantity = -taken;
    add_to(after, part);
    part.quantity = taken - (uncovered(after, calls).contracts - bare);  // what freed nothing
    add_to(after, part);
  }
}

std::vector<Contracts> without_uncovered_calls(std::vector<Contracts> contracts) {
  std::ranges::sort(contracts, {}, [](const Contracts& one) { return one.terms.strike; });
  for (Contracts& one : contracts) {
    if (!one.terms.is_call || !one.quantity.is_negative()) continue;
    const Quantity bare = uncovered(contracts, true).contracts;
    const Quantity taken = std::min(bare, one.quantity.magnitude());
    one.quantity += taken;
    one.quantity -= taken - (bare - uncovered(contracts, true).contracts);  // what is covered stays
  }
  return contracts;
}

/// The pay-off is a line with a kink at each strike: its lowest point is at one of them or at zero, since with all
/// calls covered it does not fall any more beyond the last.
Money greatest_loss(const std::vector<Contracts>& held) {
  std::vector<Contracts> contracts = covered(held, true);
  std::ranges::copy(covered(held, false), std::back_inserter(contracts));
  Money worst = std::min(Money{}, pay_off(contracts, Price{}));
  for (const Contracts& one : contracts) worst = std::min(worst, pay_off(contracts, kink_of(one)));
  return -worst;
}

}  // namespace belay::sim
