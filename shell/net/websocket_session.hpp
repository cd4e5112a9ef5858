// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal to this folder: brings in Asio.

#include <boost/asio/io_context.hpp>
#include <memory>

#include "shell/net/http_message.hpp"
#include "shell/net/stream.hpp"
#include "shell/net/websocket_server.hpp"

namespace belay::net {

/// Answers the upgrade and serves the WebSocket from then on, kept alive by what it waits for. Called on the thread of
/// the stream's loop.
void serve_websocket(asio::io_context::executor_type executor, std::unique_ptr<Stream> stream,
                     const HttpRequest& request, WebSocketHandler handler);

}  // namespace belay::net
