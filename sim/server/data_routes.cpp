// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "core/calendar/new_york.hpp"
#include "sim/server/call.hpp"
#include "sim/server/wire_data.hpp"
#include "sim/server/wire_trading.hpp"

namespace belay::sim {
namespace {

constexpr std::size_t kOptionSymbols = 100;  // alpaca.md 5

Reply bad_request(std::string message) { return {400, json::Object{{"message", std::move(message)}}}; }

/// Null if the symbol never had a trade.
json::Value stock_trade(const Exchange& exchange, std::string_view symbol) {
  const auto trade = exchange.last_trade(symbol);
  return trade ? wire_stock_trade(*trade) : json::Value();
}

json::Value stock_quote(const Exchange& exchange, std::string_view symbol) {
  const auto quote = exchange.last_quote(symbol);
  return quote ? wire_stock_quote(*quote) : json::Value();
}

json::Value option_trade(const Exchange& exchange, std::string_view symbol) {
  const auto trade = exchange.last_trade(symbol);
  return trade ? wire_option_trade(*trade) : json::Value();
}

json::Value option_quote(const Exchange& exchange, std::string_view symbol) {
  const auto quote = exchange.last_quote(symbol);
  return quote ? wire_option_quote(*quote) : json::Value();
}

json::Value previous_day(const Exchange& exchange, std::string_view symbol) {
  const auto close = exchange.previous_close(symbol);
  if (!close) return {};
  const Date day = exchange.calendar().session_before(calendar::to_new_york(exchange.now()).date).date;
  return wire_closed_day(*close, calendar::from_new_york(day, std::chrono::seconds(0)));
}

/// The exchange keeps no bars of the running day.
json::Value stock_snapshot(const Exchange& exchange, std::string_view symbol) {
  return json::Object{{"latestTrade", stock_trade(exchange, symbol)},
                      {"latestQuote", stock_quote(exchange, symbol)},
                      {"minuteBar", nullptr},
                      {"dailyBar", nullptr},
                      {"prevDailyBar", previous_day(exchange, symbol)}};
}

json::Value option_snapshot(const Exchange& exchange, std::string_view symbol) {
  json::Object snapshot;
  if (auto trade = option_trade(exchange, symbol); !trade.is_null()) snapshot.append("latestTrade", std::move(trade));
  if (auto quote = option_quote(exchange, symbol); !quote.is_null()) snapshot.append("latestQuote", std::move(quote));
  return snapshot;
}

using Read = json::Value (*)(const Exchange& exchange, std::string_view symbol);

/// What `read` knows of each symbol asked for; unknown ones are left out (alpaca.md 5).
json::Object read_each(const Exchange& exchange, const std::vector<std::string>& symbols, Read read) {
  json::Object found;
  for (const std::string& symbol : symbols) {
    if (exchange.asset(symbol) == nullptr) continue;
    if (json::Value value = read(exchange, symbol); !value.is_null()) found.set(symbol, std::move(value));
  }
  return found;
}

template <Read read>
Reply many_stocks(Exchange& exchange, const Call& call, std::string_view name) {
  const auto symbols = call.query.list("symbols");
  if (symbols.empty()) return bad_request("symbols: at least one is needed");
  return {200, json::Object{{name, read_each(exchange, symbols, read)}}};
}

template <Read read>
Reply one_stock(Exchange& exchange, const Call& call, std::string_view name) {
  const std::string& symbol = call.path_parts.at(0);
  json::Value value = exchange.asset(symbol) == nullptr ? json::Value() : read(exchange, symbol);
  if (value.is_null()) return refuse(not_found("no " + std::string(name) + " found for " + symbol));
  return {200, json::Object{{"symbol", symbol}, {name, std::move(value)}}};
}

template <Read read>
Reply many_options(Exchange& exchange, const Call& call, std::string_view name) {
  const auto symbols = call.query.list("symbols");
  if (symbols.empty()) return bad_request("symbols: at least one is needed");
  if (symbols.size() > kOptionSymbols) return bad_request("symbols: at most 100 are allowed");
  return {200, json::Object{{name, read_each(exchange, symbols, read)}}};
}

Reply stock_trades(Exchange& exchange, const Call& call) { return many_stocks<stock_trade>(exchange, call, "trades"); }
Reply stock_quotes(Exchange& exchange, const Call& call) { return many_stocks<stock_quote>(exchange, call, "quotes"); }
Reply one_trade(Exchange& exchange, const Call& call) { return one_stock<stock_trade>(exchange, call, "trade"); }
Reply one_quote(Exchange& exchange, const Call& call) { return one_stock<stock_quote>(exchange, call, "quote"); }
Reply option_trades(Exchange& exchange, const Call& call) {
  return many_options<option_trade>(exchange, call, "trades");
}
Reply option_quotes(Exchange& exchange, const Call& call) {
  return many_options<option_quote>(exchange, call, "quotes");
}

Reply stock_snapshots(Exchange& exchange, const Call& call) {
  const auto symbols = call.query.list("symbols");
  if (symbols.empty()) return bad_request("symbols: at least one is needed");
  return {200, read_each(exchange, symbols, stock_snapshot)};
}

Reply one_snapshot(Exchange& exchange, const Call& call) {
  const std::string& symbol = call.path_parts.at(0);
  if (exchange.asset(symbol) == nullptr) return refuse(not_found("no snapshot found for " + symbol));
  json::Value snapshot = stock_snapshot(exchange, symbol);
  snapshot.set("symbol", symbol);
  return {200, std::move(snapshot)};
}

Reply option_snapshots(Exchange& exchange, const Call& call) {
  auto symbols = call.query.list("symbols");
  if (symbols.empty()) return bad_request("symbols: at least one is needed");
  if (symbols.size() > kOptionSymbols) return bad_request("symbols: at most 100 are allowed");
  const auto limit = call.query.count("limit", 100);
  if (!limit) return bad_request(limit.error().message);
  std::ranges::sort(symbols);
  const std::string after = call.query.text("page_token");
  std::erase_if(symbols, [&](const std::string& symbol) { return symbol <= after; });
  json::Value next;
  if (symbols.size() > static_cast<std::size_t>(*limit)) {
    symbols.resize(static_cast<std::size_t>(*limit));
    next = symbols.back();
  }
  return {200, json::Object{{"snapshots", read_each(exchange, symbols, option_snapshot)},
                            {"next_page_token", std::move(next)}}};
}

constexpr std::array kRoutes{
    Route{"GET", "/v2/stocks/trades/latest", stock_trades},
    Route{"GET", "/v2/stocks/quotes/latest", stock_quotes},
    Route{"GET", "/v2/stocks/snapshots", stock_snapshots},
    Route{"GET", "/v2/stocks/{symbol}/trades/latest", one_trade},
    Route{"GET", "/v2/stocks/{symbol}/quotes/latest", one_quote},
    Route{"GET", "/v2/stocks/{symbol}/snapshot", one_snapshot},
    Route{"GET", "/v1beta1/options/trades/latest", option_trades},
    Route{"GET", "/v1beta1/options/quotes/latest", option_quotes},
    Route{"GET", "/v1beta1/options/snapshots", option_snapshots},
};

}  // namespace

std::span<const Route> data_routes() { return kRoutes; }

}  // namespace belay::sim
