// SPDX-License-Identifier: Apache-2.0
// The numbers of [policy], but for the parameters of the rules.
#include "app/config_keys.hpp"
#include "app/text_values.hpp"

namespace belay::app {
namespace {

using Kind = Key::Kind;
using Concern = Problem::Concern;

template <Duration Policy::* Member>
Result<void> set_span(Draft& draft, std::string_view text) {
  const auto span = parse_duration(text);
  if (!span) return std::unexpected(span.error());
  draft.config.runtime.policy.*Member = *span;
  return {};
}

template <auto Member>
Result<void> set_decimal(Draft& draft, std::string_view text) {
  auto& place = draft.config.runtime.policy.*Member;
  const auto number = std::remove_reference_t<decltype(place)>::parse(text);
  if (!number) return std::unexpected(number.error());
  if (!number->is_positive()) return fail("must be greater than 0, not " + std::string(text));
  place = *number;
  return {};
}

template <std::optional<Ratio> Policy::* Member>
Result<void> set_distance(Draft& draft, std::string_view text) {
  const auto number = Ratio::parse(text);
  if (!number) return std::unexpected(number.error());
  if (!number->is_positive() || *number >= 1.0_ratio) {
    return fail("must be between 0 and 1 (0.05 is five percent), not " + std::string(text));
  }
  draft.config.runtime.policy.*Member = *number;
  return {};
}

Result<void> set_loss_limit(Draft& draft, std::string_view text) {
  const auto amount = Money::parse(text);
  if (!amount) return std::unexpected(amount.error());
  if (!amount->is_positive()) return fail("must be greater than 0, not " + std::string(text));
  draft.config.runtime.policy.account_loss_limit = *amount;
  return {};
}

Result<void> set_adoption(Draft& draft, std::string_view text) {
  Adoption& adoption = draft.config.runtime.policy.adoption;
  if (text == "watch") {
    adoption = Adoption::watch;
  } else if (text == "protect") {
    adoption = Adoption::protect;
  } else if (text == "ignore") {
    adoption = Adoption::ignore;
  } else {
    return fail("\"" + std::string(text) + "\" is none of watch, protect, ignore");
  }
  return {};
}

Result<void> set_missing_brackets(Draft& draft, std::string_view text) {
  MissingBrackets& choice = draft.config.runtime.policy.missing_brackets;
  if (text != "restore" && text != "close") return fail("\"" + std::string(text) + "\" is neither restore nor close");
  choice = text == "close" ? MissingBrackets::close : MissingBrackets::restore;
  return {};
}

template <bool Policy::* Member>
Result<void> set_switch(Draft& draft, std::string_view text) {
  const auto is_on = truth(text);
  if (!is_on) return std::unexpected(is_on.error());
  draft.config.runtime.policy.*Member = *is_on;
  return {};
}

Result<void> set_ignored(Draft& draft, std::string_view text) {
  draft.config.runtime.policy.ignored_symbols = split_list(text);
  return {};
}

template <int Policy::* Member, int Most>
Result<void> set_count(Draft& draft, std::string_view text) {
  const auto number = whole_number<int>(text, 1, Most);
  if (!number) return std::unexpected(number.error());
  draft.config.runtime.policy.*Member = *number;
  return {};
}

Result<void> set_after_hours(Draft& draft, std::string_view text) {
  AfterHours& after_hours = draft.config.runtime.policy.after_hours;
  if (text == "wait") {
    after_hours = AfterHours::wait;
  } else if (text == "limit") {
    after_hours = AfterHours::limit;
  } else {
    return fail("\"" + std::string(text) + "\" is none of wait, limit");
  }
  return {};
}

constexpr Key kKeys[] = {
    {"policy", "unseen_limit", "BELAY_UNSEEN_LIMIT", Kind::duration, Concern::general, set_span<&Policy::unseen_limit>,
     "90s", "", "Polled prices that were not confirmed for so long are stale"},
    {"policy", "witness_rest", "BELAY_WITNESS_REST", Kind::duration, Concern::general, set_span<&Policy::witness_rest>,
     "1s", "", "Before a doubtful price is looked at again"},
    {"policy", "stream_down_limit", "BELAY_STREAM_DOWN_LIMIT", Kind::duration, Concern::general,
     set_span<&Policy::stream_down_limit>, "60s", "", "The stream is down for so long in session: a person is told"},
    {"policy", "unseen_limit_streaming", "BELAY_UNSEEN_LIMIT_STREAMING", Kind::duration, Concern::general,
     set_span<&Policy::unseen_limit_streaming>, "15s", "", "As unseen_limit, of a symbol that a stream feeds"},
    {"policy", "quote_age_limit", "BELAY_QUOTE_AGE_LIMIT", Kind::duration, Concern::general,
     set_span<&Policy::quote_age_limit>, "15m", "", "A quote as of longer ago is no current quote"},
    {"policy", "stock_spread_limit", "BELAY_STOCK_SPREAD_LIMIT", Kind::decimal, Concern::general,
     set_decimal<&Policy::stock_spread_limit>, "0.10", "", "A quote wider than this part of its middle is not sound"},
    {"policy", "option_spread_limit", "BELAY_OPTION_SPREAD_LIMIT", Kind::decimal, Concern::general,
     set_decimal<&Policy::option_spread_limit>, "0.30", "", "Likewise of options, or the amount below if that is more"},
    {"policy", "option_spread_amount", "BELAY_OPTION_SPREAD_AMOUNT", Kind::decimal, Concern::general,
     set_decimal<&Policy::option_spread_amount>, "0.10", "", "In dollars"},
    {"policy", "unsound_persistence", "BELAY_UNSOUND_PERSISTENCE", Kind::duration, Concern::general,
     set_span<&Policy::unsound_persistence>, "30s", "", "An unsound quote counts when it has lasted for so long"},
    {"policy", "stock_jump_band", "BELAY_STOCK_JUMP_BAND", Kind::decimal, Concern::general,
     set_decimal<&Policy::stock_jump_band>, "0.10", "",
     "A price further than this from the last good one needs a second witness"},
    {"policy", "day_trade_lead", "BELAY_DAY_TRADE_LEAD", Kind::duration, Concern::general,
     set_span<&Policy::day_trade_lead>, "5m", "", "Day trades leave so long before the close"},
    {"policy", "expiring_day_trade_lead", "BELAY_EXPIRING_DAY_TRADE_LEAD", Kind::duration, Concern::general,
     set_span<&Policy::expiring_day_trade_lead>, "60m", "",
     "Day trades in an option on its last day leave so long before the close"},
    {"policy", "adoption", "BELAY_ADOPTION", Kind::text, Concern::general, set_adoption, "watch", "",
     "What becomes of a holding that nothing explains: watch, protect or ignore"},
    {"policy", "ignored_symbols", "BELAY_IGNORED_SYMBOLS", Kind::list, Concern::general, set_ignored, "", "SPY",
     "Symbols that are nobody's business"},
    {"policy", "adopted_stop", "BELAY_ADOPTED_STOP", Kind::decimal, Concern::general,
     set_distance<&Policy::adopted_stop>, "", "0.08", "With adoption = protect: this far from the entry"},
    {"policy", "adopted_target", "BELAY_ADOPTED_TARGET", Kind::decimal, Concern::general,
     set_distance<&Policy::adopted_target>, "", "0.15", "Likewise"},
    {"policy", "fallback_stop", "BELAY_FALLBACK_STOP", Kind::decimal, Concern::general,
     set_distance<&Policy::fallback_stop>, "", "0.05",
     "This far from the entry, where a position's stop and target contradict each other"},
    {"policy", "fallback_target", "BELAY_FALLBACK_TARGET", Kind::decimal, Concern::general,
     set_distance<&Policy::fallback_target>, "", "0.10", "Likewise"},
    {"policy", "account_loss_limit", "BELAY_ACCOUNT_LOSS_LIMIT", Kind::decimal, Concern::general, set_loss_limit, "",
     "1500", "In dollars: when the day's loss reaches it, everything leaves; unset: off"},
    {"policy", "settling_window", "BELAY_SETTLING_WINDOW", Kind::duration, Concern::general,
     set_span<&Policy::settling_window>, "10s", "",
     "For so long positions, orders and fills may disagree at the broker"},
    {"policy", "exit_deadline", "BELAY_EXIT_DEADLINE", Kind::duration, Concern::general,
     set_span<&Policy::exit_deadline>, "60s", "", "Not flat by then: a person is told"},
    {"policy", "guard_grace", "BELAY_GUARD_GRACE", Kind::duration, Concern::general, set_span<&Policy::guard_grace>,
     "2s", "", "A resting guard at its own trigger is given so long"},
    {"policy", "guard_grace_limit", "BELAY_GUARD_GRACE_LIMIT", Kind::duration, Concern::general,
     set_span<&Policy::guard_grace_limit>, "10s", "", "Likewise one that has begun to fill"},
    {"policy", "first_price_wait", "BELAY_FIRST_PRICE_WAIT", Kind::duration, Concern::general,
     set_span<&Policy::first_price_wait>, "60s", "",
     "From the open on, an exit waits so long for a price of the session"},
    {"policy", "after_hours", "BELAY_AFTER_HOURS", Kind::text, Concern::general, set_after_hours, "wait", "",
     "A stock's exit outside of the session: wait, or limit (a limit order in early and late trading)"},
    {"policy", "stock_collar", "BELAY_STOCK_COLLAR", Kind::decimal, Concern::general,
     set_decimal<&Policy::stock_collar>, "0.01", "",
     "A stock's marketable limit is this far beyond the side at which it leaves"},
    {"policy", "ladder_step", "BELAY_LADDER_STEP", Kind::duration, Concern::general, set_span<&Policy::ladder_step>,
     "2s", "", "Between the steps of an option's limit, from the middle to the exit side"},
    {"policy", "ladder_steps", "BELAY_LADDER_STEPS", Kind::integer, Concern::general,
     set_count<&Policy::ladder_steps, 20>, "3", "", "So many of them"},
    {"policy", "option_collar", "BELAY_OPTION_COLLAR", Kind::decimal, Concern::general,
     set_decimal<&Policy::option_collar>, "0.50", "",
     "Below this part of its last good value an option gets no market order"},

    {"policy", "missing_brackets", "BELAY_MISSING_BRACKETS", Kind::text, Concern::general, set_missing_brackets,
     "restore", "", "When a bracket is proved absent: restore, or close (leave at once)"},
    {"policy", "guard_failures", "BELAY_GUARD_FAILURES", Kind::integer, Concern::general,
     set_count<&Policy::guard_failures, 100>, "3", "", "So many refusals in session, and restoring has failed"},
    {"policy", "guard_rearm_lead", "BELAY_GUARD_REARM_LEAD", Kind::duration, Concern::general,
     set_span<&Policy::guard_rearm_lead>, "15m", "",
     "So long before the close, guards for the day that must last become GTC"},
    {"policy", "held_children_limit", "BELAY_HELD_CHILDREN_LIMIT", Kind::duration, Concern::general,
     set_span<&Policy::held_children_limit>, "30s", "",
     "Bracket children still held so long after a filled entry are no guard"},
    {"policy", "option_resting_stop", "BELAY_OPTION_RESTING_STOP", Kind::boolean, Concern::general,
     set_switch<&Policy::option_resting_stop>, "false", "",
     "A resting stop for options with a stop of their own price"},
    {"policy", "move_resting_stop", "BELAY_MOVE_RESTING_STOP", Kind::boolean, Concern::general,
     set_switch<&Policy::move_resting_stop>, "false", "", "The resting stop follows the local one as that tightens"},
    {"policy", "catastrophe_stop", "BELAY_CATASTROPHE_STOP", Kind::decimal, Concern::general,
     set_distance<&Policy::catastrophe_stop>, "", "0.05",
     "A resting stop this far beyond the local one, where no bracket was asked for"},

    {"policy", "orders_per_lot", "BELAY_ORDERS_PER_LOT", Kind::integer, Concern::general,
     set_count<&Policy::orders_per_lot, 1000>, "12", "", "A minute; more is no exit but a fault"},
    {"policy", "orders_per_account", "BELAY_ORDERS_PER_ACCOUNT", Kind::integer, Concern::general,
     set_count<&Policy::orders_per_account, 100'000>, "120", "", "Likewise of the account"},
    {"policy", "notional_per_minute", "BELAY_NOTIONAL_PER_MINUTE", Kind::decimal, Concern::general,
     set_decimal<&Policy::notional_per_minute>, "6", "",
     "Sent in a minute, in proportion to what is held; more is a fault"},
    {"policy", "safe_mode", "BELAY_SAFE_MODE", Kind::duration, Concern::general, set_span<&Policy::safe_mode>, "5m", "",
     "Nothing is sent for so long once one of the three is reached"},
};

}  // namespace

std::span<const Key> policy_keys() { return kKeys; }

}  // namespace belay::app
