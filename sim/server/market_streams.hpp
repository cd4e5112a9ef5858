// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "shell/json/value.hpp"
#include "shell/net/http_message.hpp"
#include "shell/net/websocket_server.hpp"
#include "sim/exchange/exchange.hpp"
#include "sim/market/tape.hpp"
#include "sim/server/data_plan.hpp"
#include "sim/server/market_faults.hpp"
#include "sim/server/market_listener.hpp"
#include "sim/server/stream_ending.hpp"
#include "sim/server/test_feed.hpp"
#include "sim/server/upgrade_limit.hpp"
#include "sim/server/wire_market.hpp"

namespace belay::sim {

/// What a stream permits, and how patient it is (alpaca.md 6.2). 0: no limit.
struct MarketStreamRules {
  std::int64_t connections_per_account = 1;
  std::optional<std::int64_t> symbols = {};        ///< of trades and quotes; absent: what the plan permits
  std::optional<std::int64_t> option_quotes = {};  ///< alike
  std::chrono::milliseconds auth_within = std::chrono::seconds(10);
  Patience patience = {};
};

/// The streams of market data, of stocks and of options: who is connected, and what is sent to them
/// (alpaca.md 6.2, 6.3). Not thread-safe; the peers are.
class MarketStreams {
 public:
  using Peer = MarketListener::Peer;
  using Real = VirtualClock::Real;

  /// The HTTP status to turn an upgrade away with, if one is to be.
  [[nodiscard]] std::optional<int> refusal(MarketFeed feed, Real at);
  /// `headers` are the upgrade's: they may have keys, and ask for MessagePack.
  void opened(const Peer& peer, MarketFeed feed, const net::HttpHeaders& headers, const Exchange& exchange, Real at);
  void received(const Peer& peer, const net::WebSocketMessage& message, const Exchange& exchange, Real at);
  void closed(const Peer& peer);
  /// What the account has subscribed to.
  void set_plan(const DataPlan& plan) { plan_ = plan; }

  // What happens in the market, in order of time.
  void on_trade(const Asset& asset, const TapeTrade& trade, Real at);
  void on_quote(const Asset& asset, const TapeQuote& quote, Real at);
  void on_minute(const Asset& asset, const Bar& minute, const Bar* day, Real at);
  void tell(MarketChannel channel, std::string_view symbol, Timestamp when, json::Value body, Real at);

  /// Sends what has been told and still waits for company.
  void flush();
  /// Sends everything whose time has come, and ends what took too long.
  void catch_up(Timestamp now, Real at);

  /// POST /_sim/stream for one of the market's streams, see market_control.hpp.
  [[nodiscard]] Result<void> arrange(BodyReader& body, Real at);
  /// Part of GET /_sim/stream.
  [[nodiscard]] json::Value to_json() const;

 private:
  struct Ghost {
    MarketFeed feed;
    std::string account;
    Real until;
  };
  struct Later {
    Real due;
    MarketMessage message;
  };

  // market_streams.cpp: connections
  [[nodiscard]] MarketListener* listener_of(const Peer& peer);
  void authenticate(MarketListener& listener, const std::string& key, const std::string& secret,
                    const Exchange& exchange, Real at);
  [[nodiscard]] bool is_crowded(const MarketListener& listener, const std::string& account, Real at);
  void change(MarketListener& listener, const json::Object& wish, bool subscribe);
  [[nodiscard]] std::optional<MarketStreamError> refusal_of(const MarketSubscription& wishes, MarketFeed feed) const;
  void end_the_late(Real at);

  // market_telling.cpp: messages
  [[nodiscard]] bool anybody_wants(MarketChannel channel, std::string_view symbol) const;
  void deliver(MarketMessage message, Real at);
  [[nodiscard]] MarketFeeds reached_by(const MarketMessage& message) const;
  void pass_on(const MarketMessage& message);
  void befall(const MarketMessage& message, const MarketFault& fault, Real at);
  void release_held(MarketFeeds passed);
  void release_delayed(Timestamp now);

  // market_arranging.cpp: knobs
  void end_connections(const StreamEnding& ending, MarketFeeds feeds, Real at);

  std::vector<MarketListener> listeners_;
  std::vector<Ghost> ghosts_;
  std::vector<Later> later_;                                 // sent when they are due
  std::vector<Later> held_;                                  // sent behind the next message too
  std::deque<std::pair<Timestamp, MarketMessage>> delayed_;  // for delayed_sip
  DataPlan plan_;
  std::array<MarketStreamRules, kMarketFeeds> rules_;
  MarketFaults faults_;
  std::array<UpgradeLimit, kMarketFeeds> upgrades_;
  std::array<std::optional<MarketStreamError>, kMarketFeeds> next_refusal_;  // of the next who shows keys
  TestFeed test_feed_;
  std::int64_t sent_ = 0;
};

}  // namespace belay::sim
