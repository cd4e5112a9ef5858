// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "shell/json/value.hpp"

namespace belay::sim {

/// The value as MessagePack. An integer becomes one, any other number a float: that is how Alpaca sends prices to who
/// asks for MessagePack. Members named `time_key` whose text is a time become timestamps (extension type -1,
/// alpaca.md 6.3);
/// "": none does.
[[nodiscard]] std::string pack(const json::Value& value, std::string_view time_key = {});

/// An array of `count` values that are packed already, one behind the other.
[[nodiscard]] std::string packed_array(std::size_t count, std::string_view elements);

/// Reads exactly one value, whoever sent it; timestamps become RFC 3339 text. An Error for anything else, for keys that
/// are no text, and for nesting beyond that of JSON texts.
[[nodiscard]] Result<json::Value> unpack(std::string_view bytes);

}  // namespace belay::sim
