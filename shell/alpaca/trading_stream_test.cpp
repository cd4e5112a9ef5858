// SPDX-License-Identifier: Apache-2.0
#include "shell/alpaca/trading_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shell/json/parse.hpp"
#include "shell/net/http_server.hpp"

namespace belay::alpaca {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using Peer = std::shared_ptr<net::WebSocketPeer>;
using Kind = StreamDown::Kind;

std::string update(const std::string& event, const std::string& order, const std::string& filled = "0") {
  return R"({"stream":"trade_updates","data":{"event":")" + event + R"(","order":{"id":")" + order +
         R"(","symbol":"AAPL","side":"sell","status":"new","filled_qty":")" + filled + R"("}}})";
}

/// A broker's stream, as alpaca.md 6.1 has it, for key KEY and secret SECRET.
class StreamServer {
 public:
  StreamServer() {
    net::WebSocketHandler handler;
    handler.opened = [this](const Peer&) { ++connections; };
    handler.received = [this](const Peer& peer, const net::WebSocketMessage& message) { answer(peer, message.data); };
    server_.emplace(net::HttpServer::start({}, [this, handler](const net::HttpRequest&) -> net::HttpAnswer {
                      ++attempts;
                      if (refuse_with != 0) return net::HttpResponse{.status = refuse_with};
                      return net::Upgrade{handler};
                    }).value());
  }

  [[nodiscard]] std::string url() const { return "ws" + server_->url().substr(4) + "/stream"; }

  /// To everybody who listens, once somebody does.
  void say(const std::string& message, net::WebSocketFrame frame = net::WebSocketFrame::binary) {
    for (const Peer& peer : listeners()) peer->send(message, frame);
  }
  void cut() {
    for (const Peer& peer : listeners()) peer->cut();
    const std::scoped_lock lock(mutex_);
    listening_.clear();
  }
  void go_silent() {
    for (const Peer& peer : listeners()) peer->go_silent();
  }

  std::atomic<int> connections = 0;
  std::atomic<int> attempts = 0;
  std::atomic<int> refuse_with = 0;  ///< an HTTP status at the upgrade
  std::atomic<bool> dumb = false;    ///< answers nothing
  std::atomic<bool> one_too_many = false;
  std::atomic<bool> babbles = false;  ///< sends what cannot be read before it answers

 private:
  std::vector<Peer> listeners() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, 5s, [this] { return !listening_.empty(); })) << "nobody listens";
    return listening_;
  }

  void answer(const Peer& peer, const std::string& text) {
    if (dumb) return;
    const auto wish = json::parse(text).value();
    const auto say = [&peer](const char* words) { peer->send(words, net::WebSocketFrame::binary); };
    if (babbles) say(R"({"stream":"trade_updates","data":{}})");
    if (one_too_many) {
      say(R"({"action":"error","data":{"error_message":"connection limit exceeded"}})");
      return peer->close();
    }
    if (*wish.find("action")->as_string() == "auth") {
      const bool right = *wish.find("key")->as_string() == "KEY" && *wish.find("secret")->as_string() == "SECRET";
      if (right) return say(R"({"stream":"authorization","data":{"status":"authorized","action":"authenticate"}})");
      say(R"({"stream":"authorization","data":{"status":"unauthorized","action":"authenticate","message":"WRONG is no key"}})");
      return peer->close();
    }
    say(R"({"stream":"listening","data":{"streams":["trade_updates"]}})");
    const std::scoped_lock lock(mutex_);
    listening_.push_back(peer);
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Peer> listening_;
  std::optional<net::HttpServer> server_;  // last: its thread uses the rest
};

StreamSettings quick(const StreamServer& server) {
  return {.key = "KEY",
          .secret = Secret("SECRET"),
          .url = server.url(),
          .answer_within = 2s,
          .ping_every = 100ms,
          .pong_within = 1s,
          .first_pause = 20ms,
          .longest_pause = 100ms,
          .limit_pause = 400ms,
          .refusal_pause = 400ms};
}

