// SPDX-License-Identifier: Apache-2.0
#include "shell/net/websocket_session.hpp"

#include <atomic>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/verb.hpp>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

#include "shell/net/websocket_layer.hpp"

namespace belay::net {
namespace {

namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

class Session;

/// Hands to the loop's thread what others want of the session, as long as there is one.
class Peer final : public WebSocketPeer {
 public:
  explicit Peer(Session& session) : session_(&session) {}

  void send(std::string data, WebSocketFrame frame) override;
  void close() override;
  void cut() override;
  void go_silent() override;
  [[nodiscard]] std::size_t waiting() const override { return waiting_; }
  void discard() override;

  void forget_session() {
    const std::scoped_lock lock(mutex_);
    session_ = nullptr;
    waiting_ = 0;
  }
  void forget(std::size_t messages) { waiting_ -= messages; }

 private:
  void post(std::function<void(Session&)> what);

  std::mutex mutex_;
  Session* session_;
  std::atomic<std::size_t> waiting_ = 0;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(asio::io_context::executor_type executor, std::unique_ptr<Stream> stream, WebSocketHandler handler)
      : executor_(executor), socket_(WebSocketLayer(std::move(stream), executor)), handler_(std::move(handler)) {}
  ~Session() {
    if (peer_ != nullptr) peer_->forget_session();
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void start(const HttpRequest& request) {
    peer_ = std::make_shared<Peer>(*this);
    socket_.read_message_max(handler_.max_message);
    request_.method_string(request.method);
    request_.target(request.target);
    for (const auto& [name, value] : request.headers) request_.insert(name, value);
    socket_.async_accept(request_, [self = shared_from_this()](error_code error) {
      if (error) return;
      self->open_ = true;
      self->call(self->handler_.opened);
      self->read();
    });
  }

  void send(std::string data, WebSocketFrame frame) {
    if (!open_ || closing_) return peer_->forget(1);
    queued_ += data.size();
    queue_.push_back({frame, std::move(data)});
    if (queued_ > handler_.max_queue) return cut();
    if (!writing_) write();
  }

  void discard() {
    while (queue_.size() > (writing_ ? 1U : 0U)) {
      queued_ -= queue_.back().data.size();
      queue_.pop_back();
      peer_->forget(1);
    }
  }

  void close() {
    closing_ = true;
    if (!writing_) say_goodbye();
  }

  void cut() {
    closing_ = true;
    socket_.next_layer().close();
  }

  void go_silent() { socket_.next_layer().go_silent(); }

  void post(std::function<void(Session&)> what) {
    asio::post(executor_, [weak = weak_from_this(), what = std::move(what)] {
      if (const auto self = weak.lock()) what(*self);
    });
  }

 private:
  void read() {
    socket_.async_read(incoming_, [self = shared_from_this()](error_code error, std::size_t) {
      if (error) return self->ended();
      const WebSocketMessage message{self->socket_.got_binary() ? WebSocketFrame::binary : WebSocketFrame::text,
                                     boost::beast::buffers_to_string(self->incoming_.data())};
      self->incoming_.clear();
      self->call(self->handler_.received, message);
      self->read();
    });
  }

  void write() {
    if (queue_.empty()) {
      if (closing_) say_goodbye();
      return;
    }
    writing_ = true;
    const WebSocketMessage& next = queue_.front();
    socket_.binary(next.frame == WebSocketFrame::binary);
    socket_.async_write(asio::buffer(next.data), [self = shared_from_this()](error_code error, std::size_t) {
      self->writing_ = false;
      if (error) return;  // the read under way ends too, and tells
      self->queued_ -= self->queue_.front().data.size();
      self->queue_.pop_front();
      self->peer_->forget(1);
      self->write();
    });
  }

  void say_goodbye() {
    if (std::exchange(said_goodbye_, true)) return;
    socket_.async_close(websocket::close_code::normal, [self = shared_from_this()](error_code) {});
  }

  void ended() {
    open_ = false;
    socket_.next_layer().close();
    call(handler_.closed);
  }

  template <class... Arguments>
  void call(const std::function<void(const std::shared_ptr<WebSocketPeer>&, Arguments...)>& handler,
            const std::type_identity_t<Arguments>&... arguments) {
    if (!handler) return;
    try {
      handler(peer_, arguments...);
    } catch (const std::exception&) {
      cut();
    }
  }

  asio::io_context::executor_type executor_;
  WebSocketStream socket_;
  WebSocketHandler handler_;
  std::shared_ptr<Peer> peer_;
  http::request<http::empty_body> request_;
  boost::beast::flat_buffer incoming_;
  std::deque<WebSocketMessage> queue_;
  std::size_t queued_ = 0;  // bytes
  bool open_ = false;
  bool writing_ = false;
  bool closing_ = false;
  bool said_goodbye_ = false;
};

void Peer::post(std::function<void(Session&)> what) {
  const std::scoped_lock lock(mutex_);
  if (session_ != nullptr) session_->post(std::move(what));
}

void Peer::send(std::string data, WebSocketFrame frame) {
  const std::scoped_lock lock(mutex_);
  if (session_ == nullptr) return;
  ++waiting_;
  session_->post([data = std::move(data), frame](Session& session) mutable { session.send(std::move(data), frame); });
}
void Peer::discard() {
  post([](Session& session) { session.discard(); });
}
void Peer::close() {
  post([](Session& session) { session.close(); });
}
void Peer::cut() {
  post([](Session& session) { session.cut(); });
}
void Peer::go_silent() {
  post([](Session& session) { session.go_silent(); });
}

}  // namespace

void serve_websocket(asio::io_context::executor_type executor, std::unique_ptr<Stream> stream,
                     const HttpRequest& request, WebSocketHandler handler) {
  std::make_shared<Session>(executor, std::move(stream), std::move(handler))->start(request);
}

}  // namespace belay::net
