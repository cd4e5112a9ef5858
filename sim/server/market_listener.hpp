// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/calendar/timestamp.hpp"
#include "shell/json/value.hpp"
#include "shell/net/websocket_server.hpp"
#include "sim/server/backlog.hpp"
#include "sim/server/market_feed.hpp"
#include "sim/server/market_subscription.hpp"
#include "sim/server/stream_error.hpp"
#include "sim/server/virtual_clock.hpp"

namespace belay::sim {

/// Something that happened in the market, for everybody; put into each form once at most.
class MarketMessage {
 public:
  MarketMessage(MarketChannel channel, std::string symbol, Timestamp at, json::Value body)
      : channel_(channel), symbol_(std::move(symbol)), at_(at), body_(std::move(body)) {}

  [[nodiscard]] MarketChannel channel() const { return channel_; }
  [[nodiscard]] const std::string& symbol() const { return symbol_; }
  [[nodiscard]] Timestamp at() const { return at_; }
  [[nodiscard]] const std::string& event() const;  ///< its T
  [[nodiscard]] const std::string& encoded(bool packed) const;

  bool of_option = false;
  bool is_test = false;                 ///< of /v2/test, and nobody else's
  MarketFeeds feeds = kAllMarketFeeds;  ///< for whose listeners it is

 private:
  MarketChannel channel_;
  std::string symbol_;
  Timestamp at_;
  json::Value body_;
  mutable std::optional<std::string> text_;
  mutable std::optional<std::string> packed_;
};

/// Somebody who is connected to a stream of market data.
class MarketListener {
 public:
  using Peer = std::shared_ptr<net::WebSocketPeer>;

  MarketListener(Peer peer, MarketFeed feed, bool packed, VirtualClock::Real at)
      : peer_(std::move(peer)), feed_(feed), packed_(packed), opened_at_(at) {}

  [[nodiscard]] const Peer& peer() const { return peer_; }
  [[nodiscard]] MarketFeed feed() const { return feed_; }
  [[nodiscard]] bool packed() const { return packed_; }
  [[nodiscard]] VirtualClock::Real opened_at() const { return opened_at_; }

  [[nodiscard]] bool wants(const MarketMessage& message) const;
  /// Waits with others for the next flush.
  void take(const MarketMessage& message);
  /// Sends what waits, as one array.
  void flush();
  /// Sends what waits, and then this.
  void say(const json::Value& words);
  void refuse(const MarketStreamError& error);

  [[nodiscard]] bool is_too_slow(const Patience& patience, VirtualClock::Real at);
  /// Nothing more is for it: it was told to go.
  [[nodiscard]] bool is_over() const { return over_; }

  std::string account = {};  ///< empty: not authenticated yet
  MarketSubscription wishes = {};

 private:
  void send(const std::string& elements, std::size_t count);

  Peer peer_;
  MarketFeed feed_;
  bool packed_;
  VirtualClock::Real opened_at_;
  std::string waiting_;
  std::size_t waiting_count_ = 0;
  Backlog backlog_;
  bool over_ = false;
};

}  // namespace belay::sim
