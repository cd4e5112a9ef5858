// SPDX-License-Identifier: Apache-2.0
// Which prices concern which lot, and the lot's peak.
#include <algorithm>

#include "core/engine/stepper.hpp"
#include "core/rules/effective_stop.hpp"
#include "core/rules/scale_out.hpp"

namespace belay::engine {
namespace {

struct Wanted {
  std::optional<Price> loss;  ///< fires at this price or worse
  std::optional<Price> gain;  ///< fires at this price or better
  std::vector<Follower> followers;
};

void wants_gain(Wanted& wanted, Price level, bool falls) {
  wanted.gain = wanted.gain ? rules::worse(*wanted.gain, level, falls) : level;
}

/// What the peak sets in motion: before it is reached, the gain at which it does; from then on, a level that follows.
void follow(Wanted& wanted, const Lot& lot, const Policy& policy, bool falls) {
  const auto entry = rules::entry_of_levels(lot);
  const auto reached = [&](Percent at) {
    const Price level = rules::gain_level(*entry, at, falls);
    if (lot.peak_price && rules::as_good(*lot.peak_price, level, falls)) return true;
    wants_gain(wanted, level, falls);
    return false;
  };
  const rules::Trail trail = rules::trail_of(lot, policy);
  if (trail.is_set() && (!trail.activation || (entry && reached(*trail.activation)))) {
    if (trail.amount) wanted.followers.push_back({Follower::Kind::amount, *trail.amount, {}});
    if (trail.percent) wanted.followers.push_back({Follower::Kind::percent, {}, *trail.percent});
  }
  if (!entry) return;
  if (const auto breakeven = rules::breakeven_of(lot, policy)) reached(*breakeven);
  const auto lock = rules::lock_at_of(lot, policy);
  const auto keep = rules::lock_keep_of(lot, policy);
  if (lock && keep && reached(*lock)) wanted.followers.push_back({Follower::Kind::keep, *entry, *keep});
}

Wanted wanted_of(const Lot& lot, const Policy& policy) {
  const bool falls = rules::falls_with_price(lot);
  Wanted wanted;
  wanted.loss = rules::effective_stop(lot, policy, lot.peak_price).level;
  if (const auto target = rules::target_of(lot, policy)) wants_gain(wanted, *target, falls);
  if (const auto rung = rules::next_rung_level(lot, policy)) wants_gain(wanted, *rung, falls);
  follow(wanted, lot, policy, falls);
  return wanted;
}

/// Of a lot that is paused: nothing of it leaves, but its peak goes on. No price falls by all of it; one that rises by
/// as much is looked at, and nothing comes of it.
Wanted wanted_while_paused(const Lot& lot, const Policy& policy) {
  Wanted wanted;
  if (rules::needs_peak(lot, policy)) wanted.followers.push_back({Follower::Kind::percent, {}, 100_ratio});
  return wanted;
}

}  // namespace

void Stepper::index_triggers(const Lot& lot) {
  const bool whole_leaves = lot.exit && lifecycle::remaining(lot) >= lot.quantity;
  const bool paused = lot.pause && now_.wall < lot.pause->until;
  const bool armed = !whole_leaves && lot.management == Management::managed && lot.frozen.empty();
  Wanted wanted;
  try {
    if (armed) wanted = paused ? wanted_while_paused(lot, state_.policy) : wanted_of(lot, state_.policy);
  } catch (const Overflow&) {  // an absurd level fires never, and keeps no other lot's from firing
    wanted = {};
  }
  if (!wanted.loss && !wanted.gain && wanted.followers.empty()) {
    state_.triggers.erase(lot.uid);
    return;
  }
  const std::string symbol = level_symbol(lot);
  const bool falls = rules::falls_with_price(lot);
  const Direction feed = symbol == lot.instrument.symbol ? lot.direction : falls ? Direction::long_ : Direction::short_;
  const auto peak = wanted.followers.empty() ? std::nullopt : lot.peak_price;
  state_.triggers.set(lot.uid, {.feed = {symbol, feed},
                                .falls_to = falls ? wanted.loss : wanted.gain,
                                .rises_to = falls ? wanted.gain : wanted.loss,
                                .peak = peak,
                                .followers = std::move(wanted.followers)});
}

/// Prices that fired nothing have moved the peak in the book only.
void Stepper::take_peak(Lot& lot, const std::optional<Price>& peak) {
  if (!peak || !lot.peak_price) return;
  lot.peak_price = rules::better(*lot.peak_price, *peak, rules::falls_with_price(lot));
}

/// A lot that is opened with a rule that needs a peak counts it from its entry.
void Stepper::begin_peak(Lot& lot) {
  if (lot.peak_price || !rules::needs_peak(lot, state_.policy)) return;
  lot.peak_price = rules::entry_of_levels(lot);
}

void Stepper::raise_peak(Lot& lot, const std::optional<rules::PriceRange>& prices) {
  if (!rules::needs_peak(lot, state_.policy)) {
    lot.peak_price.reset();
  } else if (prices) {
    lot.peak_price = rules::peak_after(lot, *prices);
  }
}

// Where levels are the underlying's, gains count from its price at the entry. Upstream may tell it; else the first
// believed price counts, if the entry was only just made.
void Stepper::note_underlying_entry(Lot& lot, const std::optional<rules::PriceRange>& prices) {
  constexpr Duration kJustNow = std::chrono::minutes(3);
  if (lot.price_domain != PriceDomain::underlying || !lot.instrument.option || lot.entry_underlying_price || !prices) {
    return;
  }
  if (now_.wall - lot.entry_time > kJustNow) return;
  lot.entry_underlying_price = prices->last;
  record(lot, EventType::check, {{"entry_underlying_price", Decimal(prices->last)}});
  begin_peak(lot);
}

}  // namespace belay::engine
