// SPDX-License-Identifier: Apache-2.0
#include "app/config_keys.hpp"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <vector>

#include "app/text_values.hpp"

namespace belay::app {
namespace {

using Kind = Key::Kind;
using Concern = Problem::Concern;
using namespace std::chrono_literals;

template <class T>
Result<T> whole_number(std::string_view text, T least, T most) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least || number > most) {
    return fail("\"" + std::string(text) + "\" is no whole number from " + std::to_string(least) + " to " +
                std::to_string(most));
  }
  return number;
}

template <std::string alpaca::Settings::* Member>
Result<void> set_broker(Draft& draft, std::string_view text) {
  draft.config.broker.*Member = text;
  return {};
}

Result<void> set_data_url(Draft& draft, std::string_view text) {
  draft.data_url_given = true;
  return set_broker<&alpaca::Settings::data_url>(draft, text);
}

template <std::string Draft::* Member>
Result<void> set_file(Draft& draft, std::string_view text) {
  draft.*Member = text;
  return {};
}

Result<void> set_location(Draft& draft, std::string_view text) {
  draft.store_location = text;
  return {};
}

template <std::string store::ConnectionSettings::* Member>
Result<void> set_database(Draft& draft, std::string_view text) {
  if (!draft.database) draft.database.emplace();
  (*draft.database).*Member = text;
  return {};
}

Result<void> set_port(Draft& draft, std::string_view text) {
  const auto port = whole_number<std::int64_t>(text, 1, 65535);
  if (!port) return std::unexpected(port.error());
  return set_database<&store::ConnectionSettings::port>(draft, text);
}

Result<void> set_account(Draft& draft, std::string_view text) {
  draft.config.runtime.account = text;
  return {};
}

Result<void> set_aliases(Draft& draft, std::string_view text) {
  draft.config.runtime.aliases = split_list(text);
  return {};
}

Result<void> set_clock(Draft& draft, std::string_view text) {
  draft.config.clock_url = text;
  return {};
}

Result<void> set_level(Draft& draft, std::string_view text) {
  if (log::parse_level(text, draft.config.log_level)) return {};
  return fail("\"" + std::string(text) + "\" is no level: debug, info, warning or error");
}

Result<void> set_wait(Draft& draft, std::string_view text) {
  const auto span = parse_duration(text);
  if (!span) return std::unexpected(span.error());
  draft.config.runtime.wait = *span;
  return {};
}

Result<void> set_sweep(Draft& draft, std::string_view text) {
  const auto span = parse_duration(text);
  if (!span) return std::unexpected(span.error());
  if (*span < 1s || *span > 10min) return fail("between 1s and 10m, not " + std::string(text));
  draft.config.runtime.sweep = *span;
  return {};
}

Result<void> set_senders(Draft& draft, std::string_view text) {
  const auto number = whole_number<std::uint32_t>(text, 1, 32);
  if (!number) return std::unexpected(number.error());
  draft.config.runtime.senders = *number;
  return {};
}

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

Result<bool> truth(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return fail("\"" + std::string(text) + "\" is neither true nor false");
}

template <bool Policy::* Member>
Result<void> set_switch(Draft& draft, std::string_view text) {
  const auto is_on = truth(text);
  if (!is_on) return std::unexpected(is_on.error());
  draft.config.runtime.policy.*Member = *is_on;
  return {};
}

