// SPDX-License-Identifier: Apache-2.0
#include "shell/net/http_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdint>
#include <future>
#include <latch>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "shell/net/http_client.hpp"

namespace belay::net {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using ::testing::HasSubstr;
using ::testing::StartsWith;

HttpServer serve(HttpHandler handler, HttpServerOptions options = {}) {
  auto server = HttpServer::start(std::move(options), std::move(handler));
  EXPECT_TRUE(server.has_value()) << server.error().message;
  return std::move(*server);
}

HttpClient client_of(const HttpServer& server, HttpClientOptions options = {}) {
  auto client = HttpClient::create(server.url(), std::move(options));
  EXPECT_TRUE(client.has_value()) << client.error().message;
  return std::move(*client);
}

/// A client that says exactly what it is told to.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) { socket_.connect({boost::asio::ip::address_v4::loopback(), port}); }

  void say(std::string_view text) { boost::asio::write(socket_, boost::asio::buffer(text)); }

  /// Everything up to the server's closing.
  std::string hear_all() {
    std::string heard;
    boost::system::error_code error;
    boost::asio::read(socket_, boost::asio::dynamic_buffer(heard), error);
    return heard;
  }

  std::string hear(std::size_t count) {
    std::string heard(count, '\0');
    boost::asio::read(socket_, boost::asio::buffer(heard));
    return heard;
  }

 private:
  boost::asio::io_context context_;
  tcp::socket socket_{context_};
};

TEST(HttpServer, GivesTheHandlerTheRequestAndTheClientItsResponse) {
  HttpRequest seen;
  HttpServer server = serve([&seen](const HttpRequest& request) {
    seen = request;
    return HttpResponse{.status = 422, .headers = {{"X-Request-ID", "r1"}}, .body = "no such symbol"};
  });
  HttpClient client = client_of(server);

  const auto response = client.send({.method = "PATCH",
                                     .target = "/v2/orders/a%20b?nested=true",
                                     .headers = {{"APCA-API-KEY-ID", "key"}},
                                     .body = "{\"qty\":\"1\"}"},
                                    5s);

  ASSERT_TRUE(response.has_value()) << response.error().message;
  EXPECT_EQ(response->status, 422);
  EXPECT_EQ(response->body, "no such symbol");
  EXPECT_EQ(*response->header("x-request-id"), "r1");
  EXPECT_EQ(seen.method, "PATCH");
  EXPECT_EQ(seen.target, "/v2/orders/a%20b?nested=true");
  EXPECT_EQ(seen.body, "{\"qty\":\"1\"}");
  EXPECT_EQ(*seen.header("apca-api-key-id"), "key");
  EXPECT_EQ(*seen.header("Host"), "127.0.0.1:" + std::to_string(server.port()));
}

