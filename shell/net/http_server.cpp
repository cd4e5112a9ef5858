// SPDX-License-Identifier: Apache-2.0
#include "shell/net/http_server.hpp"

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include "shell/net/http_codec.hpp"
#include "shell/net/http_stream_session.hpp"
#include "shell/net/stream.hpp"
#include "shell/net/url.hpp"
#include "shell/net/websocket_session.hpp"

namespace belay::net {
namespace {

using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, asio::io_context::executor_type>;

class Session;

/// What all sessions of a server share.
struct Shared {
  HttpServerOptions options;
  HttpHandler handler;
  std::set<Session*> sessions = {};  // every one alive
};

/// One connection: reads a request, has it answered, writes the response, and again. Kept alive by the operation it
/// waits for.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Shared& shared, Socket socket)
      : shared_(shared), executor_(socket.get_executor()), stream_(make_plain_stream(std::move(socket))) {
    shared_.sessions.insert(this);
  }
  ~Session() { shared_.sessions.erase(this); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void start() { next_request(); }

  /// The server calls this now and then.
  void close_if_late(Clock::time_point now) {
    if (now >= deadline_ && stream_ != nullptr) stream_->close();
  }

 private:
  void next_request() {
    in_request_ = false;
    deadline_ = Clock::now() + shared_.options.idle_timeout;
    proceed(reader_.take(0));  // the next request may have come along with the last
  }

  void proceed(HttpProgress progress) {
    if (progress == HttpProgress::More) {
      read();
    } else if (progress == HttpProgress::Done) {
      answer();
    } else {
      keep_alive_ = false;
      write({.status = reader_.problem_status()}, false);
    }
  }

  void read() {
    const auto room = reader_.room();
    stream_->async_read_some(asio::buffer(room.data(), room.size()),
                             [self = shared_from_this()](error_code error, std::size_t count) {
                               if (!error) self->received(count);
                             });
  }

  void received(std::size_t count) {
    if (!in_request_) deadline_ = Clock::now() + shared_.options.request_timeout;
    in_request_ = true;
    proceed(reader_.take(count));
  }

  void answer() {
    keep_alive_ = reader_.keep_alive();
    const HttpRequest request = reader_.release();
    deadline_ = Clock::time_point::max();  // from here on it is we who take time
    const bool to_head = request.method == "HEAD";
    HttpAnswer given = call_handler(request);
    if (auto* const response = std::get_if<HttpResponse>(&given)) {
      write(*response, to_head);
    } else if (auto* const delay = std::get_if<Delay>(&given)) {
      write_later(std::move(*delay), to_head);
    } else if (auto* const upgrade = std::get_if<Upgrade>(&given)) {
      serve_websocket(executor_, std::move(stream_), request, std::move(upgrade->handler));
    } else if (auto* const streamed = std::get_if<StreamedResponse>(&given)) {
      stream(std::move(*streamed), to_head);
    }  // Drop: nothing holds the session any longer, which closes it
  }

  HttpAnswer call_handler(const HttpRequest& request) {
    try {
      return shared_.handler(request);
    } catch (const std::exception&) {
      return HttpResponse{.status = 500};
    }
  }

  void stream(StreamedResponse streamed, bool to_head) {
    auto head = encode_streamed_head(streamed.head);
    keep_alive_ = keep_alive_ && head.has_value();
    if (!head || to_head) return write(head ? streamed.head : HttpResponse{.status = 500}, to_head);
    serve_http_stream(executor_, std::move(stream_), std::move(*head), std::move(streamed.handler));
  }

  void write_later(Delay delay, bool to_head) {
    auto timer = std::make_shared<Timer>(executor_, delay.by);
    timer->async_wait([self = shared_from_this(), timer, response = std::move(delay.response), to_head](error_code) {
      self->write(response, to_head);
    });
  }

  void write(const HttpResponse& response, bool to_head) {
    auto bytes = encode_response(response, to_head, keep_alive_);
    if (!bytes) bytes = encode_response({.status = 500}, to_head, keep_alive_);
    outgoing_ = std::move(*bytes);
    deadline_ = Clock::now() + shared_.options.write_timeout;
    stream_->async_write(asio::buffer(outgoing_), [self = shared_from_this()](error_code error, std::size_t) {
      if (!error && self->keep_alive_) self->next_request();
    });
  }

  Shared& shared_;
  asio::io_context::executor_type executor_;
  std::unique_ptr<Stream> stream_;  // null once it is a WebSocket's
  RequestReader reader_;
  std::string outgoing_;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool in_request_ = false;
  bool keep_alive_ = true;
};

/// The parts that go when the server stops.
class Loop {
 public:
  Loop(HttpServerOptions options, HttpHandler handler)
      : shared_{.options = std::move(options), .handler = std::move(handler)}, acceptor_(context_), tick_(context_) {
    const auto& limits = shared_.options;
    const auto shortest = std::min({limits.idle_timeout, limits.request_timeout, limits.write_timeout});
    tick_every_ = std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(1000));
  }

