// SPDX-License-Identifier: Apache-2.0
#include "sim/server/server.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "core/money/fixed.hpp"
#include "shell/json/parse.hpp"
#include "shell/json/write.hpp"
#include "shell/net/http_server.hpp"
#include "sim/server/call.hpp"
#include "sim/server/control.hpp"
#include "sim/server/rate_limit.hpp"
#include "sim/server/world.hpp"

namespace belay::sim {
namespace {

constexpr std::string_view kNginxPage =
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

// A day of prices, should the clock be moved by one at once; who is too slow is told so long before.
constexpr std::size_t kLongestQueue = std::size_t{256} * 1024 * 1024;

VirtualClock::Real real_now() { return std::chrono::steady_clock::now(); }

std::int64_t unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Reply message_only(int status, std::string_view message) { return {status, json::Object{{"message", message}}}; }

Reply coded(int status, int code, std::string_view message) {
  return {status, json::Object{{"code", code}, {"message", message}}};
}

net::HttpResponse to_http(const Reply& reply) {
  net::HttpResponse response{.status = reply.status};
  if (reply.body.is_null()) return response;
  response.headers.emplace_back("Content-Type", "application/json; charset=UTF-8");
  json::write_to(response.body, reply.body);
  return response;
}

/// A request taken apart: which endpoint it is for.
struct Addressed {
  bool is_data = false;
  const Route* route = nullptr;  // null: no such endpoint
  std::vector<std::string> path_parts;
};

Addressed address(std::string_view method, std::string_view path) {
  Addressed addressed;
  addressed.is_data = path.starts_with("/v2/stocks/") || path.starts_with("/v1beta1/") || path.starts_with("/v1/");
  for (const auto family : {order_routes(), position_routes(), account_routes(), settings_routes(), portfolio_routes(),
                            watchlist_routes(), market_clock_routes(), reference_routes(), data_routes(),
                            history_routes(), option_data_routes(), data_meta_routes(), corporate_routes()}) {
    for (const Route& route : family) {
      if (route.method != method) continue;
      if (auto parts = match(route.pattern, path)) {
        addressed.route = &route;
        addressed.path_parts = std::move(*parts);
        return addressed;
      }
    }
  }
  return addressed;
}

}  // namespace

class Server::Impl {
 public:
  Impl(const ServerOptions& options, Exchange exchange, std::unique_ptr<PriceSource> prices)
      : options_(options), world_(std::move(exchange), std::move(prices), options.speed, real_now()) {
    world_.plan = options.plan;
    world_.market_streams.set_plan(options.plan);
  }

  Result<void> listen() {
    net::HttpServerOptions where{.host = options_.host, .port = options_.port};
    auto server = net::HttpServer::start(where, [this](const net::HttpRequest& request) { return answer(request); });
    if (!server) return std::unexpected(server.error());
    http_.emplace(std::move(*server));
    return {};
  }

  [[nodiscard]] const net::HttpServer& http() const { return *http_; }

  void with_world(const std::function<void(World&)>& work) {
    const std::lock_guard lock(mutex_);
    world_.catch_up(real_now());
    work(world_);
    world_.catch_up(real_now());
  }

  Result<void> arrange(std::string_view what, std::string_view text) {
    const auto body = json::parse(text);
    if (!body) return std::unexpected(body.error());
    Reply reply;
    try {
      with_world([&](World& world) {
        reply = answer_control(world, "POST", "/_sim/" + std::string(what), *body, real_now());
      });
    } catch (const Overflow& overflow) {
      return fail(std::string("a number is out of range: ") + overflow.what());
    }
    if (reply.status == 200) return {};
    const json::Value* message = reply.body.find("message");
    const std::string* words = message == nullptr ? nullptr : message->as_string();
    return fail(words == nullptr ? "refused with " + std::to_string(reply.status) : *words);
  }

