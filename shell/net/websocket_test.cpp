// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "shell/net/http_client.hpp"
#include "shell/net/http_server.hpp"
#include "shell/net/test_authority.hpp"
#include "shell/net/websocket_client.hpp"

namespace belay::net {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using ::testing::HasSubstr;
using Kind = WebSocketFailure::Kind;
using Peer = std::shared_ptr<WebSocketPeer>;

/// A server whose one handler is for everybody, and which remembers who is connected.
class SocketServer {
 public:
  explicit SocketServer(std::function<void(const Peer&, const WebSocketMessage&)> received = {},
                        std::size_t max_message = 1024UL * 1024) {
    WebSocketHandler handler;
    handler.opened = [this](const Peer& peer) { note([&] { peers_.push_back(peer); }); };
    handler.received = std::move(received);
    handler.closed = [this](const Peer&) { note([&] { ++closed_; }); };
    handler.max_message = max_message;
    server_.emplace(HttpServer::start({}, [handler](const HttpRequest& request) -> HttpAnswer {
                      if (request.target == "/busy") return HttpResponse{.status = 429};
                      if (request.target == "/drop") return Drop{};
                      if (request.target == "/late") return Delay{10min, {}};
                      return Upgrade{handler};
                    }).value());
  }

  [[nodiscard]] std::string url(const std::string& path = "/stream") const {
    return "ws://127.0.0.1:" + std::to_string(server_->port()) + path;
  }
  [[nodiscard]] HttpServer& http() { return *server_; }

  Peer peer() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(noted_.wait_for(lock, 5s, [this] { return !peers_.empty(); }));
    return peers_.back();
  }
  bool wait_for_closed(int count) {
    std::unique_lock lock(mutex_);
    return noted_.wait_for(lock, 5s, [&] { return closed_ >= count; });
  }

