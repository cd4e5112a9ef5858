// SPDX-License-Identifier: Apache-2.0
#include "shell/net/http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <latch>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "shell/net/http_server.hpp"

namespace belay::net {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using ::testing::HasSubstr;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// One accepted connection of a ScriptedServer.
class Peer {
 public:
  explicit Peer(tcp::socket& socket) : socket_(socket) {}

  /// The next request's header; "" once the client has closed.
  std::string hear() {
    boost::system::error_code error;
    const std::size_t size = boost::asio::read_until(socket_, boost::asio::dynamic_buffer(heard_), "\r\n\r\n", error);
    if (error) return "";
    std::string header = heard_.substr(0, size);
    heard_.erase(0, size);
    return header;
  }

  /// False once the client has closed.
  bool say(std::string_view text) {
    boost::system::error_code error;
    boost::asio::write(socket_, boost::asio::buffer(text), error);
    return !error;
  }

  void close() { socket_.close(); }

 private:
  tcp::socket& socket_;
  std::string heard_;
};

/// Plays the n-th script to the n-th connection, then closes it; listens no longer when all are played.
class ScriptedServer {
 public:
  using Script = std::function<void(Peer&)>;

  explicit ScriptedServer(std::vector<Script> scripts) : scripts_(std::move(scripts)) {}
  ~ScriptedServer() { finish(); }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  void finish() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run() {
    for (const Script& script : scripts_) {
      pollfd coming{.fd = acceptor_.native_handle(), .events = POLLIN, .revents = 0};
      if (::poll(&coming, 1, 20'000) != 1) {
        ADD_FAILURE() << "nobody has connected";
        return;
      }
      tcp::socket socket = acceptor_.accept();
      if (&script == &scripts_.back()) acceptor_.close();
      Peer peer(socket);
      script(peer);
    }
  }

  boost::asio::io_context context_;
  tcp::acceptor acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::uint16_t port_ = acceptor_.local_endpoint().port();
  std::vector<Script> scripts_;
  std::thread thread_{[this] { run(); }};
};

HttpClient client_of(const std::string& url, HttpClientOptions options = {}) {
  auto client = HttpClient::create(url, std::move(options));
  EXPECT_TRUE(client.has_value()) << client.error().message;
  return std::move(*client);
}

/// Speaks once the request is there, then waits for the client to close.
ScriptedServer::Script answering(std::string text) {
  return [text = std::move(text)](Peer& peer) {
    peer.hear();
    peer.say(text);
    peer.hear();
  };
}

TEST(HttpClient, ReusesItsConnection) {
  int connections_seen = 0;
  ScriptedServer server({[&connections_seen](Peer& peer) {
    ++connections_seen;
    for (int i = 0; i < 3; ++i) {
      EXPECT_THAT(peer.hear(), HasSubstr(" /v2/n HTTP/1.1\r\n"));
      peer.say(kOk);
    }
  }});
  HttpClient client = client_of(server.url() + "/v2/");
  for (const char* method : {"POST", "GET", "DELETE"}) {
    const auto response = client.send({.method = method, .target = "/n"}, 5s);
    ASSERT_TRUE(response.has_value()) << response.error().message;
    EXPECT_EQ(response->body, "ok");
  }
  EXPECT_EQ(client.requests_sent(), 3u);
  server.finish();
  EXPECT_EQ(connections_seen, 1);
}

TEST(HttpClient, WritesTheRequestAsGiven) {
  std::string heard;
  ScriptedServer server({[&heard](Peer& peer) {
    heard = peer.hear();
    peer.say(kOk);
  }});
  HttpClient client = client_of(server.url());
  const HttpHeaders headers = {{"A", "1"}, {"content-length", "99"}, {"Connection", "upgrade"}};
  ASSERT_TRUE(client.send({.method = "POST", .target = "/x?y=1", .headers = headers}, 5s).has_value());
  EXPECT_EQ(heard, "POST /x?y=1 HTTP/1.1\r\nHost: " + client.base_url().host_header() +
                       "\r\nA: 1\r\nContent-Length: 0\r\n\r\n");
}

TEST(HttpClient, ReadsBodiesHoweverTheyEnd) {
  ScriptedServer server({answering("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                   "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"),
                         [](Peer& peer) {
                           peer.hear();
                           peer.say("HTTP/1.1 200 OK\r\n\r\nuntil the end");
                         }});
  HttpClient chunked = client_of(server.url());
  EXPECT_EQ(chunked.send({}, 5s)->body, "abcd");
  HttpClient open_ended = client_of(server.url());
  chunked = client_of(server.url());  // lets the first connection go
  EXPECT_EQ(open_ended.send({}, 5s)->body, "until the end");
}

TEST(HttpClient, SaysNotSentWhenNobodyListens) {
  std::string url;
  {
    ScriptedServer gone({});
    url = gone.url();
  }
  HttpClient client = client_of(url);
  const auto response = client.send({.method = "POST", .target = "/v2/orders?secret=1"}, 5s);
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().kind, HttpFailure::NotSent);
  EXPECT_THAT(response.error().message, HasSubstr("POST " + url + "/v2/orders: connecting to 127.0.0.1 port "));
  EXPECT_EQ(client.requests_sent(), 0u);
}

TEST(HttpClient, SaysNotSentWhenTheNameIsUnknown) {
  HttpClient client = client_of("https://no-such-host.invalid");
  const auto response = client.send({.method = "POST"}, 10s);
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().kind, HttpFailure::NotSent);
  EXPECT_EQ(client.requests_sent(), 0u);
}

TEST(HttpClient, SaysNotSentForARequestThatCannotBeWritten) {
  HttpClient client = client_of("http://127.0.0.1:1");
  for (const HttpRequest& bad :
       {HttpRequest{.target = "no-slash"}, HttpRequest{.target = "/a b"}, HttpRequest{.target = "/\r\nX: y"},
        HttpRequest{.method = "GET /"}, HttpRequest{.headers = {{"A", "b\r\nC: d"}}},
        HttpRequest{.headers = {{"A b", "c"}}}}) {
    const auto response = client.send(bad, 5s);
    ASSERT_FALSE(response.has_value());
    EXPECT_EQ(response.error().kind, HttpFailure::NotSent);
    EXPECT_THAT(response.error().message, HasSubstr("HTTP "));
  }
}

void expect_late(HttpClient& client) {
  const auto start = std::chrono::steady_clock::now();
  const auto response = client.send({.method = "POST"}, 200ms);
  const auto took = std::chrono::steady_clock::now() - start;
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().kind, HttpFailure::SentNoReply);
  EXPECT_GE(took, 200ms);
  EXPECT_LT(took, 2s);
}

