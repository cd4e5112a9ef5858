// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/config_keys.hpp"

namespace belay::app {

/// What a TOML file says, in its order; values are not looked at yet beyond their kind.
struct FileContents {
  struct Part {
    std::vector<Setting> settings;
    std::vector<Problem> problems;  ///< an unknown section or key, a value of the wrong kind, a secret; with its line
  };
  Part common;
  std::map<std::string, Part> accounts;  ///< [accounts.NAME]
};

FileContents read_config_file(const std::string& path);
/// The same of a text; `name` stands for the file in what is complained of.
FileContents read_config_text(std::string_view text, const std::string& name);

}  // namespace belay::app