 private:
  template <class What>
  void note(What what) {
    const std::scoped_lock lock(mutex_);
    what();
    noted_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable noted_;
  std::vector<Peer> peers_;
  int closed_ = 0;
  std::optional<HttpServer> server_;  // last: its thread uses the rest
};

void echo(const Peer& peer, const WebSocketMessage& message) { peer->send(message.data, message.frame); }

WebSocketClient client_of(const std::string& url, WebSocketClientOptions options = {}) {
  auto client = WebSocketClient::create(url, std::move(options));
  EXPECT_TRUE(client.has_value()) << client.error().message;
  return std::move(*client);
}

WebSocketClient opened(const std::string& url, WebSocketClientOptions options = {}) {
  WebSocketClient client = client_of(url, std::move(options));
  const auto outcome = client.open();
  EXPECT_TRUE(outcome.has_value()) << outcome.error().message;
  return client;
}

WebSocketMessage next(WebSocketClient& client) {
  const auto message = client.receive(5s);
  EXPECT_TRUE(message.has_value()) << message.error().message;
  EXPECT_TRUE(message && message->has_value()) << "nothing came";
  return message && *message ? **message : WebSocketMessage{};
}

WebSocketFailure failure_of(WebSocketClient& client) {
  const auto message = client.receive(5s);
  EXPECT_FALSE(message.has_value());
  return message ? WebSocketFailure{} : message.error();
}

TEST(WebSocket, CarriesTextAndBinaryBothWays) {
  SocketServer server(echo);
  WebSocketClient client = opened(server.url());
  const std::string bytes("\0\xFF{}", 4);
  ASSERT_TRUE(client.send("hello"));
  ASSERT_TRUE(client.send(bytes, WebSocketFrame::binary));
  EXPECT_EQ(next(client), (WebSocketMessage{WebSocketFrame::text, "hello"}));
  EXPECT_EQ(next(client), (WebSocketMessage{WebSocketFrame::binary, bytes}));
}

TEST(WebSocket, GivesTheServerTheRequestsHeadersAndPath) {
  std::promise<HttpRequest> seen;
  auto server = HttpServer::start({}, [&seen](const HttpRequest& request) -> HttpAnswer {
    seen.set_value(request);
    return Upgrade{};
  });
  ASSERT_TRUE(server.has_value());
  const WebSocketClient client = opened("ws://localhost:" + std::to_string(server->port()) + "/v2/stream/",
                                        {.headers = {{"Content-Type", "application/json"}}});
  const HttpRequest request = seen.get_future().get();
  EXPECT_EQ(request.target, "/v2/stream");
  EXPECT_EQ(*request.header("content-type"), "application/json");
  EXPECT_EQ(*request.header("Host"), "localhost:" + std::to_string(server->port()));
}

TEST(WebSocket, CarriesLargeMessagesUpToItsBound) {
  SocketServer server(echo, 3UL * 1024 * 1024);
  WebSocketClient client = opened(server.url());
  const std::string large(2UL * 1024 * 1024, 'x');
  ASSERT_TRUE(client.send(large));
  EXPECT_EQ(next(client).data, large);
}

TEST(WebSocket, EndsWithAMessageBeyondItsBound) {
  SocketServer server(echo);
  WebSocketClient client = opened(server.url(), {.max_message = 1000});
  server.peer()->send(std::string(1001, 'x'), WebSocketFrame::text);
  EXPECT_EQ(failure_of(client).kind, Kind::broken);
  EXPECT_FALSE(client.is_open());
  EXPECT_TRUE(server.wait_for_closed(1));
}

TEST(WebSocket, ServerEndsWithAMessageBeyondItsBound) {
  SocketServer server(echo, 100);
  WebSocketClient client = opened(server.url());
  ASSERT_TRUE(client.send(std::string(101, 'x')));
  EXPECT_NE(failure_of(client).kind, Kind::dead);
  EXPECT_TRUE(server.wait_for_closed(1));
}

TEST(WebSocket, SaysNothingWhenNothingComes) {
  SocketServer server;
  WebSocketClient client = opened(server.url());
  const auto none = client.receive(20ms);
  ASSERT_TRUE(none.has_value());
  EXPECT_FALSE(none->has_value());
  server.peer()->send("later", WebSocketFrame::text);
  EXPECT_EQ(next(client).data, "later");
}

TEST(WebSocket, KeepsTheOrderOfManyMessages) {
  SocketServer server;
  WebSocketClient client = opened(server.url());
  const Peer peer = server.peer();
  for (int i = 0; i < 500; ++i)
    peer->send(std::to_string(i), i % 2 == 0 ? WebSocketFrame::text : WebSocketFrame::binary);
  for (int i = 0; i < 500; ++i) ASSERT_EQ(next(client).data, std::to_string(i));
}

TEST(WebSocket, ReportsTheServersGoodbye) {
  SocketServer server;
  WebSocketClient client = opened(server.url());
  server.peer()->send("last words", WebSocketFrame::text);
  server.peer()->close();
  EXPECT_EQ(next(client).data, "last words");
  EXPECT_EQ(failure_of(client).kind, Kind::closed);
  EXPECT_FALSE(client.is_open());
  EXPECT_FALSE(client.send("anyone?").has_value());
}

TEST(WebSocket, ReportsACutLine) {
  SocketServer server;
  WebSocketClient client = opened(server.url());
  server.peer()->cut();
  EXPECT_EQ(failure_of(client).kind, Kind::broken);
}

TEST(WebSocket, SaysGoodbyeWhenItCloses) {
  SocketServer server;
  WebSocketClient client = opened(server.url());
  server.peer();
  client.close();
  EXPECT_TRUE(server.wait_for_closed(1));
  EXPECT_FALSE(client.is_open());
}

TEST(WebSocket, OpensAgainAfterAnEnd) {
  SocketServer server(echo);
  WebSocketClient client = opened(server.url());
  server.peer()->cut();
  failure_of(client);
  ASSERT_TRUE(client.open());
  ASSERT_TRUE(client.send("again"));
  EXPECT_EQ(next(client).data, "again");
}

TEST(WebSocket, F45AnsweredPingsKeepASilentLineOpen) {
  SocketServer server;
  WebSocketClient client = opened(server.url(), {.ping_every = 20ms, .pong_within = 2s});
  const auto none = client.receive(300ms);
  ASSERT_TRUE(none.has_value()) << none.error().message;
  EXPECT_TRUE(client.is_open());
}

TEST(WebSocket, F45ALineThatNoLongerAnswersPingsIsDeadWithinTheDeadline) {
  SocketServer server;
  WebSocketClient client = opened(server.url(), {.ping_every = 50ms, .pong_within = 100ms});
  server.peer()->go_silent();
  const auto begun = std::chrono::steady_clock::now();
  const WebSocketFailure failure = failure_of(client);
  EXPECT_EQ(failure.kind, Kind::dead) << failure.message;
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
  EXPECT_FALSE(client.is_open());
}

TEST(WebSocket, F45ALineIsNoticedDeadAlsoOverManyShortWaits) {
  SocketServer server;
  WebSocketClient client = opened(server.url(), {.ping_every = 50ms, .pong_within = 100ms});
  server.peer()->go_silent();
  Kind kind = Kind::stopped;
  for (int i = 0; i < 500 && kind == Kind::stopped; ++i) {
    if (const auto message = client.receive(10ms); !message) kind = message.error().kind;
  }
  EXPECT_EQ(kind, Kind::dead);
}

TEST(WebSocket, TellsWithWhichStatusAnUpgradeWasRefused) {
  SocketServer server;
  WebSocketClient client = client_of(server.url("/busy"));
  const auto outcome = client.open();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().kind, Kind::refused);
  EXPECT_EQ(outcome.error().http_status, 429);
  EXPECT_THAT(outcome.error().message, HasSubstr("429"));
}

