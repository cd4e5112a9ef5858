// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "shell/net/http_message.hpp"
#include "shell/net/url.hpp"
#include "shell/net/websocket_message.hpp"

namespace belay::net {

/// Why a WebSocket is not, or no longer, to be used.
struct WebSocketFailure {
  enum class Kind : std::uint8_t {
    unreachable,  ///< no connection: unknown host, refused, TLS failed, too late
    refused,      ///< the server answered the upgrade with an HTTP status of its own
    closed,       ///< the peer said goodbye
    dead,         ///< no sign of life within the time allowed
    broken,       ///< cut, or not the protocol, or a message beyond the bound
    stopped,      ///< by our own word
  };
  Kind kind = Kind::broken;
  std::string message;
  int http_status = 0;  ///< of a refusal
};

struct WebSocketClientOptions {
  HttpHeaders headers = {};  ///< of the upgrade request
  /// PEM file of authorities trusted in addition to the system's; "" for none.
  std::string ca_file = {};
  std::chrono::milliseconds open_within = std::chrono::seconds(10);  ///< name, connection, TLS and upgrade together
  std::chrono::milliseconds write_within = std::chrono::seconds(5);
  std::chrono::milliseconds close_within = std::chrono::seconds(1);
  /// A silent line is asked after so long, and is dead if nothing at all was heard within so long after that. A socket
  /// whose other end is gone can else stay silent for hours.
  std::chrono::milliseconds ping_every = std::chrono::seconds(10);
  std::chrono::milliseconds pong_within = std::chrono::seconds(5);
  std::size_t max_message = std::size_t{4} * 1024 * 1024;  ///< a larger one ends the connection
};

/// The client's end of a WebSocket (RFC 6455), opened as often as needed. TLS as HttpClient has it: verified, without a
/// way to turn that off. Used by one thread, which does all the work in its calls; pings go out and are answered while
/// receive waits. Every call ends soon after a stop is asked for.
class WebSocketClient {
 public:
  /// An Error for a bad URL (see parse_websocket_url) or an unreadable CA file. Does not connect.
  [[nodiscard]] static Result<WebSocketClient> create(std::string_view url, WebSocketClientOptions options = {});

  WebSocketClient(const WebSocketClient&) = delete;
  WebSocketClient& operator=(const WebSocketClient&) = delete;
  WebSocketClient(WebSocketClient&&) noexcept;
  WebSocketClient& operator=(WebSocketClient&&) noexcept;
  /// Cuts what is open.
  ~WebSocketClient();

  /// Connects and upgrades. What was open before is cut.
  [[nodiscard]] std::expected<void, WebSocketFailure> open(const std::stop_token& stop = {});
  /// After a failure of send or receive the connection is over: open() again.
  [[nodiscard]] std::expected<void, WebSocketFailure> send(std::string_view data,
                                                           WebSocketFrame frame = WebSocketFrame::text,
                                                           const std::stop_token& stop = {});
  /// The next message; none if none came in that time, or a stop was asked for.
  [[nodiscard]] std::expected<std::optional<WebSocketMessage>, WebSocketFailure> receive(
      std::chrono::milliseconds at_most, const std::stop_token& stop = {});
  /// Says goodbye, so that the server need not count this connection any longer, and closes.
  void close();

  [[nodiscard]] bool is_open() const;
  [[nodiscard]] const Url& url() const;

 private:
  class Impl;
  explicit WebSocketClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace belay::net
