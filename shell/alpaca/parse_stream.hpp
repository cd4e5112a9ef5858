// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.hpp"
#include "shell/ports/order_stream.hpp"

/// Messages of the trading stream (alpaca.md 6.1).
namespace belay::alpaca {

/// The answer to our keys.
struct StreamAuthorization {
  bool authorized = false;
  std::string message;  ///< may be empty

  bool operator==(const StreamAuthorization&) const = default;
};

/// What the server now sends us: the whole list, which replaces the one before.
struct StreamListening {
  std::vector<std::string> streams;

  bool operator==(const StreamListening&) const = default;
};

/// Something went wrong over there; a close follows.
struct StreamFault {
  std::string message;

  bool operator==(const StreamFault&) const = default;
};

/// Well-formed, and nothing that we know.
struct StreamOther {
  std::string name;

  bool operator==(const StreamOther&) const = default;
};

using StreamMessage = std::variant<StreamAuthorization, StreamListening, StreamFault, StreamOther, OrderUpdate>;

/// Tolerant as the parsers of parse.hpp. An Error means that something may have been missed.
Result<StreamMessage> parse_stream(std::string_view data);

}  // namespace belay::alpaca
