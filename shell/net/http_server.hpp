// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "core/base/result.hpp"
#include "shell/net/http_message.hpp"
#include "shell/net/http_streaming.hpp"
#include "shell/net/websocket_server.hpp"

namespace belay::net {

/// The response, but this much later. Other requests are served meanwhile.
struct Delay {
  std::chrono::milliseconds by;
  HttpResponse response;
};

/// Close the connection without a word.
struct Drop {};

/// Go on as a WebSocket, if the request asks for that in good form (else 400).
struct Upgrade {
  WebSocketHandler handler;
};

/// Status and headers now, the body bit by bit; the connection ends with it. A HEAD gets the head alone.
struct StreamedResponse {
  HttpResponse head;  ///< without a body
  HttpStreamHandler handler;
};

using HttpAnswer = std::variant<HttpResponse, Delay, Drop, Upgrade, StreamedResponse>;
/// A function that returns HttpResponse will do. An exception becomes a 500.
using HttpHandler = std::function<HttpAnswer(const HttpRequest&)>;

struct HttpServerOptions {
  std::string host = "127.0.0.1";  // an address, or localhost
  std::uint16_t port = 0;          // 0: any free one
  /// A host other than loopback is refused unless this is set.
  bool beyond_loopback = false;
  std::size_t max_connections = 1024;  // further ones are closed at once
  // None of these times bound a connection that was upgraded or is streamed to.
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(75);     // between requests
  std::chrono::milliseconds request_timeout = std::chrono::seconds(10);  // first to last byte of a request
  std::chrono::milliseconds write_timeout = std::chrono::seconds(30);    // for the client to take the response
};

/// HTTP/1.1 with keep-alive on one thread of its own. Handlers run on that thread, one after the other.
class HttpServer {
 public:
  /// Listens once this returns. An Error if the address is not to be had.
  [[nodiscard]] static Result<HttpServer> start(HttpServerOptions options, HttpHandler handler);

  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) noexcept;
  /// Stops.
  ~HttpServer();

  [[nodiscard]] std::uint16_t port() const;
  /// "http://127.0.0.1:8080"
  [[nodiscard]] std::string url() const;

  /// Closes every connection, whatever is in flight, and waits for the thread; no handler runs afterwards. May be
  /// called again; not from a handler.
  void stop();

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace belay::net
