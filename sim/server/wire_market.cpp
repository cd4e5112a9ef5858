// SPDX-License-Identifier: Apache-2.0
#include "sim/server/wire_market.hpp"

#include "sim/server/wire_data.hpp"
#include "sim/server/wire_tape.hpp"

namespace belay::sim {
namespace {

constexpr std::string_view kVenue = "V";

/// What the market data API says of it, and of what it is.
json::Value told(std::string_view kind, std::string_view symbol, const json::Value& form) {
  json::Object message{{"T", kind}, {"S", symbol}};
  for (const json::Member& member : *form.as_object()) message.append(member.key, member.value);
  return message;
}

}  // namespace

json::Value stream_trade(std::string_view symbol, const TapeTrade& trade, std::string_view tape) {
  return told("t", symbol, wire_stock_trade(trade, tape));
}

json::Value stream_quote(std::string_view symbol, const TapeQuote& quote, std::string_view tape) {
  return told("q", symbol, wire_stock_quote(quote, tape));
}

json::Value stream_option_trade(std::string_view symbol, const TapeTrade& trade) {
  return told("t", symbol, wire_option_trade(trade));
}

json::Value stream_option_quote(std::string_view symbol, const TapeQuote& quote) {
  return told("q", symbol, wire_option_quote(quote));
}

json::Value stream_bar(std::string_view kind, std::string_view symbol, const Bar& bar) {
  return told(kind, symbol, wire_bar(bar));
}

TradingStatus usual_status(bool halted, std::string_view tape) {
  const bool nasdaq = tape == "C";
  if (halted) return {nasdaq ? "H" : "2", "Trading Halt", nasdaq ? "T12" : "D", "News Pending"};
  return {nasdaq ? "T" : "3", nasdaq ? "Trading Resumption" : "Resume", "", ""};
}

json::Value stream_status(std::string_view symbol, const TradingStatus& status, Timestamp at, std::string_view tape) {
  return json::Object{{"T", "s"},
                      {"S", symbol},
                      {"sc", status.code},
                      {"sm", status.message},
                      {"rc", status.reason_code},
                      {"rm", status.reason_message},
                      {"t", to_text(at)},
                      {"z", tape}};
}

json::Value stream_bands(std::string_view symbol, const PriceBands& bands, Timestamp at, std::string_view tape) {
  return json::Object{{"T", "l"},
                      {"S", symbol},
                      {"u", price_number(bands.up)},
                      {"d", price_number(bands.down)},
                      {"i", bands.indicator},
                      {"t", to_text(at)},
                      {"z", tape}};
}

json::Value stream_correction(std::string_view symbol, const TapeTrade& original, const TapeTrade& corrected,
                              Timestamp at, std::string_view tape) {
  return json::Object{{"T", "c"},
                      {"S", symbol},
                      {"x", kVenue},
                      {"oi", original.id},
                      {"op", price_number(original.price)},
                      {"os", traded_size(original.size)},
                      {"oc", condition_letters(original.conditions)},
                      {"ci", corrected.id},
                      {"cp", price_number(corrected.price)},
                      {"cs", traded_size(corrected.size)},
                      {"cc", condition_letters(corrected.conditions)},
                      {"t", to_text(at)},
                      {"z", tape}};
}

json::Value stream_cancellation(std::string_view symbol, const TapeTrade& trade, std::string_view action, Timestamp at,
                                std::string_view tape) {
  return json::Object{{"T", "x"},
                      {"S", symbol},
                      {"i", trade.id},
                      {"x", kVenue},
                      {"p", price_number(trade.price)},
                      {"s", traded_size(trade.size)},
                      {"a", action},
                      {"t", to_text(at)},
                      {"z", tape}};
}

json::Value stream_imbalance(std::string_view symbol, Price price, Timestamp at, std::string_view tape) {
  return json::Object{{"T", "i"}, {"S", symbol}, {"p", price_number(price)}, {"z", tape}, {"t", to_text(at)}};
}

json::Value stream_success(std::string_view message) { return json::Object{{"T", "success"}, {"msg", message}}; }

json::Value stream_error(int code, std::string_view message) {
  return json::Object{{"T", "error"}, {"code", code}, {"msg", message}};
}

}  // namespace belay::sim
