// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <chrono>
#include <optional>
#include <string>

#include "shell/net/websocket_client.hpp"
#include "sim/server/message_pack.hpp"
#include "sim/server/server_fixture.hpp"
#include "sim/server/wire_stream.hpp"

namespace belay::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// Somebody at the trading stream.
class Subscriber {
 public:
  explicit Subscriber(const Server& server, net::HttpHeaders headers = {})
      : client_(net::WebSocketClient::create("ws" + server.url().substr(4) + "/stream", {.headers = headers}).value()),
        packed_(!headers.empty()) {
    opened_ = client_.open();
  }

  void say(const std::string& words) {
    const auto frame = packed_ ? net::WebSocketFrame::binary : net::WebSocketFrame::text;
    EXPECT_TRUE(client_.send(packed_ ? pack(json::parse(words).value()) : words, frame).has_value());
  }
  void listen() {
    say(R"({"action":"auth","key":"KEY","secret":"SECRET"})");
    EXPECT_EQ(next().at("data.status"), "authorized");
    say(R"({"action":"listen","data":{"streams":["trade_updates"]}})");
    EXPECT_EQ(next().at("data.streams.0"), "trade_updates");
  }
  /// The next message; its status is 1 for a text frame, 2 for a binary one, 0 if there is none.
  Answered next(std::chrono::milliseconds within = 5s) {
    const auto message = client_.receive(within);
    if (!message || !*message) return {};
    Answered heard{.status = (*message)->frame == net::WebSocketFrame::text ? 1 : 2, .body = {}, .headers = {}};
    heard.body = packed_ ? unpack((*message)->data).value() : json::parse((*message)->data).value();
    return heard;
  }
  std::string next_event(std::chrono::milliseconds within = 5s) { return next(within).at("data.event"); }
  /// Whether the server ends the connection.
  bool is_closed() { return !client_.receive(5s).has_value(); }
  [[nodiscard]] int refused_with() const { return opened_ ? 0 : opened_.error().http_status; }

 private:
  net::WebSocketClient client_;
  bool packed_;
  std::expected<void, net::WebSocketFailure> opened_;
};

using StreamTest = ServerTest;

TEST_F(StreamTest, tells_what_happens_to_orders_with_the_whole_order_in_binary_frames) {
  Subscriber subscriber(*server_);
  subscriber.listen();
  const Answered order = buy("10", "mine-1");
  const Answered first = subscriber.next();
  EXPECT_EQ(first.status, 2);
  EXPECT_EQ(first.at("stream"), "trade_updates");
  EXPECT_EQ(first.at("data.event"), "pending_new");
  EXPECT_EQ(first.at("data.order.id"), order.at("id"));
  EXPECT_EQ(first.at("data.order.client_order_id"), "mine-1");
  EXPECT_EQ(first.at("data.order.cancel_requested_at"), "null");
  EXPECT_EQ(first.at("data.event_id").size(), 26U);
  EXPECT_EQ(first.at("data.execution_id"), "(absent)");
  EXPECT_EQ(subscriber.next_event(), "new");
  const Answered fill = subscriber.next();
  EXPECT_EQ(fill.at("data.event"), "fill");
  EXPECT_EQ(fill.at("data.price"), "200.02");
  EXPECT_EQ(fill.at("data.qty"), "10");
  EXPECT_EQ(fill.at("data.position_qty"), "10");
  EXPECT_EQ(fill.at("data.timestamp"), "2026-01-26T15:00:00Z");
  EXPECT_NE(fill.at("data.execution_id"), "(absent)");
  EXPECT_EQ(fill.at("data.order.status"), "filled");
}

TEST_F(StreamTest, takes_the_keys_in_both_forms) {
  Subscriber subscriber(*server_);
  subscriber.say(R"({"action":"authenticate","data":{"key_id":"KEY","secret_key":"SECRET"}})");
  const Answered answer = subscriber.next();
  EXPECT_EQ(answer.at("stream"), "authorization");
  EXPECT_EQ(answer.at("data.status"), "authorized");
  EXPECT_EQ(answer.at("data.action"), "authenticate");
}

TEST_F(StreamTest, turns_away_wrong_keys_and_who_shows_none) {
  Subscriber wrong(*server_);
  wrong.say(R"({"action":"auth","key":"KEY","secret":"WRONG"})");
  const Answered refusal = wrong.next();
  EXPECT_EQ(refusal.at("data.status"), "unauthorized");
  EXPECT_EQ(refusal.at("data.action"), "authenticate");
  EXPECT_EQ(refusal.at("data.message"), "access key verification failed");
  EXPECT_TRUE(wrong.is_closed());
  Subscriber nobody(*server_);
  nobody.say(R"({"action":"listen","data":{"streams":["trade_updates"]}})");
  EXPECT_EQ(nobody.next().at("data.status"), "unauthorized");
  EXPECT_TRUE(nobody.is_closed());
  Subscriber confused(*server_);
  confused.say("hello");
  EXPECT_EQ(confused.next().at("action"), "error");
  EXPECT_TRUE(confused.is_closed());
}

