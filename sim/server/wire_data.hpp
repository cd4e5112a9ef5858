// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"
#include "core/trading/market.hpp"
#include "shell/json/value.hpp"

namespace belay::sim {

// The market data API's shapes (alpaca.md 5): decimals are numbers. The exchange fills any size, so sizes are
// constants.

[[nodiscard]] json::Value wire_stock_trade(const Trade& trade);
[[nodiscard]] json::Value wire_stock_quote(const Quote& quote);
[[nodiscard]] json::Value wire_option_trade(const Trade& trade);
[[nodiscard]] json::Value wire_option_quote(const Quote& quote);
/// A day of which only the close is known; `start` is the day's midnight in New York.
[[nodiscard]] json::Value wire_closed_day(Price close, Timestamp start);

}  // namespace belay::sim
