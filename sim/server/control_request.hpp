// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shell/json/value.hpp"
#include "sim/server/body_reader.hpp"
#include "sim/server/call.hpp"
#include "sim/server/virtual_clock.hpp"
#include "sim/server/wire_market.hpp"
#include "sim/server/world.hpp"

namespace belay::sim {

// What the parts of the control face share; control.hpp tells what there is.

/// A control request at work.
struct Control {
  World& world;
  const json::Value& body;
  VirtualClock::Real at;
};

struct ControlRoute {
  std::string_view method;
  std::string_view path;
  Reply (*handle)(const Control& control);
};

/// 422, saying why.
[[nodiscard]] Reply cannot(std::string message);
/// 200, with the exchange's time.
[[nodiscard]] Reply done(const Control& control);

/// The account that the body names by its number, the lowest where it names none; "" with an error where there is none.
[[nodiscard]] std::string account_in(BodyReader& body, const World& world);
/// The symbol under that name; "" with an error where there is none.
[[nodiscard]] std::string symbol_in(BodyReader& body, std::string_view name = "symbol");
/// {"status", "status_message", "reason", "reason_message"}: nullopt where there is none of them; the others need the
/// first.
[[nodiscard]] std::optional<TradingStatus> status_in(BodyReader& body);
/// The exchange knows the symbol from here on.
void make_known(Exchange& exchange, const std::string& symbol);

}  // namespace belay::sim
