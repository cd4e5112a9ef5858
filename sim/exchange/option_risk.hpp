// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/money/money.hpp"
#include "core/trading/instrument.hpp"
#include "sim/exchange/asset.hpp"

namespace belay::sim {

/// Contracts of one kind, held or about to be; signed like a holding. Those compared with each other are of one
/// underlying.
struct Contracts {
  OptionTerms terms;
  std::int64_t multiplier = 100;
  Quantity deliverable = Quantity::whole(100);  ///< shares for each: of adjusted contracts other than the multiplier
  Quantity quantity;
};
/// So many of a contract.
Contracts as_contracts(const Asset& contract, Quantity quantity);
/// What a unit of the multiplier is worth at the end. An adjusted contract delivers more or fewer shares than that for
/// its strike.
Price intrinsic(const Contracts& contracts, Price underlying);

/// The contracts with some more of one of them, or fewer.
void add_to(std::vector<Contracts>& contracts, const Contracts& moved);

/// Of what an order moves, all that it may be counted on to take: what it sells, and what it buys as far as that covers
/// the same order's sales of its kind, those that live longest first. What it buys beyond that may never come.
std::vector<Contracts> without_surplus(std::vector<Contracts> moved);

/// The shares of the short calls (or puts) that no long one covers: one that is of the same kind, lives at least as
/// long and delivers as many.
Quantity uncovered_calls(const std::vector<Contracts>& contracts);
Quantity uncovered_puts(const std::vector<Contracts>& contracts);

/// Takes from `after` so much of what `moves` bought that no fewer calls and puts are uncovered than in `before`.
void take_back_cover(std::vector<Contracts>& after, const std::vector<Contracts>& moves,
                     const std::vector<Contracts>& before);

/// Without the short calls that nothing but stock can cover; of those that might be, the lowest strikes go first.
std::vector<Contracts> without_uncovered_calls(std::vector<Contracts> contracts);

/// The most that holding them all to the end can cost, at whatever price of the underlying; premiums aside. A short put
/// without cover costs its strike. Precondition: no call is uncovered.
Money greatest_loss(const std::vector<Contracts>& contracts);

}  // namespace belay::sim
