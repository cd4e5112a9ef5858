// SPDX-License-Identifier: Apache-2.0
#include "sim/server/wire_data.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace belay::sim {
namespace {

json::Value number(Price price) { return json::Value::number_text(price.text()); }

std::int64_t whole(Quantity size) { return size.nanos() / fixed::kScale; }

/// An absent side has no size either; one that is there has at least one.
std::int64_t side_size(Price price, Quantity size) {
  return price.is_zero() ? 0 : std::max<std::int64_t>(whole(size), 1);
}

json::Array letters(std::string_view conditions) {
  json::Array list;
  for (const char letter : conditions) list.emplace_back(std::string(1, letter));
  return list;
}

}  // namespace

std::string_view consolidated_tape(const Asset* asset) {
  if (asset == nullptr || asset->exchange == "NASDAQ") return "C";
  return asset->exchange == "NYSE" ? "A" : "B";
}

json::Value wire_stock_trade(const TapeTrade& trade, const Asset* asset) {
  return json::Object{
      {"t", to_text(trade.at)},         {"x", "V"},      {"p", number(trade.price)},     {"s", whole(trade.size)},
      {"c", letters(trade.conditions)}, {"i", trade.id}, {"z", consolidated_tape(asset)}};
}

json::Value wire_stock_quote(const TapeQuote& quote, const Asset* asset) {
  const BidAsk& prices = quote.prices;
  return json::Object{{"t", to_text(quote.at)},
                      {"ax", "V"},
                      {"ap", number(prices.ask)},
                      {"as", side_size(prices.ask, prices.ask_size)},
                      {"bx", "V"},
                      {"bp", number(prices.bid)},
                      {"bs", side_size(prices.bid, prices.bid_size)},
                      {"c", json::Array{"R"}},
                      {"z", consolidated_tape(asset)}};
}

json::Value wire_option_trade(const TapeTrade& trade) {
  // "a" is an ordinary trade of options, as "@" is one of stocks.
  const std::string condition = trade.conditions == "@" ? "a" : trade.conditions;
  return json::Object{
      {"t", to_text(trade.at)}, {"x", "C"}, {"p", number(trade.price)}, {"s", whole(trade.size)}, {"c", condition}};
}

json::Value wire_option_quote(const TapeQuote& quote) {
  const BidAsk& prices = quote.prices;
  return json::Object{{"t", to_text(quote.at)},
                      {"ax", "C"},
                      {"ap", number(prices.ask)},
                      {"as", side_size(prices.ask, prices.ask_size)},
                      {"bx", "C"},
                      {"bp", number(prices.bid)},
                      {"bs", side_size(prices.bid, prices.bid_size)},
                      {"c", " "}};
}

json::Value wire_bar(const Bar& bar) {
  return json::Object{{"t", to_text(bar.start)}, {"o", number(bar.open)},      {"h", number(bar.high)},
                      {"l", number(bar.low)},    {"c", number(bar.close)},     {"v", bar.whole_volume()},
                      {"n", bar.count},          {"vw", number(bar.average())}};
}

json::Value wire_auction(Timestamp at, Price price, std::string_view condition) {
  return json::Object{{"t", to_text(at)}, {"x", "Q"}, {"p", number(price)}, {"s", 100}, {"c", condition}};
}

json::Value wire_closed_day(Price close, Timestamp start) {
  Bar bar{.start = start, .open = close, .high = close, .low = close, .close = close};
  return wire_bar(bar);
}

}  // namespace belay::sim