TEST(HttpClient, KeepsItsDeadlineWithAServerThatNeverAnswers) {
  ScriptedServer server({answering("")});
  HttpClient client = client_of(server.url());
  expect_late(client);
}

TEST(HttpClient, KeepsItsDeadlineWithAServerThatTrickles) {
  ScriptedServer slow({[](Peer& peer) {
    peer.hear();
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    while (peer.say("x")) std::this_thread::sleep_for(5ms);
  }});
  HttpClient client = client_of(slow.url());
  expect_late(client);
}

TEST(HttpClient, SaysNotSentWhenNoConnectionBecomesFreeInTime) {
  std::latch busy(1);
  std::latch release(1);
  ScriptedServer server({[&](Peer& peer) {
    peer.hear();
    busy.count_down();
    release.wait();
    peer.say(kOk);
  }});
  HttpClient client = client_of(server.url(), {.max_connections = 1});
  auto first = std::async(std::launch::async, [&client] { return client.send({}, 10s); });
  busy.wait();
  const auto second = client.send({.method = "POST"}, 100ms);
  release.count_down();
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().kind, HttpFailure::NotSent);
  EXPECT_TRUE(first.get().has_value());
}

/// Answers one request, then, when it hears the next, closes without a word: the race of a server that closes an idle
/// connection while a request is on its way.
ScriptedServer::Script closing_on_the_second(std::atomic<int>& heard) {
  return [&heard](Peer& peer) {
    heard += peer.hear().empty() ? 0 : 1;
    peer.say(kOk);
    heard += peer.hear().empty() ? 0 : 1;
  };
}

