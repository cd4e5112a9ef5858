// SPDX-License-Identifier: Apache-2.0
#include "shell/net/http_client.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "shell/net/http_codec.hpp"
#include "shell/net/http_connection.hpp"
#include "shell/net/resolver.hpp"
#include "shell/net/tls.hpp"

namespace belay::net {
namespace {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Reply = std::expected<HttpResponse, HttpFailure>;
using ConnectionPtr = std::unique_ptr<HttpConnection>;

/// Who may use a connection, and the idle ones.
class Pool {
 public:
  Pool(std::size_t limit, std::chrono::milliseconds idle_limit) : free_(limit), idle_limit_(idle_limit) {}

  /// False if no turn came in time. After true, leave() must follow.
  [[nodiscard]] bool enter(TimePoint deadline) {
    std::unique_lock lock(mutex_);
    if (!freed_.wait_until(lock, deadline, [this] { return free_ != 0; })) return false;
    --free_;
    return true;
  }

  void leave() {
    {
      const std::lock_guard lock(mutex_);
      ++free_;
    }
    freed_.notify_one();
  }

  /// An idle connection that is young and, as far as can be seen from here, alive; null if there is none.
  [[nodiscard]] ConnectionPtr take_idle() {
    const std::lock_guard lock(mutex_);
    while (!idle_.empty()) {
      ConnectionPtr connection = std::move(idle_.back());  // the last used is the likeliest to be alive
      idle_.pop_back();
      if (Clock::now() - connection->idle_since() <= idle_limit_ && connection->is_reusable()) return connection;
    }
    return nullptr;
  }

  void give_back(ConnectionPtr connection) {
    if (!connection->is_reusable()) return;
    const std::lock_guard lock(mutex_);
    std::erase_if(idle_, [now = Clock::now(), this](const ConnectionPtr& idle) {
      return now - idle->idle_since() > idle_limit_;
    });
    idle_.push_back(std::move(connection));
  }

 private:
  std::mutex mutex_;
  std::condition_variable freed_;
  std::size_t free_;
  std::chrono::milliseconds idle_limit_;
  std::vector<ConnectionPtr> idle_;
};

/// A turn in the pool, given up at the end of the scope.
class Turn {
 public:
  explicit Turn(Pool& pool) : pool_(pool) {}
  ~Turn() { pool_.leave(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Pool& pool_;
};

}  // namespace

class HttpClient::Impl {
 public:
  Impl(Url url, std::optional<TlsContext> tls, const HttpClientOptions& options)
      : url_(std::move(url)),
        host_header_(url_.host_header()),
        tls_(std::move(tls)),
        resolver_(url_.host, url_.port),
        pool_(options.max_connections, options.idle_limit) {}

  Reply send(const HttpRequest& request, TimePoint deadline) {
    const Result<std::string> bytes = encode_request(request, host_header_, url_.path);
    if (!bytes) return failure(request, HttpFailure::NotSent, bytes.error().message);
    if (!pool_.enter(deadline)) return failure(request, HttpFailure::NotSent, "no free connection in time");
    const Turn turn(pool_);

    if (ConnectionPtr idle = pool_.take_idle()) {
      auto reply = exchange(std::move(idle), *bytes, request, deadline);
      // The server may close a kept-alive connection just as we use it. Only a request that changes nothing may find
      // that out by being sent again: the server could have acted on the first one.
      const bool harmless = request.method == "GET" || request.method == "HEAD";
      if (reply) return std::move(*reply);
      if (!harmless || !reply.error().closed_without_answer) {
        return failure(request, HttpFailure::SentNoReply, reply.error().message);
      }
      return send_afresh(*bytes, request, deadline, HttpFailure::SentNoReply);
    }
    return send_afresh(*bytes, request, deadline, HttpFailure::NotSent);
  }

  [[nodiscard]] std::uint64_t requests_sent() const { return requests_sent_.load(std::memory_order_relaxed); }
  [[nodiscard]] const Url& url() const { return url_; }

 private:
  /// `so_far`: what to say if there is no connection to be had.
  Reply send_afresh(const std::string& bytes, const HttpRequest& request, TimePoint deadline,
                    HttpFailure::Kind so_far) {
    const auto endpoints = resolver_.resolve(deadline);
    if (!endpoints) return failure(request, so_far, endpoints.error().message);
    auto connection = HttpConnection::open(url_, *endpoints, tls_ ? &*tls_ : nullptr, deadline);
    if (!connection) return failure(request, so_far, connection.error().message);
    if (Clock::now() >= deadline) return failure(request, so_far, "too late once connected");
    auto reply = exchange(std::move(*connection), bytes, request, deadline);
    if (!reply) return failure(request, HttpFailure::SentNoReply, reply.error().message);
    return std::move(*reply);
  }

  std::expected<HttpResponse, HttpConnection::Failure> exchange(ConnectionPtr connection, const std::string& bytes,
                                                                const HttpRequest& request, TimePoint deadline) {
    requests_sent_.fetch_add(1, std::memory_order_relaxed);
    auto reply = connection->exchange(bytes, request.method == "HEAD", deadline);
    if (reply) pool_.give_back(std::move(connection));
    return reply;
  }

  [[nodiscard]] Reply failure(const HttpRequest& request, HttpFailure::Kind kind, const std::string& why) const {
    const std::string_view target = std::string_view(request.target).substr(0, request.target.find('?'));
    return std::unexpected(HttpFailure{kind, request.method + " " + url_.text() + std::string(target) + ": " + why});
  }

  Url url_;
  std::string host_header_;
  std::optional<TlsContext> tls_;
  Resolver resolver_;
  Pool pool_;  // after tls_: connections end before what they were made from
  std::atomic<std::uint64_t> requests_sent_ = 0;
};

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

Result<HttpClient> HttpClient::create(std::string_view base_url, const HttpClientOptions& options) {
  BELAY_CHECK(options.max_connections > 0);
  auto url = parse_url(base_url);
  if (!url) return std::unexpected(url.error());
  std::optional<TlsContext> tls;
  if (url->tls) {
    auto context = TlsContext::create(options.ca_file);
    if (!context) return std::unexpected(context.error());
    tls.emplace(std::move(*context));
  }
  return HttpClient(std::make_unique<Impl>(std::move(*url), std::move(tls), options));
}

std::expected<HttpResponse, HttpFailure> HttpClient::send(const HttpRequest& request,
                                                          std::chrono::milliseconds deadline) {
  return impl_->send(request, Clock::now() + deadline);
}

std::uint64_t HttpClient::requests_sent() const { return impl_->requests_sent(); }
const Url& HttpClient::base_url() const { return impl_->url(); }

}  // namespace belay::net
