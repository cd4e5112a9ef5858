// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sim/server/market_streams.hpp"

namespace belay::sim {
namespace {

/// "stocks", "options", "market" (all of them), or a feed's name.
MarketFeeds feeds_named(std::string_view name) {
  MarketFeeds feeds;
  for (std::size_t i = 0; i < kMarketFeeds; ++i) {
    const auto feed = static_cast<MarketFeed>(i);
    if (name == "market" || name == to_text(feed) || name == (is_of_options(feed) ? "options" : "stocks")) {
      feeds.set(i);
    }
  }
  return feeds;
}

std::optional<MarketStreamError> error_in(BodyReader& body, std::string_view name) {
  const auto code = body.count(name);
  const auto error = code ? market_stream_error(*code) : std::nullopt;
  if (code && !error) body.refuse(name, "must be one of the stream's error codes, 400 to 413 or 500");
  return error;
}

/// The rules with what is wanted otherwise.
MarketStreamRules changed(MarketStreamRules rules, BodyReader& body) {
  rules.connections_per_account = body.count("connections_per_account").value_or(rules.connections_per_account);
  if (const auto symbols = body.count("symbol_limit")) rules.symbols = symbols;
  if (const auto quotes = body.count("option_quote_limit")) rules.option_quotes = quotes;
  if (const auto ms = body.count("auth_timeout_ms")) rules.auth_within = bounded_delay(*ms);
  rules.patience = read_patience(rules.patience, body);
  return rules;
}

}  // namespace

Result<void> MarketStreams::arrange(BodyReader& body, Real at) {
  const MarketFeeds feeds = feeds_named(body.text("stream"));
  if (feeds.none()) return fail("stream must be trading, events, stocks, options, market or the name of a feed");
  std::optional<MarketFault> fault;
  if (const json::Value* given = body.part("fault")) {
    auto parsed = parse_market_fault(*given);
    if (!parsed) return std::unexpected(parsed.error());
    fault = std::move(*parsed);
    fault->feeds = feeds;
  }
  const auto told = error_in(body, "error");
  const auto refused = error_in(body, "refuse_auth");
  const auto per_minute = body.count("upgrades_per_minute");
  const bool clears = body.flag("clear_faults");
  const StreamEnding ending = read_ending(body);
  std::array<MarketStreamRules, kMarketFeeds> rules = rules_;
  for (std::size_t i = 0; i < kMarketFeeds; ++i) {
    if (feeds.test(i)) rules.at(i) = changed(rules.at(i), body);
  }
  if (const auto& wrong = body.refuse_the_rest()) return fail(*wrong);

  rules_ = rules;
  for (std::size_t i = 0; i < kMarketFeeds; ++i) {
    if (!feeds.test(i)) continue;
    if (per_minute) upgrades_.at(i).allow(*per_minute);
    if (refused) next_refusal_.at(i) = refused;
  }
  if (fault) faults_.add(std::move(*fault), at);
  if (clears) faults_.clear(feeds);
  for (MarketListener& listener : listeners_) {
    if (told && feeds.test(place_of(listener.feed()))) listener.refuse(*told);
  }
  end_connections(ending, feeds, at);
  return {};
}

void MarketStreams::end_connections(const StreamEnding& ending, MarketFeeds feeds, Real at) {
  if (!ending.ends()) return;
  std::erase_if(listeners_, [&](const MarketListener& listener) {
    if (!feeds.test(place_of(listener.feed()))) return false;
    // Over there it still seems to be connected, or is not any more; here the account's place stays taken for a while.
    if (ending.ghost && !listener.account.empty()) {
      ghosts_.push_back({listener.feed(), listener.account, at + ending.ghost_for});
    }
    ending.silence ? listener.peer()->go_silent() : listener.peer()->cut();
    return true;
  });
}

json::Value MarketStreams::to_json() const {
  json::Array connections;
  for (const MarketListener& listener : listeners_) {
    connections.emplace_back(json::Object{{"feed", to_text(listener.feed())},
                                          {"account", listener.account},
                                          {"message_pack", listener.packed()},
                                          {"subscription", listener.wishes.to_json(listener.feed())}});
  }
  json::Array faults;
  for (const MarketFault& fault : faults_.waiting()) {
    json::Array feeds;
    for (std::size_t i = 0; i < kMarketFeeds; ++i) {
      if (fault.feeds.test(i)) feeds.emplace_back(to_text(static_cast<MarketFeed>(i)));
    }
    faults.emplace_back(
        json::Object{{"kind", to_text(fault.kind)}, {"times", fault.times}, {"feeds", std::move(feeds)}});
  }
  const auto limit = [](const std::optional<std::int64_t>& given) {
    return given ? json::Value(*given) : json::Value("as planned");
  };
  json::Object limits;
  for (std::size_t i = 0; i < kMarketFeeds; ++i) {
    const MarketFeed feed = static_cast<MarketFeed>(i);
    const MarketStreamRules& rules = rules_.at(i);
    json::Object own{{"connections_per_account", rules.connections_per_account}};
    is_of_options(feed) ? own.set("option_quote_limit", limit(rules.option_quotes))
                        : own.set("symbol_limit", limit(rules.symbols));
    limits.set(to_text(feed), std::move(own));
  }
  return json::Object{{"limits", std::move(limits)},
                      {"connections", std::move(connections)},
                      {"faults", std::move(faults)},
                      {"sent", sent_}};
}

}  // namespace belay::sim
