// SPDX-License-Identifier: Apache-2.0
#include "shell/net/http_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <utility>

#include "shell/net/connecting.hpp"
#include "shell/net/http_codec.hpp"
#include "shell/net/stream.hpp"

namespace belay::net {

using Clock = std::chrono::steady_clock;

/// Each connection has an event loop of its own, run by the calling thread until the one operation it waits for is done
/// or the deadline has come. No other thread is needed, and nothing is shared between connections.
class HttpConnection::Impl {
 public:
  Result<void> connect(const Url& url, const Resolver::Endpoints& endpoints, TlsContext* tls, TimePoint deadline) {
    auto stream = open_stream(context_, url, endpoints, tls, deadline);
    if (!stream) return std::unexpected(stream.error());
    stream_ = std::move(*stream);
    return {};
  }

  std::expected<HttpResponse, Failure> exchange(const std::string& request, bool is_head, TimePoint deadline) {
    keep_alive_ = false;
    error_code written;
    stream_->async_write(asio::buffer(request), [&written](error_code error, std::size_t) { written = error; });
    if (!run_until(deadline, [this] { stream_->close(); })) return failure("too late while sending the request");
    if (written) return failure("sending the request: " + written.message(), is_closing(written));

    ResponseReader reader(is_head);
    bool nothing_yet = true;
    for (HttpProgress progress = HttpProgress::More; progress != HttpProgress::Done; nothing_yet = false) {
      const auto room = reader.room();
      error_code received;
      std::size_t count = 0;
      stream_->async_read_some(asio::buffer(room.data(), room.size()), [&](error_code error, std::size_t size) {
        received = error;
        count = size;
      });
      if (!run_until(deadline, [this] { stream_->close(); })) return failure("no complete answer in time");
      if (received && nothing_yet) {
        return failure("connection closed instead of an answer: " + received.message(), is_closing(received));
      }
      if (received && received != asio::error::eof) return failure("reading the answer: " + received.message());
      progress = received ? reader.take_end() : reader.take(count);
      if (progress == HttpProgress::Broken) return failure("unusable answer: " + reader.problem());
      if (received && progress == HttpProgress::More) return failure("answer cut short");
    }
    keep_alive_ = reader.keep_alive();
    idle_since_ = Clock::now();
    return reader.release();
  }

  bool is_reusable() { return keep_alive_ && stream_->is_quiet(); }
  [[nodiscard]] TimePoint idle_since() const { return idle_since_; }

 private:
  static bool is_closing(error_code error) {
    return error == asio::error::eof || error == asio::error::connection_reset || error == asio::error::broken_pipe;
  }

  static std::unexpected<Failure> failure(std::string message, bool closed_without_answer = false) {
    return std::unexpected(Failure{std::move(message), closed_without_answer});
  }

  /// True once the operation under way is done; false if it had to be ended by `cancel` at the deadline. Either way its
  /// handler, which refers to the caller's frame, has run.
  template <class Cancel>
  bool run_until(TimePoint deadline, Cancel cancel) {
    context_.restart();
    context_.run_until(deadline);
    if (context_.stopped()) return true;
    cancel();
    context_.run();
    return false;
  }

  asio::io_context context_{1};
  std::unique_ptr<Stream> stream_;
  bool keep_alive_ = false;
  TimePoint idle_since_ = Clock::now();
};

HttpConnection::HttpConnection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpConnection::~HttpConnection() = default;

Result<std::unique_ptr<HttpConnection>> HttpConnection::open(const Url& url, const Resolver::Endpoints& endpoints,
                                                             TlsContext* tls, TimePoint deadline) {
  auto impl = std::make_unique<Impl>();
  if (auto connected = impl->connect(url, endpoints, tls, deadline); !connected) {
    return std::unexpected(connected.error());
  }
  return std::unique_ptr<HttpConnection>(new HttpConnection(std::move(impl)));
}

std::expected<HttpResponse, HttpConnection::Failure> HttpConnection::exchange(const std::string& request, bool is_head,
                                                                              TimePoint deadline) {
  return impl_->exchange(request, is_head, deadline);
}

bool HttpConnection::is_reusable() { return impl_->is_reusable(); }
HttpConnection::TimePoint HttpConnection::idle_since() const { return impl_->idle_since(); }

}  // namespace belay::net
