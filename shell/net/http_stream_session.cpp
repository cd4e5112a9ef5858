// SPDX-License-Identifier: Apache-2.0
#include "shell/net/http_stream_session.hpp"

#include <array>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <charconv>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace belay::net {
namespace {

std::string in_hex(std::size_t number) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  return {digits.data(), end};
}

class StreamSession;

/// Hands to the loop's thread what others want of the session, as long as there is one.
class StreamPeer final : public HttpStreamPeer {
 public:
  explicit StreamPeer(StreamSession& session) : session_(&session) {}

  void send(std::string data) override;
  void close() override;
  void cut() override;
  [[nodiscard]] std::size_t waiting() const override { return waiting_; }

  void forget_session() {
    const std::scoped_lock lock(mutex_);
    session_ = nullptr;
    waiting_ = 0;
  }
  void forget_piece() { --waiting_; }

 private:
  void post(std::function<void(StreamSession&)> what);

  std::mutex mutex_;
  StreamSession* session_;
  std::atomic<std::size_t> waiting_ = 0;
};

class StreamSession : public std::enable_shared_from_this<StreamSession> {
 public:
  StreamSession(asio::io_context::executor_type executor, std::unique_ptr<Stream> stream, HttpStreamHandler handler)
      : executor_(executor), stream_(std::move(stream)), handler_(std::move(handler)) {}
  ~StreamSession() {
    if (peer_ != nullptr) peer_->forget_session();
  }
  StreamSession(const StreamSession&) = delete;
  StreamSession& operator=(const StreamSession&) = delete;

  void start(std::string head) {
    peer_ = std::make_shared<StreamPeer>(*this);
    write_bytes(std::move(head));
    watch();
    call(handler_.opened);
  }

  void send(std::string data) {
    if (over_ || closing_ || data.empty()) return peer_->forget_piece();
    queued_ += data.size();
    queue_.push_back(std::move(data));
    if (queued_ > handler_.max_queue) return cut();
    if (!writing_) write();
  }

  void close() {
    closing_ = true;
    if (!writing_) write();
  }

  void cut() {
    closing_ = true;
    stream_->close();
  }

  void post(std::function<void(StreamSession&)> what) {
    asio::post(executor_, [weak = weak_from_this(), what = std::move(what)] {
      if (const auto self = weak.lock()) what(*self);
    });
  }

 private:
  /// A client has nothing more to say: what is waited for is its going away.
  void watch() {
    stream_->async_read_some(asio::buffer(ignored_), [self = shared_from_this()](error_code error, std::size_t) {
      if (error) return self->ended();
      self->watch();
    });
  }

  void write() {
    if (queue_.empty()) {
      if (closing_ && !std::exchange(said_end_, true)) write_bytes("0\r\n\r\n");
      return;
    }
    const std::string& piece = queue_.front();
    write_bytes(in_hex(piece.size()) + "\r\n" + piece + "\r\n");
  }

  void write_bytes(std::string bytes) {
    writing_ = true;
    outgoing_ = std::move(bytes);
    stream_->async_write(asio::buffer(outgoing_), [self = shared_from_this()](error_code error, std::size_t) {
      self->writing_ = false;
      if (!error) self->written();  // else the read under way ends too, and tells
    });
  }

  void written() {
    if (said_end_) return stream_->close();
    if (std::exchange(head_is_out_, true)) {
      queued_ -= queue_.front().size();
      queue_.pop_front();
      peer_->forget_piece();
    }
    write();
  }

  void ended() {
    over_ = true;
    stream_->close();
    call(handler_.closed);
  }

  void call(const std::function<void(const std::shared_ptr<HttpStreamPeer>&)>& handler) {
    if (!handler) return;
    try {
      handler(peer_);
    } catch (const std::exception&) {
      cut();
    }
  }

  asio::io_context::executor_type executor_;
  std::unique_ptr<Stream> stream_;
  HttpStreamHandler handler_;
  std::shared_ptr<StreamPeer> peer_;
  std::array<char, 512> ignored_{};
  std::string outgoing_;
  std::deque<std::string> queue_;
  std::size_t queued_ = 0;  // bytes
  bool head_is_out_ = false;
  bool writing_ = false;
  bool closing_ = false;
  bool said_end_ = false;
  bool over_ = false;
};

void StreamPeer::post(std::function<void(StreamSession&)> what) {
  const std::scoped_lock lock(mutex_);
  if (session_ != nullptr) session_->post(std::move(what));
}

void StreamPeer::send(std::string data) {
  const std::scoped_lock lock(mutex_);
  if (session_ == nullptr) return;
  ++waiting_;
  session_->post([data = std::move(data)](StreamSession& session) mutable { session.send(std::move(data)); });
}
void StreamPeer::close() {
  post([](StreamSession& session) { session.close(); });
}
void StreamPeer::cut() {
  post([](StreamSession& session) { session.cut(); });
}

}  // namespace

void serve_http_stream(asio::io_context::executor_type executor, std::unique_ptr<Stream> stream, std::string head,
                       HttpStreamHandler handler) {
  std::make_shared<StreamSession>(executor, std::move(stream), std::move(handler))->start(std::move(head));
}

}  // namespace belay::net
