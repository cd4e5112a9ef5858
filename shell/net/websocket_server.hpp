// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "shell/net/websocket_message.hpp"

namespace belay::net {

/// The server's end of one WebSocket. Thread-safe; outlives its connection, and then does nothing.
class WebSocketPeer {
 public:
  virtual ~WebSocketPeer() = default;

  /// Queued and written in order. A peer that takes nothing for too long is cut: its queue is bounded.
  virtual void send(std::string data, WebSocketFrame frame) = 0;
  /// Says goodbye after what was sent.
  virtual void close() = 0;
  /// Cuts the connection without a word.
  virtual void cut() = 0;
  /// Stays connected, but nothing leaves any more, no answer to a ping either: like a peer whose line is dead.
  virtual void go_silent() = 0;
  /// How many messages wait to be written, the one under way included.
  [[nodiscard]] virtual std::size_t waiting() const = 0;
  /// Forgets what waits, except what is under way.
  virtual void discard() = 0;
};

/// What becomes of a WebSocket at the server. Called on the server's thread, one after the other; none is called after
/// HttpServer::stop.
struct WebSocketHandler {
  std::function<void(const std::shared_ptr<WebSocketPeer>&)> opened;
  std::function<void(const std::shared_ptr<WebSocketPeer>&, const WebSocketMessage&)> received;
  /// In whatever way. Not when the server stops.
  std::function<void(const std::shared_ptr<WebSocketPeer>&)> closed;
  std::size_t max_message = std::size_t{1024} * 1024;
  std::size_t max_queue = std::size_t{16} * 1024 * 1024;  ///< bytes that may wait to be written; more: cut
};

}  // namespace belay::net
