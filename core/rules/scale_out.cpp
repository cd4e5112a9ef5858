// SPDX-License-Identifier: Apache-2.0
#include "core/rules/scale_out.hpp"

#include <algorithm>

namespace belay::rules {
namespace {

std::vector<Rung> rungs_left(const Lot& lot, const Policy& policy) {
  std::vector<Rung> left;
  for (const Rung& rung : **ladder_of(lot, policy).value) {
    if (std::ranges::find(lot.rungs_taken, rung.at) == lot.rungs_taken.end()) left.push_back(rung);
  }
  return left;
}

std::string described(const Rung& rung) { return "+" + rung.at.text() + " % closes " + rung.close.text() + " %"; }

}  // namespace

Quantity rung_quantity(const Lot& lot, const Rung& rung) {
  const Quantity part = Quantity::from_nanos(
      fixed::multiply_divide(lot.original_quantity.nanos(), rung.close.nanos(), 100 * fixed::kScale));
  const bool fractional = lot.instrument.kind == InstrumentKind::stock && !lot.original_quantity.is_whole();
  return std::min(fractional ? part : whole_part(part), lot.quantity);
}

std::vector<ReachedRung> reached_rungs(const Lot& lot, const Policy& policy, const PriceRange& prices) {
  const auto entry = entry_of_levels(lot);
  if (!entry) return {};
  const bool falls = falls_with_price(lot);
  const Price best = falls ? prices.high : prices.low;
  std::vector<ReachedRung> reached;
  for (const Rung& rung : rungs_left(lot, policy)) {
    if (as_good(best, gain_level(*entry, rung.at, falls), falls)) reached.push_back({rung, rung_quantity(lot, rung)});
  }
  return reached;
}

std::optional<Price> next_rung_level(const Lot& lot, const Policy& policy) {
  const auto entry = entry_of_levels(lot);
  const auto left = rungs_left(lot, policy);
  if (!entry || left.empty()) return std::nullopt;
  return gain_level(*entry, left.front().at, falls_with_price(lot));
}

std::vector<Rung> rungs_worth(const Lot& lot, const Policy& policy, Quantity quantity) {
  std::vector<Rung> taken;
  Quantity sum;
  for (const Rung& rung : rungs_left(lot, policy)) {
    taken.push_back(rung);
    sum += rung_quantity(lot, rung);
    if (sum == quantity) return taken;
  }
  return {};
}

Verdict scale_out(const Situation& s) {
  using State = Verdict::State;
  const auto ladder = ladder_of(s.lot, s.policy);
  if ((*ladder)->empty()) return {.state = State::off, .message = "no ladder"};
  const auto left = rungs_left(s.lot, s.policy);
  if (left.empty()) return {.state = State::waits, .message = "every rung has had its turn"};
  if (!entry_of_levels(s.lot)) {
    return {.state = State::blocked, .message = "the price at the entry is not known"};
  }
  if (!s.price) return {.state = State::blocked, .message = s.no_price};
  const auto reached = reached_rungs(s.lot, s.policy, *s.price);
  Quantity sum;
  std::string text;
  for (const ReachedRung& one : reached) {
    sum += one.quantity;
    text += (text.empty() ? "" : ", ") + described(one.rung);
  }
  const bool falls = falls_with_price(s.lot);
  const Price best = falls ? s.price->high : s.price->low;
  if (sum.is_positive()) {
    return {.state = State::holds,
            .message = "Scale out: " + price_word(s.lot) + " " + best.text() + " reached " + text + behind(ladder.from),
            .trigger_price = best,
            .quantity = std::min(sum, s.lot.quantity)};
  }
  const Price next = gain_level(*entry_of_levels(s.lot), left.front().at, falls);
  return {.state = State::waits,
          .message = price_word(s.lot) + " " + best.text() + (falls ? " below " : " above ") + next.text() +
                     ", where " + described(left.front()) + behind(ladder.from)};
}

}  // namespace belay::rules
