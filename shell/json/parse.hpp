// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "core/base/result.hpp"
#include "shell/json/value.hpp"

namespace belay::json {

/// What parse() accepts at most.
inline constexpr std::size_t kMaxDepth = 64;                // arrays and objects inside each other
inline constexpr std::size_t kMaxBytes = 32 * 1024 * 1024;  // of text

/// Reads one JSON text. Strict: an Error for anything that is not exactly RFC 8259 in valid UTF-8, for a key that
/// occurs twice in one object, for anything but white space behind the value, and beyond the limits above. The message
/// says what and at which byte. Any thread; never throws on bad input.
[[nodiscard]] Result<Value> parse(std::string_view text);

}  // namespace belay::json
