// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "shell/net/http_message.hpp"

namespace belay::net {

/// The server's end of a response whose body comes bit by bit, for as long as somebody listens: Server-Sent Events,
/// say. Thread-safe; outlives its connection, and then does nothing.
class HttpStreamPeer {
 public:
  virtual ~HttpStreamPeer() = default;

  /// Queued and written in order. A client that takes nothing for too long is cut: its queue is bounded.
  virtual void send(std::string data) = 0;
  /// Ends the response in good order, after what was sent.
  virtual void close() = 0;
  /// Cuts the connection in the middle of the response.
  virtual void cut() = 0;
  /// How many pieces wait to be written, the one under way included.
  [[nodiscard]] virtual std::size_t waiting() const = 0;
};

/// What becomes of such a response. Called on the server's thread, one after the other; none is called after
/// HttpServer::stop.
struct HttpStreamHandler {
  std::function<void(const std::shared_ptr<HttpStreamPeer>&)> opened;
  /// In whatever way. Not when the server stops.
  std::function<void(const std::shared_ptr<HttpStreamPeer>&)> closed;
  std::size_t max_queue = std::size_t{16} * 1024 * 1024;  ///< bytes that may wait to be written; more: cut
};

}  // namespace belay::net
