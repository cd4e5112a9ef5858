// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "shell/net/http_message.hpp"
#include "shell/net/url.hpp"

namespace belay::net {

/// Why there is no response.
struct HttpFailure {
  enum Kind {
    /// Certainly nothing of the request reached the server: refused, unknown host, TLS failed, too late to connect.
    NotSent,
    /// The server may have received the request and acted on it: no answer, cut, too late, or an unusable answer.
    SentNoReply,
  };
  Kind kind;
  std::string message;
};

struct HttpClientOptions {
  /// Requests in flight at once; further ones wait for their turn, within their deadline.
  std::size_t max_connections = 8;
  /// A connection idle for longer is not used again: servers and middleboxes drop idle ones silently.
  std::chrono::milliseconds idle_limit = std::chrono::seconds(20);
  /// PEM file of authorities trusted in addition to the system's; "" for none.
  std::string ca_file = {};
};

/// HTTP/1.1 to one service over kept-alive connections. TLS 1.2 or later with chain and host name verified: there is
/// no way to turn that off. Redirects are not followed. Thread-safe; must outlive the calls of send.
class HttpClient {
 public:
  /// An Error for a bad URL (see parse_url) or an unreadable CA file. Does not connect.
  [[nodiscard]] static Result<HttpClient> create(std::string_view base_url, const HttpClientOptions& options = {});

  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  /// Sends and waits for the whole response, whatever its status. `deadline` bounds everything together: waiting for a
  /// connection, name look-up, connecting, TLS, writing and reading. `request.target` is appended to the base URL's
  /// path. A request reaches the server at most once, except that a GET or HEAD is sent again, once, when the
  /// kept-alive connection it went out on proves to have been closed.
  [[nodiscard]] std::expected<HttpResponse, HttpFailure> send(const HttpRequest& request,
                                                              std::chrono::milliseconds deadline);

  /// How many requests were handed to a connection, the ones sent again included.
  [[nodiscard]] std::uint64_t requests_sent() const;
  [[nodiscard]] const Url& base_url() const;

 private:
  class Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace belay::net
