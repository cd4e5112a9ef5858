// SPDX-License-Identifier: Apache-2.0
#include "shell/metrics/serve.hpp"

#include <charconv>
#include <utility>

#include "shell/net/url.hpp"

namespace belay::metrics {
namespace {

net::HttpResponse plain(int status, std::string body) {
  return {.status = status, .headers = {{"Content-Type", "text/plain; charset=utf-8"}}, .body = std::move(body)};
}

net::HttpResponse told(const Health& health) { return plain(health.good ? 200 : 503, health.text); }

net::HttpResponse answer(const net::HttpRequest& request, const Board& board) {
  if (request.method != "GET") {
    net::HttpResponse refused = plain(405, "GET only\n");
    refused.headers.emplace_back("Allow", "GET");
    return refused;
  }
  const std::string path = request.target.substr(0, request.target.find('?'));
  if (path == "/healthz") return told(board.healthz());
  if (path == "/readyz") return told(board.readyz());
  if (path != "/metrics") return plain(404, "/metrics, /healthz, /readyz\n");
  return {
      .status = 200, .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}}, .body = board.text()};
}

}  // namespace

Result<ListenAddress> parse_listen(std::string_view text) {
  const auto wrong = [&](const std::string& why) {
    return fail("\"" + std::string(text) + "\" " + why +
                ": give an address of this machine and a port, such as 127.0.0.1:9464");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong("has no port");
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  ListenAddress address{.host = std::string(host)};
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size()) return wrong("has no port from 0 to 65535");
  if (!net::is_loopback_host(address.host)) return wrong("is not this machine alone");
  return address;
}

Result<net::HttpServer> serve(const ListenAddress& address, const Board& board) {
  return net::HttpServer::start({.host = address.host, .port = address.port, .max_connections = 32},
                                [&board](const net::HttpRequest& request) { return answer(request, board); });
}

}  // namespace belay::metrics
