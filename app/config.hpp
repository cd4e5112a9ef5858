// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "shell/alpaca/rest.hpp"
#include "shell/log/log.hpp"
#include "shell/metrics/serve.hpp"
#include "shell/notify/notifier.hpp"
#include "shell/runtime/conductor.hpp"
#include "shell/store/open.hpp"

namespace belay::app {

/// Everything that can be set, from the environment and a TOML file.
struct Config {
  alpaca::Settings broker;
  /// A specification for store::open_store, or where a PostgreSQL database is.
  std::variant<std::string, store::ConnectionSettings> store;
  runtime::Settings runtime;
  notify::Settings alerts;
  std::string clock_url;  ///< empty: the machine's clock
  log::Level log_level = log::Level::info;
  std::optional<metrics::ListenAddress> metrics_listen;  ///< of `run`: where figures are asked for; none: nowhere
  bool metrics_emf = false;                              ///< a line of CloudWatch's embedded metric format each pass
  bool report_mail = true;                               ///< the reports go where mail of alerts goes
  int keep_passes = 14;                                  ///< days; then the passes of a day become one row
  std::string file;                                      ///< the TOML file that was read; empty: none
  /// More positions than this that would leave at once by a reload: it waits for a person's word.
  std::uint32_t reload_exits_limit = 1;
};

/// What is missing or wrong, and whom it stops: a command that does not speak to the broker can do without keys.
struct Problem {
  enum class Concern : std::uint8_t { general, broker, store, alerts };
  Concern concern = Concern::general;
  std::string message;  ///< says what, where, and what to do

  bool operator==(const Problem&) const = default;
};

/// Whether positions can be guarded: whom alerts cannot reach is another matter.
bool are_served_with(const std::vector<Problem>& problems);

/// One value that counts, for people.
struct EffectiveValue {
  std::string account;  ///< whose it is; empty: everybody's
  std::string section;
  std::string key;
  std::string variable;
  std::optional<std::string> value;  ///< absent: not set; of a secret only whether it is set
  std::string origin;                ///< "default", "belay.toml, line 3", a variable
  bool is_secret = false;

  bool operator==(const EffectiveValue&) const = default;
};

/// One of several accounts: all that it runs on, what is common to them included.
struct AccountConfig {
  Config config;
  std::vector<Problem> problems;  ///< that stop this account and no other
};

struct LoadedConfig {
  Config config;                        ///< of the only account; where there are several, what they have in common
  std::vector<Problem> problems;        ///< that stop everything
  std::vector<std::string> notes;       ///< not wrong, but worth knowing, e.g. a variable that nobody reads
  std::vector<AccountConfig> accounts;  ///< of several, by name; empty: there is one, and it is `config`
  std::vector<EffectiveValue> values;   ///< everything that can be set
};

using Environment = std::map<std::string, std::string, std::less<>>;
Environment process_environment();

/// Reads the file that BELAY_CONFIG names, if any, and lets the environment overrule it. Finds every problem at once.
/// What is said of one of several accounts counts before what is said of all; where both are said of the same, the
/// environment counts before the file.
LoadedConfig load_config(const Environment& environment);
/// The variable by which one of several accounts overrules: "BELAY_STOP_PERCENT__LARGE".
std::string variable_of(std::string_view variable, std::string_view account);

}  // namespace belay::app
