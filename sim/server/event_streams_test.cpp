// SPDX-License-Identifier: Apache-2.0
#include "sim/server/event_streams.hpp"

#include <gmock/gmock.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sim/server/server_fixture.hpp"

namespace belay::sim {
namespace {

using boost::asio::ip::tcp;
using testing::HasSubstr;

/// Somebody who listens to Server-Sent Events.
class Listener {
 public:
  Listener(const Server& server, const std::string& target, const std::string& headers = "") {
    socket_.connect({boost::asio::ip::address_v4::loopback(), server.port()});
    boost::asio::write(socket_, boost::asio::buffer("GET " + target +
                                                    " HTTP/1.1\r\nHost: x\r\nAPCA-API-KEY-ID: KEY\r\n"
                                                    "APCA-API-SECRET-KEY: SECRET\r\n" +
                                                    headers + "\r\n"));
    head_ = until("\r\n\r\n");
  }

  [[nodiscard]] const std::string& head() const { return head_; }
  /// The next event; its status is 0 if the stream has ended.
  Answered next() {
    const std::string part = until("\n\n");
    const std::size_t data = part.find("data: ");
    if (data == std::string::npos) return {.status = 0, .body = part, .headers = {}};
    return {.status = 1, .body = json::parse(part.substr(data + 6)).value(), .headers = {}};
  }
  std::string comment() {
    const std::string part = until("\n\n");
    return part.substr(std::min(part.size(), part.find(':')));
  }
  /// Whether the response ends, in good order.
  bool ends() { return until("0\r\n\r\n").ends_with("0\r\n\r\n"); }
  bool is_cut() {
    const std::string rest = until("never");
    return rest.find("0\r\n\r\n") == std::string::npos;
  }

 private:
  std::string until(std::string_view mark) {
    boost::system::error_code error;
    const std::size_t count = boost::asio::read_until(socket_, boost::asio::dynamic_buffer(heard_), mark, error);
    std::string part = heard_.substr(0, error ? heard_.size() : count);
    heard_.erase(0, part.size());
    return part;
  }

