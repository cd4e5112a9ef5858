// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/calendar/new_york.hpp"
#include "core/calendar/us_options.hpp"
#include "sim/server/call.hpp"
#include "sim/server/data_page.hpp"
#include "sim/server/data_request.hpp"
#include "sim/server/latest_prices.hpp"
#include "sim/server/option_filter.hpp"
#include "sim/server/option_model.hpp"
#include "sim/server/wire_data.hpp"

namespace belay::sim {
namespace {

constexpr std::size_t kUsualPage = 100;
constexpr std::size_t kLargestPage = 1000;

double dollars(Price price) { return static_cast<double>(price.nanos()) / static_cast<double>(fixed::kScale); }

json::Value number(double value) {
  std::array<char, 64> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
  return json::Value::number_text(std::string(text.data(), written.ptr));
}

/// What somebody would pay: the middle of a two-sided quote, else the last trade.
std::optional<Price> value_of(const World& world, const std::string& symbol) {
  const auto quote = world.exchange.last_quote(symbol);
  if (quote && quote->bid.is_positive() && quote->ask.is_positive()) return middle(quote->bid, quote->ask);
  const auto trade = world.exchange.last_trade(symbol);
  return trade ? std::optional(trade->price) : std::nullopt;
}

/// Greeks and implied volatility, where the model has an answer; the broker leaves them out likewise.
void append_model(const World& world, const std::string& symbol, json::Object& snapshot) {
  const auto terms = parse_occ(symbol);
  const auto price = value_of(world, symbol);
  if (!terms || !price) return;
  const auto underlying = value_of(world, underlying_of(*terms));
  if (!underlying) return;
  const Timestamp end = calendar::expiry_session(world.exchange.calendar(), terms->expiration).close;
  const std::chrono::duration<double> left = end - world.exchange.now();
  const OptionTermsNow now{.is_call = terms->is_call,
                           .underlying = dollars(*underlying),
                           .strike = dollars(terms->strike),
                           .years = left / std::chrono::days(365)};
  const auto volatility = implied_volatility(now, dollars(*price));
  if (!volatility) return;
  const Greeks greeks = option_greeks(now, *volatility);
  snapshot.append("greeks", json::Object{{"delta", number(greeks.delta)},
                                         {"gamma", number(greeks.gamma)},
                                         {"theta", number(greeks.theta)},
                                         {"vega", number(greeks.vega)},
                                         {"rho", number(greeks.rho)}});
  snapshot.append("impliedVolatility", number(*volatility));
}

json::Value trade(const World& world, const std::string& symbol) {
  const auto found = latest_trade(world, symbol, {});
  return found ? wire_option_trade(*found) : json::Value();
}

json::Value quote(const World& world, const std::string& symbol) {
  const auto found = latest_quote(world, symbol, {});
  return found ? wire_option_quote(*found) : json::Value();
}

/// Parts that are not there are left out; null for a contract that nobody ever traded or quoted.
json::Value snapshot(const World& world, const std::string& symbol) {
  json::Object snapshot;
  if (auto last = trade(world, symbol); !last.is_null()) snapshot.append("latestTrade", std::move(last));
  if (auto last = quote(world, symbol); !last.is_null()) snapshot.append("latestQuote", std::move(last));
  if (snapshot.empty()) return {};
  SnapshotBars bars = snapshot_bars(world, symbol, {});
  if (!bars.minute.is_null()) snapshot.append("minuteBar", std::move(bars.minute));
  if (!bars.day.is_null()) snapshot.append("dailyBar", std::move(bars.day));
  if (!bars.previous_day.is_null()) snapshot.append("prevDailyBar", std::move(bars.previous_day));
  append_model(world, symbol, snapshot);
  return snapshot;
}

using Read = json::Value (*)(const World& world, const std::string& symbol);

Reply latest(const Call& call, Read read, std::string_view name) {
  if (const auto known = check_names(call.query, {"symbols", "feed"}); !known) return refuse_data(known.error());
  const auto symbols = read_symbols(call.query, true);
  if (!symbols) return refuse_data(symbols.error());
  if (const auto feed = read_option_feed(call); !feed) return refuse_data(feed.error());
  json::Object found;
  for (const std::string& symbol : *symbols) {
    if (json::Value value = read(*call.world, symbol); !value.is_null()) found.append(symbol, std::move(value));
  }
  return {200, json::Object{{name, std::move(found)}}};
}

Reply latest_trades(Exchange&, const Call& call) { return latest(call, trade, "trades"); }
Reply latest_quotes(Exchange&, const Call& call) { return latest(call, quote, "quotes"); }

bool is_updated_since(const World& world, const std::string& symbol, std::optional<Timestamp> since) {
  if (!since) return true;
  const auto last_trade = world.exchange.last_trade(symbol);
  const auto last_quote = world.exchange.last_quote(symbol);
  return (last_trade && last_trade->as_of >= *since) || (last_quote && last_quote->as_of >= *since);
}

/// A page of snapshots of `symbols`, which ascend.
Reply page_of_snapshots(const Call& call, const std::vector<std::string>& symbols) {
  const auto limit = read_limit(call.query, kUsualPage, kLargestPage);
  if (!limit) return refuse_data(limit.error());
  if (const auto feed = read_option_feed(call); !feed) return refuse_data(feed.error());
  const auto since = call.query.time("updated_since");
  if (!since) return refuse_data(bad_parameter("invalid updated_since"));
  std::optional<PagePlace> from;
  if (const std::string token = call.query.text("page_token"); !token.empty()) {
    from = parse_page_token(token);
    if (!from) return refuse_data(bad_parameter("invalid page_token"));
  }
  json::Object found;
  json::Value next;
  for (const std::string& symbol : symbols) {
    if ((from && symbol < from->symbol) || !is_updated_since(*call.world, symbol, *since)) continue;
    json::Value value = snapshot(*call.world, symbol);
    if (value.is_null()) continue;
    if (found.size() == *limit) {
      next = page_token({symbol, {}, 0});
      break;
    }
    found.append(symbol, std::move(value));
  }
  return {200, json::Object{{"snapshots", std::move(found)}, {"next_page_token", std::move(next)}}};
}

Reply snapshots(Exchange&, const Call& call) {
  const auto known = check_names(call.query, {"symbols", "feed", "updated_since", "limit", "page_token"});
  if (!known) return refuse_data(known.error());
  const auto symbols = read_symbols(call.query, true);
  if (!symbols) return refuse_data(symbols.error());
  return page_of_snapshots(call, *symbols);
}

/// The path's underlying, and which of its contracts the query asks for.
struct Chain {
  std::string underlying;
  OptionFilter filter;
};

Answer<Chain> read_chain(const Call& call) {
  const auto known = check_names(
      call.query, {"feed", "limit", "updated_since", "page_token", "type", "strike_price_gte", "strike_price_lte",
                   "expiration_date", "expiration_date_gte", "expiration_date_lte", "root_symbol"});
  if (!known) return std::unexpected(known.error());
  const auto underlying = check_symbol(call.path_parts.at(0), false);
  if (!underlying) return std::unexpected(underlying.error());
  const auto filter = read_option_filter(call.query);
  if (!filter) return std::unexpected(bad_parameter(filter.error().message));
  return Chain{*underlying, *filter};
}

/// Contracts that expired on the last session are listed still, unless later ones are asked for (alpaca.md 4, Stale
/// rows).
Reply chain(Exchange& exchange, const Call& call) {
  const auto wanted = read_chain(call);
  if (!wanted) return refuse_data(wanted.error());
  const Date today = calendar::to_new_york(exchange.now()).date;
  const Date oldest = exchange.calendar().session_before(today).date;
  std::vector<std::string> symbols;
  for (const Asset& asset : exchange.assets()) {
    const auto& terms = asset.instrument.option;
    if (!terms || !asset.active || terms->expiration < oldest || underlying_of(*terms) != wanted->underlying) continue;
    if (wanted->filter.accepts(*terms)) symbols.push_back(asset.symbol());
  }
  return page_of_snapshots(call, symbols);
}

constexpr std::array kRoutes{
    Route{"GET", "/v1beta1/options/trades/latest", latest_trades},
    Route{"GET", "/v1beta1/options/quotes/latest", latest_quotes},
    Route{"GET", "/v1beta1/options/snapshots", snapshots},
    Route{"GET", "/v1beta1/options/snapshots/{underlying_symbol}", chain},
};

}  // namespace

std::span<const Route> option_data_routes() { return kRoutes; }

}  // namespace belay::sim
