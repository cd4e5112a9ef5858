// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>

#include "core/base/check.hpp"
#include "core/engine/stepper.hpp"

namespace belay::engine {
namespace {

using Severity = action::RaiseAlert::Severity;
using Standing = pricing::Judgement::Standing;

// A price that cannot be acted on is worth a person's sleep only when it stays so.
constexpr Duration kAmberBeforeAlert = std::chrono::seconds(60);

bool is_price_rule(ExitReason reason) {
  return reason == ExitReason::stop_loss || reason == ExitReason::take_profit || reason == ExitReason::missing_brackets;
}

bool has_no_protection(const Lot& lot) {
  return !rules::usable_level(lot.stop_loss) && !rules::usable_level(lot.take_profit) && !lot.max_hold_minutes &&
         lot.strategy != Strategy::day_trade;
}

}  // namespace

void Stepper::on(const event::CheckDue&) {
  for (auto& [uid, lot] : state_.lots) detect_split(lot);  // before any price is believed on behalf of another lot
  for (auto& [uid, lot] : state_.lots) check_guarded(lot);
  advance_all();
  wake_for_deadlines();
}

// A time rule is decided at its second, not at the next sweep.
void Stepper::wake_for_deadlines() {
  const auto next = state_.deadlines.next();
  if (next) emit(action::WakeAt{now_.steady + std::max(Duration{}, *next - now_.wall)});
}

// An absurd number in one lot is that lot's trouble only.
void Stepper::check_guarded(Lot& lot) {
  try {
    check(lot);
  } catch (const Overflow& overflow) {
    state_.checks[lot.uid] = {.checked = false, .why_not = overflow.what(), .verdicts = {}};
    record(lot, EventType::monitor_error, {{"error", std::string(overflow.what())}});
    const auto previous_check = lot.last_checked_at;
    lot.last_checked_at = now_.wall;
    ++lot.check_count;
    state_.deadlines.set(lot.uid, std::nullopt);
    set_concern(lot, overflow.what(), previous_check);
    keep(lot);
  }
}

void Stepper::check(Lot& lot) {
  pricing::Judgement own = judge_own(lot);
  if (lot.instrument.kind == InstrumentKind::crypto) {
    const auto holding = state_.broker.holdings.find(lot.instrument.symbol);
    own = {.standing = Standing::market_closed, .trigger = {}, .value = {}, .why = "crypto is watched only"};
    if (holding != state_.broker.holdings.end()) own.value = holding->second.broker_price;
  }
  const auto previous_check = lot.last_checked_at;
  lot.last_checked_at = now_.wall;
  ++lot.check_count;
  mark(lot, own);
  weigh(lot, judge_levels(lot));

  Check& check = state_.checks[lot.uid];
  check.checked = own.standing != Standing::doubtful && lot.frozen.empty();
  check.why_not = !lot.frozen.empty() ? "frozen: " + lot.frozen : own.why;
  const auto ownership = state_.ownership_concerns.find(lot.instrument.symbol);
  if (ownership != state_.ownership_concerns.end()) {
    check.checked = false;
    check.why_not = ownership->second;
  }
  if (check.checked) check.why_not.clear();

  if (!check.checked) {
    set_concern(lot, check.why_not, previous_check);
  } else if (rules::levels_contradict(lot)) {
    set_concern(lot,
                "stop " + lot.stop_loss->text() + " is at or beyond the target " + lot.take_profit->text() +
                    ": neither is trusted",
                previous_check);
  } else if (guards_standing(lot) == rules::Guards::absent && !lot.exit) {
    set_concern(lot, "its bracket is absent at the broker; the local rules guard it", previous_check);
  } else if (has_no_protection(lot)) {
    set_concern(lot, "unprotected by choice: no stop, no target, no holding time", previous_check);
  } else {
    set_concern(lot, "", previous_check);
  }
  keep(lot);
}

void Stepper::mark(Lot& lot, const pricing::Judgement& own) {
  const pricing::SymbolPrices& prices = state_.prices[lot.instrument.symbol];
  lot.good_price = prices.last_good;
  lot.priced_at = prices.last_good_at;
  lot.suspect = prices.suspect;
  lot.unsound_since = prices.unsound_since;
  if (!own.value) return;
  lot.current_price = own.value;
  lot.result.reset();
  lot.result_percent.reset();
  try {
    lot.result = result_at(lot, *own.value);
    lot.result_percent = percent_at(lot, *own.value);
  } catch (const Overflow& overflow) {  // an absurd result keeps no rule from being judged
    record(lot, EventType::monitor_error, {{"error", std::string(overflow.what())}});
  }
  record(lot, EventType::price_update,
         {{"price", Decimal(*own.value)},
          {"pnl", lot.result ? FieldValue(Decimal(*lot.result)) : FieldValue()},
          {"pnl_pct", lot.result_percent ? FieldValue(Decimal(*lot.result_percent)) : FieldValue()}});
}

void Stepper::weigh(Lot& lot, const pricing::Judgement& levels) {
  rules::Situation situation{.lot = lot,
                             .now = now_.wall,
                             .calendar = state_.calendar,
                             .policy = state_.policy,
                             .price = std::nullopt,
                             .no_price = levels.why,
                             .guards = guards_standing(lot),
                             .command = nullptr};
  if (!lot.frozen.empty()) {
    situation.no_price = "frozen: " + lot.frozen;
  } else if (levels.standing == Standing::good) {
    situation.price = rules::PriceRange{*levels.trigger, *levels.trigger, *levels.trigger};
  }

  Check& check = state_.checks[lot.uid];
  check.verdicts.clear();
  std::vector<ExitReason> reasons;
  const rules::Rule* first = nullptr;
  rules::Verdict deciding;
  std::optional<Timestamp> due;  // of the time rule that holds next
  for (const rules::Rule& rule : rules::catalogue()) {
    rules::Verdict verdict;
    if (lot.management == Management::watch && is_price_rule(rule.reason)) {
      verdict.message = "watched only: adopted, and the policy is watch";
    } else {
      verdict = rule.judge(situation);
    }
    if (verdict.state == rules::Verdict::State::holds) {
      reasons.push_back(rule.reason);
      if (first == nullptr) {
        first = &rule;
        deciding = verdict;
      }
    }
    if (verdict.state == rules::Verdict::State::waits && verdict.due)
      due = due ? std::min(*due, *verdict.due) : verdict.due;
    check.verdicts.emplace_back(rule.reason, std::move(verdict));
  }
  state_.deadlines.set(lot.uid, due);
  if (first == nullptr || !lot.quantity.is_positive()) return;
  if (!lot.exit) {
    begin_exit(lot, first->reason, first->priority, std::move(reasons), lot.quantity, deciding);
    return;
  }
  for (const ExitReason reason : reasons) join_exit(lot, reason, lot.quantity, deciding.message, "");
}

// People are told when a concern begins (a doubtful price: when it has lasted), not each time it is seen again.
void Stepper::set_concern(Lot& lot, std::string concern, std::optional<Timestamp> previous_check) {
  const bool doubtful_price = !concern.empty() && lot.frozen.empty() &&
                              !state_.ownership_concerns.contains(lot.instrument.symbol) &&
                              !state_.checks[lot.uid].checked;
  const bool is_new = concern.empty() != lot.concern.empty() || (!doubtful_price && concern != lot.concern);
  if (is_new) {
    lot.concern_since = concern.empty() ? std::nullopt : std::optional(now_.wall);
    record(lot, doubtful_price ? EventType::amber : EventType::check, {{"concern", concern}, {"was", lot.concern}});
  }
  if (concern.empty()) {
    lot.concern.clear();
    return;
  }
  const bool has_lasted = !is_new && lot.concern_since && previous_check &&
                          now_.wall - *lot.concern_since >= kAmberBeforeAlert &&
                          *previous_check - *lot.concern_since < kAmberBeforeAlert;
  if (doubtful_price ? has_lasted : is_new && lot.frozen.empty()) {
    alert(doubtful_price ? Severity::critical : Severity::warning, doubtful_price ? "stale_price" : "concern", &lot,
          lot.instrument.symbol + ": " + concern + ".");
  }
  lot.concern = std::move(concern);
}

void Stepper::index_triggers(const Lot& lot) {
  const bool whole_leaves = lot.exit && lifecycle::remaining(lot) >= lot.quantity;
  const bool armed =
      !whole_leaves && lot.management == Management::managed && lot.frozen.empty() && !rules::levels_contradict(lot);
  const auto stop = armed ? rules::usable_level(lot.stop_loss) : std::nullopt;
  const auto target = armed ? rules::usable_level(lot.take_profit) : std::nullopt;
  if (!stop && !target) {
    state_.triggers.erase(lot.uid);
    return;
  }
  const std::string symbol = level_symbol(lot);
  const bool falls = rules::falls_with_price(lot);
  const Direction feed = symbol == lot.instrument.symbol ? lot.direction : falls ? Direction::long_ : Direction::short_;
  state_.triggers.set(lot.uid,
                      {.feed = {symbol, feed}, .falls_to = falls ? stop : target, .rises_to = falls ? target : stop});
}

}  // namespace belay::engine
