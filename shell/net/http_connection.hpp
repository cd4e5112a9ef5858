// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal to this folder.

#include <chrono>
#include <expected>
#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "shell/net/http_message.hpp"
#include "shell/net/resolver.hpp"
#include "shell/net/tls.hpp"
#include "shell/net/url.hpp"

namespace belay::net {

/// One client connection, driven by whichever thread calls it; one call at a time.
class HttpConnection {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  struct Failure {
    std::string message;
    /// The server closed without a byte of an answer, as it does with a kept-alive connection it is tired of.
    bool closed_without_answer = false;
  };

  /// Connected, through TLS if the URL says so (`tls` is then not null). Nothing of a request has been sent on an
  /// Error.
  [[nodiscard]] static Result<std::unique_ptr<HttpConnection>> open(const Url& url,
                                                                    const Resolver::Endpoints& endpoints,
                                                                    TlsContext* tls, TimePoint deadline);
  ~HttpConnection();

  /// Writes the encoded request and reads its response. After a Failure the connection is of no more use.
  [[nodiscard]] std::expected<HttpResponse, Failure> exchange(const std::string& request, bool is_head,
                                                              TimePoint deadline);

  /// The last exchange allows another, and the peer has not closed since.
  [[nodiscard]] bool is_reusable();
  /// When the last exchange ended.
  [[nodiscard]] TimePoint idle_since() const;

 private:
  class Impl;
  explicit HttpConnection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace belay::net
