// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sim/server/market_streams.hpp"

namespace belay::sim {
namespace {

constexpr std::chrono::milliseconds kGhost = std::chrono::seconds(90);  // alpaca.md 6.2, 406

std::string text_in(const json::Value& wanted, std::string_view key) {
  const json::Value* member = wanted.find(key);
  const std::string* text = member == nullptr ? nullptr : member->as_string();
  return text == nullptr ? std::string() : *text;
}

bool flag_in(const json::Value& wanted, std::string_view key) {
  const json::Value* member = wanted.find(key);
  return member != nullptr && member->as_bool().value_or(false);
}

/// Writes the number of `key` to `to`, where there is one; an Error if it is no number from 0.
template <class T>
Result<void> read_count(const json::Value& wanted, std::string_view key, T& to) {
  const json::Value* member = wanted.find(key);
  if (member == nullptr) return {};
  const auto count = member->as_int64();
  const std::int64_t number = count.value_or(-1);
  if (number < 0) return fail(std::string(key) + " must be a whole number from 0");
  to = T(number);
  return {};
}

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

Result<std::optional<MarketStreamError>> error_in(const json::Value& wanted, std::string_view key) {
  const json::Value* member = wanted.find(key);
  if (member == nullptr) return std::optional<MarketStreamError>();
  const auto code = member->as_int64();
  const auto error = code ? market_stream_error(*code) : std::nullopt;
  if (!error) return fail(std::string(key) + " must be one of the stream's error codes, 400 to 413 or 500");
  return error;
}

/// The rules with what is wanted otherwise.
Result<MarketStreamRules> changed(MarketStreamRules rules, const json::Value& wanted) {
  for (const auto& read : {read_count(wanted, "connections_per_account", rules.connections_per_account),
                           read_count(wanted, "symbol_limit", rules.symbols),
                           read_count(wanted, "option_quote_limit", rules.option_quotes),
                           read_count(wanted, "auth_timeout_ms", rules.auth_within)}) {
    if (!read) return std::unexpected(read.error());
  }
  rules.auth_within = bounded_delay(rules.auth_within.count());
  const auto patience = read_patience(rules.patience, wanted);
  if (!patience) return std::unexpected(patience.error());
  rules.patience = *patience;
  return rules;
}

}  // namespace

Result<void> MarketStreams::set_rules(const json::Value& wanted, MarketFeeds feeds) {
  std::array<MarketStreamRules, kMarketFeeds> rules = rules_;
  for (std::size_t i = 0; i < kMarketFeeds; ++i) {
    if (!feeds.test(i)) continue;
    const auto next = changed(rules.at(i), wanted);
    if (!next) return std::unexpected(next.error());
    rules.at(i) = *next;
  }
  rules_ = rules;
  return {};
}

Result<void> MarketStreams::arrange(const json::Value& wanted, Real at) {
  const MarketFeeds feeds = feeds_named(text_in(wanted, "stream"));
  if (feeds.none()) return fail("stream must be trading, events, stocks, options, market or the name of a feed");
  std::optional<MarketFault> fault;
  if (const json::Value* body = wanted.find("fault")) {
    auto parsed = parse_market_fault(*body);
    if (!parsed) return std::unexpected(parsed.error());
    fault = std::move(*parsed);
    fault->feeds = feeds;
  }
  const auto told = error_in(wanted, "error");
  const auto refused = error_in(wanted, "refuse_auth");
  if (!told || !refused) return std::unexpected((told ? refused : told).error());
  std::int64_t per_minute = -1;
  if (const auto read = read_count(wanted, "upgrades_per_minute", per_minute); !read) return read;
  if (const auto set = set_rules(wanted, feeds); !set) return set;

  for (std::size_t i = 0; i < kMarketFeeds; ++i) {
    if (!feeds.test(i)) continue;
    if (per_minute >= 0) upgrades_.at(i).allow(per_minute);
    if (*refused) next_refusal_.at(i) = *refused;
  }
  if (fault) faults_.add(std::move(*fault), at);
  if (flag_in(wanted, "clear_faults")) faults_.clear(feeds);
  for (MarketListener& listener : listeners_) {
    if (*told && feeds.test(place_of(listener.feed()))) listener.refuse(**told);
  }
  end_connections(wanted, feeds, at);
  return {};
}

void MarketStreams::end_connections(const json::Value& wanted, MarketFeeds feeds, Real at) {
  const bool ghost = flag_in(wanted, "ghost");
  const bool silence = flag_in(wanted, "silence");
  if (!ghost && !silence && !flag_in(wanted, "cut")) return;
  const json::Value* ms = wanted.find("ghost_ms");
  const auto ghost_for = ms == nullptr ? kGhost : bounded_delay(ms->as_int64().value_or(kGhost.count()));
  std::erase_if(listeners_, [&](const MarketListener& listener) {
    if (!feeds.test(place_of(listener.feed()))) return false;
    // Over there it still seems to be connected, or is not any more; here the account's place stays taken for a while.
    if (ghost && !listener.account.empty()) ghosts_.push_back({listener.feed(), listener.account, at + ghost_for});
    silence ? listener.peer()->go_silent() : listener.peer()->cut();
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