  Result<void> arrange_all(const std::vector<std::string>& arrangements) {
    for (const std::string& one : arrangements) {
      const std::size_t space = one.find(' ');
      if (space == std::string::npos) return fail("--arrange " + one + ": write its name and a body of JSON");
      const auto arranged = arrange(one.substr(0, space), one.substr(space + 1));
      if (!arranged) return fail("--arrange " + one + ": " + arranged.error().message);
    }
    return {};
  }

  void stop() {
    if (http_) http_->stop();
  }

 private:
  net::HttpAnswer answer(const net::HttpRequest& request) {
    const std::lock_guard lock(mutex_);
    try {
      world_.catch_up(real_now());
      const std::string_view target = request.target;
      const std::string_view path = target.substr(0, target.find('?'));
      if (path.starts_with("/_sim/")) return answer_from_control(request, path);
      if (path == "/stream") return answer_stream(request, path);
      if (const auto feed = market_feed_at(path)) return answer_market_stream(request, path, *feed);
      return answer_as_broker(request, path);
    } catch (const Overflow& overflow) {
      return to_http(coded(422, kInvalidRequest, std::string("a number is out of range: ") + overflow.what()));
    }
  }

  net::HttpResponse answer_from_control(const net::HttpRequest& request, std::string_view path) {
    json::Value body;
    if (!request.body.empty()) {
      auto parsed = json::parse(request.body);
      if (!parsed) return to_http(message_only(400, "the body is no JSON: " + parsed.error().message));
      body = std::move(*parsed);
    }
    const Reply reply = answer_control(world_, request.method, path, body, real_now());
    world_.catch_up(real_now());  // who listens hears of it before the answer
    return to_http(reply);
  }

  net::HttpAnswer answer_stream(const net::HttpRequest& request, std::string_view path) {
    const auto refusal = world_.stream.refusal(real_now());
    world_.log.add("stream", request.method, path, request.target, refusal.value_or(101));
    if (refusal) return net::HttpResponse{.status = *refusal};
    net::WebSocketHandler handler = handler_of(world_.stream);
    handler.opened = [this, headers = request.headers](const StreamHub::Peer& peer) {
      const std::lock_guard lock(mutex_);
      world_.stream.opened(peer, headers);
    };
    return net::Upgrade{std::move(handler)};
  }

  net::HttpAnswer answer_market_stream(const net::HttpRequest& request, std::string_view path, MarketFeed feed) {
    const auto refusal = world_.market_streams.refusal(feed, real_now());
    world_.log.add("stream", request.method, path, request.target, refusal.value_or(101));
    if (refusal) return net::HttpResponse{.status = *refusal};
    net::WebSocketHandler handler = handler_of(world_.market_streams);
    handler.opened = [this, feed, headers = request.headers](const MarketStreams::Peer& peer) {
      const std::lock_guard lock(mutex_);
      world_.market_streams.opened(peer, feed, headers, world_.exchange, real_now());
    };
    handler.max_queue = kLongestQueue;
    return net::Upgrade{std::move(handler)};
  }

  /// What is alike for everybody who has connected to `streams`.
  template <class Streams>
  net::WebSocketHandler handler_of(Streams& streams) {
    net::WebSocketHandler handler;
    handler.received = [this, &streams](const auto& peer, const net::WebSocketMessage& message) {
      const std::lock_guard lock(mutex_);
      streams.received(peer, message, world_.exchange, real_now());
    };
    handler.closed = [this, &streams](const auto& peer) {
      const std::lock_guard lock(mutex_);
      streams.closed(peer);
    };
    return handler;
  }

