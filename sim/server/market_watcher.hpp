// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shell/net/websocket_client.hpp"
#include "sim/server/message_pack.hpp"
#include "sim/server/server_fixture.hpp"

namespace belay::sim {

/// Somebody at a stream of market data.
class Watcher {
 public:
  explicit Watcher(const Server& server, const std::string& path = "/v2/sip", net::HttpHeaders headers = {})
      : client_(net::WebSocketClient::create("ws" + server.url().substr(4) + path, {.headers = headers}).value()) {
    opened_ = client_.open();
    const std::string* type = net::find_header(headers, "Content-Type");
    packed_ = type != nullptr && *type == "application/msgpack";
  }

  void say(const std::string& words) {
    const std::string data = packed_ ? pack(json::parse(words).value()) : words;
    EXPECT_TRUE(client_.send(data, packed_ ? net::WebSocketFrame::binary : net::WebSocketFrame::text).has_value());
  }
  /// The next message, of however many in an array; its status is 1 for a text frame, 2 for a binary one, 0 for none.
  Answered next(std::chrono::milliseconds within = std::chrono::seconds(5)) {
    if (waiting_.empty()) {
      const auto message = client_.receive(within);
      if (!message || !*message) return {};
      frame_ = (*message)->frame == net::WebSocketFrame::text ? 1 : 2;
      const auto array = packed_ ? unpack((*message)->data) : json::parse((*message)->data);
      EXPECT_TRUE(array && array->is_array()) << (*message)->data;
      if (!array || !array->is_array()) return {};
      waiting_.assign(array->as_array()->rbegin(), array->as_array()->rend());
    }
    Answered heard{.status = frame_, .body = std::move(waiting_.back()), .headers = {}};
    waiting_.pop_back();
    return heard;
  }
  std::string next_text() { return json::write(next().body); }
  /// What it says, without fields that nobody compares.
  std::string words() { return "[" + next_text() + "]"; }

  Watcher& authenticated() {
    EXPECT_EQ(next().at("msg"), "connected");
    say(R"({"action":"auth","key":"KEY","secret":"SECRET"})");
    EXPECT_EQ(next().at("msg"), "authenticated");
    return *this;
  }
  Watcher& subscribed(const std::string& channels) {
    say(R"({"action":"subscribe",)" + channels + "}");
    EXPECT_EQ(next().at("T"), "subscription");
    return *this;
  }
  /// Says that, and gives back the error's code.
  std::string error_after(const std::string& words) {
    say(words);
    return next().at("code");
  }
  bool is_closed() { return !client_.receive(std::chrono::seconds(5)).has_value(); }
  [[nodiscard]] int refused_with() const { return opened_ ? 0 : opened_.error().http_status; }

 private:
  net::WebSocketClient client_;
  std::expected<void, net::WebSocketFailure> opened_;
  std::vector<json::Value> waiting_;  // last first
  bool packed_ = false;
  int frame_ = 0;
};

inline const net::HttpHeaders kMessagePack{{"Content-Type", "application/msgpack"}};

class MarketStreamsTest : public ServerTest {
 protected:
  void quote(std::string_view symbol, std::string_view bid, std::string_view ask) {
    control("POST", "/_sim/price",
            R"({"symbol":")" + std::string(symbol) + R"(","bid":")" + std::string(bid) + R"(","ask":")" +
                std::string(ask) + R"("})");
  }
  void arrange(const std::string& knobs) { control("POST", "/_sim/stream", R"({"stream":"market",)" + knobs + "}"); }
};

}  // namespace belay::sim