TEST(HttpClient, SendsAGetAgainWhenTheKeptConnectionWasClosed) {
  std::atomic<int> heard = 0;
  ScriptedServer server({closing_on_the_second(heard), answering(std::string(kOk))});
  {
    HttpClient client = client_of(server.url());
    ASSERT_TRUE(client.send({}, 5s).has_value());
    const auto second = client.send({}, 5s);
    ASSERT_TRUE(second.has_value()) << second.error().message;
    EXPECT_EQ(client.requests_sent(), 3u);
  }
  server.finish();
  EXPECT_EQ(heard, 2);
}

TEST(HttpClient, SendsAGetAgainOnlyOnce) {
  std::atomic<int> heard = 0;
  ScriptedServer server({closing_on_the_second(heard), [&heard](Peer& peer) { heard += peer.hear().empty() ? 0 : 1; }});
  HttpClient client = client_of(server.url());
  ASSERT_TRUE(client.send({}, 5s).has_value());
  const auto second = client.send({}, 5s);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().kind, HttpFailure::SentNoReply);
  server.finish();
  EXPECT_EQ(heard, 3);
}

TEST(HttpClient, SaysSentNoReplyEvenIfTheSecondTryCannotConnect) {
  std::atomic<int> heard = 0;
  ScriptedServer server({closing_on_the_second(heard)});  // and listens no longer
  HttpClient client = client_of(server.url());
  ASSERT_TRUE(client.send({}, 5s).has_value());
  const auto second = client.send({}, 5s);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().kind, HttpFailure::SentNoReply);
}

TEST(HttpClient, NeverSendsAPostAgain) {
  for (const std::string method : {"POST", "PATCH", "DELETE", "PUT"}) {
    std::vector<std::string> heard;
    const auto hear = [&heard](Peer& peer) {
      const std::string header = peer.hear();
      heard.push_back(header.substr(0, header.find(' ')));
    };
    ScriptedServer server({[&hear](Peer& peer) {
                             hear(peer);
                             peer.say(kOk);
                             hear(peer);
                           },
                           [&hear](Peer& peer) {  // there to be had for whoever would try again
                             hear(peer);
                             peer.say(kOk);
                           }});
    HttpClient client = client_of(server.url());
    ASSERT_TRUE(client.send({}, 5s).has_value());
    const auto second = client.send({.method = method}, 5s);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().kind, HttpFailure::SentNoReply) << second.error().message;
    EXPECT_TRUE(client.send({}, 5s).has_value());
    EXPECT_EQ(client.requests_sent(), 3u);
    server.finish();
    EXPECT_EQ(heard, (std::vector<std::string>{"GET", method, "GET"}));
  }
}

TEST(HttpClient, NoticesAConnectionClosedMeanwhileBeforeSendingAPost) {
  std::latch closed(1);
  ScriptedServer server({[&closed](Peer& peer) {
                           peer.hear();
                           peer.say(kOk);
                           peer.close();
                           closed.count_down();
                         },
                         answering(std::string(kOk))});
  HttpClient client = client_of(server.url());
  ASSERT_TRUE(client.send({}, 5s).has_value());
  closed.wait();
  const auto post = client.send({.method = "POST"}, 5s);
  ASSERT_TRUE(post.has_value()) << post.error().message;
  EXPECT_EQ(client.requests_sent(), 2u);
}