  boost::asio::io_context context_;
  tcp::socket socket_{context_};
  std::string heard_;
  std::string head_;
};

class EventStreamsTest : public ServerTest {
 protected:
  /// The events of a stream that has an end.
  std::vector<json::Value> past(const std::string& target) {
    const net::HttpHeaders keys{{"APCA-API-KEY-ID", "KEY"}, {"APCA-API-SECRET-KEY", "SECRET"}};
    const auto response = client_->send({.target = target, .headers = keys}, std::chrono::seconds(10));
    EXPECT_TRUE(response && response->status == 200) << target;
    std::vector<json::Value> events;
    for (std::string_view rest = response->body; rest.starts_with("data: ");) {
      const std::size_t end = rest.find("\n\n");
      events.push_back(json::parse(rest.substr(6, end - 6)).value());
      rest.remove_prefix(end + 2);
    }
    return events;
  }
  static std::vector<std::string> words(const std::vector<json::Value>& events) {
    std::vector<std::string> all;
    for (const json::Value& event : events) all.push_back(*event.find("event")->as_string());
    return all;
  }
};

TEST_F(EventStreamsTest, tells_what_happens_to_orders_as_it_happens) {
  Listener listener(*server_, "/v2/events/trades");
  EXPECT_THAT(listener.head(), HasSubstr("200 OK"));
  EXPECT_THAT(listener.head(), HasSubstr("Content-Type: text/event-stream"));
  buy("10", "mine-1");
  EXPECT_EQ(listener.next().at("event"), "pending_new");
  EXPECT_EQ(listener.next().at("event"), "new");
  const Answered fill = listener.next();
  EXPECT_EQ(fill.at("event"), "fill");
  EXPECT_EQ(fill.at("order.client_order_id"), "mine-1");
  EXPECT_EQ(fill.at("price"), "200.02");
  EXPECT_EQ(fill.at("at"), "2026-01-26T15:00:00Z");
}

TEST_F(EventStreamsTest, replays_from_a_moment_and_goes_on) {
  buy("1", "before");
  control("POST", "/_sim/clock", R"({"advance":"1m"})");
  buy("2", "after");
  Listener listener(*server_, "/v2/events/trades?since=2026-01-26T15:00:30Z");
  for (const std::string event : {"pending_new", "new", "fill"}) {
    const Answered heard = listener.next();
    EXPECT_EQ(heard.at("event"), event);
    EXPECT_EQ(heard.at("order.client_order_id"), "after");
  }
  buy("3", "now");
  EXPECT_EQ(listener.next().at("order.client_order_id"), "now");
}

TEST_F(EventStreamsTest, ends_where_it_is_told_to) {
  buy("1", "one");
  control("POST", "/_sim/clock", R"({"advance":"1m"})");
  buy("2", "two");
  control("POST", "/_sim/clock", R"({"advance":"1m"})");
  const auto all = past("/v2/events/trades?since=2026-01-26&until=2026-01-26T15:01:30Z");
  EXPECT_THAT(words(all), testing::ElementsAre("pending_new", "new", "fill", "pending_new", "new", "fill"));
  const std::string second = *all.at(1).find("event_id")->as_string();
  const std::string fourth = *all.at(3).find("event_id")->as_string();
  EXPECT_THAT(words(past("/v2/events/trades?since_id=" + second + "&until_id=" + fourth)),
              testing::ElementsAre("new", "fill", "pending_new"));
  // An end that is still to come.
  Listener listener(*server_, "/v2/events/trades?since=2026-01-26T15:01:30Z&until=2026-01-26T15:05:00Z");
  buy("3", "three");
  EXPECT_EQ(listener.next().at("order.client_order_id"), "three");
  control("POST", "/_sim/clock", R"({"advance":"10m"})");
  EXPECT_TRUE(listener.ends());
}

TEST_F(EventStreamsTest, refuses_what_makes_no_sense) {
  for (const std::string query : {"until=2026-01-26", "until_id=01J9RPMV5TKB8WX3M4F1KZ7QH2", "since=yesterday",
                                  "since_id=short", "since=2026-01-26&since_id=01J9RPMV5TKB8WX3M4F1KZ7QH2"}) {
    EXPECT_EQ(ask("GET", "/v2/events/trades?" + query).status, 400) << query;
  }
  EXPECT_EQ(ask("GET", "/v2beta1/events/activities", "", "WRONG").status, 401);
}

TEST_F(EventStreamsTest, tells_fills_as_activities_with_their_executions) {
  const Answered order = buy("10", "mine-1");
  control("POST", "/_sim/clock", R"({"advance":"1m"})");
  const auto activities = past("/v2beta1/events/activities?since=2026-01-26&until=2026-01-26T15:00:30Z");
  ASSERT_EQ(activities.size(), 1U);
  const Answered fill{.status = 1, .body = activities.front(), .headers = {}};
  EXPECT_EQ(fill.at("activity_type"), "TRD");
  EXPECT_EQ(fill.at("executed_at"), "2026-01-26T15:00:00Z");
  EXPECT_EQ(fill.at("settle_date"), "2026-01-27");
  EXPECT_EQ(fill.at("status"), "executed");
  EXPECT_EQ(fill.at("qty"), "10");
  EXPECT_EQ(fill.at("details.execution_type"), "fill");
  EXPECT_EQ(fill.at("details.order_id"), order.at("id"));
  EXPECT_EQ(fill.at("details.client_order_id"), "mine-1");
  EXPECT_EQ(fill.at("details.cum_qty"), "10");
  EXPECT_EQ(fill.at("details.leaves_qty"), "0");
  EXPECT_EQ(fill.at("event_id").size(), 26U);
  // The same execution goes by the same id on the stream of orders.
  const auto events = past("/v2/events/trades?since=2026-01-26&until=2026-01-26T15:00:30Z");
  EXPECT_EQ(fill.at("ref_id"), *events.back().find("execution_id")->as_string());
}

TEST_F(EventStreamsTest, tells_of_executions_that_are_undone_and_of_what_comes_then) {
  buy("10", "mine-1");
  Listener listener(*server_, "/v2beta1/events/activities?since=2026-01-26");
  const std::string execution = listener.next().at("ref_id");
  server_->with_exchange([](Exchange& exchange) {
    EXPECT_TRUE(exchange.correct(exchange.accounts().front(), {.execution_id = {}, .price = {}, .quantity = 0_qty}));
  });
  const Answered bust = listener.next();
  EXPECT_EQ(bust.at("details.execution_type"), "trade_bust");
  EXPECT_EQ(bust.at("status"), "canceled");
  EXPECT_EQ(bust.at("previous_id"), execution);
  buy("3", "mine-2");
  EXPECT_EQ(listener.next().at("details.client_order_id"), "mine-2");
}

TEST_F(EventStreamsTest, tells_of_corporate_actions_by_kind_and_region) {
  const std::string path = "/v1beta1/events/corporate-actions";
  Listener all(*server_, path);
  Listener renames(*server_, path + "?type=name_change_corporateaction_event&region=US");
  Listener abroad(*server_, path + "?region=non_us");
  control("POST", "/_sim/announce", R"({"symbol":"AAPL","new_shares":4,"old_shares":1,"ex_date":"2026-01-28"})");
  control("POST", "/_sim/announce", R"({"kind":"rename","symbol":"FB","new_symbol":"META","ex_date":"2026-01-29"})");
  const Answered split = all.next();
  EXPECT_EQ(split.at("event_type"), "forward_split_corporateaction_event");
  EXPECT_EQ(split.at("action"), "insert");
  EXPECT_EQ(json::write(*split.body.find("ca")->find("new_rate")), R"("4")");
  EXPECT_EQ(split.at("ca.ex_date"), "2026-01-28");
  EXPECT_EQ(renames.next().at("ca.new_symbol"), "META");
  control("POST", "/_sim/stream", R"({"stream":"events","error":true})");
  EXPECT_THAT(abroad.comment(), HasSubstr("internal server error"));  // and nothing before
  // Who reconnects gets the last one again.
  Listener again(*server_, path, "Last-Event-Id: " + split.at("event_id") + "\r\n");
  EXPECT_EQ(again.next().at("event_id"), split.at("event_id"));
  EXPECT_EQ(ask("GET", path + "?type=party").status, 400);
  EXPECT_EQ(ask("GET", path + "?region=mars").status, 400);
}

TEST_F(EventStreamsTest, calls_corporate_actions_what_its_documents_call_them) {
  const std::string path = "/v1beta1/events/corporate-actions";
  // data.yaml, corporate_action_event_type: one of them is not the list's word.
  const std::vector<std::pair<std::string, std::string>> words{{"cash_dividend", "cash_dividend"},
                                                               {"cash_merger", "cash_merger"},
                                                               {"partial_call", "equity_partial_call"},
                                                               {"split", "reverse_split"},
                                                               {"rename", "name_change"},
                                                               {"redemption", "redemption"},
                                                               {"reorganization", "reorganization"},
                                                               {"rights_distribution", "rights_distribution"},
                                                               {"spin_off", "spin_off"},
                                                               {"stock_and_cash_merger", "stock_and_cash_merger"},
                                                               {"stock_dividend", "stock_dividend"},
                                                               {"stock_merger", "stock_merger"},
                                                               {"unit_split", "unit_split"},
                                                               {"worthless_removal", "worthless_removal"}};
  for (const auto& [kind, word] : words) {
    const std::string type = word + "_corporateaction_event";
    Listener listener(*server_, path + "?type=" + type);
    control("POST", "/_sim/announce",
            R"({"symbol":"AAPL","new_symbol":"NEW","ex_date":"2026-01-28","kind":")" + kind + R"("})");
    EXPECT_EQ(listener.next().at("event_type"), type);
  }
  EXPECT_EQ(ask("GET", path + "?type=partial_call_corporateaction_event").status, 400);
}

TEST_F(EventStreamsTest, tells_each_account_its_own) {
  server_->with_exchange([](Exchange& exchange) {
    AccountConfig other;
    other.number = "OTHER";
    other.key_id = "KEY2";
    other.secret = "SECRET2";
    exchange.add_account(other);
    exchange.seed_position("OTHER", "AAPL", 5_qty, 100_price, exchange.now());
  });
  buy("1", "mine");
  control("POST", "/_sim/clock", R"({"advance":"1m"})");
  EXPECT_EQ(past("/v2beta1/events/activities?since=2026-01-26&until=2026-01-26T15:00:30Z").size(), 1U);
}

TEST_F(EventStreamsTest, fails_and_breaks_off_when_told_to) {
  Listener failed(*server_, "/v2/events/trades");
  Listener activities(*server_, "/v2beta1/events/activities");
  EXPECT_EQ(control("GET", "/_sim/stream").at("events.connections.0.topic"), "trades");
  control("POST", "/_sim/stream", R"({"stream":"events","error":true})");
  EXPECT_THAT(failed.comment(), HasSubstr(": internal server error"));
  EXPECT_TRUE(failed.ends());
  EXPECT_TRUE(activities.ends());
  Listener cut(*server_, "/v2/events/trades");
  control("POST", "/_sim/stream", R"({"stream":"events","cut":true})");
  EXPECT_TRUE(cut.is_cut());
  EXPECT_EQ(ask("POST", "/_sim/stream", R"({"stream":"events","slow_client_after":-1})").status, 422);
  EXPECT_EQ(ask("POST", "/_sim/stream", R"({"stream":"events","slow_client_ms":"x"})").status, 422);
}

TEST_F(EventStreamsTest, wrong_keys_are_answered_as_the_api_that_the_stream_belongs_to_does) {
  control("POST", "/_sim/plan", R"({"unauthorized_status":403})");
  EXPECT_EQ(ask("GET", "/v1beta1/events/corporate-actions", "", "WRONG").status, 403);
  EXPECT_EQ(ask("GET", "/v2/events/trades", "", "WRONG").status, 401);
  EXPECT_EQ(ask("GET", "/v2beta1/events/activities", "", "WRONG").status, 401);
}

TEST_F(EventStreamsTest, what_befalls_answers_waits_for_a_request_that_has_one) {
  const std::string stream = "/v2/events/trades";
  control("DELETE", "/_sim/requests");
  control("POST", "/_sim/fault", R"({"kind":"error_500_before"})");
  EXPECT_EQ(ask("GET", stream).status, 500);
  control("POST", "/_sim/fault", R"({"kind":"error_504_after"})");
  {
    const Listener listener(*server_, stream);
    EXPECT_THAT(listener.head(), HasSubstr("200 OK"));
  }
  const Answered log = control("GET", "/_sim/requests");
  EXPECT_EQ(log.at("recent.0.status"), "500");
  EXPECT_EQ(log.at("recent.1.status"), "200");
  EXPECT_EQ(log.at("counts.0.path"), stream);
  EXPECT_EQ(log.at("counts.0.count"), "2");
  EXPECT_EQ(ask("GET", "/v2/account").status, 504);
}

/// A peer that takes nothing until it is told to.
class StuckPeer final : public net::HttpStreamPeer {
 public:
  void send(std::string data) override { sent.push_back(std::move(data)); }
  void close() override {}
  void cut() override {}
  [[nodiscard]] std::size_t waiting() const override { return stuck ? sent.size() : 0; }

