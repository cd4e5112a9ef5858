// SPDX-License-Identifier: Apache-2.0
#include "shell/net/websocket_client.hpp"

#include <algorithm>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <utility>

#include "core/base/check.hpp"
#include "shell/net/connecting.hpp"
#include "shell/net/resolver.hpp"
#include "shell/net/tls.hpp"
#include "shell/net/websocket_layer.hpp"

namespace belay::net {
namespace {

namespace websocket = boost::beast::websocket;
using Clock = std::chrono::steady_clock;
using Kind = WebSocketFailure::Kind;
using Outcome = std::expected<void, WebSocketFailure>;

}  // namespace

class WebSocketClient::Impl {
 public:
  Impl(Url url, std::optional<TlsContext> tls, WebSocketClientOptions options)
      : url_(std::move(url)), tls_(std::move(tls)), resolver_(url_.host, url_.port), options_(std::move(options)) {}

  Outcome open(const std::stop_token& stop) {
    line_.reset();
    const auto deadline = Clock::now() + options_.open_within;
    const auto endpoints = resolver_.resolve(deadline, stop);
    if (!endpoints) return failed(Kind::unreachable, endpoints.error().message);
    auto line = std::make_unique<Line>(options_);
    if (auto opened = line->open(url_, *endpoints, tls_ ? &*tls_ : nullptr, deadline, stop); !opened) {
      return failed(opened.error().kind, opened.error().message, opened.error().http_status);
    }
    line_ = std::move(line);
    return {};
  }

  Outcome send(std::string_view data, WebSocketFrame frame, const std::stop_token& stop) {
    if (line_ == nullptr) return failed(Kind::broken, "not open");
    if (auto sent = line_->send(data, frame, stop); !sent) return over(sent.error());
    return {};
  }

  std::expected<std::optional<WebSocketMessage>, WebSocketFailure> receive(std::chrono::milliseconds at_most,
                                                                           const std::stop_token& stop) {
    if (line_ == nullptr) return failed(Kind::broken, "not open");
    auto received = line_->receive(Clock::now() + at_most, stop);
    if (!received) return over(received.error());
    return received;
  }

  void close() {
    if (line_ != nullptr) line_->close();
    line_.reset();
  }

  [[nodiscard]] bool is_open() const { return line_ != nullptr; }
  [[nodiscard]] const Url& url() const { return url_; }

 private:
  /// One connection, with an event loop of its own that the calling thread runs. A read is always under way in it.
  class Line {
   public:
    explicit Line(const WebSocketClientOptions& options) : options_(options) {}

    Outcome open(const Url& url, const Resolver::Endpoints& endpoints, TlsContext* tls, Clock::time_point deadline,
                 const std::stop_token& stop) {
      auto stream = open_stream(loop_, url, endpoints, tls, deadline, stop);
      if (!stream) {
        const Kind kind = stop.stop_requested() ? Kind::stopped : Kind::unreachable;
        return std::unexpected(WebSocketFailure{kind, stream.error().message});
      }
      socket_.emplace(WebSocketLayer(std::move(*stream), loop_.get_executor()));
      socket_->read_message_max(options_.max_message);
      socket_->set_option(websocket::stream_base::decorator([this](websocket::request_type& request) {
        for (const auto& [name, value] : options_.headers) request.set(name, value);
      }));
      websocket::response_type response;
      std::optional<error_code> outcome;
      socket_->async_handshake(response, url.host_header(), url.path.empty() ? "/" : url.path,
                               [&outcome](error_code error) { outcome = error; });
      const bool in_time = run_loop(loop_, deadline, stop, [&outcome] { return outcome.has_value(); });
      if (!in_time) {
        finish_all();
        if (stop.stop_requested()) return std::unexpected(WebSocketFailure{Kind::stopped, "stopped"});
        return std::unexpected(WebSocketFailure{Kind::unreachable, "no answer to the upgrade in time"});
      }
      if (*outcome == websocket::error::upgrade_declined) {
        const int status = static_cast<int>(response.result_int());
        return std::unexpected(
            WebSocketFailure{Kind::refused, "the upgrade was answered with " + std::to_string(status), status});
      }
      if (*outcome) return std::unexpected(WebSocketFailure{Kind::unreachable, "upgrade: " + outcome->message()});
      start_reading();
      return {};
    }

    Outcome send(std::string_view data, WebSocketFrame frame, const std::stop_token& stop) {
      if (over_) return std::unexpected(*over_);
      socket_->binary(frame == WebSocketFrame::binary);
      std::optional<error_code> outcome;
      socket_->async_write(asio::buffer(data), [&outcome](error_code error, std::size_t) { outcome = error; });
      const auto deadline = Clock::now() + options_.write_within;
      if (!run_loop(loop_, deadline, stop, [&outcome] { return outcome.has_value(); })) {
        finish_all();
        if (stop.stop_requested()) return std::unexpected(WebSocketFailure{Kind::stopped, "stopped"});
        return std::unexpected(WebSocketFailure{Kind::dead, "too late while sending"});
      }
      if (over_) return std::unexpected(*over_);
      if (*outcome) return std::unexpected(WebSocketFailure{Kind::broken, "sending: " + outcome->message()});
      return {};
    }

