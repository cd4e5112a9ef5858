// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>
#include <utility>

#include "sim/server/call.hpp"
#include "sim/server/data_request.hpp"
#include "sim/server/latest_prices.hpp"
#include "sim/server/wire_data.hpp"
#include "sim/server/wire_tape.hpp"

namespace belay::sim {
namespace {

/// Null if there is nothing.
json::Value trade(const World& world, const std::string& symbol, const Feed& feed) {
  const auto found = latest_trade(world, symbol, feed);
  return found ? wire_stock_trade(*found, consolidated_tape(world.exchange.asset(symbol))) : json::Value();
}

json::Value quote(const World& world, const std::string& symbol, const Feed& feed) {
  const auto found = latest_quote(world, symbol, feed);
  return found ? wire_stock_quote(*found, consolidated_tape(world.exchange.asset(symbol))) : json::Value();
}

json::Value bar(const World& world, const std::string& symbol, const Feed& feed) {
  const auto found = latest_minute(world, symbol, feed);
  return found ? wire_bar(*found) : json::Value();
}

json::Value snapshot(const World& world, const std::string& symbol, const Feed& feed) {
  if (world.exchange.asset(symbol) == nullptr) return {};
  SnapshotBars bars = snapshot_bars(world, symbol, feed);
  return json::Object{{"latestTrade", trade(world, symbol, feed)},
                      {"latestQuote", quote(world, symbol, feed)},
                      {"minuteBar", std::move(bars.minute)},
                      {"dailyBar", std::move(bars.day)},
                      {"prevDailyBar", std::move(bars.previous_day)}};
}

using Read = json::Value (*)(const World& world, const std::string& symbol, const Feed& feed);

/// What `read` knows of each symbol asked for; unknown ones are left out (alpaca.md 5).
Answer<json::Object> read_each(const Call& call, Read read) {
  if (const auto known = check_names(call.query, {"symbols", "feed", "currency"}); !known) {
    return std::unexpected(known.error());
  }
  const auto symbols = read_symbols(call.query, false);
  if (!symbols) return std::unexpected(symbols.error());
  const auto feed = read_latest_feed(call);
  if (!feed) return std::unexpected(feed.error());
  json::Object found;
  for (const std::string& symbol : *symbols) {
    if (json::Value value = read(*call.world, symbol, *feed); !value.is_null()) found.append(symbol, std::move(value));
  }
  return found;
}

Answer<json::Value> read_one(const Call& call, Read read, std::string_view name) {
  if (const auto known = check_names(call.query, {"feed", "currency"}); !known) return std::unexpected(known.error());
  const auto symbol = check_symbol(call.path_parts.at(0), false);
  if (!symbol) return std::unexpected(symbol.error());
  const auto feed = read_latest_feed(call);
  if (!feed) return std::unexpected(feed.error());
  json::Value value = read(*call.world, *symbol, *feed);
  if (value.is_null()) return std::unexpected(not_found("no " + std::string(name) + " found for " + *symbol));
  return value;
}

json::Object with_currency(json::Object body, const Call& call) {
  if (const std::string currency = call.query.text("currency"); !currency.empty()) body.append("currency", currency);
  return body;
}

Reply many(const Call& call, Read read, std::string_view name) {
  auto found = read_each(call, read);
  if (!found) return refuse_data(found.error());
  return {200, with_currency(json::Object{{name, std::move(*found)}}, call)};
}

Reply one(const Call& call, Read read, std::string_view name) {
  auto found = read_one(call, read, name);
  if (!found) return refuse_data(found.error());
  return {200, with_currency(json::Object{{"symbol", call.path_parts.at(0)}, {name, std::move(*found)}}, call)};
}

Reply latest_trades(Exchange&, const Call& call) { return many(call, trade, "trades"); }
Reply latest_quotes(Exchange&, const Call& call) { return many(call, quote, "quotes"); }
Reply latest_bars(Exchange&, const Call& call) { return many(call, bar, "bars"); }
Reply one_trade(Exchange&, const Call& call) { return one(call, trade, "trade"); }
Reply one_quote(Exchange&, const Call& call) { return one(call, quote, "quote"); }
Reply one_bar(Exchange&, const Call& call) { return one(call, bar, "bar"); }

Reply snapshots(Exchange&, const Call& call) {
  auto found = read_each(call, snapshot);
  if (!found) return refuse_data(found.error());
  return {200, std::move(*found)};
}

Reply one_snapshot(Exchange&, const Call& call) {
  auto found = read_one(call, snapshot, "snapshot");
  if (!found) return refuse_data(found.error());
  found->set("symbol", call.path_parts.at(0));
  return {200, std::move(*found)};
}

constexpr std::array kRoutes{
    Route{"GET", "/v2/stocks/trades/latest", latest_trades},
    Route{"GET", "/v2/stocks/quotes/latest", latest_quotes},
    Route{"GET", "/v2/stocks/bars/latest", latest_bars},
    Route{"GET", "/v2/stocks/snapshots", snapshots},
    Route{"GET", "/v2/stocks/{symbol}/trades/latest", one_trade},
    Route{"GET", "/v2/stocks/{symbol}/quotes/latest", one_quote},
    Route{"GET", "/v2/stocks/{symbol}/bars/latest", one_bar},
    Route{"GET", "/v2/stocks/{symbol}/snapshot", one_snapshot},
};

}  // namespace

std::span<const Route> data_routes() { return kRoutes; }

}  // namespace belay::sim
