// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>

#include "core/base/check.hpp"
#include "core/engine/stepper.hpp"
#include "core/rules/effective_stop.hpp"
#include "core/rules/scale_out.hpp"

namespace belay::engine {
namespace {

using Severity = action::RaiseAlert::Severity;
using Standing = pricing::Judgement::Standing;

// A price that cannot be acted on is worth a person's sleep only when it stays so.
constexpr Duration kAmberBeforeAlert = std::chrono::seconds(60);

bool has_no_protection(const Lot& lot, const Policy& policy) {
  return !rules::stop_of(lot, policy) && !rules::target_of(lot, policy) && !rules::needs_peak(lot, policy) &&
         (*rules::ladder_of(lot, policy))->empty() && !rules::max_hold_of(lot, policy) &&
         lot.strategy != Strategy::day_trade;
}

}  // namespace

void Stepper::on(const event::CheckDue&) {
  for (auto& [uid, lot] : state_.lots) detect_split(lot);  // before any price is believed on behalf of another lot
  judge_loss_limit();
  for (auto& [uid, lot] : state_.lots) {
    take_peak(lot, state_.triggers.peak_of(uid));
    check_guarded(lot);
  }
  tend_all_guards();
  advance_all();
  tell_if_stream_is_down();
  wake_for_deadlines();
  look_for_witnesses();
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
  } else if (std::string refused = rules::contradiction(lot, state_.policy); !refused.empty()) {
    set_concern(lot, std::move(refused), previous_check);
  } else if (std::string absurd = rules::absurd_terms(lot, state_.policy); !absurd.empty()) {
    set_concern(lot, std::move(absurd), previous_check);
  } else if (lot.guards.missing_told && lot.guards.failures > 0 && !lot.exit) {
    set_concern(lot, "its bracket does not rest at the broker; the local rules guard it", previous_check);
  } else if (has_no_protection(lot, state_.policy)) {
    set_concern(lot, "unprotected by choice: no stop, no target, no holding time", previous_check);
  } else {
    set_concern(lot, "", previous_check);
  }
  judge_protection(lot);
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
                             .command = nullptr,
                             .loss = &state_.loss_standing};
  if (!lot.frozen.empty()) {
    situation.no_price = "frozen: " + lot.frozen;
  } else if (levels.standing == Standing::good) {
    situation.price = rules::PriceRange{*levels.trigger, *levels.trigger, *levels.trigger};
  }
  note_underlying_entry(lot, situation.price);

  Check& check = state_.checks[lot.uid];
  check.verdicts.clear();
  std::vector<ExitReason> whole;
  rules::Verdict deciding;
  std::optional<rules::Verdict> partial;
  std::optional<Timestamp> due;  // of the time rule that holds next
  for (const rules::Rule& rule : rules::catalogue()) {
    rules::Verdict verdict;
    if (lot.management == Management::watch && rule.goes_by_price) {
      verdict.message = "watched only: adopted, and the policy is watch";
    } else {
      verdict = rule.judge(situation);
    }
    if (verdict.state == rules::Verdict::State::holds && rule.is_partial) {
      partial = verdict;
    } else if (verdict.state == rules::Verdict::State::holds) {
      if (whole.empty()) deciding = verdict;
      whole.push_back(rule.reason);
    }
    if (verdict.state == rules::Verdict::State::waits && verdict.due)
      due = due ? std::min(*due, *verdict.due) : verdict.due;
    check.verdicts.emplace_back(rule.reason, std::move(verdict));
  }
  state_.deadlines.set(lot.uid, due);
  if (lot.quantity.is_positive()) act_on(lot, whole, deciding, partial ? &*partial : nullptr);
  if (lot.management == Management::managed) take_rungs(lot, situation.price);
  raise_peak(lot, situation.price);
}

// All reasons that hold make one exit. One for the whole lot cancels those for a part.
void Stepper::act_on(Lot& lot, const std::vector<ExitReason>& whole, const rules::Verdict& deciding,
                     const rules::Verdict* partial) {
  if (!whole.empty() && !lot.exit) {
    begin_exit(lot, whole.front(), rules::priority_of(whole.front()), whole, lot.quantity, deciding);
    return;
  }
  if (!whole.empty()) {
    const bool was_partial = lot.exit->reason == ExitReason::scale_out;
    for (const ExitReason reason : whole) join_exit(lot, reason, lot.quantity, deciding.message, "");
    if (was_partial && lot.exit->reason != ExitReason::scale_out) {
      std::erase(lot.exit->reasons, ExitReason::scale_out);
      lot.exit->trigger_price = deciding.trigger_price;
    }
    return;
  }
  if (partial == nullptr) return;
  if (!lot.exit) {
    begin_exit(lot, ExitReason::scale_out, rules::priority_of(ExitReason::scale_out), {ExitReason::scale_out},
               *partial->quantity, *partial);
    return;
  }
  // A further rung while a part is leaving adds to it; while all of it is leaving, there is nothing to add.
  const Quantity rest = lifecycle::remaining(lot);
  if (rest >= lot.quantity) return;
  const Quantity both = std::min(rest + *partial->quantity, lot.quantity);
  join_exit(lot, ExitReason::scale_out, both, partial->message, "");
}

// Each rung has one turn, also one that is less than a share.
void Stepper::take_rungs(Lot& lot, const std::optional<rules::PriceRange>& prices) {
  if (!prices) return;
  for (const auto& [rung, quantity] : rules::reached_rungs(lot, state_.policy, *prices)) {
    lot.rungs_taken.push_back(rung.at);
    if (quantity.is_positive()) continue;
    record(lot, EventType::check,
           {{"skipped_rung", Decimal(rung.at)},
            {"why", rung.close.text() + " % of " + lot.original_quantity.text() + " is less than one"}});
  }
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

}  // namespace belay::engine
