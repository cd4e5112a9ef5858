// SPDX-License-Identifier: Apache-2.0
#include "core/engine/preview.hpp"

#include <map>

#include "core/engine/step.hpp"

namespace belay::engine {
namespace {

/// A rule that holds by a price that may not be acted on now, but could be before.
std::optional<Leaving> leaving_by_last_price(const State& state, const Lot& lot, Timestamp now) {
  const auto prices = state.prices.find(level_symbol(lot));
  if (lot.management == Management::watch || !lot.frozen.empty() || prices == state.prices.end()) return std::nullopt;
  const std::optional<Price> last = prices->second.last_good;
  if (!last) return std::nullopt;
  rules::Situation situation{.lot = lot,
                             .now = now,
                             .calendar = state.calendar,
                             .policy = state.policy,
                             .price = rules::PriceRange{*last, *last, *last},
                             .no_price = {}};
  for (const rules::Rule& rule : rules::catalogue()) {
    if (!rule.goes_by_price || rules::is_paused(rule, lot, now)) continue;
    const rules::Verdict verdict = rule.judge(situation);
    if (verdict.state == rules::Verdict::State::holds) return Leaving{lot.uid, rule.reason, verdict.message};
  }
  return std::nullopt;
}

/// Every open lot that leaves when it is judged by these numbers.
std::map<LotUid, Leaving> leaving(const State& state, const Policy& policy, Moment now) {
  State trial = state;
  step(trial, event::PolicyGiven{policy}, now);
  step(trial, event::CheckDue{}, now);
  std::map<LotUid, Leaving> found;
  for (const auto& [uid, lot] : state.lots) {
    if (lot.exit) continue;  // it leaves already
    const auto judged = trial.lots.find(uid);
    if (judged == trial.lots.end()) continue;
    if (judged->second.exit) {
      found[uid] = {uid, judged->second.exit->reason, judged->second.exit->message};
      continue;
    }
    try {
      if (auto one = leaving_by_last_price(trial, judged->second, now.wall)) found[uid] = std::move(*one);
    } catch (const Overflow&) {  // an absurd number leaves by no rule
    }
  }
  return found;
}

}  // namespace

std::vector<Leaving> leaving_under(const State& state, const Policy& policy, Moment now) {
  const auto as_it_is = leaving(state, state.policy, now);
  std::vector<Leaving> anew;
  for (auto& [uid, one] : leaving(state, policy, now)) {
    if (!as_it_is.contains(uid)) anew.push_back(std::move(one));
  }
  return anew;
}

}  // namespace belay::engine
