// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.hpp"
#include "core/base/result.hpp"

namespace belay::app {

/// What is said of alerts; which channels that makes is decided at the end.
struct AlertDraft {
  notify::MailSettings mail;
  std::vector<std::string> second_to;
  notify::WebhookSettings webhook;
  std::vector<std::string> escalation;  ///< "mail+webhook", "second_mail": empty is each by itself
  std::string smtp_password_file;
  std::string webhook_url_file;
  std::string webhook_secret_file;
};

struct Key;

/// A value as somebody gave it.
struct Setting {
  const Key* key = nullptr;
  std::string text;
  std::string origin;  ///< "belay.toml, line 3", "BELAY_SWEEP"
  std::string called;  ///< what it is complained of as: "belay.toml, line 3: run.sweep", "BELAY_SWEEP"
};

/// A configuration in the making: what needs a decision over several keys is decided at the end.
struct Draft {
  Config config;
  std::optional<std::string> store_location;  ///< "sqlite:FILE", a file, or a URL
  std::optional<store::ConnectionSettings> database;
  bool data_url_given = false;
  std::string key_file;
  std::string secret_file;
  std::string password_file;
  AlertDraft alerts;
  std::optional<bool> unnamed_rows;
  std::map<const Key*, Setting> given;  ///< what was said last of each key

  /// Takes the value, or says what is wrong with it.
  void apply(const Setting& setting, std::vector<Problem>& problems);
};

/// One thing that can be set: in the TOML file as `section.key`, in the environment as `variable`.
struct Key {
  /// What a TOML value may be. Lists are text with commas in the environment. Decimals are text, because a TOML
  /// number with a point would pass through a floating-point number.
  enum class Kind : std::uint8_t { text, integer, duration, decimal, list, boolean };

  std::string_view section;
  std::string_view key;
  std::string_view variable;
  Kind kind;
  Problem::Concern concern;
  Result<void> (*set)(Draft& draft, std::string_view text);
  std::string_view standard = {};  ///< what counts unless somebody says otherwise, as text; empty: nothing does
  std::string_view sample = {};    ///< for the example, where there is no standard
  std::string_view about = {};     ///< for people, one line
};

/// All of them. The table is what the file and the environment are held against, and what the example, `config show`
/// and the contract's table are held against.
std::span<const Key> config_keys();
/// Parts of config_keys: the numbers of [policy], and the rules' parameters for the account and each strategy.
std::span<const Key> policy_keys();
std::span<const Key> term_keys();
/// Those of [alerts]: likewise.
std::span<const Key> alert_keys();
/// Makes the channels and routes of what was said. Gives what is wrong; a channel with something wrong is left out.
std::vector<std::string> settle_alerts(const AlertDraft& draft, notify::Settings& settings);

/// A value that stands in no file of ours: in a variable, or in a file that a key names.
struct SecretKey {
  std::string_view section;
  std::string_view key;
  std::string_view variable;
  const std::string& (*file)(const Draft& draft);  ///< empty: none is named
};
/// All of them.
std::span<const SecretKey> secret_keys();

/// Whether each of several accounts may have a value of its own for it.
bool is_per_account(const Key& key);

}  // namespace belay::app
