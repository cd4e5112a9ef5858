// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal to this folder: brings in Asio and Beast.

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "shell/net/stream.hpp"

namespace belay::net {

/// A Stream as Beast's WebSocket wants what is below it, so that its templates are instantiated once and not once more
/// for TLS.
class WebSocketLayer {
 public:
  using executor_type = asio::io_context::executor_type;
  using TimePoint = std::chrono::steady_clock::time_point;

  WebSocketLayer(std::unique_ptr<Stream> stream, executor_type executor)
      : stream_(std::move(stream)), executor_(executor) {}

  [[nodiscard]] executor_type get_executor() const noexcept { return executor_; }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, asio::mutable_buffer room) {
          stream_->async_read_some(room,
                                   [this, handler = std::move(handler)](error_code error, std::size_t count) mutable {
                                     if (!error) last_heard_ = std::chrono::steady_clock::now();
                                     std::move(handler)(error, count);
                                   });
        },
        token, first_of<asio::mutable_buffer>(buffers));
  }

  /// Writes all of it: in one piece, where the head of a frame and its content would else be two.
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, asio::const_buffer bytes) {
          if (silent_) {
            asio::post(executor_, [handler = std::move(handler), size = bytes.size()]() mutable {
              std::move(handler)(error_code(), size);
            });
          } else {
            stream_->async_write(bytes, std::move(handler));
          }
        },
        token, gathered(buffers));
  }

  /// When the peer was last heard of, in whatever way.
  [[nodiscard]] TimePoint last_heard() const { return last_heard_; }
  /// From now on what is written goes nowhere, as when the line is dead and nobody has said so.
  void go_silent() { silent_ = true; }
  void close() { stream_->close(); }

 private:
  static constexpr std::size_t kGathered = std::size_t{64} * 1024;

  template <class Buffer, class Buffers>
  static Buffer first_of(const Buffers& buffers) {
    for (auto at = asio::buffer_sequence_begin(buffers); at != asio::buffer_sequence_end(buffers); ++at) {
      if (Buffer buffer(*at); buffer.size() != 0) return buffer;
    }
    return {};
  }

  template <class Buffers>
  asio::const_buffer gathered(const Buffers& buffers) {
    const auto first = first_of<asio::const_buffer>(buffers);
    const std::size_t size = asio::buffer_size(buffers);
    if (size == first.size() || size > kGathered) return first;
    gathered_.resize(size);
    asio::buffer_copy(asio::buffer(gathered_), buffers);
    return asio::buffer(gathered_);
  }

  std::unique_ptr<Stream> stream_;
  executor_type executor_;
  std::string gathered_;  // under way to the stream; Beast writes one thing at a time
  TimePoint last_heard_ = std::chrono::steady_clock::now();
  bool silent_ = false;
};

/// Beast calls these to end a connection; it finds them by the layer's namespace.
inline void beast_close_socket(WebSocketLayer& layer) { layer.close(); }
inline void teardown(boost::beast::role_type, WebSocketLayer& layer, error_code& error) {
  layer.close();
  error = {};
}
template <class Handler>
void async_teardown(boost::beast::role_type, WebSocketLayer& layer, Handler&& handler) {
  layer.close();
  asio::post(layer.get_executor(), [handler = std::forward<Handler>(handler)]() mutable { handler(error_code()); });
}

using WebSocketStream = boost::beast::websocket::stream<WebSocketLayer, false>;

}  // namespace belay::net
