// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/config_keys.hpp"

namespace belay::app {

/// Reads the TOML file into the draft. Whatever is wrong in it is named with its line: a section or key that is not
/// known, a value of the wrong kind, a secret.
void read_config_file(const std::string& path, Draft& draft, std::vector<Problem>& problems);
/// The same of a text; `name` stands for the file in what is complained of.
void read_config_text(std::string_view text, const std::string& name, Draft& draft, std::vector<Problem>& problems);

}  // namespace belay::app