Result<void> set_stream(Draft& draft, std::string_view text) {
  const auto is_on = truth(text);
  if (!is_on) return std::unexpected(is_on.error());
  draft.config.broker.stream = *is_on;
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

using Broker = alpaca::Settings;
using Database = store::ConnectionSettings;

constexpr Key kKeys[] = {
    {"broker", "base_url", "ALPACA_BASE_URL", Kind::text, Concern::broker, set_broker<&Broker::trading_url>},
    {"broker", "data_url", "ALPACA_DATA_URL", Kind::text, Concern::broker, set_data_url},
    {"broker", "stock_feed", "ALPACA_STOCK_FEED", Kind::text, Concern::broker, set_broker<&Broker::stock_feed>},
    {"broker", "option_feed", "ALPACA_OPTION_FEED", Kind::text, Concern::broker, set_broker<&Broker::option_feed>},
    {"broker", "ca_file", "ALPACA_CA_FILE", Kind::text, Concern::broker, set_broker<&Broker::ca_file>},
    {"broker", "stream", "ALPACA_STREAM", Kind::boolean, Concern::broker, set_stream},
    {"broker", "stream_url", "ALPACA_STREAM_URL", Kind::text, Concern::broker, set_broker<&Broker::stream_url>},
    {"broker", "api_key_file", "ALPACA_API_KEY_FILE", Kind::text, Concern::broker, set_file<&Draft::key_file>},
    {"broker", "api_secret_file", "ALPACA_API_SECRET_FILE", Kind::text, Concern::broker, set_file<&Draft::secret_file>},

    {"store", "location", "BELAY_STORE", Kind::text, Concern::store, set_location},
    {"store", "host", "DB_HOST", Kind::text, Concern::store, set_database<&Database::host>},
    {"store", "port", "DB_PORT", Kind::integer, Concern::store, set_port},
    {"store", "name", "DB_NAME", Kind::text, Concern::store, set_database<&Database::database>},
    {"store", "user", "DB_USER", Kind::text, Concern::store, set_database<&Database::user>},
    {"store", "password_file", "DB_PASSWORD_FILE", Kind::text, Concern::store, set_file<&Draft::password_file>},
    {"store", "ssl_mode", "DB_SSL_MODE", Kind::text, Concern::store, set_database<&Database::ssl_mode>},

    {"account", "name", "BELAY_ACCOUNT", Kind::text, Concern::general, set_account},
    {"account", "aliases", "BELAY_ACCOUNT_ALIASES", Kind::list, Concern::general, set_aliases},
    {"clock", "url", "BELAY_CLOCK_URL", Kind::text, Concern::general, set_clock},
    {"log", "level", "BELAY_LOG_LEVEL", Kind::text, Concern::general, set_level},

    {"run", "wait", "BELAY_WAIT", Kind::duration, Concern::general, set_wait},
    {"run", "sweep", "BELAY_SWEEP", Kind::duration, Concern::general, set_sweep},
    {"run", "senders", "BELAY_SENDERS", Kind::integer, Concern::general, set_senders},

    {"policy", "unseen_limit", "BELAY_UNSEEN_LIMIT", Kind::duration, Concern::general, set_span<&Policy::unseen_limit>},
    {"policy", "witness_rest", "BELAY_WITNESS_REST", Kind::duration, Concern::general, set_span<&Policy::witness_rest>},
    {"policy", "stream_down_limit", "BELAY_STREAM_DOWN_LIMIT", Kind::duration, Concern::general,
     set_span<&Policy::stream_down_limit>},
    {"policy", "unseen_limit_streaming", "BELAY_UNSEEN_LIMIT_STREAMING", Kind::duration, Concern::general,
     set_span<&Policy::unseen_limit_streaming>},
    {"policy", "quote_age_limit", "BELAY_QUOTE_AGE_LIMIT", Kind::duration, Concern::general,
     set_span<&Policy::quote_age_limit>},
    {"policy", "stock_spread_limit", "BELAY_STOCK_SPREAD_LIMIT", Kind::decimal, Concern::general,
     set_decimal<&Policy::stock_spread_limit>},
    {"policy", "option_spread_limit", "BELAY_OPTION_SPREAD_LIMIT", Kind::decimal, Concern::general,
     set_decimal<&Policy::option_spread_limit>},
    {"policy", "option_spread_amount", "BELAY_OPTION_SPREAD_AMOUNT", Kind::decimal, Concern::general,
     set_decimal<&Policy::option_spread_amount>},
    {"policy", "unsound_persistence", "BELAY_UNSOUND_PERSISTENCE", Kind::duration, Concern::general,
     set_span<&Policy::unsound_persistence>},
    {"policy", "stock_jump_band", "BELAY_STOCK_JUMP_BAND", Kind::decimal, Concern::general,
     set_decimal<&Policy::stock_jump_band>},
    {"policy", "day_trade_lead", "BELAY_DAY_TRADE_LEAD", Kind::duration, Concern::general,
     set_span<&Policy::day_trade_lead>},
    {"policy", "expiring_day_trade_lead", "BELAY_EXPIRING_DAY_TRADE_LEAD", Kind::duration, Concern::general,
     set_span<&Policy::expiring_day_trade_lead>},
    {"policy", "adoption", "BELAY_ADOPTION", Kind::text, Concern::general, set_adoption},
    {"policy", "ignored_symbols", "BELAY_IGNORED_SYMBOLS", Kind::list, Concern::general, set_ignored},
    {"policy", "adopted_stop", "BELAY_ADOPTED_STOP", Kind::decimal, Concern::general,
     set_distance<&Policy::adopted_stop>},
    {"policy", "adopted_target", "BELAY_ADOPTED_TARGET", Kind::decimal, Concern::general,
     set_distance<&Policy::adopted_target>},
    {"policy", "fallback_stop", "BELAY_FALLBACK_STOP", Kind::decimal, Concern::general,
     set_distance<&Policy::fallback_stop>},
    {"policy", "fallback_target", "BELAY_FALLBACK_TARGET", Kind::decimal, Concern::general,
     set_distance<&Policy::fallback_target>},
    {"policy", "account_loss_limit", "BELAY_ACCOUNT_LOSS_LIMIT", Kind::decimal, Concern::general, set_loss_limit},
    {"policy", "settling_window", "BELAY_SETTLING_WINDOW", Kind::duration, Concern::general,
     set_span<&Policy::settling_window>},
    {"policy", "exit_deadline", "BELAY_EXIT_DEADLINE", Kind::duration, Concern::general,
     set_span<&Policy::exit_deadline>},
    {"policy", "guard_grace", "BELAY_GUARD_GRACE", Kind::duration, Concern::general, set_span<&Policy::guard_grace>},
    {"policy", "guard_grace_limit", "BELAY_GUARD_GRACE_LIMIT", Kind::duration, Concern::general,
     set_span<&Policy::guard_grace_limit>},
    {"policy", "first_price_wait", "BELAY_FIRST_PRICE_WAIT", Kind::duration, Concern::general,
     set_span<&Policy::first_price_wait>},
    {"policy", "after_hours", "BELAY_AFTER_HOURS", Kind::text, Concern::general, set_after_hours},
    {"policy", "stock_collar", "BELAY_STOCK_COLLAR", Kind::decimal, Concern::general,
     set_decimal<&Policy::stock_collar>},
    {"policy", "ladder_step", "BELAY_LADDER_STEP", Kind::duration, Concern::general, set_span<&Policy::ladder_step>},
    {"policy", "ladder_steps", "BELAY_LADDER_STEPS", Kind::integer, Concern::general,
     set_count<&Policy::ladder_steps, 20>},
    {"policy", "option_collar", "BELAY_OPTION_COLLAR", Kind::decimal, Concern::general,
     set_decimal<&Policy::option_collar>},

    {"policy", "missing_brackets", "BELAY_MISSING_BRACKETS", Kind::text, Concern::general, set_missing_brackets},
    {"policy", "guard_failures", "BELAY_GUARD_FAILURES", Kind::integer, Concern::general,
     set_count<&Policy::guard_failures, 100>},
    {"policy", "guard_rearm_lead", "BELAY_GUARD_REARM_LEAD", Kind::duration, Concern::general,
     set_span<&Policy::guard_rearm_lead>},
    {"policy", "held_children_limit", "BELAY_HELD_CHILDREN_LIMIT", Kind::duration, Concern::general,
     set_span<&Policy::held_children_limit>},
    {"policy", "option_resting_stop", "BELAY_OPTION_RESTING_STOP", Kind::boolean, Concern::general,
     set_switch<&Policy::option_resting_stop>},
    {"policy", "move_resting_stop", "BELAY_MOVE_RESTING_STOP", Kind::boolean, Concern::general,
     set_switch<&Policy::move_resting_stop>},
    {"policy", "catastrophe_stop", "BELAY_CATASTROPHE_STOP", Kind::decimal, Concern::general,
     set_distance<&Policy::catastrophe_stop>},

    {"policy", "orders_per_lot", "BELAY_ORDERS_PER_LOT", Kind::integer, Concern::general,
     set_count<&Policy::orders_per_lot, 1000>},
    {"policy", "orders_per_account", "BELAY_ORDERS_PER_ACCOUNT", Kind::integer, Concern::general,
     set_count<&Policy::orders_per_account, 100'000>},
    {"policy", "notional_per_minute", "BELAY_NOTIONAL_PER_MINUTE", Kind::decimal, Concern::general,
     set_decimal<&Policy::notional_per_minute>},
    {"policy", "safe_mode", "BELAY_SAFE_MODE", Kind::duration, Concern::general, set_span<&Policy::safe_mode>},
};

}  // namespace

std::span<const Key> config_keys() {
  static const std::vector<Key> all = [] {
    std::vector<Key> keys(std::begin(kKeys), std::end(kKeys));
    const auto terms = term_keys();
    keys.insert(keys.end(), terms.begin(), terms.end());
    return keys;
  }();
  return all;
}

}  // namespace belay::app
