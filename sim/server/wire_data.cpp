// SPDX-License-Identifier: Apache-2.0
#include "sim/server/wire_data.hpp"

#include <cstdint>

namespace belay::sim {
namespace {

constexpr std::int64_t kStockSize = 100;
constexpr std::int64_t kOptionSize = 10;

json::Value number(Price price) { return json::Value::number_text(price.text()); }

/// An absent side has no size either.
json::Value size(Price price, std::int64_t usual) { return price.is_zero() ? std::int64_t{0} : usual; }

}  // namespace

json::Value wire_stock_trade(const Trade& trade) {
  // The trade's number: ascending, and small enough for the doubles of other languages.
  const std::int64_t id = trade.as_of.nanos / 1'000'000;
  return json::Object{{"t", to_text(trade.as_of)},
                      {"x", "V"},
                      {"p", number(trade.price)},
                      {"s", kStockSize},
                      {"c", json::Array{"@"}},
                      {"i", id},
                      {"z", "C"}};
}

json::Value wire_stock_quote(const Quote& quote) {
  return json::Object{{"t", to_text(quote.as_of)},
                      {"ax", "V"},
                      {"ap", number(quote.ask)},
                      {"as", size(quote.ask, kStockSize)},
                      {"bx", "V"},
                      {"bp", number(quote.bid)},
                      {"bs", size(quote.bid, kStockSize)},
                      {"c", json::Array{"R"}},
                      {"z", "C"}};
}

json::Value wire_option_trade(const Trade& trade) {
  return json::Object{
      {"t", to_text(trade.as_of)}, {"x", "C"}, {"p", number(trade.price)}, {"s", kOptionSize}, {"c", "a"}};
}

json::Value wire_option_quote(const Quote& quote) {
  return json::Object{{"t", to_text(quote.as_of)},          {"ax", "C"}, {"ap", number(quote.ask)},
                      {"as", size(quote.ask, kOptionSize)}, {"bx", "C"}, {"bp", number(quote.bid)},
                      {"bs", size(quote.bid, kOptionSize)}, {"c", " "}};
}

json::Value wire_closed_day(Price close, Timestamp start) {
  return json::Object{{"t", to_text(start)},
                      {"o", number(close)},
                      {"h", number(close)},
                      {"l", number(close)},
                      {"c", number(close)},
                      {"v", 0},
                      {"n", 0},
                      {"vw", number(close)}};
}

}  // namespace belay::sim
