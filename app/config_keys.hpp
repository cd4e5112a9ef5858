// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/config.hpp"
#include "core/base/result.hpp"

namespace belay::app {

/// A configuration in the making: what needs a decision over several keys is decided at the end.
struct Draft {
  Config config;
  std::optional<std::string> store_location;  ///< "sqlite:FILE", a file, or a URL
  std::optional<store::ConnectionSettings> database;
  bool data_url_given = false;
  std::string key_file;
  std::string secret_file;
  std::string password_file;
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
};

std::span<const Key> config_keys();
/// Those of the rules' parameters, for the account and each strategy: a part of config_keys.
std::span<const Key> term_keys();

}  // namespace belay::app
