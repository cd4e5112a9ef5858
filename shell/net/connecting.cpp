// SPDX-License-Identifier: Apache-2.0
#include "shell/net/connecting.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace belay::net {
namespace {

using Clock = std::chrono::steady_clock;

/// As run_loop, but what is not done in time is ended by `cancel`. Either way its handler, which refers to the caller's
/// frame, has run.
template <class Done, class Cancel>
bool run_or_cancel(asio::io_context& loop, Clock::time_point deadline, const std::stop_token& stop, Done done,
                   Cancel cancel) {
  if (run_loop(loop, deadline, stop, done)) return true;
  cancel();
  loop.restart();
  loop.run();
  return false;
}

void close(Socket& socket) {
  error_code ignored;  // it is closed either way
  socket.close(ignored);
}

Result<Socket> connect(asio::io_context& loop, const Resolver::Endpoints& endpoints, Clock::time_point deadline,
                       const std::stop_token& stop) {
  std::string problem;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    // An address that swallows packets must leave time for the next one.
    const auto now = Clock::now();
    const auto until = i + 1 < endpoints.size() ? now + (deadline - now) / 2 : deadline;
    Socket socket(loop);
    std::optional<error_code> outcome;
    socket.async_connect(endpoints[i], [&outcome](error_code error) { outcome = error; });
    const bool in_time =
        run_or_cancel(loop, until, stop, [&outcome] { return outcome.has_value(); }, [&socket] { close(socket); });
    if (in_time && !*outcome) {
      error_code ignored;  // slower without it, no worse
      socket.set_option(asio::ip::tcp::no_delay(true), ignored);
      return socket;
    }
    const std::string address = endpoints[i].address().to_string() + " port " + std::to_string(endpoints[i].port());
    problem += (problem.empty() ? "" : "; ") + std::string("connecting to ") + address + ": " +
               (in_time ? outcome->message() : "too late");
  }
  return fail(std::move(problem));
}

}  // namespace

Result<std::unique_ptr<Stream>> open_stream(asio::io_context& loop, const Url& url,
                                            const Resolver::Endpoints& endpoints, TlsContext* tls,
                                            Clock::time_point deadline, const std::stop_token& stop) {
  auto socket = connect(loop, endpoints, deadline, stop);
  if (!socket) return std::unexpected(socket.error());
  auto stream = tls != nullptr ? tls->make_stream(std::move(*socket), url.host) : make_plain_stream(std::move(*socket));
  std::optional<std::string> problem;
  stream->async_handshake([&problem](std::string found) { problem = std::move(found); });
  const bool in_time =
      run_or_cancel(loop, deadline, stop, [&problem] { return problem.has_value(); }, [&stream] { stream->close(); });
  if (!in_time) return fail("TLS with " + url.host + ": too late");
  if (!problem->empty()) return fail(std::move(*problem));
  return stream;
}

}  // namespace belay::net
