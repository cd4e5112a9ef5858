// SPDX-License-Identifier: Apache-2.0
#include "app/config_values.hpp"

#include <algorithm>
#include <variant>

#include "app/text_values.hpp"
#include "shell/store/open.hpp"

namespace belay::app {
namespace {

constexpr std::string_view kDefault = "default";

/// Who may enter stands before the host: not for others to read.
std::string without_user(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t host = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t user = url.rfind('@', url.find_first_of("/?#", host));
  return user == std::string::npos || user < host ? url : url.substr(0, host) + "[hidden]" + url.substr(user);
}

/// A location may hold a password, and the path of some URLs is one.
std::string shown_text(const Key& key, const std::string& text) {
  if (key.variable == "BELAY_WEBHOOK_URL" || key.variable == "BELAY_DEAD_MAN_URL") return "set";
  return key.variable == "BELAY_STORE" ? store::describe(text) : without_user(text);
}

EffectiveValue value_of(const Key& key, const Setting* said, std::string account) {
  EffectiveValue value{.account = std::move(account),
                       .section = std::string(key.section),
                       .key = std::string(key.key),
                       .variable = std::string(key.variable),
                       .value = {},
                       .origin = std::string(kDefault)};
  if (!value.account.empty()) value.variable = variable_of(key.variable, value.account);
  if (said != nullptr) {
    value.value = shown_text(key, said->text);
    value.origin = said->origin;
  } else if (!key.standard.empty()) {
    value.value = std::string(key.standard);
  }
  return value;
}

const Setting* said_of(const Key& key, const Draft& draft) {
  const auto found = draft.given.find(&key);
  return found == draft.given.end() ? nullptr : &found->second;
}

/// A secret that is read from a variable, or from the file that a key names.
EffectiveValue secret_value(const SecretKey& secret, const std::string& account, const Draft& draft,
                            const Environment& environment) {
  EffectiveValue value{
      .account = account,
      .section = std::string(secret.section),
      .key = std::string(secret.key),
      .variable = account.empty() ? std::string(secret.variable) : variable_of(secret.variable, account),
      .value = {},
      .origin = std::string(kDefault),
      .is_secret = true};
  const auto found = environment.find(value.variable);
  const bool in_variable = found != environment.end() && !found->second.empty();
  const std::string& path = secret.file(draft);
  if (in_variable || !path.empty()) value.value = "set";
  if (in_variable) {
    value.origin = value.variable;
  } else if (!path.empty()) {
    value.origin = path;
  }
  return value;
}

std::string toml_literal(const Key& key, std::string_view text) {
  const auto quoted = [](std::string_view plain) { return "\"" + std::string(plain) + "\""; };
  if (key.kind == Key::Kind::integer || key.kind == Key::Kind::boolean) return std::string(text);
  if (key.kind != Key::Kind::list) return quoted(text);
  std::string list;
  for (const std::string& one : split_list(text)) list += (list.empty() ? "" : ", ") + quoted(one);
  return "[" + list + "]";
}

std::string example_line(const Key& key) {
  const bool has_default = !key.standard.empty();
  return "# " + std::string(key.about) + (has_default ? "" : " (not set)") + "\n#" + std::string(key.key) + " = " +
         toml_literal(key, has_default ? key.standard : key.sample) + "\n";
}

constexpr std::string_view kHead =
    "# Belay's configuration: every key, with what counts without it; name the file in BELAY_CONFIG.\n"
    "# Each has a variable, which overrules it: belay config show names them. Secrets do not belong in here.\n"
    "# Spans of time are text (\"250ms\", \"40s\", \"5m\", \"2h\") or whole seconds, decimals are text.\n";

constexpr std::string_view kAccountsExample =
    "\n# Several accounts in one process: each has a section, with keys of [broker] and [account] of its own; what it\n"
    "# says in its policy, strategy and alerts counts before what is common. Its keys are in ALPACA_API_KEY__LARGE "
    "and\n"
    "# ALPACA_API_SECRET__LARGE, or in files. Then [account] above stays empty.\n"
    "#[accounts.large]\n"
    "#aliases = [\"large-100k\"]\n"
    "#api_key_file = \"/run/secrets/large_api_key\"\n"
    "#api_secret_file = \"/run/secrets/large_api_secret\"\n"
    "#[accounts.large.policy]\n"
    "#account_loss_limit = \"1500\"\n"
    "#[accounts.large.strategy.day_trade]\n"
    "#stop_percent = \"4\"\n"
    "#[accounts.tiny]\n"
    "#base_url = \"https://paper-api.alpaca.markets\"\n";

}  // namespace

std::vector<EffectiveValue> effective_values(const Draft& draft, const Environment& environment, bool only) {
  std::vector<EffectiveValue> values;
  for (const Key& key : config_keys()) {
    if (!only && key.section == "account") continue;
    values.push_back(value_of(key, said_of(key, draft), ""));
    if (key.variable == "ALPACA_DATA_URL") values.back().value = without_user(draft.config.broker.data_url);
  }
  if (std::holds_alternative<std::string>(draft.config.store)) {
    const auto location = std::ranges::find(values, "BELAY_STORE", &EffectiveValue::variable);
    location->value = store::describe(std::get<std::string>(draft.config.store));
  } else {
    const auto location = std::ranges::find(values, "BELAY_STORE", &EffectiveValue::variable);
    location->value.reset();  // host, name and the like count
  }
  for (const SecretKey& secret : secret_keys()) {
    if (only || secret.section != "broker") values.push_back(secret_value(secret, "", draft, environment));
  }
  return values;
}

std::vector<EffectiveValue> account_values(const std::string& account, const Draft& own, const Draft& common,
                                           const Environment& environment) {
  std::vector<EffectiveValue> values;
  for (const Key& key : config_keys()) {
    if (!is_per_account(key)) continue;
    const Setting* said = said_of(key, own);
    values.push_back(value_of(key, said != nullptr ? said : said_of(key, common), account));
    if (key.variable == "ALPACA_DATA_URL") values.back().value = without_user(own.config.broker.data_url);
  }
  for (const SecretKey& secret : secret_keys()) {
    if (secret.section == "broker") values.push_back(secret_value(secret, account, own, environment));
  }
  return values;
}

std::string example_config() {
  std::string text(kHead);
  std::string_view section;
  for (const Key& key : config_keys()) {
    if (key.section != section) text += "\n[" + std::string(key.section) + "]\n";
    section = key.section;
    text += example_line(key);
  }
  return text + std::string(kAccountsExample);
}

}  // namespace belay::app
