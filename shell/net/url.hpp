// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace belay::net {

/// Where a service lives: http(s)://host[:port][/path].
struct Url {
  bool tls = true;
  std::string host;  // name or address; an IPv6 address without its brackets
  std::uint16_t port = 443;
  std::string path;  // "" or "/v2": begins with a slash, does not end with one

  /// As the Host header wants it: brackets around IPv6, the port only if it is not the scheme's own.
  [[nodiscard]] std::string host_header() const;
  [[nodiscard]] std::string text() const;
  /// The same as a WebSocket's address: ws(s)://host[:port][/path].
  [[nodiscard]] std::string websocket_text() const;

  bool operator==(const Url&) const = default;
};

/// Plain http only to a loopback host: credentials never cross a network in the clear. User names, queries and
/// fragments are errors; a message never repeats a password.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

/// ws(s)://host[:port][/path]; http(s) will do as well. Otherwise as parse_url: plain ws only to a loopback host.
[[nodiscard]] Result<Url> parse_websocket_url(std::string_view text);

/// localhost, ::1 or an address in 127.0.0.0/8; not names that merely look like it.
[[nodiscard]] bool is_loopback_host(std::string_view host);

}  // namespace belay::net