TEST_F(StreamTest, says_nothing_to_who_does_not_listen) {
  Subscriber subscriber(*server_);
  subscriber.listen();
  subscriber.say(R"({"action":"listen","data":{"streams":["account_updates"]}})");
  EXPECT_EQ(json::write(*subscriber.next().body.find("data")), R"({"streams":[]})");  // the list replaces the old one
  buy("1", "unheard");
  EXPECT_EQ(subscriber.next(100ms).status, 0);
}

TEST_F(StreamTest, tells_each_account_its_own) {
  server_->with_exchange([](Exchange& exchange) {
    AccountConfig other;
    other.number = "OTHER";
    other.key_id = "KEY2";
    other.secret = "SECRET2";
    exchange.add_account(other);
  });
  Subscriber other(*server_);
  other.say(R"({"action":"auth","key":"KEY2","secret":"SECRET2"})");
  other.next();
  other.say(R"({"action":"listen","data":{"streams":["trade_updates"]}})");
  other.next();
  Subscriber subscriber(*server_);
  subscriber.listen();
  buy("1", "mine");
  EXPECT_EQ(subscriber.next_event(), "pending_new");
  EXPECT_EQ(other.next(100ms).status, 0);
}

TEST_F(StreamTest, one_connection_too_many_is_told_so) {
  Subscriber first(*server_);
  first.listen();
  {
    Subscriber second(*server_);
    second.say(R"({"action":"auth","key":"KEY","secret":"SECRET"})");
    EXPECT_EQ(second.next().at("data.error_message"), "connection limit exceeded");
    EXPECT_TRUE(second.is_closed());
  }
  control("POST", "/_sim/stream", R"({"connections_per_account":2})");
  Subscriber third(*server_);
  third.listen();
}

TEST_F(StreamTest, text_frames_by_switch) {
  control("POST", "/_sim/stream", R"({"frame":"text"})");
  Subscriber subscriber(*server_);
  subscriber.say(R"({"action":"auth","key":"KEY","secret":"SECRET"})");
  EXPECT_EQ(subscriber.next().status, 1);
}

TEST_F(StreamTest, speaks_message_pack_to_who_asks_for_it) {
  Subscriber subscriber(*server_, {{"Content-Type", "application/msgpack"}});
  subscriber.listen();
  buy("10", "mine-1");
  const Answered update = subscriber.next();
  EXPECT_EQ(update.status, 2);
  EXPECT_EQ(update.at("data.event"), "pending_new");
  EXPECT_EQ(update.at("data.order.client_order_id"), "mine-1");
  EXPECT_EQ(update.at("data.order.qty"), "10");  // text, as in JSON
  EXPECT_EQ(update.at("data.at"), "2026-01-26T15:00:00Z");
}

TEST_F(StreamTest, tells_what_it_does_not_understand_and_closes) {
  for (const std::string words : {R"({"action":"dance"})", R"({"action":"listen","data":{"streams":"trade_updates"}})",
                                  R"({"no":"action"})", "[1]"}) {
    Subscriber subscriber(*server_);
    subscriber.say(R"({"action":"auth","key":"KEY","secret":"SECRET"})");
    subscriber.next();
    subscriber.say(words);
    const Answered answer = subscriber.next();
    EXPECT_EQ(answer.at("action"), "error") << words;
    EXPECT_EQ(answer.at("data.error_message"), "invalid message") << words;
    EXPECT_TRUE(subscriber.is_closed()) << words;
  }
}

TEST_F(StreamTest, a_ghost_keeps_the_accounts_place_and_rapid_returns_are_turned_away) {
  Subscriber first(*server_);
  first.listen();
  control("POST", "/_sim/stream", R"({"stream":"trading","ghost":true})");
  EXPECT_TRUE(first.is_closed());
  Subscriber second(*server_);
  second.say(R"({"action":"auth","key":"KEY","secret":"SECRET"})");
  EXPECT_EQ(second.next().at("data.error_message"), "connection limit exceeded");
  control("POST", "/_sim/stream", R"({"upgrades_per_minute":2})");
  EXPECT_EQ(Subscriber(*server_).refused_with(), 429);  // the third
}

