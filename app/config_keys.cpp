// SPDX-License-Identifier: Apache-2.0
#include "app/config_keys.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "app/text_values.hpp"

namespace belay::app {
namespace {

using Kind = Key::Kind;
using Concern = Problem::Concern;
using namespace std::chrono_literals;

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

Result<void> set_keep_noisy_events(Draft& draft, std::string_view text) {
  const auto span = parse_duration(text);
  if (!span) return std::unexpected(span.error());
  draft.config.runtime.keep_noisy_events = *span;
  return {};
}

Result<void> set_senders(Draft& draft, std::string_view text) {
  const auto number = whole_number<std::uint32_t>(text, 1, 32);
  if (!number) return std::unexpected(number.error());
  draft.config.runtime.senders = *number;
  return {};
}

Result<void> set_stream(Draft& draft, std::string_view text) {
  const auto is_on = truth(text);
  if (!is_on) return std::unexpected(is_on.error());
  draft.config.broker.stream = *is_on;
  return {};
}

Result<void> set_metrics_listen(Draft& draft, std::string_view text) {
  const auto address = metrics::parse_listen(text);
  if (!address) return std::unexpected(address.error());
  draft.config.metrics_listen = *address;
  return {};
}

Result<void> set_metrics_emf(Draft& draft, std::string_view text) {
  const auto is_on = truth(text);
  if (!is_on) return std::unexpected(is_on.error());
  draft.config.metrics_emf = *is_on;
  return {};
}

Result<void> set_report_mail(Draft& draft, std::string_view text) {
  const auto is_on = truth(text);
  if (!is_on) return std::unexpected(is_on.error());
  draft.config.report_mail = *is_on;
  return {};
}

Result<void> set_keep_passes(Draft& draft, std::string_view text) {
  const auto span = parse_duration(text);
  if (!span) return std::unexpected(span.error());
  if (*span < 24h || *span > 24h * 3650) return fail("between 1d and 3650d, not " + std::string(text));
  draft.config.keep_passes = static_cast<int>(*span / 24h);
  return {};
}

Result<void> set_unnamed_rows(Draft& draft, std::string_view text) {
  const auto is_on = truth(text);
  if (!is_on) return std::unexpected(is_on.error());
  draft.unnamed_rows = *is_on;
  return {};
}

Result<void> set_reload_limit(Draft& draft, std::string_view text) {
  const auto number = whole_number<std::uint32_t>(text, 0, 100'000);
  if (!number) return std::unexpected(number.error());
  draft.config.reload_exits_limit = *number;
  return {};
}

using Broker = alpaca::Settings;
using Database = store::ConnectionSettings;

constexpr Key kKeys[] = {
    {"broker", "base_url", "ALPACA_BASE_URL", Kind::text, Concern::broker, set_broker<&Broker::trading_url>,
     "https://paper-api.alpaca.markets", "",
     "The trading API: the paper account's, or https://api.alpaca.markets for the live one"},
    {"broker", "data_url", "ALPACA_DATA_URL", Kind::text, Concern::broker, set_data_url, "https://data.alpaca.markets",
     "", "Prices; where base_url leads to this machine (belay sim), that one"},
    {"broker", "stock_feed", "ALPACA_STOCK_FEED", Kind::text, Concern::broker, set_broker<&Broker::stock_feed>, "",
     "sip", "Feed of stock prices: sip, iex ...; unset: the best that the data plan has"},
    {"broker", "option_feed", "ALPACA_OPTION_FEED", Kind::text, Concern::broker, set_broker<&Broker::option_feed>, "",
     "opra", "Feed of option prices: opra, indicative; unset: the best that the data plan has"},
    {"broker", "ca_file", "ALPACA_CA_FILE", Kind::text, Concern::broker, set_broker<&Broker::ca_file>, "",
     "/etc/ssl/company.pem", "PEM file of authorities trusted besides the system's"},
    {"broker", "stream", "ALPACA_STREAM", Kind::boolean, Concern::broker, set_stream, "true", "",
     "The service hears order updates from the broker's stream; false: it asks for everything"},
    {"broker", "stream_url", "ALPACA_STREAM_URL", Kind::text, Concern::broker, set_broker<&Broker::stream_url>, "",
     "wss://paper-api.alpaca.markets/stream", "That stream; unset: /stream of the trading API"},
    {"broker", "api_key_file", "ALPACA_API_KEY_FILE", Kind::text, Concern::broker, set_file<&Draft::key_file>, "",
     "/run/secrets/alpaca_api_key",
     "A file that only its owner may read, with the API key; else the variable ALPACA_API_KEY"},
    {"broker", "api_secret_file", "ALPACA_API_SECRET_FILE", Kind::text, Concern::broker, set_file<&Draft::secret_file>,
     "", "/run/secrets/alpaca_api_secret", "Likewise with the secret; else the variable ALPACA_API_SECRET"},

    {"store", "location", "BELAY_STORE", Kind::text, Concern::store, set_location, "", "sqlite:/var/lib/belay/belay.db",
     "sqlite:FILE, a file, or postgresql://USER@HOST:PORT/NAME; unset: a file under ~/.local/state/belay"},
    {"store", "host", "DB_HOST", Kind::text, Concern::store, set_database<&Database::host>, "", "db.example.com",
     "In place of location, a PostgreSQL database: its host"},
    {"store", "port", "DB_PORT", Kind::integer, Concern::store, set_port, "", "5432", "Its port"},
    {"store", "name", "DB_NAME", Kind::text, Concern::store, set_database<&Database::database>, "", "trading",
     "Its name"},
    {"store", "user", "DB_USER", Kind::text, Concern::store, set_database<&Database::user>, "", "belay",
     "Who Belay is there"},
    {"store", "password_file", "DB_PASSWORD_FILE", Kind::text, Concern::store, set_file<&Draft::password_file>, "",
     "/run/secrets/db_password",
     "A file that only its owner may read, with the password; else the variable DB_PASSWORD"},
    {"store", "ssl_mode", "DB_SSL_MODE", Kind::text, Concern::store, set_database<&Database::ssl_mode>, "",
     "verify-full", "TLS to the database, as libpq's sslmode"},
    {"store", "keep_noisy_events", "BELAY_KEEP_NOISY_EVENTS", Kind::duration, Concern::general, set_keep_noisy_events,
     "3d", "", "Price updates and checks older than this are folded into the positions' price paths; 0s: never"},

    {"account", "name", "BELAY_ACCOUNT", Kind::text, Concern::general, set_account, "default", "",
     "Our name of the account: key of its rows and its lock"},
    {"account", "aliases", "BELAY_ACCOUNT_ALIASES", Kind::list, Concern::general, set_aliases, "", "large-100k",
     "Upstream's names of the account; unset: every row of upstream is this account's"},
    {"account", "unnamed_rows", "BELAY_UNNAMED_ROWS", Kind::boolean, Concern::general, set_unnamed_rows, "", "true",
     "Rows of upstream that name no account are this one's; unset: they are, unless there are several accounts"},
    {"clock", "url", "BELAY_CLOCK_URL", Kind::text, Concern::general, set_clock, "", "http://127.0.0.1:8800/_sim/clock",
     "All time comes from there; this machine only"},
    {"log", "level", "BELAY_LOG_LEVEL", Kind::text, Concern::general, set_level, "info", "",
     "debug, info, warning or error"},

    {"run", "wait", "BELAY_WAIT", Kind::duration, Concern::general, set_wait, "40s", "",
     "How long belay cycle stands by for exits"},
    {"run", "sweep", "BELAY_SWEEP", Kind::duration, Concern::general, set_sweep, "60s", "",
     "Between the passes of belay run"},
    {"run", "senders", "BELAY_SENDERS", Kind::integer, Concern::general, set_senders, "4", "",
     "Calls to the broker at once"},
    {"run", "reload_exits_limit", "BELAY_RELOAD_EXITS_LIMIT", Kind::integer, Concern::general, set_reload_limit, "1",
     "", "A reload by which more positions of an account than this would leave at once waits for a person's word"},

    {"metrics", "listen", "BELAY_METRICS_LISTEN", Kind::text, Concern::general, set_metrics_listen, "",
     "127.0.0.1:9464", "Where belay run shows /metrics, /healthz and /readyz; this machine only; unset: nowhere"},
    {"metrics", "emf", "BELAY_METRICS_EMF", Kind::boolean, Concern::general, set_metrics_emf, "false", "",
     "A line of CloudWatch's embedded metric format with each pass"},
    {"metrics", "report_mail", "BELAY_REPORT_MAIL", Kind::boolean, Concern::general, set_report_mail, "true", "",
     "The report after the close, and what stays overnight before it, go where mail of alerts goes"},
    {"metrics", "keep_passes", "BELAY_KEEP_PASSES", Kind::duration, Concern::general, set_keep_passes, "14d", "",
     "Single passes are kept for so long, then a row a day"},
};

constexpr SecretKey kSecretKeys[] = {
    {"broker", "api_key", "ALPACA_API_KEY", [](const Draft& d) -> const std::string& { return d.key_file; }},
    {"broker", "api_secret", "ALPACA_API_SECRET", [](const Draft& d) -> const std::string& { return d.secret_file; }},
    {"store", "password", "DB_PASSWORD", [](const Draft& d) -> const std::string& { return d.password_file; }},
    {"alerts", "smtp_password", "BELAY_SMTP_PASSWORD",
     [](const Draft& d) -> const std::string& { return d.alerts.smtp_password_file; }},
    {"alerts", "webhook_secret", "BELAY_WEBHOOK_SECRET",
     [](const Draft& d) -> const std::string& { return d.alerts.webhook_secret_file; }},
};

}  // namespace

std::span<const SecretKey> secret_keys() { return kSecretKeys; }

std::span<const Key> config_keys() {
  static const std::vector<Key> all = [] {
    std::vector<Key> keys(std::begin(kKeys), std::end(kKeys));
    for (const std::span<const Key> more : {policy_keys(), term_keys(), alert_keys()})
      keys.insert(keys.end(), more.begin(), more.end());
    // A strategy's parameters mean what the account's do.
    for (Key& key : keys) {
      const auto same = std::ranges::find_if(keys, [&](const Key& k) { return k.key == key.key && !k.about.empty(); });
      if (key.about.empty() && same != keys.end()) {
        key.about = same->about;
        key.sample = same->sample;
      }
    }
    return keys;
  }();
  return all;
}

bool is_per_account(const Key& key) {
  const bool names_it = key.section == "account" && key.key == "name";
  return !names_it && (key.section == "broker" || key.section == "account" || key.section == "policy" ||
                       key.section == "alerts" || key.section.starts_with("strategy."));
}

void Draft::apply(const Setting& setting, std::vector<Problem>& problems) {
  const auto done = setting.key->set(*this, setting.text);
  if (!done) problems.push_back({setting.key->concern, setting.called + ": " + done.error().message});
  given[setting.key] = setting;
}

}  // namespace belay::app
