// SPDX-License-Identifier: Apache-2.0
#include "shell/net/url.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace belay::net {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return lower(c); });
  return out;
}

bool is_name_or_ipv4(std::string_view host) {
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

bool is_ipv6_text(std::string_view host) {
  return host.contains(':') && std::ranges::all_of(host, [](char c) {
           return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == ':' || c == '.';
         });
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || stop != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

/// host[:port] into `url`; false if it is neither.
bool read_authority(std::string_view authority, Url& url) {
  std::string_view port;
  bool has_port = false;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return false;
    url.host = lower(authority.substr(1, close - 1));
    const std::string_view rest = authority.substr(close + 1);
    if (!is_ipv6_text(url.host) || !(rest.empty() || rest.starts_with(':'))) return false;
    has_port = !rest.empty();
    if (has_port) port = rest.substr(1);
  } else {
    const std::size_t colon = authority.find(':');
    url.host = lower(authority.substr(0, colon));
    if (!is_name_or_ipv4(url.host)) return false;
    has_port = colon != std::string_view::npos;
    if (has_port) port = authority.substr(colon + 1);
  }
  if (!has_port) return true;
  const auto number = parse_port(port);
  if (number) url.port = *number;
  return number.has_value();
}

bool is_path_character(char c) { return c > ' ' && c < 0x7F && c != '?' && c != '#' && c != '"' && c != '\\'; }

}  // namespace

std::string Url::host_header() const {
  std::string out = host.contains(':') ? "[" + host + "]" : host;
  if (port != (tls ? kHttpsPort : kHttpPort)) out += ":" + std::to_string(port);
  return out;
}

std::string Url::text() const { return (tls ? "https://" : "http://") + host_header() + path; }
std::string Url::websocket_text() const { return (tls ? "wss://" : "ws://") + host_header() + path; }

Result<Url> parse_url(std::string_view text) {
  if (text.contains('@')) return fail("URL with a user name or password in it: give credentials elsewhere");
  const std::string shown = "URL \"" + std::string(text.substr(0, 200)) + "\"";
  Url url;
  const std::string scheme = lower(text.substr(0, text.find("://")));
  if (scheme == "https") {
    url.port = kHttpsPort;
  } else if (scheme == "http") {
    url.tls = false;
    url.port = kHttpPort;
  } else {
    return fail(shown + ": must begin with https:// (or, for this machine only, http://)");
  }
  const std::string_view rest = text.substr(scheme.size() + std::min<std::size_t>(3, text.size() - scheme.size()));
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  if (!read_authority(rest.substr(0, slash), url)) return fail(shown + ": no valid host[:port] behind the scheme");
  url.path = rest.substr(slash);
  if (!std::ranges::all_of(url.path, is_path_character)) {
    return fail(shown + ": the path must be plain, without query or fragment");
  }
  while (url.path.ends_with('/')) url.path.pop_back();
  if (!url.tls && !is_loopback_host(url.host)) {
    return fail(shown + ": plain http is only for this machine (127.0.0.0/8, ::1, localhost); use https");
  }
  return url;
}

Result<Url> parse_websocket_url(std::string_view text) {
  const std::string scheme = lower(text.substr(0, text.find("://")));
  if (scheme == "wss") return parse_url("https" + std::string(text.substr(scheme.size())));
  if (scheme == "ws") return parse_url("http" + std::string(text.substr(scheme.size())));
  return parse_url(text);
}

bool is_loopback_host(std::string_view host) {
  if (lower(host) == "localhost" || host == "::1") return true;
  int parts = 0;
  for (bool more = true; more; ++parts) {
    const std::size_t dot = host.find('.');
    const std::string_view part = host.substr(0, dot);
    unsigned value = 256;
    const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc() || stop != part.data() + part.size() || value > 255) return false;
    if (part.size() > 1 && part.front() == '0') return false;  // some resolvers read it as octal
    if (parts == 0 && value != 127) return false;
    more = dot != std::string_view::npos;
    if (more) host.remove_prefix(dot + 1);
  }
  return parts == 4;
}

}  // namespace belay::net
