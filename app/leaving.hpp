// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "app/wiring.hpp"
#include "shell/json/value.hpp"

/// What `close` and `flatten` share: positions that a person wants left, through the book.
namespace belay::app {

struct Leaving {
  std::vector<Lot> lots;
  std::optional<Quantity> quantity;  ///< of each; absent: all of it
  std::string why;
  Duration wait{};
  bool quiet = false;  ///< says nothing while it waits
};

/// What has become of a lot that was to be left, wholly or partly.
struct Outcome {
  Lot lot;
  bool done = false;
};

/// Has them closed, by this process or by whoever holds the lock, and waits for that.
std::expected<std::vector<Outcome>, ExitCode> leave(Wired& wired, const Leaving& leaving);

/// "position 3: sell 10 of 10 AAPL (entry 100.00, last 101.00, result +10.00)"
std::string described(const Lot& lot, const std::optional<Quantity>& quantity);
json::Value to_json(const Outcome& outcome);
std::string text_of(const Outcome& outcome);

}  // namespace belay::app