TEST(WebSocket, GivesUpAnUpgradeThatIsNotAnswered) {
  SocketServer server;
  for (const char* path : {"/late", "/drop"}) {
    WebSocketClient client = client_of(server.url(path), {.open_within = 200ms});
    const auto outcome = client.open();
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error().kind, Kind::unreachable);
  }
}

TEST(WebSocket, CannotReachAPortWhereNobodyListens) {
  std::string url;
  {
    const SocketServer gone;
    url = gone.url();
  }
  WebSocketClient client = client_of(url);
  const auto outcome = client.open();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().kind, Kind::unreachable);
  EXPECT_THAT(outcome.error().message, HasSubstr("ws://127.0.0.1"));
}

TEST(WebSocket, StopsAtOnceWhenAskedTo) {
  SocketServer server;
  WebSocketClient client = opened(server.url());
  std::stop_source stop;
  const auto begun = std::chrono::steady_clock::now();
  std::jthread later([&stop] {
    std::this_thread::sleep_for(50ms);
    stop.request_stop();
  });
  const auto none = client.receive(30s, stop.get_token());
  ASSERT_TRUE(none.has_value());
  EXPECT_FALSE(none->has_value());
  WebSocketClient late = client_of(server.url("/late"));
  const auto outcome = late.open(stop.get_token());
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().kind, Kind::stopped);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
}

TEST(WebSocket, RefusesAddressesThatWouldSendInTheClear) {
  EXPECT_FALSE(WebSocketClient::create("ws://example.com/stream").has_value());
  EXPECT_FALSE(WebSocketClient::create("wss://user:secret@example.com/stream").has_value());
  EXPECT_FALSE(WebSocketClient::create("ftp://127.0.0.1/stream").has_value());
  EXPECT_TRUE(WebSocketClient::create("wss://example.com/stream").has_value());
}

TEST(WebSocket, ServerAnswersARequestThatIsNoUpgradeWithAnError) {
  SocketServer server;
  auto client = HttpClient::create("http://127.0.0.1:" + std::to_string(server.http().port()));
  ASSERT_TRUE(client.has_value());
  const auto response = client->send({.target = "/stream"}, 5s);
  ASSERT_TRUE(response.has_value()) << response.error().message;
  EXPECT_EQ(response->status, 400);
}

TEST(WebSocket, ServerCutsWhoTakesNothing) {
  SocketServer server;
  WebSocketClient client = opened(server.url());
  const Peer peer = server.peer();
  const std::string large(1024UL * 1024, 'x');
  for (int i = 0; i < 64; ++i) peer->send(large, WebSocketFrame::binary);
  EXPECT_TRUE(server.wait_for_closed(1));
}

TEST(WebSocket, ServerServesHttpBesideWebSocketsAndStopsWithThemOpen) {
  SocketServer server(echo);
  WebSocketClient one = opened(server.url());
  WebSocketClient two = opened(server.url());
  auto http = HttpClient::create("http://127.0.0.1:" + std::to_string(server.http().port()));
  EXPECT_EQ(http->send({.target = "/busy"}, 5s)->status, 429);
  ASSERT_TRUE(one.send("1"));
  ASSERT_TRUE(two.send("2"));
  EXPECT_EQ(next(one).data, "1");
  EXPECT_EQ(next(two).data, "2");
  const Peer peer = server.peer();
  server.http().stop();
  peer->send("to nobody", WebSocketFrame::text);
  EXPECT_EQ(failure_of(one).kind, Kind::broken);
}

