// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace belay::net {

enum class WebSocketFrame : std::uint8_t { text, binary };

/// One whole message, of however many fragments.
struct WebSocketMessage {
  WebSocketFrame frame = WebSocketFrame::text;
  std::string data;

  bool operator==(const WebSocketMessage&) const = default;
};

}  // namespace belay::net