  net::HttpAnswer answer_as_broker(const net::HttpRequest& request, std::string_view path) {
    const Addressed to = address(request.method, path);
    const auto topic = request.method == "GET" ? event_topic_at(path) : std::nullopt;
    const auto fault = world_.faults.take(request.method, path, topic.has_value());
    if (topic && !fault) return answer_event_stream(request, path, *topic, to.is_data);
    net::HttpResponse response;
    if (!fault || exchange_acts(fault->kind)) {
      response = serve(request, path, to);
    } else {
      response = refuse_before(fault->kind);
    }
    if (fault && fault->kind == WireFaultKind::error_504_after) {
      response = to_http(coded(504, 50410000, "gateway timeout"));
    }
    add_rate_headers(response, request, to);
    const bool silent =
        fault && (fault->kind == WireFaultKind::timeout_before || fault->kind == WireFaultKind::timeout_after ||
                  fault->kind == WireFaultKind::drop_before || fault->kind == WireFaultKind::drop_after);
    const std::string_view face = topic ? "stream" : to.is_data ? "data" : "trading";
    const std::string_view endpoint = topic ? path : to.route == nullptr ? "unknown" : to.route->pattern;
    world_.log.add(face, request.method, endpoint, request.target, silent ? 0 : response.status);
    if (!fault) return response;
    return deliver(*fault, std::move(response));
  }

  net::HttpAnswer answer_event_stream(const net::HttpRequest& request, std::string_view path, EventTopic topic,
                                      bool is_data) {
    const auto account = account_of(request);
    const bool has_query = path.size() < request.target.size();
    const auto wish =
        account ? read_event_wish(topic, *account, has_query ? Query(request.target.substr(path.size() + 1)) : Query(),
                                  request.header("Last-Event-Id"))
                : Answer<EventWish>();
    const Reply refusal = !account ? unauthorized(is_data) : !wish ? refuse(wish.error()) : Reply{};
    world_.log.add("stream", request.method, path, request.target, refusal.status);
    if (refusal.status != 200) return to_http(refusal);
    net::StreamedResponse streamed{.head = {.headers = {{"Content-Type", "text/event-stream"}}}, .handler = {}};
    streamed.handler.opened = [this, wanted = *wish](const EventStreams::Peer& peer) {
      const std::lock_guard lock(mutex_);
      world_.event_streams.opened(peer, wanted, world_.exchange.now());
    };
    streamed.handler.closed = [this](const EventStreams::Peer& peer) {
      const std::lock_guard lock(mutex_);
      world_.event_streams.closed(peer);
    };
    streamed.handler.max_queue = kLongestQueue;
    return streamed;
  }

  [[nodiscard]] std::optional<std::string> account_of(const net::HttpRequest& request) const {
    const std::string* key = request.header("APCA-API-KEY-ID");
    const std::string* secret = request.header("APCA-API-SECRET-KEY");
    return key == nullptr || secret == nullptr ? std::nullopt : world_.exchange.authenticate(*key, *secret);
  }

  [[nodiscard]] Reply unauthorized(bool is_data) const {
    return message_only(is_data ? world_.plan.unauthorized_status : 401, "unauthorized.");
  }

  /// The answer of something in between, without the exchange.
  static net::HttpResponse refuse_before(WireFaultKind kind) {
    if (kind == WireFaultKind::rate_limit) return to_http(coded(429, 42910000, "rate limit exceeded"));
    if (kind == WireFaultKind::error_500_before) return to_http(coded(500, 50010000, "internal server error occurred"));
    if (kind == WireFaultKind::empty_list) return to_http({200, json::Array{}});
    net::HttpResponse page{.status = 502};
    page.headers.emplace_back("Content-Type", "text/html");
    page.body = kNginxPage;
    return page;
  }

  static net::HttpAnswer deliver(const WireFault& fault, net::HttpResponse response) {
    switch (fault.kind) {
      case WireFaultKind::drop_before:
      case WireFaultKind::drop_after:
        return net::Drop{};
      case WireFaultKind::timeout_before:
      case WireFaultKind::timeout_after:
      case WireFaultKind::delay_ms:
        return net::Delay{fault.delay, std::move(response)};
      case WireFaultKind::error_500_before:
      case WireFaultKind::error_504_after:
      case WireFaultKind::html_error:
      case WireFaultKind::rate_limit:
      case WireFaultKind::empty_list:
        break;
    }
    return response;
  }

