// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "shell/alpaca/rest.hpp"
#include "shell/log/log.hpp"
#include "shell/runtime/conductor.hpp"
#include "shell/store/open.hpp"

namespace belay::app {

/// Everything that can be set, from the environment and a TOML file.
struct Config {
  alpaca::Settings broker;
  /// A specification for store::open_store, or where a PostgreSQL database is.
  std::variant<std::string, store::ConnectionSettings> store;
  runtime::Settings runtime;
  std::string clock_url;  ///< empty: the machine's clock
  log::Level log_level = log::Level::info;
  std::string file;  ///< the TOML file that was read; empty: none
};

/// What is missing or wrong, and whom it stops: a command that does not speak to the broker can do without keys.
struct Problem {
  enum class Concern : std::uint8_t { general, broker, store };
  Concern concern = Concern::general;
  std::string message;  ///< says what, where, and what to do

  bool operator==(const Problem&) const = default;
};

struct LoadedConfig {
  Config config;
  std::vector<Problem> problems;
  std::vector<std::string> notes;  ///< not wrong, but worth knowing, e.g. a variable that nobody reads
};

using Environment = std::map<std::string, std::string, std::less<>>;
Environment process_environment();

/// Reads the file that BELAY_CONFIG names, if any, and lets the environment overrule it. Finds every problem at once.
LoadedConfig load_config(const Environment& environment);

}  // namespace belay::app
