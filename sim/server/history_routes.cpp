// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/calendar/new_york.hpp"
#include "sim/server/call.hpp"
#include "sim/server/data_page.hpp"
#include "sim/server/data_request.hpp"
#include "sim/server/price_history.hpp"
#include "sim/server/wire_data.hpp"
#include "sim/server/wire_tape.hpp"
#include "sim/server/world.hpp"

namespace belay::sim {
namespace {

/// The page as the endpoints for several symbols show it: by symbol, under `name`.
Reply many(DataPage page, std::string_view name, const HistoryRequest& request) {
  json::Object by_symbol;
  for (auto& [symbol, list] : page.found) by_symbol.append(symbol, std::move(list));
  json::Object body{{name, std::move(by_symbol)}, {"next_page_token", std::move(page.next)}};
  if (!request.currency.empty()) body.append("currency", request.currency);
  return {200, std::move(body)};
}

Reply one(DataPage page, std::string_view name, const HistoryRequest& request) {
  json::Array list;
  if (!page.found.empty()) list = std::move(page.found.front().second);
  json::Object body{
      {name, std::move(list)}, {"symbol", request.symbols.front()}, {"next_page_token", std::move(page.next)}};
  if (!request.currency.empty()) body.append("currency", request.currency);
  return {200, std::move(body)};
}

Reply shown(Answer<DataPage> page, std::string_view name, const HistoryRequest& request, bool single) {
  if (!page) return refuse_data(page.error());
  return single ? one(std::move(*page), name, request) : many(std::move(*page), name, request);
}

/// What nobody may see of the feed asked for is left out.
template <class Item>
std::vector<Item> visible(std::vector<Item> items, const Feed& feed, Timestamp Item::* at) {
  std::erase_if(items, [&](const Item& item) { return !feed.shows(item.*at); });
  return items;
}

/// Whose endpoint it is, and whether for one symbol, named in the path.
enum class Kind { stocks, stock, options };

Answer<HistoryRequest> read(const Call& call, const Exchange& exchange, Kind kind,
                            std::initializer_list<std::string_view> extra) {
  const std::string* symbol = kind == Kind::stock ? &call.path_parts.at(0) : nullptr;
  return read_history(call, exchange.now(), kind == Kind::options, extra, symbol);
}

/// Whether prices are to be told in today's shares; the exchange knows neither dividends nor what a spin-off was worth.
Answer<bool> read_adjustment(const Query& query) {
  bool for_splits = false;
  for (const std::string& word : query.list("adjustment")) {
    if (word != "raw" && word != "split" && word != "dividend" && word != "spin-off" && word != "all") {
      return std::unexpected(bad_parameter("invalid adjustment: " + word));
    }
    for_splits = for_splits || word == "split" || word == "all";
  }
  return for_splits;
}

template <Kind kind>
Reply bars(Exchange& exchange, const Call& call) {
  const auto request = kind == Kind::options ? read(call, exchange, kind, {"timeframe"})
                                             : read(call, exchange, kind, {"timeframe", "adjustment"});
  if (!request) return refuse_data(request.error());
  const auto timeframe = parse_timeframe(call.query.text("timeframe"));
  if (!timeframe) return refuse_data(bad_parameter("invalid timeframe: " + call.query.text("timeframe")));
  const auto for_splits = read_adjustment(call.query);
  if (!for_splits) return refuse_data(for_splits.error());
  const auto items = [&](const std::string& symbol) {
    const PriceHistory history(exchange, call.world->tape, symbol, request->as_of);
    return visible(history.bars(*timeframe, *for_splits, exchange.now()), request->feed, &Bar::start);
  };
  auto page = page_of(
      *request, items, [](const Bar& bar) { return bar.start; },
      [](const Bar& bar, const std::string&) { return wire_bar(bar); });
  return shown(std::move(page), "bars", *request, kind == Kind::stock);
}

template <Kind kind>
Reply trades(Exchange& exchange, const Call& call) {
  const auto request = read(call, exchange, kind, {});
  if (!request) return refuse_data(request.error());
  const auto items = [&](const std::string& symbol) {
    const PriceHistory history(exchange, call.world->tape, symbol, request->as_of);
    return visible(history.trades(request->first, request->last), request->feed, &TapeTrade::at);
  };
  auto page = page_of(
      *request, items, [](const TapeTrade& trade) { return trade.at; },
      [&](const TapeTrade& trade, const std::string& symbol) {
        return kind == Kind::options ? wire_option_trade(trade)
                                     : wire_stock_trade(trade, consolidated_tape(exchange.asset(symbol)));
      });
  return shown(std::move(page), "trades", *request, kind == Kind::stock);
}

template <Kind kind>
Reply quotes(Exchange& exchange, const Call& call) {
  const auto request = read(call, exchange, kind, {});
  if (!request) return refuse_data(request.error());
  const auto items = [&](const std::string& symbol) {
    const PriceHistory history(exchange, call.world->tape, symbol, request->as_of);
    return visible(history.quotes(request->first, request->last), request->feed, &TapeQuote::at);
  };
  auto page = page_of(
      *request, items, [](const TapeQuote& quote) { return quote.at; },
      [&](const TapeQuote& quote, const std::string& symbol) {
        return wire_stock_quote(quote, consolidated_tape(exchange.asset(symbol)));
      });
  return shown(std::move(page), "quotes", *request, kind == Kind::stock);
}

/// A day's opening and closing auction: the exchange holds none, the first and the last print of the session stand for
/// them, with the conditions of the official prices.
json::Value wire_auctions(const Bar& day, const Exchange& exchange) {
  const Date date = calendar::to_new_york(day.start).date;
  const auto session = exchange.calendar().session_on(date);
  json::Array opening;
  json::Array closing;
  if (session) opening.push_back(wire_auction(session->open, day.open, "Q"));
  if (session && session->close <= exchange.now()) closing.push_back(wire_auction(session->close, day.close, "M"));
  return json::Object{{"d", belay::to_text(date)}, {"o", std::move(opening)}, {"c", std::move(closing)}};
}

template <Kind kind>
Reply auctions(Exchange& exchange, const Call& call) {
  const auto request = read(call, exchange, kind, {});
  if (!request) return refuse_data(request.error());
  const std::string feed = call.query.text("feed");
  if (!feed.empty() && feed != "sip") return refuse_data(bad_parameter("invalid feed: " + feed));
  const auto items = [&](const std::string& symbol) {
    const PriceHistory history(exchange, call.world->tape, symbol, request->as_of);
    return history.bars({Timeframe::Unit::day, 1}, false, exchange.now());
  };
  auto page = page_of(
      *request, items, [](const Bar& bar) { return bar.start; },
      [&](const Bar& bar, const std::string&) { return wire_auctions(bar, exchange); });
  return shown(std::move(page), "auctions", *request, kind == Kind::stock);
}

constexpr std::array kRoutes{
    Route{"GET", "/v2/stocks/bars", bars<Kind::stocks>},
    Route{"GET", "/v2/stocks/trades", trades<Kind::stocks>},
    Route{"GET", "/v2/stocks/quotes", quotes<Kind::stocks>},
    Route{"GET", "/v2/stocks/auctions", auctions<Kind::stocks>},
    Route{"GET", "/v2/stocks/{symbol}/bars", bars<Kind::stock>},
    Route{"GET", "/v2/stocks/{symbol}/trades", trades<Kind::stock>},
    Route{"GET", "/v2/stocks/{symbol}/quotes", quotes<Kind::stock>},
    Route{"GET", "/v2/stocks/{symbol}/auctions", auctions<Kind::stock>},
    Route{"GET", "/v1beta1/options/bars", bars<Kind::options>},
    Route{"GET", "/v1beta1/options/trades", trades<Kind::options>},
};

}  // namespace

std::span<const Route> history_routes() { return kRoutes; }

}  // namespace belay::sim