/// Whether it comes to so many within some seconds.
bool reached(const std::atomic<int>& count, int wanted) {
  for (const auto until = std::chrono::steady_clock::now() + 10s; std::chrono::steady_clock::now() < until;) {
    if (count >= wanted) return true;
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

/// What the stream delivers, collected.
class Listener {
 public:
  explicit Listener(StreamSettings settings) : stream_(TradingStream::create(std::move(settings)).value()) {
    stream_->start([this] {
      const std::scoped_lock lock(mutex_);
      woken_.notify_all();
    });
  }
  ~Listener() { stream_->stop(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// The next news; a failure if there is none for long.
  StreamNews next() {
    std::unique_lock lock(mutex_);
    const bool came = woken_.wait_for(lock, 5s, [this] {
      for (StreamNews& news : stream_->take()) heard_.push_back(std::move(news));
      return !heard_.empty();
    });
    EXPECT_TRUE(came) << "nothing was heard";
    if (!came) return StreamUp{};
    StreamNews news = std::move(heard_.front());
    heard_.erase(heard_.begin());
    return news;
  }
  template <class T>
  T next_as() {
    StreamNews news = next();
    EXPECT_TRUE(std::holds_alternative<T>(news)) << "another kind of news: " << news.index();
    T* const found = std::get_if<T>(&news);
    return found != nullptr ? std::move(*found) : T{};
  }
  OrderStream& stream() { return *stream_; }

 private:
  std::mutex mutex_;
  std::condition_variable woken_;
  std::vector<StreamNews> heard_;
  std::unique_ptr<OrderStream> stream_;
};

TEST(TradingStream, ShowsItsKeysListensAndDelivers) {
  StreamServer server;
  Listener listener(quick(server));
  listener.next_as<StreamUp>();
  server.say(update("new", "o1"), net::WebSocketFrame::binary);
  server.say(update("fill", "o2", "3"), net::WebSocketFrame::text);
  EXPECT_EQ(listener.next_as<OrderUpdate>().order.id.text(), "o1");
  EXPECT_EQ(listener.next_as<OrderUpdate>().order.filled, 3_qty);
}

TEST(TradingStream, F44SaysThatItWasAwayAndComesBack) {
  StreamServer server;
  Listener listener(quick(server));
  listener.next_as<StreamUp>();
  server.cut();
  EXPECT_EQ(listener.next_as<StreamDown>().kind, Kind::interrupted);
  listener.next_as<StreamUp>();
  server.say(update("new", "o1"));
  EXPECT_EQ(listener.next_as<OrderUpdate>().order.id.text(), "o1");
  EXPECT_EQ(server.connections, 2);
}

TEST(TradingStream, F45NoticesALineThatIsSilentlyDead) {
  StreamServer server;
  Listener listener(quick(server));
  listener.next_as<StreamUp>();
  server.go_silent();
  EXPECT_THAT(listener.next_as<StreamDown>().why, HasSubstr("nothing was heard"));
  listener.next_as<StreamUp>();
}

TEST(TradingStream, F49StopsAtWrongKeysAndTriesAgainRarely) {
  StreamServer server;
  StreamSettings settings = quick(server);
  settings.key = "WRONG";
  Listener listener(settings);
  const auto refused = listener.next_as<StreamDown>();
  EXPECT_EQ(refused.kind, Kind::keys_refused);
  EXPECT_THAT(refused.why, HasSubstr("[hidden] is no key"));
  EXPECT_EQ(refused.again_in, 400ms);
  EXPECT_EQ(listener.next_as<StreamDown>().kind, Kind::keys_refused);
  EXPECT_EQ(server.connections, 2);
}

TEST(TradingStream, RestsLongWhenThereAreTooManyConnections) {
  StreamServer server;
  server.refuse_with = 406;
  Listener listener(quick(server));
  const auto many = listener.next_as<StreamDown>();
  EXPECT_EQ(many.kind, Kind::limited);
  EXPECT_EQ(many.again_in, 400ms);
  server.refuse_with = 429;
  EXPECT_EQ(listener.next_as<StreamDown>().kind, Kind::limited);
  server.refuse_with = 0;
  server.one_too_many = true;
  EXPECT_EQ(listener.next_as<StreamDown>().kind, Kind::limited);
  server.one_too_many = false;
  listener.next_as<StreamUp>();
  EXPECT_EQ(server.attempts, 4);
}

TEST(TradingStream, PausesGrowWhileItFails) {
  StreamServer server;
  server.refuse_with = 503;
  StreamSettings settings = quick(server);
  settings.first_pause = 40ms;
  settings.longest_pause = 10s;
  settings.random = [] { return std::uint64_t{5}; };
  Listener listener(settings);
  for (const auto pause : {25ms, 45ms, 85ms, 165ms}) {  // from half of 40, 80, 160, 320 on
    const auto down = listener.next_as<StreamDown>();
    EXPECT_EQ(down.kind, Kind::interrupted);
    EXPECT_EQ(down.again_in, pause);
  }
}

TEST(TradingStream, GivesUpOnAServerThatDoesNotAnswer) {
  StreamServer server;
  server.dumb = true;
  Listener listener(quick(server));
  EXPECT_THAT(listener.next_as<StreamDown>().why, HasSubstr("no answer to the keys"));
}

TEST(TradingStream, EndsTheConnectionAtAnErrorInTheStream) {
  StreamServer server;
  Listener listener(quick(server));
  listener.next_as<StreamUp>();
  server.say(R"({"action":"error","data":{"error_message":"internal server error"}})");
  EXPECT_THAT(listener.next_as<StreamDown>().why, HasSubstr("internal server error"));
  listener.next_as<StreamUp>();
}

TEST(TradingStream, F75PassesOnWhatItDoesNotKnowAndSkipsWhatIsNotForIt) {
  StreamServer server;
  Listener listener(quick(server));
  listener.next_as<StreamUp>();
  server.say(R"({"stream":"weather","data":{}})");
  server.say(update("teleported", "o1"));
  EXPECT_EQ(listener.next_as<OrderUpdate>().event, "teleported");
}

TEST(TradingStream, F43AnUnreadableUpdateIsSaidToBeAGap) {
  StreamServer server;
  Listener listener(quick(server));
  listener.next_as<StreamUp>();
  server.say(R"({"stream":"trade_updates","data":{"event":"fill","order":{"id":"SECRET"}}})");
  const auto gap = listener.next_as<StreamDown>();
  EXPECT_EQ(gap.kind, Kind::gap);
  EXPECT_THAT(gap.why, Not(HasSubstr("SECRET")));
  listener.next_as<StreamUp>();
  EXPECT_EQ(server.connections, 1);
}

TEST(TradingStream, F32AnInboxThatRunsOverIsAGapAndNothingIsLostInSilence) {
  StreamServer server;
  StreamSettings settings = quick(server);
  settings.longest_inbox = 5;
  auto stream = TradingStream::create(settings).value();
  std::atomic<int> woken = 0;
  stream->start([&woken] { ++woken; });
  for (int i = 0; i < 8; ++i) server.say(update("new", "o" + std::to_string(i)));
  ASSERT_TRUE(reached(woken, 9));  // the stream is up, and eight updates
  stream->stop();
  const auto news = stream->take();
  EXPECT_LE(news.size(), 5U);
  const auto gap = std::ranges::find_if(news, [](const StreamNews& n) {
    const auto* down = std::get_if<StreamDown>(&n);
    return down != nullptr && down->kind == Kind::gap;
  });
  ASSERT_NE(gap, news.end());
  // Right behind it, or where updates came before the answer to listening, with that answer.
  EXPECT_TRUE(std::any_of(gap, news.end(), [](const StreamNews& n) { return std::holds_alternative<StreamUp>(n); }));
}

TEST(TradingStream, F32AnEndThatMakesTheInboxRunOverIsTold) {
  StreamServer server;
  StreamSettings settings = quick(server);
  settings.longest_inbox = 5;
  settings.first_pause = settings.longest_pause = 1min;
  auto stream = TradingStream::create(settings).value();
  std::atomic<int> woken = 0;
  stream->start([&woken] { ++woken; });
  for (int i = 0; i < 4; ++i) server.say(update("new", "o" + std::to_string(i)));
  ASSERT_TRUE(reached(woken, 5));
  server.cut();
  ASSERT_TRUE(reached(woken, 6));
  stream->stop();
  const auto news = stream->take();
  ASSERT_EQ(news.size(), 2U);
  EXPECT_EQ(std::get<StreamDown>(news[0]).kind, Kind::gap);
  EXPECT_EQ(std::get<StreamDown>(news[1]).kind, Kind::interrupted);
}

TEST(TradingStream, F43AGapBeforeTheKeysAreAcceptedDoesNotSayThatItIsUp) {
  StreamServer server;
  server.babbles = true;
  server.one_too_many = true;
  Listener listener(quick(server));
  EXPECT_EQ(listener.next_as<StreamDown>().kind, Kind::gap);
  EXPECT_EQ(listener.next_as<StreamDown>().kind, Kind::limited);
}

TEST(TradingStream, StopsAtOnceAndSaysGoodbye) {
  StreamServer server;
  auto listener = std::make_unique<Listener>(quick(server));
  listener->next_as<StreamUp>();
  const auto begun = std::chrono::steady_clock::now();
  listener.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
}

TEST(TradingStream, StopsAtOnceAlsoInAPause) {
  StreamServer server;
  server.refuse_with = 429;
  StreamSettings settings = quick(server);
  settings.limit_pause = 10min;
  auto listener = std::make_unique<Listener>(settings);
  listener->next_as<StreamDown>();
  const auto begun = std::chrono::steady_clock::now();
  listener.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
}

TEST(TradingStream, RefusesUnusableSettings) {
  EXPECT_FALSE(TradingStream::create({.key = "", .secret = Secret("S"), .url = "ws://127.0.0.1:1/stream"}).has_value());
  EXPECT_FALSE(TradingStream::create({.key = "K", .secret = Secret("a b"), .url = "ws://127.0.0.1:1"}).has_value());
  EXPECT_FALSE(TradingStream::create({.key = "K", .secret = Secret("S"), .url = "ws://example.com"}).has_value());
}

TEST(StreamUrl, FollowsFromTheTradingUrl) {
  EXPECT_EQ(stream_url("https://paper-api.alpaca.markets"), "wss://paper-api.alpaca.markets/stream");
  EXPECT_EQ(stream_url("https://api.alpaca.markets/v2/"), "wss://api.alpaca.markets/stream");
  EXPECT_EQ(stream_url("http://127.0.0.1:8080"), "ws://127.0.0.1:8080/stream");
}

}  // namespace
}  // namespace belay::alpaca
