// SPDX-License-Identifier: Apache-2.0
#include "core/rules/settings.hpp"

#include <algorithm>

#include "core/trading/words.hpp"

namespace belay::rules {
namespace {

constexpr Words<Source, 5> kSources{{"nobody", "position", "strategy", "account", "fallback"}};
constexpr Percent kAll = 100_ratio;
constexpr Percent kLargestGain = 100'000_ratio;  // a thousandfold
constexpr Price kLargestTrail = 1'000'000_price;

Price part_of(Price price, Percent percent) {
  return Price::from_nanos(fixed::multiply_divide(price.nanos(), percent.nanos(), 100 * fixed::kScale));
}

/// The first place that says something.
template <class T>
Setting<T> first_said(const std::optional<T>& position, const std::optional<T>& strategy,
                      const std::optional<T>& account) {
  if (position) return {position, Source::position};
  if (strategy) return {strategy, Source::strategy};
  if (account) return {account, Source::account};
  return {};
}

bool is_percent_below(const Percent& percent, Percent limit) { return percent.is_positive() && percent < limit; }

Setting<Percent> percent_of(const Lot& lot, const Policy& policy, std::optional<Percent> Terms::* term, Percent limit) {
  auto said = first_said(lot.terms.*term, policy.of(lot.strategy).terms.*term, policy.account.terms.*term);
  if (said && !is_percent_below(*said, limit)) said.value.reset();
  return said;
}

/// The level so far from the entry; off where the entry is not known.
std::optional<Price> level_at(const Lot& lot, Percent distance, bool gain) {
  const auto entry = entry_of_levels(lot);
  if (!entry || !is_percent_below(distance, kLargestGain)) return std::nullopt;
  const bool falls = falls_with_price(lot);
  return usable_level(gain_level(*entry, distance, gain ? falls : !falls));
}

Setting<Price> level_of(const Lot& lot, const Policy& policy, const std::optional<Price>& own,
                        std::optional<Percent> DefaultTerms::* distance, bool gain) {
  if (own) return {usable_level(own), Source::position};
  const auto said = first_said({}, policy.of(lot.strategy).*distance, policy.account.*distance);
  if (!said) return {};
  return {level_at(lot, *said, gain), said.from};
}

Setting<Price> said_stop(const Lot& lot, const Policy& policy) {
  return level_of(lot, policy, lot.stop_loss, &DefaultTerms::stop_percent, false);
}
Setting<Price> said_target(const Lot& lot, const Policy& policy) {
  return level_of(lot, policy, lot.take_profit, &DefaultTerms::target_percent, true);
}

bool contradict(const Lot& lot, const Setting<Price>& stop, const Setting<Price>& target) {
  return stop && target && as_good(*stop, *target, falls_with_price(lot));
}

Setting<Price> fallback(const Lot& lot, const std::optional<Ratio>& distance, bool gain) {
  if (!distance) return {};
  return {level_at(lot, Ratio::from_nanos(fixed::multiply_divide(distance->nanos(), 100, 1)), gain), Source::fallback};
}

}  // namespace

std::string_view to_text(Source source) { return kSources.text_of(source); }

std::string behind(Source source) {
  return source == Source::position || source == Source::nobody ? "" : " (" + std::string(to_text(source)) + ")";
}

// Stated in the underlying's price, a long call or short put falls with the underlying; the others mirror that.
bool falls_with_price(const Lot& lot) {
  const bool is_put = lot.instrument.kind == InstrumentKind::put;
  if (lot.price_domain == PriceDomain::underlying && is_put) return !lot.is_long();
  return lot.is_long();
}

std::optional<Price> entry_of_levels(const Lot& lot) {
  if (lot.price_domain == PriceDomain::underlying && lot.instrument.option) {
    return usable_level(lot.entry_underlying_price);
  }
  return usable_level(lot.entry_price);
}

std::string price_word(const Lot& lot) {
  return lot.price_domain == PriceDomain::underlying && lot.instrument.option ? "underlying" : "price";
}

Price gain_level(Price entry, Percent percent, bool falls) {
  const Price distance = part_of(entry, percent);
  return falls ? entry + distance : entry - distance;
}

bool as_good(Price price, Price level, bool falls) { return falls ? price >= level : price <= level; }
bool as_bad(Price price, Price level, bool falls) { return as_good(level, price, falls); }
Price better(Price a, Price b, bool falls) { return falls ? std::max(a, b) : std::min(a, b); }
Price worse(Price a, Price b, bool falls) { return falls ? std::min(a, b) : std::max(a, b); }

std::optional<Price> usable_level(const std::optional<Price>& level) {
  if (!level || !level->is_positive()) return std::nullopt;
  return level;
}

Setting<Price> stop_of(const Lot& lot, const Policy& policy) {
  const auto stop = said_stop(lot, policy);
  if (!contradict(lot, stop, said_target(lot, policy))) return stop;
  return fallback(lot, policy.fallback_stop, false);
}

Setting<Price> target_of(const Lot& lot, const Policy& policy) {
  const auto target = said_target(lot, policy);
  if (!contradict(lot, said_stop(lot, policy), target)) return target;
  return fallback(lot, policy.fallback_target, true);
}

std::string contradiction(const Lot& lot, const Policy& policy) {
  const auto stop = said_stop(lot, policy);
  const auto target = said_target(lot, policy);
  if (!contradict(lot, stop, target)) return "";
  std::string text = "stop " + stop->text() + behind(stop.from) + " is at or beyond the target " + target->text() +
                     behind(target.from) + ": neither is trusted";
  const auto stop_instead = fallback(lot, policy.fallback_stop, false);
  const auto target_instead = fallback(lot, policy.fallback_target, true);
  if (stop_instead) text += "; the fallback stop " + stop_instead->text() + " stands in";
  if (target_instead) text += "; the fallback target " + target_instead->text() + " stands in";
  return text;
}

Setting<std::int64_t> max_hold_of(const Lot& lot, const Policy& policy) {
  return first_said(lot.max_hold_minutes, policy.of(lot.strategy).max_hold_minutes, policy.account.max_hold_minutes);
}

Setting<Percent> breakeven_of(const Lot& lot, const Policy& policy) {
  return percent_of(lot, policy, &Terms::breakeven_at, kLargestGain);
}
Setting<Percent> lock_at_of(const Lot& lot, const Policy& policy) {
  return percent_of(lot, policy, &Terms::profit_lock_at, kLargestGain);
}
Setting<Percent> lock_keep_of(const Lot& lot, const Policy& policy) {
  return percent_of(lot, policy, &Terms::profit_lock_keep, kAll);
}

Setting<const Ladder*> ladder_of(const Lot& lot, const Policy& policy) {
  static const Ladder kNone;
  const auto pointer = [](const std::optional<Ladder>& ladder) {
    return ladder ? std::optional(&*ladder) : std::optional<const Ladder*>();
  };
  const auto said = first_said(pointer(lot.terms.scale_out), pointer(policy.of(lot.strategy).terms.scale_out),
                               pointer(policy.account.terms.scale_out));
  if (!said) return {&kNone, Source::nobody};
  return said;
}

Trail trail_of(const Lot& lot, const Policy& policy) {
  const std::pair<const Terms*, Source> places[] = {{&lot.terms, Source::position},
                                                    {&policy.of(lot.strategy).terms, Source::strategy},
                                                    {&policy.account.terms, Source::account}};
  Trail trail;
  for (const auto& [terms, source] : places) {
    if (!terms->trail_percent && !terms->trail_amount) continue;
    trail.from = source;
    if (terms->trail_percent && is_percent_below(*terms->trail_percent, kAll)) trail.percent = terms->trail_percent;
    if (terms->trail_amount && *terms->trail_amount < kLargestTrail) trail.amount = usable_level(terms->trail_amount);
    break;
  }
  if (trail.is_set()) trail.activation = percent_of(lot, policy, &Terms::trail_activation, kLargestGain).value;
  return trail;
}

std::string absurd_terms(const Lot& lot, const Policy& policy) {
  std::string text;
  const auto look = [&](const char* name, std::optional<Percent> Terms::* term, Percent limit) {
    const auto said = first_said(lot.terms.*term, policy.of(lot.strategy).terms.*term, policy.account.terms.*term);
    if (!said || said->is_zero() || is_percent_below(*said, limit)) return;
    text += (text.empty() ? "" : ", ") + std::string(name) + " " + said->text() + " % is absurd and counts as none";
  };
  look("a trail of", &Terms::trail_percent, kAll);
  look("a trail's activation at", &Terms::trail_activation, kLargestGain);
  look("breakeven at", &Terms::breakeven_at, kLargestGain);
  look("a profit lock at", &Terms::profit_lock_at, kLargestGain);
  look("a profit lock keeping", &Terms::profit_lock_keep, kAll);
  const auto amount =
      first_said(lot.terms.trail_amount, policy.of(lot.strategy).terms.trail_amount, policy.account.terms.trail_amount);
  if (amount && (amount->is_negative() || *amount >= kLargestTrail)) {
    text += (text.empty() ? "" : ", ") + std::string("a trail of ") + amount->text() + " is absurd and counts as none";
  }
  return text;
}

}  // namespace belay::rules
