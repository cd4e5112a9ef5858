// SPDX-License-Identifier: Apache-2.0
#include "shell/alpaca/object_reader.hpp"
#include "shell/alpaca/parse.hpp"

namespace belay::alpaca {
namespace {

/// A price of the market, zero where it is missing. A negative one is nonsense.
Price market_price(ObjectReader& reader, std::string_view key) {
  const Price price = reader.optional_price(key).value_or(Price());
  if (price.is_negative()) reader.complain("\"" + std::string(key) + "\" is negative: " + price.text());
  return price;
}

/// nullopt without a time (nothing was ever traded), a price, or after the exchange took the trade back ("u").
Result<std::optional<Trade>> parse_trade(const json::Value& value) {
  ObjectReader reader(value, "trade");
  const auto at = reader.optional_timestamp("t");
  const Price price = market_price(reader, "p");
  const std::string update = reader.optional_text("u");
  const bool void_trade = update == "canceled" || update == "incorrect";
  if (!at || price.is_zero() || void_trade) return reader.finish(std::optional<Trade>());
  return reader.finish(std::optional(Trade{price, *at}));
}

/// nullopt without a time. A side that is missing has price zero, as the broker itself says it (alpaca.md 5).
Result<std::optional<Quote>> parse_quote(const json::Value& value) {
  ObjectReader reader(value, "quote");
  const auto at = reader.optional_timestamp("t");
  const Price bid = market_price(reader, "bp");
  const Price ask = market_price(reader, "ap");
  if (!at) return reader.finish(std::optional<Quote>());
  return reader.finish(std::optional(Quote{bid, ask, *at}));
}

Result<MarketPrices> parse_snapshot(const std::string& symbol, const json::Value& value) {
  MarketPrices prices;
  prices.symbol = symbol;
  ObjectReader reader(value, "snapshot");
  if (reader.failed()) return reader.finish(prices);
  if (const json::Value* trade = reader.member("latestTrade")) {
    auto parsed = parse_trade(*trade);
    if (!parsed) return std::unexpected(parsed.error());
    prices.trade = *parsed;
  }
  if (const json::Value* quote = reader.member("latestQuote")) {
    auto parsed = parse_quote(*quote);
    if (!parsed) return std::unexpected(parsed.error());
    prices.quote = *parsed;
  }
  return prices;
}

Result<MarketPrices> parse_option(const std::string& symbol, const json::Value& value) {
  auto quote = parse_quote(value);
  if (!quote) return std::unexpected(quote.error());
  return MarketPrices{symbol, std::nullopt, *quote};
}

template <class ParseOne>
Result<ParsedPrices> parse_map(const json::Value* map, const char* what, ParseOne parse_one) {
  if (map == nullptr || !map->is_object()) return fail(std::string(what) + ": an object by symbol was expected");
  ParsedPrices parsed;
  for (const json::Member& member : *map->as_object()) {
    if (member.value.is_null()) continue;
    auto prices = parse_one(member.key, member.value);
    if (!prices) {
      parsed.unreadable.push_back({member.key, Error{member.key + ": " + prices.error().message}});
    } else if (prices->trade || prices->quote) {
      parsed.prices.push_back(std::move(*prices));
    }
  }
  return parsed;
}

}  // namespace

Result<ParsedPrices> parse_stock_snapshots(const json::Value& value) {
  return parse_map(&value, "stock snapshots", parse_snapshot);
}

Result<ParsedPrices> parse_option_quotes(const json::Value& value) {
  return parse_map(value.find("quotes"), "option quotes", parse_option);
}

}  // namespace belay::alpaca
