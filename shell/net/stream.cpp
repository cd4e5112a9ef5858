// SPDX-License-Identifier: Apache-2.0
#include "shell/net/stream.hpp"

#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <memory>
#include <utility>

namespace belay::net {
namespace {

class PlainStream final : public Stream {
 public:
  explicit PlainStream(Socket socket) : socket_(std::move(socket)) {}

  void async_handshake(HandshakeHandler handler) override {
    asio::post(socket_.get_executor(), [handler = std::move(handler)]() mutable { handler({}); });
  }

  void async_read_some(asio::mutable_buffer buffer, TransferHandler handler) override {
    socket_.async_read_some(buffer, std::move(handler));
  }

  void async_write(asio::const_buffer buffer, TransferHandler handler) override {
    asio::async_write(socket_, buffer, std::move(handler));
  }

 private:
  Socket& socket() override { return socket_; }

  Socket socket_;
};

}  // namespace

void Stream::close() {
  error_code ignored;  // it is closed either way
  static_cast<void>(socket().close(ignored));
}

bool Stream::is_quiet() {
  if (!socket().is_open()) return false;
  char byte = 0;
  const auto received = ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return received < 0 && errno == EAGAIN;
}

std::unique_ptr<Stream> make_plain_stream(Socket socket) { return std::make_unique<PlainStream>(std::move(socket)); }

}  // namespace belay::net