  Result<std::uint16_t> listen() {
    const std::string& host = shared_.options.host;
    const std::uint16_t port = shared_.options.port;
    error_code error;
    const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
    if (error) return fail("cannot listen on \"" + host + "\": give an address or localhost");
    const tcp::endpoint wanted(address, port);
    acceptor_.open(wanted.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(wanted, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    const tcp::endpoint bound = error ? wanted : acceptor_.local_endpoint(error);
    if (error) return fail("cannot listen on " + host + " port " + std::to_string(port) + ": " + error.message());
    return bound.port();
  }

  void run() {
    accept();
    tick();
    context_.run();
  }

  void stop() { context_.stop(); }

 private:
  void accept() {
    acceptor_.async_accept([this](error_code error, Socket socket) {
      if (!error && shared_.sessions.size() < shared_.options.max_connections) {
        error_code ignored;  // slower without it, no worse
        socket.set_option(tcp::no_delay(true), ignored);
        std::make_shared<Session>(shared_, std::move(socket))->start();
      }
      // Out of descriptors, say: the next tick tries again instead of spinning.
      accepting_ = !error;
      if (accepting_) accept();
    });
  }

  void tick() {
    tick_.expires_after(tick_every_);
    tick_.async_wait([this](error_code) {
      const auto now = Clock::now();
      for (Session* const session : shared_.sessions) session->close_if_late(now);
      if (!accepting_) {
        accepting_ = true;
        accept();
      }
      tick();
    });
  }

  Shared shared_;  // before context_: sessions end with it and still strike themselves off
  asio::io_context context_{1};
  Acceptor acceptor_;
  Timer tick_;
  std::chrono::milliseconds tick_every_{};
  bool accepting_ = true;
};

}  // namespace

class HttpServer::Impl {
 public:
  Impl(std::unique_ptr<Loop> loop, std::string host, std::uint16_t port)
      : loop_(std::move(loop)), host_(std::move(host)), port_(port), thread_([this] { loop_->run(); }) {}

  void stop() {
    if (loop_ == nullptr) return;
    loop_->stop();
    thread_.join();
    loop_.reset();
  }

  [[nodiscard]] const std::string& host() const { return host_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  std::unique_ptr<Loop> loop_;
  std::string host_;
  std::uint16_t port_;
  std::thread thread_;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::HttpServer(HttpServer&&) noexcept = default;

HttpServer& HttpServer::operator=(HttpServer&& other) noexcept {
  if (this != &other) {
    if (impl_ != nullptr) impl_->stop();
    impl_ = std::move(other.impl_);
  }
  return *this;
}

HttpServer::~HttpServer() {
  if (impl_ != nullptr) impl_->stop();
}

Result<HttpServer> HttpServer::start(HttpServerOptions options, HttpHandler handler) {
  if (!options.beyond_loopback && !is_loopback_host(options.host)) {
    return fail("will not listen on \"" + options.host + "\": it is not loopback, and going beyond was not asked for");
  }
  std::string host = options.host;
  auto loop = std::make_unique<Loop>(std::move(options), std::move(handler));
  const auto port = loop->listen();
  if (!port) return std::unexpected(port.error());
  return HttpServer(std::make_unique<Impl>(std::move(loop), std::move(host), *port));
}

std::uint16_t HttpServer::port() const { return impl_->port(); }

std::string HttpServer::url() const {
  return Url{.tls = false, .host = impl_->host(), .port = port(), .path = ""}.text();
}

void HttpServer::stop() { impl_->stop(); }

}  // namespace belay::net