  std::vector<std::string> sent;
  bool stuck = true;
};

TEST(EventStreams, WhoReadsTooSlowlyMissesEventsAndLearnsHowMany) {
  const Exchange exchange((ExchangeConfig()));
  EventStreams streams;
  VirtualClock::Real at{};
  const json::Value wanted = json::Object{{"slow_client_after", 0}, {"slow_client_ms", 1000}};
  BodyReader body(wanted);
  ASSERT_TRUE(streams.arrange(body).has_value());
  const auto peer = std::make_shared<StuckPeer>();
  streams.opened(peer, {.account = "PA1"}, {});
  OrderEvent event{.account = "PA1", .order = {}};
  const auto happens = [&] {
    ++event.sequence;
    streams.on_order(event, exchange, at);
  };
  for (int i = 0; i < 3; ++i) happens();  // at once: nobody has had the time to read
  EXPECT_EQ(peer->sent.size(), 3U);
  at += std::chrono::seconds(1);
  for (int i = 0; i < 2; ++i) happens();
  EXPECT_EQ(peer->sent.size(), 3U);
  peer->stuck = false;
  happens();
  ASSERT_EQ(peer->sent.size(), 5U);
  EXPECT_EQ(peer->sent.at(3), ": you are reading too slowly, dropped 2 messages\n\n");
  EXPECT_THAT(peer->sent.at(4), HasSubstr("data: {"));
}

}  // namespace
}  // namespace belay::sim
