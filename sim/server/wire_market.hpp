// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"
#include "shell/json/value.hpp"
#include "sim/market/bar.hpp"
#include "sim/market/price_point.hpp"
#include "sim/market/tape.hpp"

namespace belay::sim {

// The market data stream's messages (alpaca.md 6.2): prices as the market data API has them, with what they are and of
// which symbol. `tape`: see consolidated_tape.

[[nodiscard]] json::Value stream_trade(std::string_view symbol, const TapeTrade& trade, std::string_view tape);
[[nodiscard]] json::Value stream_quote(std::string_view symbol, const TapeQuote& quote, std::string_view tape);
[[nodiscard]] json::Value stream_option_trade(std::string_view symbol, const TapeTrade& trade);
[[nodiscard]] json::Value stream_option_quote(std::string_view symbol, const TapeQuote& quote);
/// `kind` is "b" for a minute's, "u" for a minute's once more, "d" for a day's.
[[nodiscard]] json::Value stream_bar(std::string_view kind, std::string_view symbol, const Bar& bar);

/// A halt, a resumption and why; empty texts stay empty.
struct TradingStatus {
  std::string code;
  std::string message;
  std::string reason_code;
  std::string reason_message;
};
/// As that tape words it: code 2 and 3 at New York's, H and T at Nasdaq's.
[[nodiscard]] TradingStatus usual_status(bool halted, std::string_view tape);
[[nodiscard]] json::Value stream_status(std::string_view symbol, const TradingStatus& status, Timestamp at,
                                        std::string_view tape);
struct PriceBands {
  Price up;
  Price down;
  std::string indicator = "B";
};
[[nodiscard]] json::Value stream_bands(std::string_view symbol, const PriceBands& bands, Timestamp at,
                                       std::string_view tape);
[[nodiscard]] json::Value stream_correction(std::string_view symbol, const TapeTrade& original,
                                            const TapeTrade& corrected, Timestamp at, std::string_view tape);
/// `action`: "C" canceled, "E" an error.
[[nodiscard]] json::Value stream_cancellation(std::string_view symbol, const TapeTrade& trade, std::string_view action,
                                              Timestamp at, std::string_view tape);
[[nodiscard]] json::Value stream_imbalance(std::string_view symbol, Price price, Timestamp at, std::string_view tape);

// What the stream says about itself.
[[nodiscard]] json::Value stream_success(std::string_view message);
[[nodiscard]] json::Value stream_error(int code, std::string_view message);

}  // namespace belay::sim
