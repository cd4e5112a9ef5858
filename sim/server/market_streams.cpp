// SPDX-License-Identifier: Apache-2.0
#include "sim/server/market_streams.hpp"

#include <algorithm>

#include "shell/json/parse.hpp"
#include "sim/server/message_pack.hpp"

namespace belay::sim {
namespace {

// alpaca.md 1, Basic plan. Plus has any number of symbols.
constexpr std::int64_t kBasicSymbols = 30;
constexpr std::int64_t kBasicOptionQuotes = 200;
constexpr std::int64_t kPlusOptionQuotes = 1000;

const std::string* text_in(const json::Object& wish, std::string_view key) {
  const json::Value* member = wish.find(key);
  return member == nullptr ? nullptr : member->as_string();
}

bool asks_for_message_pack(const net::HttpHeaders& headers) {
  const std::string* type = net::find_header(headers, "Content-Type");
  return type != nullptr && type->starts_with("application/msgpack");
}

/// The wishes with what was asked for added or removed; the error that the request deserves.
std::expected<MarketSubscription, MarketStreamError> changed(MarketSubscription wishes, const json::Object& wish,
                                                             MarketFeed feed, bool subscribe) {
  bool names_channel = false;
  for (const json::Member& member : wish) {
    if (member.key == "action" || member.value.is_null()) continue;
    const json::Array* symbols = member.value.as_array();
    if (symbols == nullptr) return std::unexpected(stream_errors::kSyntax);
    const auto channel = market_channel(member.key);
    names_channel = names_channel || channel.has_value();
    if (symbols->empty()) continue;
    if (!channel || !has_channel(feed, *channel)) return std::unexpected(stream_errors::kWrongFeed);
    for (const json::Value& element : *symbols) {
      const std::string* symbol = element.as_string();
      if (symbol == nullptr || symbol->empty()) return std::unexpected(stream_errors::kSyntax);
      subscribe ? wishes.add(*channel, *symbol) : wishes.remove(*channel, *symbol);
    }
  }
  if (!names_channel) return std::unexpected(stream_errors::kSyntax);
  return wishes;
}

}  // namespace

std::optional<int> MarketStreams::refusal(MarketFeed feed, Real at) {
  if (const auto status = faults_.take_refusal(feed)) return status;
  if (!upgrades_.at(place_of(feed)).take(at)) return 429;
  return std::nullopt;
}

MarketListener* MarketStreams::listener_of(const Peer& peer) {
  const auto found = std::ranges::find(listeners_, peer, &MarketListener::peer);
  return found == listeners_.end() ? nullptr : &*found;
}

void MarketStreams::opened(const Peer& peer, MarketFeed feed, const net::HttpHeaders& headers, const Exchange& exchange,
                           Real at) {
  MarketListener& listener = listeners_.emplace_back(peer, feed, asks_for_message_pack(headers), at);
  listener.say(stream_success("connected"));
  if (is_of_options(feed) && !listener.packed()) return listener.refuse(stream_errors::kMessagePackOnly);
  const std::string* key = net::find_header(headers, "APCA-API-KEY-ID");
  const std::string* secret = net::find_header(headers, "APCA-API-SECRET-KEY");
  if (key != nullptr && secret != nullptr) authenticate(listener, *key, *secret, exchange, at);
}

void MarketStreams::closed(const Peer& peer) {
  std::erase_if(listeners_, [&](const MarketListener& listener) { return listener.peer() == peer; });
}

void MarketStreams::received(const Peer& peer, const net::WebSocketMessage& message, const Exchange& exchange,
                             Real at) {
  MarketListener* listener = listener_of(peer);
  if (listener == nullptr || listener->is_over()) return;
  const bool packed = listener->packed() && message.frame == net::WebSocketFrame::binary;
  const auto said = packed ? unpack(message.data) : json::parse(message.data);
  const json::Object* wish = said ? said->as_object() : nullptr;
  const std::string* action = wish == nullptr ? nullptr : text_in(*wish, "action");
  if (action == nullptr) return listener->refuse(stream_errors::kSyntax);
  if (*action == "auth") {
    const std::string* key = text_in(*wish, "key");
    const std::string* secret = text_in(*wish, "secret");
    if (key == nullptr || secret == nullptr) return listener->refuse(stream_errors::kSyntax);
    return authenticate(*listener, *key, *secret, exchange, at);
  }
  if (*action != "subscribe" && *action != "unsubscribe") return listener->refuse(stream_errors::kSyntax);
  if (listener->account.empty()) return listener->refuse(stream_errors::kNotAuthenticated);
  change(*listener, *wish, *action == "subscribe");
}

void MarketStreams::authenticate(MarketListener& listener, const std::string& key, const std::string& secret,
                                 const Exchange& exchange, Real at) {
  if (!listener.account.empty()) return listener.refuse(stream_errors::kAlreadyAuthenticated);
  auto& refusal = next_refusal_.at(place_of(listener.feed()));
  if (refusal) return listener.refuse(*std::exchange(refusal, std::nullopt));
  const auto account = exchange.authenticate(key, secret);
  if (!account) return listener.refuse(stream_errors::kAuthFailed);
  if (plan_.is_basic && needs_plus(listener.feed())) return listener.refuse(stream_errors::kSubscription);
  if (is_crowded(listener, *account, at)) return listener.refuse(stream_errors::kConnectionLimit);
  listener.account = *account;
  listener.say(stream_success("authenticated"));
}

/// Whether the account has all its connections to that feed, a half-dead one included (alpaca.md 6.2).
bool MarketStreams::is_crowded(const MarketListener& listener, const std::string& account, Real at) {
  std::erase_if(ghosts_, [&](const Ghost& ghost) { return ghost.until <= at; });
  const auto same = [&](const auto& other) { return other.account == account; };
  const auto others = std::ranges::count_if(listeners_, [&](const MarketListener& other) {
    return &other != &listener && other.feed() == listener.feed() && same(other);
  });
  const auto ghosts =
      std::ranges::count_if(ghosts_, [&](const Ghost& ghost) { return ghost.feed == listener.feed() && same(ghost); });
  const std::int64_t limit = rules_.at(place_of(listener.feed())).connections_per_account;
  return limit > 0 && others + ghosts >= limit;
}

// All or nothing: after an error the subscription is what it was.
void MarketStreams::change(MarketListener& listener, const json::Object& wish, bool subscribe) {
  auto wishes = changed(listener.wishes, wish, listener.feed(), subscribe);
  if (!wishes) return listener.refuse(wishes.error());
  if (subscribe) {
    if (const auto refusal = refusal_of(*wishes, listener.feed())) return listener.refuse(*refusal);
  }
  listener.wishes = std::move(*wishes);
  listener.say(listener.wishes.to_json(listener.feed()));
}

std::optional<MarketStreamError> MarketStreams::refusal_of(const MarketSubscription& wishes, MarketFeed feed) const {
  const auto exceeds = [](std::size_t count, std::int64_t limit) {
    return limit > 0 && static_cast<std::int64_t>(count) > limit;
  };
  const MarketStreamRules& rules = rules_.at(place_of(feed));
  const std::int64_t option_quotes =
      rules.option_quotes.value_or(plan_.is_basic ? kBasicOptionQuotes : kPlusOptionQuotes);
  if (is_of_options(feed)) {
    if (wishes.wants_all(MarketChannel::quotes)) return stream_errors::kNoStar;
    if (exceeds(wishes.count(MarketChannel::quotes), option_quotes)) return stream_errors::kSymbolLimit;
    return std::nullopt;
  }
  const std::int64_t symbols = rules.symbols.value_or(plan_.is_basic ? kBasicSymbols : 0);
  const bool all = wishes.wants_all(MarketChannel::trades) || wishes.wants_all(MarketChannel::quotes);
  if (symbols > 0 && all && feed != MarketFeed::test) return stream_errors::kSymbolLimit;
  if (exceeds(wishes.counted_symbols(), symbols)) return stream_errors::kSymbolLimit;
  return std::nullopt;
}

void MarketStreams::end_the_late(Real at) {
  for (MarketListener& listener : listeners_) {
    if (listener.is_over()) continue;
    const MarketStreamRules& rules = rules_.at(place_of(listener.feed()));
    if (listener.account.empty()) {
      if (at - listener.opened_at() >= rules.auth_within) listener.refuse(stream_errors::kAuthTimeout);
    } else if (listener.is_too_slow(rules.patience, at)) {
      listener.refuse(stream_errors::kSlowClient);
    }
  }
}

}  // namespace belay::sim
