// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal to this folder: brings in Asio.

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "shell/net/http_streaming.hpp"
#include "shell/net/stream.hpp"

namespace belay::net {

/// Writes the head and then whatever the handler's peer is given, in chunks, kept alive by what it waits for. Called on
/// the thread of the stream's loop.
void serve_http_stream(asio::io_context::executor_type executor, std::unique_ptr<Stream> stream, std::string head,
                       HttpStreamHandler handler);

}  // namespace belay::net
