// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/server/body_reader.hpp"
#include "sim/server/call.hpp"
#include "sim/server/wire_trading.hpp"
#include "sim/server/world.hpp"

namespace belay::sim {
namespace {

constexpr std::size_t kLongestName = 64;

json::Object wire_head(const Watchlist& list, const Exchange& exchange) {
  return json::Object{{"id", list.id},
                      {"account_id", exchange.account(list.account).id},
                      {"created_at", to_text(list.created_at)},
                      {"updated_at", to_text(list.updated_at)},
                      {"name", list.name}};
}

Reply shown(const Watchlist& list, const Exchange& exchange) {
  json::Array assets;
  for (const std::string& symbol : list.symbols) {
    if (const Asset* asset = exchange.asset(symbol)) assets.push_back(wire_asset(*asset));
  }
  json::Object body = wire_head(list, exchange);
  body.append("assets", std::move(assets));
  return {200, std::move(body)};
}

/// The list that the path or the query names.
Answer<Watchlist*> named_list(const Call& call) {
  Watchlists& lists = call.world->watchlists;
  Watchlist* found = call.path_parts.empty() ? lists.by_name(call.account, call.query.text("name"))
                                             : lists.by_id(call.account, call.path_parts.at(0));
  if (found == nullptr) return std::unexpected(not_found("watchlist not found"));
  return found;
}

/// The symbol of an asset that can be watched, as it is listed.
Answer<std::string> known_symbol(const Exchange& exchange, const json::Value& value) {
  const std::string* text = value.as_string();
  const Asset* asset = text == nullptr ? nullptr : exchange.asset(*text);
  if (asset == nullptr || asset->instrument.is_option()) {
    return std::unexpected(unprocessable("asset \"" + (text == nullptr ? "" : *text) + "\" not found"));
  }
  return asset->symbol();
}

/// The body's symbols; absent where it has none. Nulls are skipped, as the documents allow them.
Answer<std::optional<std::vector<std::string>>> read_symbols(const Exchange& exchange, BodyReader& body) {
  const json::Value* given = body.given("symbols");
  if (given == nullptr) return std::nullopt;
  if (given->as_array() == nullptr) return std::unexpected(invalid_request("symbols must be a list"));
  std::vector<std::string> symbols;
  for (const json::Value& one : *given->as_array()) {
    if (one.is_null()) continue;
    const auto symbol = known_symbol(exchange, one);
    if (!symbol) return std::unexpected(symbol.error());
    if (std::ranges::find(symbols, *symbol) == symbols.end()) symbols.push_back(*symbol);
  }
  return symbols;
}

/// The body's name; absent where it has none. `own` is the list that may have it already.
Answer<std::optional<std::string>> read_name(const Call& call, BodyReader& body, const Watchlist* own) {
  const bool is_given = body.given("name") != nullptr;
  const std::string name = body.text("name");
  if (body.error()) return std::unexpected(invalid_request(*body.error()));
  if (!is_given) return std::nullopt;
  if (name.empty()) return std::unexpected(invalid_request("name is required"));
  if (name.size() > kLongestName) return std::unexpected(invalid_request("name must be no more than 64 characters"));
  const Watchlist* taken = call.world->watchlists.by_name(call.account, name);
  if (taken != nullptr && taken != own) return std::unexpected(invalid_request("watchlist name must be unique"));
  return name;
}

Reply list_all(Exchange& exchange, const Call& call) {
  json::Array all;
  for (const Watchlist* list : call.world->watchlists.of(call.account)) all.emplace_back(wire_head(*list, exchange));
  return {200, std::move(all)};
}

Reply create(Exchange& exchange, const Call& call) {
  BodyReader body(call.body);
  const auto name = read_name(call, body, nullptr);
  if (!name) return refuse(name.error());
  if (!*name) return refuse(invalid_request("name is required"));
  auto symbols = read_symbols(exchange, body);
  if (!symbols) return refuse(symbols.error());
  const Timestamp now = exchange.now();
  const Watchlist& made = call.world->watchlists.add({.id = "",
                                                      .account = call.account,
                                                      .name = **name,
                                                      .symbols = symbols->value_or(std::vector<std::string>{}),
                                                      .created_at = now,
                                                      .updated_at = now});
  return shown(made, exchange);
}

Reply read(Exchange& exchange, const Call& call) {
  const auto list = named_list(call);
  return list ? shown(**list, exchange) : refuse(list.error());
}

Reply replace(Exchange& exchange, const Call& call) {
  const auto list = named_list(call);
  if (!list) return refuse(list.error());
  BodyReader body(call.body);
  const auto name = read_name(call, body, *list);
  if (!name) return refuse(name.error());
  auto symbols = read_symbols(exchange, body);
  if (!symbols) return refuse(symbols.error());
  if (!*name && !*symbols) return refuse(invalid_request("name or symbols is required"));
  if (*name) (*list)->name = **name;
  if (*symbols) (*list)->symbols = std::move(**symbols);
  (*list)->updated_at = exchange.now();
  return shown(**list, exchange);
}

Reply append(Exchange& exchange, const Call& call) {
  const auto list = named_list(call);
  if (!list) return refuse(list.error());
  BodyReader body(call.body);
  const json::Value* given = body.given("symbol");
  if (given == nullptr) return refuse(invalid_request(body.error().value_or("symbol is required")));
  const auto symbol = known_symbol(exchange, *given);
  if (!symbol) return refuse(symbol.error());
  auto& symbols = (*list)->symbols;
  if (std::ranges::find(symbols, *symbol) != symbols.end()) return refuse(invalid_request("duplicate symbol"));
  symbols.push_back(*symbol);
  (*list)->updated_at = exchange.now();
  return shown(**list, exchange);
}

Reply erase(Exchange&, const Call& call) {
  const auto list = named_list(call);
  if (!list) return refuse(list.error());
  call.world->watchlists.erase(**list);
  return {204, {}};
}

Reply erase_symbol(Exchange& exchange, const Call& call) {
  const auto list = named_list(call);
  if (!list) return refuse(list.error());
  if (std::erase((*list)->symbols, call.path_parts.at(1)) == 0) {
    return refuse(not_found("symbol not found: " + call.path_parts.at(1)));
  }
  (*list)->updated_at = exchange.now();
  return shown(**list, exchange);
}

constexpr std::array kRoutes{
    Route{"GET", "/v2/watchlists", list_all},
    Route{"POST", "/v2/watchlists", create},
    Route{"GET", "/v2/watchlists:by_name", read},
    Route{"PUT", "/v2/watchlists:by_name", replace},
    Route{"POST", "/v2/watchlists:by_name", append},
    Route{"DELETE", "/v2/watchlists:by_name", erase},
    Route{"GET", "/v2/watchlists/{watchlist_id}", read},
    Route{"PUT", "/v2/watchlists/{watchlist_id}", replace},
    Route{"POST", "/v2/watchlists/{watchlist_id}", append},
    Route{"DELETE", "/v2/watchlists/{watchlist_id}", erase},
    Route{"DELETE", "/v2/watchlists/{watchlist_id}/{symbol}", erase_symbol},
};

}  // namespace

std::span<const Route> watchlist_routes() { return kRoutes; }

}  // namespace belay::sim
