// SPDX-License-Identifier: Apache-2.0
#include "shell/net/http_streaming.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "shell/net/http_client.hpp"
#include "shell/net/http_server.hpp"

namespace belay::net {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using ::testing::HasSubstr;
using Peer = std::shared_ptr<HttpStreamPeer>;

/// A server that streams to everybody.
class StreamingServer {
 public:
  explicit StreamingServer(std::function<void(const Peer&)> opened = {}, std::size_t max_queue = 1024UL * 1024) {
    HttpStreamHandler handler;
    handler.opened = [this, opened = std::move(opened)](const Peer& peer) {
      note([&] { peer_ = peer; });
      if (opened) opened(peer);
    };
    handler.closed = [this](const Peer&) { note([&] { closed_ = true; }); };
    handler.max_queue = max_queue;
    server_.emplace(HttpServer::start({}, [handler](const HttpRequest& request) -> HttpAnswer {
                      if (request.target == "/plain") return HttpResponse{.body = "plain"};
                      return StreamedResponse{{.headers = {{"Content-Type", "text/event-stream"}}}, handler};
                    }).value());
  }

  [[nodiscard]] HttpServer& http() { return *server_; }
  Peer peer() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(noted_.wait_for(lock, 5s, [this] { return peer_ != nullptr; }));
    return peer_;
  }
  bool wait_for_closed() {
    std::unique_lock lock(mutex_);
    return noted_.wait_for(lock, 5s, [this] { return closed_; });
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
  Peer peer_;
  bool closed_ = false;
  std::optional<HttpServer> server_;  // last: its thread uses the rest
};

/// A client that reads as the bytes come.
class Reader {
 public:
  explicit Reader(const HttpServer& server, std::string_view method = "GET") {
    socket_.connect({boost::asio::ip::address_v4::loopback(), server.port()});
    boost::asio::write(socket_, boost::asio::buffer(std::string(method) + " / HTTP/1.1\r\nHost: x\r\n\r\n"));
  }

  /// Everything up to and including `mark`.
  std::string until(std::string_view mark) {
    boost::system::error_code error;
    const std::size_t count = boost::asio::read_until(socket_, boost::asio::dynamic_buffer(heard_), mark, error);
    std::string part = heard_.substr(0, error ? heard_.size() : count);
    heard_.erase(0, part.size());
    return part;
  }
  std::string rest() {
    boost::system::error_code error;
    boost::asio::read(socket_, boost::asio::dynamic_buffer(heard_), error);
    return std::exchange(heard_, {});
  }
  void close() { socket_.close(); }

 private:
  boost::asio::io_context context_;
  tcp::socket socket_{context_};
  std::string heard_;
};

TEST(HttpStreaming, SendsTheHeadAtOnceAndEachPieceAsItComes) {
  StreamingServer server;
  Reader reader(server.http());
  const std::string head = reader.until("\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("HTTP/1.1 200 OK"));
  EXPECT_THAT(head, HasSubstr("Content-Type: text/event-stream"));
  EXPECT_THAT(head, HasSubstr("Transfer-Encoding: chunked"));
  server.peer()->send("first");
  EXPECT_EQ(reader.until("first\r\n"), "5\r\nfirst\r\n");
  server.peer()->send(std::string(26, 'x'));
  EXPECT_EQ(reader.until("x\r\n"), "1a\r\n" + std::string(26, 'x') + "\r\n");
  server.peer()->close();
  EXPECT_EQ(reader.rest(), "0\r\n\r\n");
  EXPECT_TRUE(server.wait_for_closed());
}

TEST(HttpStreaming, AnOrdinaryClientReadsAStreamThatEnds) {
  StreamingServer server([](const Peer& peer) {
    peer->send("data: 1\n\n");
    peer->send("");  // nothing, and no end
    peer->send("data: 2\n\n");
    peer->close();
    peer->send("unheard");
  });
  HttpClient client = HttpClient::create(server.http().url()).value();
  const auto response = client.send({.target = "/events"}, 5s);
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->body, "data: 1\n\ndata: 2\n\n");
  EXPECT_EQ(client.send({.target = "/plain"}, 5s)->body, "plain");
}

TEST(HttpStreaming, ACutEndsTheResponseInItsMiddle) {
  StreamingServer server;
  Reader reader(server.http());
  reader.until("\r\n\r\n");
  server.peer()->cut();
  EXPECT_EQ(reader.rest(), "");
  EXPECT_TRUE(server.wait_for_closed());
}

TEST(HttpStreaming, NoticesThatTheClientIsGone) {
  StreamingServer server;
  Reader reader(server.http());
  const Peer peer = server.peer();
  reader.close();
  EXPECT_TRUE(server.wait_for_closed());
  peer->send("to nobody");
  peer->close();
}

TEST(HttpStreaming, CutsAClientThatTakesNothing) {
  StreamingServer server({}, 8UL * 1024 * 1024);
  Reader reader(server.http());
  const Peer peer = server.peer();
  for (int i = 0; i < 64; ++i) peer->send(std::string(1024UL * 1024, 'x'));
  EXPECT_TRUE(server.wait_for_closed());
}

TEST(HttpStreaming, AHeadRequestGetsTheHeadAlone) {
  StreamingServer server;
  Reader reader(server.http(), "HEAD");
  EXPECT_THAT(reader.until("\r\n\r\n"), HasSubstr("Content-Type: text/event-stream"));
}

TEST(HttpStreaming, TheServerStopsWhileSomebodyListens) {
  StreamingServer server;
  Reader reader(server.http());
  const Peer peer = server.peer();
  server.http().stop();
  peer->send("to nobody");
  EXPECT_EQ(peer->waiting(), 0U);
}

}  // namespace
}  // namespace belay::net
