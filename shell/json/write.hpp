// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "shell/json/value.hpp"

namespace belay::json {

/// One line without spaces. Always valid JSON in valid UTF-8: control characters are escaped, and bytes of a string
/// that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string write(const Value& value);
/// The same, appended to `out`.
void write_to(std::string& out, const Value& value);
/// For people: a member or element a line, indented by two spaces.
[[nodiscard]] std::string write_pretty(const Value& value);

/// Appends `text` as a JSON string, quotes included.
void write_string_to(std::string& out, std::string_view text);

}  // namespace belay::json
