// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"
#include "shell/json/value.hpp"
#include "sim/market/bar.hpp"
#include "sim/market/tape.hpp"

namespace belay::sim {

// The market data API's shapes (alpaca.md 5). `tape`: see consolidated_tape.

[[nodiscard]] json::Value wire_stock_trade(const TapeTrade& trade, std::string_view tape);
[[nodiscard]] json::Value wire_stock_quote(const TapeQuote& quote, std::string_view tape);
[[nodiscard]] json::Value wire_option_trade(const TapeTrade& trade);
[[nodiscard]] json::Value wire_option_quote(const TapeQuote& quote);
[[nodiscard]] json::Value wire_bar(const Bar& bar);
[[nodiscard]] json::Value wire_auction(Timestamp at, Price price, std::string_view condition);
/// A day of which only the close is known; `start` is the day's midnight in New York.
[[nodiscard]] json::Value wire_closed_day(Price close, Timestamp start);

}  // namespace belay::sim
