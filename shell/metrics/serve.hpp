// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "shell/metrics/board.hpp"
#include "shell/net/http_server.hpp"

namespace belay::metrics {

struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
};
/// "127.0.0.1:9464", "[::1]:9464", "localhost:9464". What is not this machine alone is refused: whoever wants figures
/// from elsewhere puts something in front that knows who may have them.
Result<ListenAddress> parse_listen(std::string_view text);

/// /metrics, /healthz and /readyz, on a thread of its own. The board outlives the server.
Result<net::HttpServer> serve(const ListenAddress& address, const Board& board);

}  // namespace belay::metrics
