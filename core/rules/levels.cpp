// SPDX-License-Identifier: Apache-2.0
#include "core/rules/rule.hpp"

namespace belay::rules {

std::optional<Price> usable_level(const std::optional<Price>& level) {
  if (!level || !level->is_positive()) return std::nullopt;
  return level;
}

// Stated in the underlying's price, a long call or short put falls with the underlying; the others mirror that.
bool falls_with_price(const Lot& lot) {
  const bool is_put = lot.instrument.kind == InstrumentKind::put;
  if (lot.price_domain == PriceDomain::underlying && is_put) return !lot.is_long();
  return lot.is_long();
}

bool levels_contradict(const Lot& lot) {
  const auto stop = usable_level(lot.stop_loss);
  const auto target = usable_level(lot.take_profit);
  if (!stop || !target) return false;
  return falls_with_price(lot) ? *stop >= *target : *stop <= *target;
}

}  // namespace belay::rules
