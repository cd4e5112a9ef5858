// SPDX-License-Identifier: Apache-2.0
// An address that is accepted survives the way to text and back, and never takes credentials across a network in the
// clear; percent encoding loses nothing.
#include "shell/net/url.hpp"
#include "core/base/check.hpp"
#include "shell/net/http_message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  namespace net = belay::net;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto url = net::parse_url(text)) {
    BELAY_CHECK(url->tls || net::is_loopback_host(url->host));
    const auto again = net::parse_url(url->text());
    BELAY_CHECK(again.has_value() && *again == *url);
  }
  if (const auto url = net::parse_websocket_url(text)) {
    BELAY_CHECK(url->tls || net::is_loopback_host(url->host));
    const auto again = net::parse_websocket_url(url->websocket_text());
    BELAY_CHECK(again.has_value() && *again == *url);
  }
  BELAY_CHECK(net::percent_decode(net::percent_encode(text)) == text);
  static_cast<void>(net::percent_decode(text));
  return 0;
}