/// A server of one connection through TLS that says "hel" and "lo" as two fragments.
class TlsSocketServer {
 public:
  TlsSocketServer(const TestAuthority& authority, const std::string& name) {
    tls_.use_certificate_chain_file(authority.file(name + ".pem"));
    tls_.use_private_key_file(authority.file(name + ".key"), boost::asio::ssl::context::pem);
    thread_ = std::jthread([this] { run(); });
  }

  [[nodiscard]] std::string url() const { return "wss://localhost:" + std::to_string(port_) + "/stream"; }

 private:
  void run() {
    namespace websocket = boost::beast::websocket;
    boost::system::error_code error;
    websocket::stream<boost::asio::ssl::stream<tcp::socket>> socket(acceptor_.accept(), tls_);
    socket.next_layer().handshake(boost::asio::ssl::stream_base::server, error);
    if (error) return;
    socket.accept(error);
    if (error) return;
    socket.write_some(false, boost::asio::buffer("hel", 3), error);
    socket.ping({}, error);  // between the fragments, as the protocol allows
    socket.write_some(true, boost::asio::buffer("lo", 2), error);
    boost::beast::flat_buffer incoming;
    socket.read(incoming, error);
  }

  boost::asio::io_context context_;
  boost::asio::ssl::context tls_{boost::asio::ssl::context::tls_server};
  tcp::acceptor acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::uint16_t port_ = acceptor_.local_endpoint().port();
  std::jthread thread_;
};

TEST(WebSocket, SpeaksThroughTlsAndPutsFragmentsTogether) {
  TestAuthority authority;
  authority.sign("localhost", "DNS:localhost");
  const TlsSocketServer server(authority, "localhost");
  WebSocketClient client = opened(server.url(), {.ca_file = authority.file("ca.pem")});
  EXPECT_EQ(next(client), (WebSocketMessage{WebSocketFrame::text, "hello"}));
  client.close();
}

TEST(WebSocket, F78RefusesACertificateThatNobodyVouchesFor) {
  TestAuthority authority;
  authority.sign("localhost", "DNS:localhost");
  const TlsSocketServer server(authority, "localhost");
  WebSocketClient client = client_of(server.url());
  const auto outcome = client.open();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().kind, Kind::unreachable);
  EXPECT_THAT(outcome.error().message, HasSubstr("certificate"));
}

TEST(WebSocket, F78RefusesTheCertificateOfAnotherHost) {
  TestAuthority authority;
  authority.sign("other", "DNS:other.example");
  const TlsSocketServer server(authority, "other");
  WebSocketClient client = client_of(server.url(), {.ca_file = authority.file("ca.pem")});
  const auto outcome = client.open();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_THAT(outcome.error().message, HasSubstr("certificate"));
}

TEST(WebSocketServer, knows_how_much_waits_for_a_client_and_forgets_it_when_told_to) {
  SocketServer server;
  WebSocketClient client = opened(server.url());
  const Peer peer = server.peer();
  EXPECT_EQ(peer->waiting(), 0U);
  // Far more than the line holds while nobody reads.
  for (int i = 0; i < 12; ++i) peer->send(std::string(1024UL * 1024, 'x'), WebSocketFrame::binary);
  EXPECT_GT(peer->waiting(), 0U);
  peer->discard();
  peer->send("the last", WebSocketFrame::text);
  WebSocketMessage message = next(client);
  for (int i = 0; i < 12 && message.frame == WebSocketFrame::binary; ++i) message = next(client);
  EXPECT_EQ(message.data, "the last");
}

TEST(WebSocketServer, cuts_a_client_whose_queue_grows_beyond_its_bound) {
  WebSocketHandler handler;
  handler.max_queue = 1000;
  handler.opened = [](const Peer& peer) {
    for (int i = 0; i < 2; ++i) peer->send(std::string(600, 'x'), WebSocketFrame::text);
  };
  auto server = HttpServer::start({}, [&](const HttpRequest&) -> HttpAnswer { return Upgrade{handler}; }).value();
  WebSocketClient client = opened("ws://127.0.0.1:" + std::to_string(server.port()) + "/");
  while (const auto message = client.receive(5s)) ASSERT_TRUE(message->has_value()) << "neither cut nor served";
}

}  // namespace
}  // namespace belay::net
