// SPDX-License-Identifier: Apache-2.0
#include "core/rules/effective_stop.hpp"

namespace belay::rules {
namespace {

Price part_of(Price price, Percent percent) {
  return Price::from_nanos(fixed::multiply_divide(price.nanos(), percent.nanos(), 100 * fixed::kScale));
}

bool has_gained(Price entry, const std::optional<Price>& peak, Percent percent, bool falls) {
  return peak && as_good(*peak, gain_level(entry, percent, falls), falls);
}

}  // namespace

Price trailed_by_amount(Price peak, Price amount, bool falls) { return falls ? peak - amount : peak + amount; }

Price trailed_by_percent(Price peak, Percent percent, bool falls) {
  return trailed_by_amount(peak, part_of(peak, percent), falls);
}

Price locked(Price entry, Price peak, Percent keep, bool falls) {
  const Price kept = part_of((peak - entry).magnitude(), keep);
  return falls ? entry + kept : entry - kept;
}

EffectiveStop effective_stop(const Lot& lot, const Policy& policy, const std::optional<Price>& peak) {
  const bool falls = falls_with_price(lot);
  const auto own = stop_of(lot, policy);
  EffectiveStop stop{
      .level = own.value, .by = own ? EffectiveStop::By::own : EffectiveStop::By::nothing, .from = own.from};
  const auto tighten = [&](Price level, EffectiveStop::By by, Source from) {
    if (stop.level && as_good(*stop.level, level, falls)) return;
    stop = {.level = level, .by = by, .from = from};
  };
  const auto entry = entry_of_levels(lot);
  if (!entry) return stop;
  const auto breakeven = breakeven_of(lot, policy);
  if (breakeven && has_gained(*entry, peak, *breakeven, falls)) {
    tighten(*entry, EffectiveStop::By::breakeven, breakeven.from);
  }
  const auto lock = lock_at_of(lot, policy);
  const auto keep = lock_keep_of(lot, policy);
  if (lock && keep && has_gained(*entry, peak, *lock, falls)) {
    tighten(locked(*entry, *peak, *keep, falls), EffectiveStop::By::profit_lock, lock.from);
  }
  return stop;
}

std::string name_of(const EffectiveStop& stop) {
  constexpr const char* kNames[] = {"stop", "stop", "breakeven stop", "locked stop"};
  return kNames[static_cast<std::size_t>(stop.by)];
}

std::optional<Price> trailing_level(const Lot& lot, const Policy& policy, const std::optional<Price>& peak) {
  const Trail trail = trail_of(lot, policy);
  if (!trail.is_set() || !peak) return std::nullopt;
  const bool falls = falls_with_price(lot);
  if (trail.activation) {
    const auto entry = entry_of_levels(lot);
    if (!entry || !has_gained(*entry, peak, *trail.activation, falls)) return std::nullopt;
  }
  std::optional<Price> level;
  if (trail.amount) level = trailed_by_amount(*peak, *trail.amount, falls);
  if (trail.percent) {
    const Price other = trailed_by_percent(*peak, *trail.percent, falls);
    level = level ? better(*level, other, falls) : other;
  }
  return usable_level(level);
}

bool needs_peak(const Lot& lot, const Policy& policy) {
  return trail_of(lot, policy).is_set() || breakeven_of(lot, policy) ||
         (lock_at_of(lot, policy) && lock_keep_of(lot, policy));
}

Price peak_after(const Lot& lot, const PriceRange& prices) {
  if (!lot.peak_price) return prices.last;
  const bool falls = falls_with_price(lot);
  return better(*lot.peak_price, falls ? prices.high : prices.low, falls);
}

std::array<Look, 2> looks(const Lot& lot, const PriceRange& prices) {
  const bool falls = falls_with_price(lot);
  const Price after = peak_after(lot, prices);
  const bool best_first = prices.order == (falls ? PriceRange::Order::high_first : PriceRange::Order::low_first);
  return {{{.price = falls ? prices.low : prices.high, .peak = best_first ? std::optional(after) : lot.peak_price},
           {.price = prices.last, .peak = after}}};
}

}  // namespace belay::rules
