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
  carry_out_write_offs();
  for (auto& [uid, lot] : state_.lots) detect_split(lot);  // before any price is believed on behalf of another lot
  judge_loss_limit();
  for (auto& [uid, lot] : state_.lots) check_now(lot);
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
  for (const auto& [uid, lot] : state_.lots) {
    if (lot.pause) emit(action::WakeAt{now_.steady + std::max(Duration{}, lot.pause->until - now_.wall)});
  }
}

// As of now: with the peak that prices have moved since the last look.
void Stepper::check_now(Lot& lot) {
  take_peak(lot, state_.triggers.peak_of(lot.uid));
  check_guarded(lot);
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
    note_amber(lot, overflow.what(), previous_check);
    set_concern(lot, overflow.what());
    keep(lot);
  }
}

void Stepper::check(Lot& lot) {
  end_pause_if_over(lot);
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
  const bool own_levels = level_symbol(lot) == lot.instrument.symbol;
  const pricing::Judgement levels = own_levels ? own : judge_levels(lot);
  weigh(lot, levels);

  std::string amber;  // why no price rule can fire
  if (!lot.frozen.empty()) {
    amber = "frozen: " + lot.frozen;
  } else if (own.standing == Standing::doubtful) {
    amber = own.why;
  } else if (levels.standing == Standing::doubtful) {
    amber = level_symbol(lot) + ": " + levels.why;
  }
  const auto ownership = state_.ownership_concerns.find(lot.instrument.symbol);
  Check& check = state_.checks[lot.uid];
  check.why_not = ownership == state_.ownership_concerns.end() ? amber : ownership->second;
  check.checked = check.why_not.empty();
  check.price = own;
  check.levels = own_levels ? std::nullopt : std::optional(levels);

  note_amber(lot, amber, previous_check);
  tell_of_expiration(lot, previous_check);
  set_concern(lot, check.checked ? lesser_concern(lot) : check.why_not);
  judge_protection(lot);
  keep(lot);
}

// What is worth a person's while though every rule can be judged.
std::string Stepper::lesser_concern(const Lot& lot) const {
  if (std::string refused = rules::contradiction(lot, state_.policy); !refused.empty()) return refused;
  if (std::string absurd = rules::absurd_terms(lot, state_.policy); !absurd.empty()) return absurd;
  if (lot.guards.missing_told && lot.guards.failures > 0 && !lot.exit) {
    return "its bracket does not rest at the broker; the local rules guard it";
  }
  return has_no_protection(lot, state_.policy) ? "unprotected by choice: no stop, no target, no holding time" : "";
}

void Stepper::mark(Lot& lot, const pricing::Judgement& own) {
  const pricing::SymbolPrices& prices = state_.prices[lot.instrument.symbol];
  lot.good_price = prices.last_good;
  lot.priced_at = prices.last_good_at;
  lot.suspect = prices.suspect;
  lot.unsound_since = prices.unsound_since;
  if (const std::string symbol = level_symbol(lot); symbol != lot.instrument.symbol) {
    const pricing::SymbolPrices& levels = state_.prices[symbol];
    lot.level_price = levels.last_good;
    lot.level_priced_at = levels.last_good_at;
    lot.level_suspect = levels.suspect;
  }
  if (!own.value) return;
  const bool unmoved = lot.current_price == own.value;
  lot.current_price = own.value;
  lot.result.reset();
  lot.result_percent.reset();
  try {
    lot.result = result_at(lot, *own.value);
    lot.result_percent = percent_at(lot, *own.value);
  } catch (const Overflow& overflow) {  // an absurd result keeps no rule from being judged
    record(lot, EventType::monitor_error, {{"error", std::string(overflow.what())}});
  }
  if (unmoved && own.standing == Standing::market_closed) return;
  // A pass may look at a lot twice, when its prices come and when it is due: that is one price, recorded once.
  constexpr Duration kOnePass = std::chrono::seconds(1);
  Check& check = state_.checks[lot.uid];
  if (check.recorded == own.value && now_.steady - check.recorded_at < kOnePass) return;
  check.recorded = own.value;
  check.recorded_at = now_.steady;
  record(lot, EventType::price_update,
         {{"price", Decimal(*own.value)}, {"pnl", or_null(lot.result)}, {"pnl_pct", or_null(lot.result_percent)}});
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
    suspend_if_paused(lot, rule, verdict);
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
  if (lot.management == Management::managed && !lot.pause) take_rungs(lot, situation.price);
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
    for (const ExitReason reason : whole) join_exit(lot, reason, lot.quantity, deciding, "");
    if (was_partial && lot.exit->reason != ExitReason::scale_out) {
      std::erase(lot.exit->reasons, ExitReason::scale_out);
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
  join_exit(lot, ExitReason::scale_out, both, *partial, "");
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

// Without a price that may be acted on no price rule fires. The lot shows it at once, and a person is told when it
// lasts; whoever froze the lot has told them already.
void Stepper::note_amber(Lot& lot, const std::string& why, std::optional<Timestamp> previous_check) {
  if (why.empty()) {
    lot.amber_since.reset();
    return;
  }
  if (!lot.amber_since) {
    lot.amber_since = now_.wall;
    record(lot, EventType::amber, {{"concern", why}, {"was", lot.concern}});
    return;
  }
  const bool has_lasted = previous_check && now_.wall - *lot.amber_since >= kAmberBeforeAlert &&
                          *previous_check - *lot.amber_since < kAmberBeforeAlert;
  if (has_lasted && lot.frozen.empty() && !is_missing(lot)) {
    alert(Severity::critical, "stale_price", &lot, lot.instrument.symbol + ": " + why + ".");
  }
}

// At the close of the session before the one in which it will leave for its expiry: there is an evening to decide. By
// the last look, so that it is told once whatever process looks next. A pause keeps it in, not the warning.
void Stepper::tell_of_expiration(const Lot& lot, std::optional<Timestamp> previous_check) {
  if (lot.exit || !lot.instrument.is_option()) return;
  const auto& verdicts = state_.checks[lot.uid].verdicts;
  const auto found =
      std::ranges::find(verdicts, ExitReason::expiration_risk, [](const auto& one) { return one.first; });
  if (found == verdicts.end() || !found->second.due || now_.wall >= *found->second.due) return;
  const calendar::Session leaves_in = state_.calendar.session_of(*found->second.due);
  const Timestamp from = state_.calendar.session_before(leaves_in.date).close;
  if (now_.wall < from || (previous_check && *previous_check >= from)) return;
  alert(Severity::warning, "expiration_warning", &lot, lot.instrument.symbol + " " + found->second.message + ".");
}

// People are told when a concern begins, not each time it is seen again. Doubts about a price word themselves anew all
// the time, and note_amber tells of them.
void Stepper::set_concern(Lot& lot, std::string concern) {
  const bool amber = lot.amber_since && !state_.ownership_concerns.contains(lot.instrument.symbol);
  const bool is_new = concern.empty() != lot.concern.empty() || (!amber && concern != lot.concern);
  if (is_new) lot.concern_since = concern.empty() ? std::nullopt : std::optional(now_.wall);
  if (is_new && !amber) record(lot, EventType::check, {{"concern", concern}, {"was", lot.concern}});
  if (is_new && !amber && !concern.empty()) {
    alert(Severity::warning, "concern", &lot, lot.instrument.symbol + ": " + concern + ".");
  }
  lot.concern = std::move(concern);
}

}  // namespace belay::engine