TEST(HttpServer, KeepsTheConnectionAndAnswersPipelinedRequestsInOrder) {
  HttpServer server = serve([](const HttpRequest& request) { return HttpResponse{.body = request.target}; });
  RawClient client(server.port());
  client.say("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  client.say("GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.hear_all(),
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n/1"
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n/2"
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n/3");
}

TEST(HttpServer, SendsNoBodyWhereNoneMayBe) {
  HttpServer server = serve([](const HttpRequest& request) {
    return HttpResponse{.status = request.method == "DELETE" ? 204 : 200, .body = "body"};
  });
  RawClient client(server.port());
  client.say("HEAD / HTTP/1.1\r\nHost: x\r\n\r\nDELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.hear_all(),
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
            "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
}

TEST(HttpServer, ReadsChunkedBodies) {
  HttpServer server = serve([](const HttpRequest& request) { return HttpResponse{.body = request.body}; });
  RawClient client(server.port());
  client.say("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.say("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_THAT(client.hear_all(), testing::EndsWith("\r\n\r\nabcde"));
}

TEST(HttpServer, AnswersLateWithoutHoldingUpOthers) {
  HttpServer server = serve([](const HttpRequest& request) -> HttpAnswer {
    if (request.target == "/late") return Delay{200ms, {.status = 504, .body = "late"}};
    return HttpResponse{.body = "soon"};
  });
  HttpClient client = client_of(server);
  const auto start = std::chrono::steady_clock::now();
  auto late = std::async(std::launch::async, [&client] { return client.send({.target = "/late"}, 5s); });
  while (client.requests_sent() == 0) std::this_thread::yield();

  const auto soon = client.send({.target = "/soon"}, 5s);
  ASSERT_TRUE(soon.has_value()) << soon.error().message;
  EXPECT_EQ(soon->body, "soon");

  const auto answer = late.get();
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_EQ(answer->status, 504);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 200ms);
}

TEST(HttpServer, DropsAConnectionWithoutAWord) {
  HttpServer server = serve([](const HttpRequest&) { return Drop{}; });
  RawClient client(server.port());
  client.say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
  EXPECT_EQ(client.hear_all(), "");
}

TEST(HttpServer, TurnsAnExceptionOrAnImpossibleResponseIntoA500) {
  HttpServer server = serve([](const HttpRequest& request) -> HttpAnswer {
    if (request.target == "/throw") throw std::runtime_error("broken");
    if (request.target == "/split") return HttpResponse{.headers = {{"X", "a\r\nSet-Cookie: b"}}};
    return HttpResponse{.status = 99};
  });
  HttpClient client = client_of(server);
  for (const char* target : {"/throw", "/split", "/status"}) {
    const auto response = client.send({.target = target}, 5s);
    ASSERT_TRUE(response.has_value()) << response.error().message;
    EXPECT_EQ(response->status, 500) << target;
  }
}

TEST(HttpServer, RefusesWhatIsNotHttp) {
  HttpServer server = serve([](const HttpRequest&) { return HttpResponse{}; });
  for (const std::string_view bad :
       {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"}) {
    RawClient client(server.port());
    client.say(bad);
    EXPECT_THAT(client.hear_all(), StartsWith("HTTP/1.1 400 ")) << bad;
  }
}

TEST(HttpServer, LimitsHeadersAndBody) {
  std::atomic<int> handled = 0;
  HttpServer server = serve([&handled](const HttpRequest&) {
    ++handled;
    return HttpResponse{};
  });
  RawClient long_header(server.port());
  long_header.say("GET / HTTP/1.1\r\nX: " + std::string(kMaxHttpHeader, 'x'));
  EXPECT_THAT(long_header.hear(13), StartsWith("HTTP/1.1 431 "));

  RawClient long_body(server.port());
  long_body.say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(kMaxHttpBody + 1) + "\r\n\r\n");
  EXPECT_THAT(long_body.hear_all(), StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(handled, 0);
}

TEST(HttpServer, ClosesOnClientsThatAreTooSlow) {
  HttpServer server = serve([](const HttpRequest&) { return HttpResponse{}; },
                            {.idle_timeout = 100ms, .request_timeout = 100ms, .write_timeout = 100ms});
  RawClient silent(server.port());
  EXPECT_EQ(silent.hear_all(), "");

  RawClient stuck(server.port());
  stuck.say("GET / HT");
  EXPECT_EQ(stuck.hear_all(), "");

  RawClient between(server.port());
  between.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(between.hear_all(), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

TEST(HttpServer, ClosesOnAClientThatDoesNotTakeItsResponse) {
  std::atomic<bool> answered = false;
  HttpServer server = serve(
      [&answered](const HttpRequest&) {
        answered = true;
        answered.notify_one();
        return HttpResponse{.body = std::string(kMaxHttpBody, 'x')};
      },
      {.max_connections = 1, .write_timeout = 100ms});
  RawClient greedy(server.port());
  greedy.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  answered.wait(false);
  // The one place is taken until the server has given up on the greedy one.
  HttpClient other = client_of(server);
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (!other.send({.method = "HEAD"}, 1s).has_value()) ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  EXPECT_LT(greedy.hear_all().size(), kMaxHttpBody);
}

TEST(HttpServer, LimitsConnections) {
  HttpServer server = serve([](const HttpRequest&) { return HttpResponse{}; }, {.max_connections = 2});
  RawClient one(server.port());
  RawClient two(server.port());
  one.say("GET / HTTP/1.1\r\n\r\n");
  two.say("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(one.hear(12), "HTTP/1.1 200");
  EXPECT_EQ(two.hear(12), "HTTP/1.1 200");
  RawClient three(server.port());
  EXPECT_EQ(three.hear_all(), "");
}

TEST(HttpServer, RunsHandlersOneAfterTheOther) {
  int handled = 0;  // unsynchronised on purpose
  std::thread::id thread;
  HttpServer server = serve([&](const HttpRequest&) {
    if (handled++ == 0) thread = std::this_thread::get_id();
    EXPECT_EQ(std::this_thread::get_id(), thread);
    return HttpResponse{};
  });
  {
    HttpClient client = client_of(server);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&client] {
        for (int n = 0; n < 50; ++n) EXPECT_TRUE(client.send({}, 5s).has_value());
      });
    }
  }
  server.stop();
  EXPECT_EQ(handled, 400);
}

TEST(HttpServer, StopsWithRequestsInFlight) {
  std::latch all_there(8);
  HttpServer server = serve([&all_there](const HttpRequest&) {
    all_there.count_down();
    return Delay{1h, {}};
  });
  HttpClient client = client_of(server);
  std::vector<std::future<HttpFailure::Kind>> waiting;
  for (int i = 0; i < 8; ++i) {
    waiting.push_back(std::async(std::launch::async, [&client] {
      const auto response = client.send({.method = "POST"}, 1min);
      EXPECT_FALSE(response.has_value());
      return response.error().kind;
    }));
  }
  all_there.wait();
  server.stop();
  for (auto& kind : waiting) EXPECT_EQ(kind.get(), HttpFailure::SentNoReply);

  server.stop();  // again: nothing
  const auto refused = client.send({}, 5s);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, HttpFailure::NotSent);
}

TEST(HttpServer, GivesUpItsPortWhenReplaced) {
  HttpServer server = serve([](const HttpRequest&) { return HttpResponse{.body = "old"}; });
  const std::uint16_t port = server.port();
  const auto taken = HttpServer::start({.port = port}, [](const HttpRequest&) { return HttpResponse{}; });
  ASSERT_FALSE(taken.has_value());
  EXPECT_THAT(taken.error().message, HasSubstr(std::to_string(port)));

  server.stop();
  server = serve([](const HttpRequest&) { return HttpResponse{.body = "new"}; }, {.port = port});
  EXPECT_EQ(client_of(server).send({}, 5s)->body, "new");
}

TEST(HttpServer, StaysOnThisMachineUnlessTold) {
  const auto handler = [](const HttpRequest&) { return HttpResponse{}; };
  EXPECT_FALSE(HttpServer::start({.host = "0.0.0.0"}, handler).has_value());
  EXPECT_FALSE(HttpServer::start({.host = "example.com", .beyond_loopback = true}, handler).has_value());
  EXPECT_TRUE(HttpServer::start({.host = "0.0.0.0", .beyond_loopback = true}, handler).has_value());
  EXPECT_TRUE(HttpServer::start({.host = "localhost"}, handler).has_value());
}

}  // namespace
}  // namespace belay::net
