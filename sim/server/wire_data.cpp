// SPDX-License-Identifier: Apache-2.0
#include "sim/server/wire_data.hpp"

#include <string>
#include <utility>

#include "sim/server/wire_tape.hpp"

namespace belay::sim {

json::Value wire_stock_trade(const TapeTrade& trade, std::string_view tape) {
  return json::Object{{"t", to_text(trade.at)},
                      {"x", "V"},
                      {"p", price_number(trade.price)},
                      {"s", traded_size(trade.size)},
                      {"c", condition_letters(trade.conditions)},
                      {"i", trade.id},
                      {"z", tape}};
}

json::Value wire_stock_quote(const TapeQuote& quote, std::string_view tape) {
  const BidAsk& prices = quote.prices;
  return json::Object{{"t", to_text(quote.at)},
                      {"ax", "V"},
                      {"ap", price_number(prices.ask)},
                      {"as", side_size(prices.ask, prices.ask_size)},
                      {"bx", "V"},
                      {"bp", price_number(prices.bid)},
                      {"bs", side_size(prices.bid, prices.bid_size)},
                      {"c", json::Array{"R"}},
                      {"z", tape}};
}

json::Value wire_option_trade(const TapeTrade& trade) {
  // "a" is an ordinary trade of options, as "@" is one of stocks.
  const std::string condition = trade.conditions == "@" ? "a" : trade.conditions;
  return json::Object{{"t", to_text(trade.at)},
                      {"x", "C"},
                      {"p", price_number(trade.price)},
                      {"s", traded_size(trade.size)},
                      {"c", condition}};
}

json::Value wire_option_quote(const TapeQuote& quote) {
  const BidAsk& prices = quote.prices;
  return json::Object{{"t", to_text(quote.at)},
                      {"ax", "C"},
                      {"ap", price_number(prices.ask)},
                      {"as", side_size(prices.ask, prices.ask_size)},
                      {"bx", "C"},
                      {"bp", price_number(prices.bid)},
                      {"bs", side_size(prices.bid, prices.bid_size)},
                      {"c", " "}};
}

json::Value wire_bar(const Bar& bar) {
  return json::Object{{"t", to_text(bar.start)},
                      {"o", price_number(bar.open)},
                      {"h", price_number(bar.high)},
                      {"l", price_number(bar.low)},
                      {"c", price_number(bar.close)},
                      {"v", bar.whole_volume()},
                      {"n", bar.count},
                      {"vw", price_number(bar.average())}};
}

json::Value wire_auction(Timestamp at, Price price, std::string_view condition) {
  return json::Object{{"t", to_text(at)}, {"x", "Q"}, {"p", price_number(price)}, {"s", 100}, {"c", condition}};
}

json::Value wire_closed_day(Price close, Timestamp start) {
  Bar bar{.start = start, .open = close, .high = close, .low = close, .close = close};
  return wire_bar(bar);
}

}  // namespace belay::sim