    std::expected<std::optional<WebSocketMessage>, WebSocketFailure> receive(Clock::time_point until,
                                                                             const std::stop_token& stop) {
      const auto has_news = [this] { return arrived_.has_value() || over_.has_value(); };
      while (!has_news()) {
        const auto now = Clock::now();
        if (stop.stop_requested() || now >= until) return std::nullopt;
        if (is_dead(now)) {
          return std::unexpected(
              WebSocketFailure{Kind::dead, "nothing was heard for " + seconds_text(now - last_heard())});
        }
        if (!awaits_sign() && now >= next_look()) ping(now);
        run_loop(loop_, std::min(until, next_look()), stop, has_news);
      }
      if (!arrived_) return std::unexpected(*over_);
      auto message = std::exchange(arrived_, std::nullopt);
      if (!over_) start_reading();
      return message;
    }

    void close() {
      if (over_) return;
      std::optional<error_code> outcome;
      socket_->async_close(websocket::close_code::normal, [&outcome](error_code error) { outcome = error; });
      run_loop(loop_, Clock::now() + options_.close_within, {}, [&outcome] { return outcome.has_value(); });
      finish_all();
    }

   private:
    void start_reading() {
      socket_->async_read(incoming_, [this](error_code error, std::size_t) {
        if (error) {
          over_ = failure_of(error);
        } else {
          arrived_ = {.frame = socket_->got_binary() ? WebSocketFrame::binary : WebSocketFrame::text,
                      .data = boost::beast::buffers_to_string(incoming_.data())};
        }
        incoming_.clear();
      });
    }

    WebSocketFailure failure_of(error_code error) {
      if (error == websocket::error::closed) {
        const auto& why = socket_->reason();
        std::string text = "closed by the server with " + std::to_string(why.code);
        if (!why.reason.empty()) text.append(": ").append(why.reason.data(), why.reason.size());
        return {Kind::closed, std::move(text)};
      }
      return {Kind::broken, "receiving: " + error.message()};
    }

    // What is said here in the calling frame's name must not outlive it: everything under way ends now.
    void finish_all() {
      socket_->next_layer().close();
      loop_.restart();
      loop_.run();
      if (!over_) over_ = WebSocketFailure{Kind::closed, "closed by us"};
    }

    [[nodiscard]] Clock::time_point last_heard() { return socket_->next_layer().last_heard(); }
    [[nodiscard]] bool awaits_sign() { return asked_ && last_heard() < *asked_; }
    [[nodiscard]] bool is_dead(Clock::time_point now) { return awaits_sign() && now >= *asked_ + options_.pong_within; }
    /// When a silent line is to be asked, or, once asked, given up.
    [[nodiscard]] Clock::time_point next_look() {
      return awaits_sign() ? *asked_ + options_.pong_within : last_heard() + options_.ping_every;
    }
    void ping(Clock::time_point now) {
      asked_ = now;
      if (std::exchange(pinging_, true)) return;  // the last one is not even out: nothing leaves any more
      socket_->async_ping({}, [this](error_code) { pinging_ = false; });
    }

    static std::string seconds_text(Clock::duration span) {
      return std::to_string(std::chrono::round<std::chrono::seconds>(span).count()) + " s";
    }

    const WebSocketClientOptions& options_;
    asio::io_context loop_{1};
    std::optional<WebSocketStream> socket_;
    boost::beast::flat_buffer incoming_;
    std::optional<WebSocketMessage> arrived_;
    std::optional<WebSocketFailure> over_;
    std::optional<Clock::time_point> asked_;  // the latest ping
    bool pinging_ = false;
  };

  std::unexpected<WebSocketFailure> failed(Kind kind, const std::string& why, int http_status = 0) const {
    return std::unexpected(WebSocketFailure{kind, url_.websocket_text() + ": " + why, http_status});
  }

  std::unexpected<WebSocketFailure> over(const WebSocketFailure& failure) {
    line_.reset();
    return failed(failure.kind, failure.message);
  }

  Url url_;
  std::optional<TlsContext> tls_;
  Resolver resolver_;
  WebSocketClientOptions options_;
  std::unique_ptr<Line> line_;  // last: ends before what it was made from
};

WebSocketClient::WebSocketClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WebSocketClient::WebSocketClient(WebSocketClient&&) noexcept = default;
WebSocketClient& WebSocketClient::operator=(WebSocketClient&&) noexcept = default;
WebSocketClient::~WebSocketClient() = default;

Result<WebSocketClient> WebSocketClient::create(std::string_view url, WebSocketClientOptions options) {
  BELAY_CHECK(options.ping_every.count() > 0 && options.pong_within.count() > 0);
  auto parsed = parse_websocket_url(url);
  if (!parsed) return std::unexpected(parsed.error());
  std::optional<TlsContext> tls;
  if (parsed->tls) {
    auto context = TlsContext::create(options.ca_file);
    if (!context) return std::unexpected(context.error());
    tls.emplace(std::move(*context));
  }
  return WebSocketClient(std::make_unique<Impl>(std::move(*parsed), std::move(tls), std::move(options)));
}

std::expected<void, WebSocketFailure> WebSocketClient::open(const std::stop_token& stop) { return impl_->open(stop); }

std::expected<void, WebSocketFailure> WebSocketClient::send(std::string_view data, WebSocketFrame frame,
                                                            const std::stop_token& stop) {
  return impl_->send(data, frame, stop);
}

std::expected<std::optional<WebSocketMessage>, WebSocketFailure> WebSocketClient::receive(
    std::chrono::milliseconds at_most, const std::stop_token& stop) {
  return impl_->receive(at_most, stop);
}

void WebSocketClient::close() { impl_->close(); }
bool WebSocketClient::is_open() const { return impl_->is_open(); }
const Url& WebSocketClient::url() const { return impl_->url(); }

}  // namespace belay::net
