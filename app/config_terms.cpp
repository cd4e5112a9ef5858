// SPDX-License-Identifier: Apache-2.0
// The parameters of the rules, as a strategy and the account set them for positions that say nothing themselves.
#include <charconv>

#include "app/config_keys.hpp"

namespace belay::app {
namespace {

using Kind = Key::Kind;
using Concern = Problem::Concern;
using Place = DefaultTerms Policy::*;

DefaultTerms& terms_at(Draft& draft, Place place) { return draft.config.runtime.policy.*place; }

/// Zero switches a rule off where a wider place sets it.
Result<Percent> percent_below(std::string_view text, Percent limit) {
  const auto number = Percent::parse(text);
  if (!number) return std::unexpected(number.error());
  if (number->is_negative() || *number >= limit) {
    return fail("must be at least 0 and less than " + limit.text() + " (5 is five percent), not " + std::string(text));
  }
  return *number;
}

template <Place Where, std::optional<Percent> DefaultTerms::* Member>
Result<void> set_percent(Draft& draft, std::string_view text) {
  const auto percent = percent_below(text, 10'000_ratio);
  if (!percent) return std::unexpected(percent.error());
  terms_at(draft, Where).*Member = *percent;
  return {};
}

template <Place Where, std::optional<Percent> Terms::* Member>
Result<void> set_term(Draft& draft, std::string_view text) {
  const auto percent = percent_below(text, 10'000_ratio);
  if (!percent) return std::unexpected(percent.error());
  terms_at(draft, Where).terms.*Member = *percent;
  return {};
}

template <Place Where, std::optional<Percent> Terms::* Member>
Result<void> set_part(Draft& draft, std::string_view text) {
  const auto percent = percent_below(text, 100_ratio);
  if (!percent) return std::unexpected(percent.error());
  terms_at(draft, Where).terms.*Member = *percent;
  return {};
}

template <Place Where>
Result<void> set_trail_amount(Draft& draft, std::string_view text) {
  const auto amount = Price::parse(text);
  if (!amount) return std::unexpected(amount.error());
  if (amount->is_negative() || *amount >= 1'000'000_price) {
    return fail("must be at least 0 and less than 1000000, not " + std::string(text));
  }
  terms_at(draft, Where).terms.trail_amount = *amount;
  return {};
}

template <Place Where>
Result<void> set_minutes(Draft& draft, std::string_view text) {
  std::int64_t minutes{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), minutes);
  if (error != std::errc() || end != text.data() + text.size() || minutes < 0 || minutes > 5'000'000) {
    return fail("\"" + std::string(text) + "\" is no whole number of minutes from 0 to 5000000");
  }
  terms_at(draft, Where).max_hold_minutes = minutes;
  return {};
}

template <Place Where>
Result<void> set_ladder(Draft& draft, std::string_view text) {
  const auto ladder = parse_ladder(text);
  if (!ladder) return std::unexpected(ladder.error());
  terms_at(draft, Where).terms.scale_out = *ladder;
  return {};
}

constexpr Key kKeys[] = {
    {"policy", "stop_percent", "BELAY_STOP_PERCENT", Kind::decimal, Concern::general,
     set_percent<&Policy::account, &DefaultTerms::stop_percent>, "", "5",
     "A stop this far from the entry, for positions that have none of their own; 5 is five percent, 0 is off"},
    {"policy", "target_percent", "BELAY_TARGET_PERCENT", Kind::decimal, Concern::general,
     set_percent<&Policy::account, &DefaultTerms::target_percent>, "", "10", "A target likewise"},
    {"policy", "max_hold_minutes", "BELAY_MAX_HOLD_MINUTES", Kind::integer, Concern::general,
     set_minutes<&Policy::account>, "", "390", "Leaves after so many minutes"},
    {"policy", "trail_percent", "BELAY_TRAIL_PERCENT", Kind::decimal, Concern::general,
     set_part<&Policy::account, &Terms::trail_percent>, "", "4", "A trailing stop this far from the peak"},
    {"policy", "trail_amount", "BELAY_TRAIL_AMOUNT", Kind::decimal, Concern::general,
     set_trail_amount<&Policy::account>, "", "1.50", "Likewise in dollars; where both are set the nearer counts"},
    {"policy", "trail_activation_percent", "BELAY_TRAIL_ACTIVATION_PERCENT", Kind::decimal, Concern::general,
     set_term<&Policy::account, &Terms::trail_activation>, "", "2",
     "The gain from which the trail counts; unset: at once"},
    {"policy", "breakeven_at_percent", "BELAY_BREAKEVEN_AT_PERCENT", Kind::decimal, Concern::general,
     set_term<&Policy::account, &Terms::breakeven_at>, "", "3", "At this gain the stop goes to the entry"},
    {"policy", "profit_lock_at_percent", "BELAY_PROFIT_LOCK_AT_PERCENT", Kind::decimal, Concern::general,
     set_term<&Policy::account, &Terms::profit_lock_at>, "", "6",
     "From this gain on the stop keeps a part of the best gain"},
    {"policy", "profit_lock_keep_percent", "BELAY_PROFIT_LOCK_KEEP_PERCENT", Kind::decimal, Concern::general,
     set_part<&Policy::account, &Terms::profit_lock_keep>, "", "50", "That part"},
    {"policy", "scale_out_ladder", "BELAY_SCALE_OUT_LADDER", Kind::text, Concern::general, set_ladder<&Policy::account>,
     "", "5:50, 10:25", "At +5 % close 50 % of the original quantity, at +10 % 25 %"},
    {"strategy.day_trade", "stop_percent", "BELAY_DAY_TRADE_STOP_PERCENT", Kind::decimal, Concern::general,
     set_percent<&Policy::day_trade, &DefaultTerms::stop_percent>},
    {"strategy.day_trade", "target_percent", "BELAY_DAY_TRADE_TARGET_PERCENT", Kind::decimal, Concern::general,
     set_percent<&Policy::day_trade, &DefaultTerms::target_percent>},
    {"strategy.day_trade", "max_hold_minutes", "BELAY_DAY_TRADE_MAX_HOLD_MINUTES", Kind::integer, Concern::general,
     set_minutes<&Policy::day_trade>},
    {"strategy.day_trade", "trail_percent", "BELAY_DAY_TRADE_TRAIL_PERCENT", Kind::decimal, Concern::general,
     set_part<&Policy::day_trade, &Terms::trail_percent>},
    {"strategy.day_trade", "trail_amount", "BELAY_DAY_TRADE_TRAIL_AMOUNT", Kind::decimal, Concern::general,
     set_trail_amount<&Policy::day_trade>},
    {"strategy.day_trade", "trail_activation_percent", "BELAY_DAY_TRADE_TRAIL_ACTIVATION_PERCENT", Kind::decimal,
     Concern::general, set_term<&Policy::day_trade, &Terms::trail_activation>},
    {"strategy.day_trade", "breakeven_at_percent", "BELAY_DAY_TRADE_BREAKEVEN_AT_PERCENT", Kind::decimal,
     Concern::general, set_term<&Policy::day_trade, &Terms::breakeven_at>},
    {"strategy.day_trade", "profit_lock_at_percent", "BELAY_DAY_TRADE_PROFIT_LOCK_AT_PERCENT", Kind::decimal,
     Concern::general, set_term<&Policy::day_trade, &Terms::profit_lock_at>},
    {"strategy.day_trade", "profit_lock_keep_percent", "BELAY_DAY_TRADE_PROFIT_LOCK_KEEP_PERCENT", Kind::decimal,
     Concern::general, set_part<&Policy::day_trade, &Terms::profit_lock_keep>},
    {"strategy.day_trade", "scale_out_ladder", "BELAY_DAY_TRADE_SCALE_OUT_LADDER", Kind::text, Concern::general,
     set_ladder<&Policy::day_trade>},
    {"strategy.swing_trade", "stop_percent", "BELAY_SWING_TRADE_STOP_PERCENT", Kind::decimal, Concern::general,
     set_percent<&Policy::swing_trade, &DefaultTerms::stop_percent>},
    {"strategy.swing_trade", "target_percent", "BELAY_SWING_TRADE_TARGET_PERCENT", Kind::decimal, Concern::general,
     set_percent<&Policy::swing_trade, &DefaultTerms::target_percent>},
    {"strategy.swing_trade", "max_hold_minutes", "BELAY_SWING_TRADE_MAX_HOLD_MINUTES", Kind::integer, Concern::general,
     set_minutes<&Policy::swing_trade>},
    {"strategy.swing_trade", "trail_percent", "BELAY_SWING_TRADE_TRAIL_PERCENT", Kind::decimal, Concern::general,
     set_part<&Policy::swing_trade, &Terms::trail_percent>},
    {"strategy.swing_trade", "trail_amount", "BELAY_SWING_TRADE_TRAIL_AMOUNT", Kind::decimal, Concern::general,
     set_trail_amount<&Policy::swing_trade>},
    {"strategy.swing_trade", "trail_activation_percent", "BELAY_SWING_TRADE_TRAIL_ACTIVATION_PERCENT", Kind::decimal,
     Concern::general, set_term<&Policy::swing_trade, &Terms::trail_activation>},
    {"strategy.swing_trade", "breakeven_at_percent", "BELAY_SWING_TRADE_BREAKEVEN_AT_PERCENT", Kind::decimal,
     Concern::general, set_term<&Policy::swing_trade, &Terms::breakeven_at>},
    {"strategy.swing_trade", "profit_lock_at_percent", "BELAY_SWING_TRADE_PROFIT_LOCK_AT_PERCENT", Kind::decimal,
     Concern::general, set_term<&Policy::swing_trade, &Terms::profit_lock_at>},
    {"strategy.swing_trade", "profit_lock_keep_percent", "BELAY_SWING_TRADE_PROFIT_LOCK_KEEP_PERCENT", Kind::decimal,
     Concern::general, set_part<&Policy::swing_trade, &Terms::profit_lock_keep>},
    {"strategy.swing_trade", "scale_out_ladder", "BELAY_SWING_TRADE_SCALE_OUT_LADDER", Kind::text, Concern::general,
     set_ladder<&Policy::swing_trade>},
};

}  // namespace

std::span<const Key> term_keys() { return kKeys; }

}  // namespace belay::app
