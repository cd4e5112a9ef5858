// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/rules/rule.hpp"
#include "core/rules/settings.hpp"

namespace belay::rules {

/// A rung whose gain has been reached and which has not had its turn.
struct ReachedRung {
  Rung rung;
  Quantity quantity;  ///< zero: less than one share or contract; it is passed over
};
std::vector<ReachedRung> reached_rungs(const Lot& lot, const Policy& policy, const PriceRange& prices);
/// Whole shares or contracts; parts of a share only of a lot that has them. Of the original quantity.
Quantity rung_quantity(const Lot& lot, const Rung& rung);
/// The next rung's price; absent when there is none left, or the entry is not known.
std::optional<Price> next_rung_level(const Lot& lot, const Policy& policy);
/// The rungs next in turn that together are exactly `quantity`; empty where none are.
std::vector<Rung> rungs_worth(const Lot& lot, const Policy& policy, Quantity quantity);

}  // namespace belay::rules
