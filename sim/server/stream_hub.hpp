// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "shell/json/value.hpp"
#include "shell/net/http_message.hpp"
#include "shell/net/websocket_server.hpp"
#include "sim/exchange/exchange.hpp"
#include "sim/exchange/order.hpp"
#include "sim/server/stream_ending.hpp"
#include "sim/server/upgrade_limit.hpp"
#include "sim/server/virtual_clock.hpp"

namespace belay::sim {

/// What may happen to an event between the exchange and the stream, or to somebody who wants to connect.
enum class StreamFaultKind : std::uint8_t {
  drop,       ///< never sent
  duplicate,  ///< sent twice
  reorder,    ///< sent after the next event of its account, or alone after `delay`
  delay,      ///< sent later, others overtake it
  refuse      ///< the next upgrade is answered with an HTTP status
};

struct StreamFault {
  StreamFaultKind kind = StreamFaultKind::drop;
  std::string event = {};       ///< the event's word; "" for any
  std::string order_type = {};  ///< "stop": only events of stop orders; "" for any
  std::int64_t times = 1;       ///< still to happen
  std::chrono::milliseconds delay{1000};
  int status = 429;
};

/// Everybody who is connected to the trading stream, and what is sent to them. Not thread-safe; the peers are.
class StreamHub {
 public:
  using Peer = std::shared_ptr<net::WebSocketPeer>;

  /// The HTTP status to turn an upgrade away with, if one is to be.
  [[nodiscard]] std::optional<int> refusal(VirtualClock::Real at);
  /// `headers` are the upgrade's: they may ask for MessagePack.
  void opened(const Peer& peer, const net::HttpHeaders& headers);
  void received(const Peer& peer, const net::WebSocketMessage& message, const Exchange& exchange,
                VirtualClock::Real at);
  void closed(const Peer& peer);

  void publish(const OrderEvent& event, VirtualClock::Real at);
  /// Sends what was held back until now.
  void catch_up(VirtualClock::Real at);

  /// POST /_sim/stream, see control.hpp.
  [[nodiscard]] Result<void> arrange(BodyReader& body, VirtualClock::Real at);
  /// GET /_sim/stream.
  [[nodiscard]] json::Value to_json() const;

 private:
  struct Connection {
    Peer peer;
    std::string account = {};  ///< empty: not authorized yet
    bool listens = false;
    bool packed = false;  ///< MessagePack, else JSON
  };
  /// A connection that is gone and still counts.
  struct Ghost {
    std::string account;
    VirtualClock::Real until;
  };
  struct Later {
    VirtualClock::Real at;
    std::string account;
    json::Value message;
  };

  [[nodiscard]] Connection* connection_of(const Peer& peer);
  void authorize(Connection& connection, const json::Value& wish, const Exchange& exchange, VirtualClock::Real at);
  [[nodiscard]] bool is_crowded(const Connection& connection, const std::string& account, VirtualClock::Real at);
  void listen(Connection& connection, const json::Value& wish);
  void refuse(Connection& connection, const json::Value& words);
  void tell(const Connection& connection, const json::Value& words);
  void send_to(const std::string& account, const json::Value& message);
  void end_connections(const StreamEnding& ending, VirtualClock::Real at);
  /// The oldest fault that fits, used up once.
  [[nodiscard]] std::optional<StreamFault> take_fault(const OrderEvent& event);

  std::vector<Connection> connections_;
  std::vector<Ghost> ghosts_;
  std::vector<StreamFault> faults_;
  std::vector<Later> later_;
  std::vector<Later> held_;  ///< also sent once the account's next event was
  net::WebSocketFrame frame_ = net::WebSocketFrame::binary;
  std::int64_t connections_per_account_ = 1;
  UpgradeLimit upgrades_;
  std::int64_t sent_ = 0;
};

}  // namespace belay::sim
