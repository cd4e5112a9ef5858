// SPDX-License-Identifier: Apache-2.0
#include "core/base/planted.hpp"
#include "core/rules/effective_stop.hpp"
#include "core/rules/rule.hpp"

namespace belay::rules {
namespace {

using State = Verdict::State;

/// What will move the stop, where it has not yet.
std::string to_come(const Situation& s, const EffectiveStop& stop) {
  const auto entry = entry_of_levels(s.lot);
  const auto breakeven = breakeven_of(s.lot, s.policy);
  const auto lock = lock_at_of(s.lot, s.policy);
  const auto keep = lock_keep_of(s.lot, s.policy);
  if (!entry) {
    return breakeven || (lock && keep) ? "; the price at the entry is not known: nothing moves the stop" : "";
  }
  const bool falls = falls_with_price(s.lot);
  std::string text;
  if (breakeven && stop.by != EffectiveStop::By::breakeven && stop.by != EffectiveStop::By::profit_lock) {
    text +=
        "; goes to " + entry->text() + " at " + gain_level(*entry, *breakeven, falls).text() + behind(breakeven.from);
  }
  if (lock && keep && stop.by != EffectiveStop::By::profit_lock) {
    text += "; keeps " + keep->text() + " % of the gain from " + gain_level(*entry, *lock, falls).text() +
            behind(lock.from);
  }
  return text;
}

Verdict distance(const Situation& s, Price worst, const EffectiveStop& stop) {
  const bool falls = falls_with_price(s.lot);
  return {.state = State::waits,
          .message = price_word(s.lot) + " " + worst.text() + (falls ? " above " : " below ") + name_of(stop) + " " +
                     stop.level->text() + behind(stop.from) + " by " + (worst - *stop.level).magnitude().text() +
                     to_come(s, stop)};
}

}  // namespace

Verdict stop_loss(const Situation& s) {
  const EffectiveStop resting = effective_stop(s.lot, s.policy, s.lot.peak_price);
  const std::string refused = contradiction(s.lot, s.policy);
  if (!resting.level) {
    if (!refused.empty()) return {.state = State::blocked, .message = refused};
    const std::string modifiers = to_come(s, resting);
    if (modifiers.empty()) return {.state = State::off, .message = "no stop: unprotected by choice"};
    if (!s.price) return {.state = State::blocked, .message = s.no_price};
  }
  if (!s.price) return {.state = State::blocked, .message = s.no_price};
  const bool falls = falls_with_price(s.lot);
  for (const Look& look : looks(s.lot, *s.price)) {
    const EffectiveStop stop = effective_stop(s.lot, s.policy, look.peak);
    if (!stop.level || !as_bad(look.price, *stop.level, falls != planted(Bug::stop_reversed))) continue;
    const bool moved = stop.by != EffectiveStop::By::own;
    return {.state = State::holds,
            .message = "Stop loss hit: " + look.price.text() + (falls ? " <= " : " >= ") + stop.level->text() +
                       (moved ? " (" + name_of(stop) + ")" : "") + behind(stop.from),
            .trigger_price = look.price};
  }
  if (!resting.level) {
    return {.state = State::waits, .message = "no stop yet" + to_come(s, resting)};
  }
  return distance(s, falls ? s.price->low : s.price->high,
                  effective_stop(s.lot, s.policy, peak_after(s.lot, *s.price)));
}

}  // namespace belay::rules