TEST(HttpClient, DoesNotReuseAConnectionIdleForTooLong) {
  std::atomic<int> connections = 0;
  const auto counting = [&connections](Peer& peer) {
    ++connections;
    peer.hear();
    peer.say(kOk);
    peer.hear();
  };
  ScriptedServer server({counting, counting});
  {
    HttpClient client = client_of(server.url(), {.idle_limit = 0ms});
    ASSERT_TRUE(client.send({}, 5s).has_value());
    ASSERT_TRUE(client.send({.method = "POST"}, 5s).has_value());
  }
  server.finish();
  EXPECT_EQ(connections, 2);
}

TEST(HttpClient, DoesNotReuseAConnectionOnWhichTheServerSpokeOutOfTurn) {
  ScriptedServer server(
      {answering(std::string(kOk) + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"), answering(std::string(kOk))});
  HttpClient client = client_of(server.url());
  ASSERT_EQ(client.send({}, 5s)->body, "ok");
  EXPECT_EQ(client.send({.method = "POST"}, 5s)->body, "ok");
}

TEST(HttpClient, SaysSentNoReplyWhateverIsWrongWithTheAnswer) {
  const std::string too_long = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kMaxHttpBody + 1) + "\r\n\r\n";
  for (const std::string& answer : {std::string("nonsense\r\n\r\n"), too_long,
                                    "HTTP/1.1 200 OK\r\nX: " + std::string(kMaxHttpHeader, 'x') + "\r\n\r\n",
                                    std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")}) {
    ScriptedServer server({answering(answer)});
    HttpClient client = client_of(server.url());
    const auto response = client.send({.method = "POST"}, 5s);
    ASSERT_FALSE(response.has_value());
    EXPECT_EQ(response.error().kind, HttpFailure::SentNoReply);
    EXPECT_THAT(response.error().message, HasSubstr("unusable answer"));
  }
}

TEST(HttpClient, SaysSentNoReplyWhenTheAnswerIsCutShort) {
  for (const std::string_view part :
       {"HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"}) {
    ScriptedServer server({[part](Peer& peer) {
      peer.hear();
      peer.say(part);
    }});
    HttpClient client = client_of(server.url());
    const auto response = client.send({}, 5s);
    ASSERT_FALSE(response.has_value());
    EXPECT_EQ(response.error().kind, HttpFailure::SentNoReply);
  }
}

TEST(HttpClient, CarriesLargeBodiesBothWays) {
  auto server = HttpServer::start({}, [](const HttpRequest& request) { return HttpResponse{.body = request.body}; });
  ASSERT_TRUE(server.has_value());
  HttpClient client = client_of(server->url());
  const std::string body(kMaxHttpBody, 'x');
  const auto response = client.send({.method = "POST", .body = body}, 30s);
  ASSERT_TRUE(response.has_value()) << response.error().message;
  EXPECT_TRUE(response->body == body);
}

TEST(HttpClient, ServesManyThreads) {
  auto server = HttpServer::start({}, [](const HttpRequest& request) { return HttpResponse{.body = request.target}; });
  ASSERT_TRUE(server.has_value());
  HttpClient client = client_of(server->url(), {.max_connections = 3});
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&client, t] {
        for (int n = 0; n < 200; ++n) {
          const std::string target = "/" + std::to_string(t) + "/" + std::to_string(n);
          const auto response = client.send({.method = n % 2 == 0 ? "GET" : "POST", .target = target}, 10s);
          ASSERT_TRUE(response.has_value()) << response.error().message;
          ASSERT_EQ(response->body, target);
        }
      });
    }
  }
  EXPECT_EQ(client.requests_sent(), 1600u);
}

TEST(HttpClient, IsNotMadeForABadUrl) {
  EXPECT_FALSE(HttpClient::create("http://example.com").has_value());
  EXPECT_FALSE(HttpClient::create("https://example.com", {.ca_file = "/no/such/file.pem"}).has_value());
}

}  // namespace
}  // namespace belay::net
