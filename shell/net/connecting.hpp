// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal to this folder: brings in Asio. What all clients do first: reach one of a host's addresses, and shake hands.

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <memory>
#include <stop_token>

#include "core/base/result.hpp"
#include "shell/net/resolver.hpp"
#include "shell/net/stream.hpp"
#include "shell/net/tls.hpp"
#include "shell/net/url.hpp"

namespace belay::net {

/// Runs the loop on this thread until `done` says so: true. False at the deadline, or once a stop is asked for. While
/// it runs, something must be under way in the loop.
template <class Done>
bool run_loop(asio::io_context& loop, std::chrono::steady_clock::time_point deadline, const std::stop_token& stop,
              Done done) {
  const std::stop_callback wake(stop, [&loop] { asio::post(loop, [] {}); });
  while (!done()) {
    if (stop.stop_requested() || std::chrono::steady_clock::now() >= deadline) return false;
    if (loop.stopped()) loop.restart();
    loop.run_one_until(deadline);
  }
  return true;
}

/// A connected stream, through TLS if the URL says so (`tls` is then not null); nothing has been said on it yet. The
/// loop must have nothing else under way; it has nothing afterwards.
[[nodiscard]] Result<std::unique_ptr<Stream>> open_stream(asio::io_context& loop, const Url& url,
                                                          const Resolver::Endpoints& endpoints, TlsContext* tls,
                                                          std::chrono::steady_clock::time_point deadline,
                                                          const std::stop_token& stop = {});

}  // namespace belay::net