  net::HttpResponse serve(const net::HttpRequest& request, std::string_view path, const Addressed& to) {
    const auto account = account_of(request);
    if (!account) return to_http(unauthorized(to.is_data));
    if (!limits_.take(limit_of(request, to.is_data), unix_now())) {
      return to_http(coded(429, 42910000, "rate limit exceeded"));
    }
    if (to.route == nullptr) return to_http(coded(404, 40410000, "endpoint not found."));
    Call call{.account = *account, .path_parts = to.path_parts, .query = {}, .body = {}, .world = &world_};
    if (path.size() < request.target.size())
      call.query = Query(std::string_view(request.target).substr(path.size() + 1));
    if (!request.body.empty()) {
      auto body = json::parse(request.body);
      if (!body) return to_http(coded(400, 40010000, "request body format is invalid"));
      call.body = std::move(*body);
      note_submission(call.body);
    }
    net::HttpResponse response = to_http(to.route->handle(world_.exchange, call));
    world_.catch_up(real_now());
    return response;
  }

  void note_submission(const json::Value& body) {
    const json::Value* id = body.find("client_order_id");
    if (id != nullptr && id->as_string() != nullptr) world_.log.add_submission(*id->as_string());
  }

  [[nodiscard]] RateLimits::Of limit_of(const net::HttpRequest& request, bool is_data) const {
    const std::string* key = request.header("APCA-API-KEY-ID");
    return {.key = key == nullptr ? "" : *key, .is_data = is_data, .per_minute = requests_per_minute(is_data)};
  }

  [[nodiscard]] std::int64_t requests_per_minute(bool is_data) const {
    if (!is_data) return options_.trading_requests_per_minute;
    const std::int64_t wanted = options_.data_requests_per_minute;
    return world_.plan.is_basic && wanted != 0 ? std::min(wanted, kBasicRequestsPerMinute) : wanted;
  }

  void add_rate_headers(net::HttpResponse& response, const net::HttpRequest& request, const Addressed& to) {
    const RateLimit limit = limits_.look(limit_of(request, to.is_data), unix_now());
    if (limit.limit() == 0) return;  // no limit, nothing to say
    response.headers.emplace_back("X-RateLimit-Limit", std::to_string(limit.limit()));
    response.headers.emplace_back("X-RateLimit-Remaining", std::to_string(limit.remaining()));
    response.headers.emplace_back("X-RateLimit-Reset", std::to_string(limit.reset()));
  }

  ServerOptions options_;
  std::mutex mutex_;  // guards what follows, except http_
  World world_;
  RateLimits limits_;
  std::optional<net::HttpServer> http_;  // last: stops before the rest goes
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;
Server::~Server() = default;

Result<Server> Server::start(const ServerOptions& options, Exchange exchange, std::unique_ptr<PriceSource> prices) {
  auto impl = std::make_unique<Impl>(options, std::move(exchange), std::move(prices));
  if (auto arranged = impl->arrange_all(options.arrangements); !arranged) return std::unexpected(arranged.error());
  const auto listening = impl->listen();
  if (!listening) return std::unexpected(listening.error());
  return Server(std::move(impl));
}

std::uint16_t Server::port() const { return impl_->http().port(); }
std::string Server::url() const { return impl_->http().url(); }

Timestamp Server::now() {
  Timestamp at;
  impl_->with_world([&at](World& world) { at = world.exchange.now(); });
  return at;
}

void Server::tick() {
  impl_->with_world([](World&) {});
}

void Server::with_exchange(const std::function<void(Exchange&)>& work) {
  impl_->with_world([&work](World& world) { work(world.exchange); });
}

void Server::set_prices(std::span<const PricePoint> points) {
  impl_->with_world([points](World& world) {
    for (const PricePoint& point : points) world.set_price(point, real_now());
  });
}

Result<void> Server::arrange(std::string_view what, std::string_view body) { return impl_->arrange(what, body); }

void Server::stop() { impl_->stop(); }

}  // namespace belay::sim
