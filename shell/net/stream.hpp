// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal to this folder: brings in Asio.

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace belay::net {

namespace asio = boost::asio;
using boost::system::error_code;

/// A concrete executor throughout: Asio's templates are instantiated once instead of once per kind of executor.
using Socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

/// Bytes to and from one peer, in the clear or through TLS. What is above does not know which, and is compiled once.
/// Not thread-safe: used from the thread that runs the socket's io_context. Handlers are never called from within the
/// call that takes them. Buffers must stay until the handler is called.
class Stream {
 public:
  using TransferHandler = std::move_only_function<void(error_code, std::size_t)>;
  /// `problem` is empty if all is well.
  using HandshakeHandler = std::move_only_function<void(std::string problem)>;

  Stream() = default;
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  virtual void async_handshake(HandshakeHandler handler) = 0;
  /// At least one byte, or an error: eof if the peer has closed in good order (in TLS: with its farewell).
  virtual void async_read_some(asio::mutable_buffer buffer, TransferHandler handler) = 0;
  /// All of it, or an error.
  virtual void async_write(asio::const_buffer buffer, TransferHandler handler) = 0;

  /// Ends it at once; whatever is under way completes with an error.
  void close();
  /// True if the peer has sent nothing that was not read, and has not closed: a sane kept-alive connection.
  [[nodiscard]] bool is_quiet();

 protected:
  [[nodiscard]] virtual Socket& socket() = 0;
};

[[nodiscard]] std::unique_ptr<Stream> make_plain_stream(Socket socket);

}  // namespace belay::net