TEST_F(StreamTest, drops_duplicates_and_reorders_what_it_is_told_to) {
  Subscriber subscriber(*server_);
  subscriber.listen();
  control("POST", "/_sim/stream", R"({"fault":{"kind":"drop","event":"pending_new"}})");
  control("POST", "/_sim/stream", R"({"fault":{"kind":"reorder","event":"new"}})");
  control("POST", "/_sim/stream", R"({"fault":{"kind":"duplicate","event":"fill"}})");
  buy("1", "one");
  EXPECT_EQ(subscriber.next_event(), "fill");
  EXPECT_EQ(subscriber.next_event(), "fill");
  EXPECT_EQ(subscriber.next_event(), "new");
  buy("1", "two");  // each fault was for one event
  EXPECT_EQ(subscriber.next_event(), "pending_new");
  EXPECT_EQ(subscriber.next_event(), "new");
  EXPECT_EQ(subscriber.next_event(), "fill");
  EXPECT_EQ(subscriber.next(50ms).status, 0);
}

TEST_F(StreamTest, delays_what_it_is_told_to_and_lets_others_overtake) {
  Subscriber subscriber(*server_);
  subscriber.listen();
  control("POST", "/_sim/stream", R"({"fault":{"kind":"delay","event":"new","ms":50}})");
  buy("1", "one");
  EXPECT_EQ(subscriber.next_event(), "pending_new");
  EXPECT_EQ(subscriber.next_event(), "fill");
  EXPECT_EQ(subscriber.next(20ms).status, 0);
  std::this_thread::sleep_for(60ms);
  server_->tick();
  EXPECT_EQ(subscriber.next_event(), "new");
}

TEST_F(StreamTest, loses_the_stop_legs_cancellation_when_told_to) {
  Subscriber subscriber(*server_);
  subscriber.listen();
  control("POST", "/_sim/stream", R"({"fault":{"kind":"drop","event":"canceled","order_type":"stop"}})");
  const Answered bracket =
      ask("POST", "/v2/orders",
          R"({"symbol":"AAPL","qty":"1","side":"buy","type":"market","time_in_force":"gtc","order_class":"bracket",)"
          R"("take_profit":{"limit_price":"210"},"stop_loss":{"stop_price":"190"}})");
  ASSERT_EQ(bracket.status, 200) << bracket.at("message");
  control("POST", "/_sim/price", R"({"symbol":"AAPL","bid":"210.5","ask":"210.6","price":"210.5"})");
  std::vector<std::string> heard;
  for (Answered event = subscriber.next(200ms); event.status != 0; event = subscriber.next(200ms)) {
    heard.push_back(event.at("data.order.type") + " " + event.at("data.event"));
  }
  EXPECT_THAT(heard, testing::Contains("limit fill"));
  EXPECT_THAT(heard, testing::Not(testing::Contains("stop canceled")));
}

TEST_F(StreamTest, cuts_falls_silent_fails_and_refuses_when_told_to) {
  Subscriber cut(*server_);
  cut.listen();
  control("POST", "/_sim/stream", R"({"cut":true})");
  EXPECT_TRUE(cut.is_closed());
  Subscriber silenced(*server_);
  silenced.listen();
  control("POST", "/_sim/stream", R"({"silence":true})");
  buy("1", "unheard");
  EXPECT_EQ(silenced.next(100ms).status, 0);
  Subscriber failed(*server_);
  failed.listen();
  control("POST", "/_sim/stream", R"({"error":"internal server error"})");
  EXPECT_EQ(failed.next().at("data.error_message"), "internal server error");
  EXPECT_TRUE(failed.is_closed());
  control("POST", "/_sim/stream", R"({"fault":{"kind":"refuse","status":406}})");
  EXPECT_EQ(Subscriber(*server_).refused_with(), 406);
  EXPECT_EQ(Subscriber(*server_).refused_with(), 0);
}

TEST_F(StreamTest, shows_who_is_connected) {
  Subscriber subscriber(*server_);
  subscriber.listen();
  const Answered state = control("GET", "/_sim/stream");
  EXPECT_EQ(state.at("connections.0.listens"), "true");
  EXPECT_EQ(state.at("frame"), "binary");
  EXPECT_EQ(ask("POST", "/_sim/stream", R"({"frame":"smoke"})").status, 422);
  EXPECT_EQ(ask("POST", "/_sim/stream", R"({"fault":{"kind":"lose"}})").status, 422);
  EXPECT_EQ(control("GET", "/_sim/requests").at("trading"), "0");
}

TEST(EventId, grows_with_time_and_number) {
  const Timestamp early = parse_timestamp("2026-01-26T15:00:00Z").value();
  EXPECT_LT(event_id(early, 9), event_id(early, 10));
  EXPECT_LT(event_id(early, 10), event_id(early + std::chrono::milliseconds(1), 1));
  EXPECT_EQ(event_id(Timestamp{}, 33), "00000000000000000000000011");
}

}  // namespace
}  // namespace belay::sim
