// SPDX-License-Identifier: Apache-2.0
#include "core/rules/effective_stop.hpp"
#include "core/rules/rule.hpp"

namespace belay::rules {
namespace {

std::string described(const Trail& trail) {
  std::string text;
  if (trail.percent) text = trail.percent->text() + " %";
  if (trail.amount) text += (text.empty() ? "" : " or ") + trail.amount->text();
  return text + behind(trail.from);
}

}  // namespace

Verdict trailing_stop(const Situation& s) {
  using State = Verdict::State;
  const Trail trail = trail_of(s.lot, s.policy);
  if (!trail.is_set()) return {.state = State::off, .message = "no trail"};
  const auto entry = entry_of_levels(s.lot);
  if (trail.activation && !entry) {
    return {.state = State::blocked,
            .message = "the price at the entry is not known, from which the activation of the trail counts"};
  }
  if (!s.price) return {.state = State::blocked, .message = s.no_price};
  const bool falls = falls_with_price(s.lot);
  for (const Look& look : looks(s.lot, *s.price)) {
    const auto level = trailing_level(s.lot, s.policy, look.peak);
    if (!level || !as_bad(look.price, *level, falls)) continue;
    return {.state = State::holds,
            .message = "Trailing stop hit: " + price_word(s.lot) + " " + look.price.text() + (falls ? " <= " : " >= ") +
                       level->text() + ", " + described(trail) + " from the peak " + look.peak->text(),
            .trigger_price = look.price};
  }
  const Price peak = peak_after(s.lot, *s.price);
  const auto level = trailing_level(s.lot, s.policy, peak);
  if (!level) {
    const std::string from = trail.activation ? gain_level(*entry, *trail.activation, falls).text() : "never";
    return {.state = State::waits, .message = "trail of " + described(trail) + " counts from " + from + " on"};
  }
  return {.state = State::waits,
          .message = price_word(s.lot) + " " + s.price->last.text() + (falls ? " above " : " below ") +
                     "trailing stop " + level->text() + " by " + (s.price->last - *level).magnitude().text() + " (" +
                     described(trail) + " from the peak " + peak.text() + ")"};
}

}  // namespace belay::rules
