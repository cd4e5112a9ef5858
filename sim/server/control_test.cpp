// SPDX-License-Identifier: Apache-2.0
#include "sim/server/control.hpp"

#include <string>
#include <vector>

#include "sim/server/server_fixture.hpp"

namespace belay::sim {
namespace {

using ControlTest = ServerTest;

TEST_F(ControlTest, a_frozen_clock_moves_only_when_told_and_never_back) {
  EXPECT_EQ(control("GET", "/_sim/clock").at("now"), "2026-01-26T15:00:00Z");
  EXPECT_EQ(control("POST", "/_sim/clock", R"({"advance":"90s"})").at("now"), "2026-01-26T15:01:30Z");
  EXPECT_EQ(control("POST", "/_sim/clock", R"({"advance":30})").at("now"), "2026-01-26T15:02:00Z");
  EXPECT_EQ(control("POST", "/_sim/clock", R"({"set":"2026-01-26T16:00:00Z"})").at("now"), "2026-01-26T16:00:00Z");
  EXPECT_EQ(ask("POST", "/_sim/clock", R"({"set":"2026-01-26T15:00:00Z"})").status, 422);
  EXPECT_EQ(ask("POST", "/_sim/clock", R"({"advance":"soon"})").status, 422);
  EXPECT_EQ(ask("POST", "/_sim/clock", R"({"advance":"-1s"})").status, 422);
  EXPECT_EQ(control("GET", "/_sim/clock").at("now"), "2026-01-26T16:00:00Z");
}

TEST_F(ControlTest, a_running_clock_lets_time_pass) {
  const std::string before = control("POST", "/_sim/clock", R"({"speed":86400})").at("now");
  while (control("GET", "/_sim/clock").at("now") == before) {
  }
  EXPECT_EQ(control("GET", "/_sim/clock").at("speed"), "86400");
}

PricePoint trade_at(const char* at, const char* price) {
  return {parse_timestamp(at).value(), "MSFT", Print{Price::parse(price).value(), Quantity::whole(100)}};
}

TEST_F(ControlTest, prices_whose_time_is_passed_are_applied_in_order) {
  std::vector<PricePoint> points{trade_at("2026-01-26T15:00:10Z", "400"), trade_at("2026-01-26T15:00:20Z", "380"),
                                 trade_at("2026-01-26T15:00:30Z", "420")};
  serve({}, play(std::move(points)));
  control("POST", "/_sim/position", R"({"symbol":"MSFT","qty":5,"avg_price":390})");
  control("POST", "/_sim/clock", R"({"advance":10})");
  EXPECT_EQ(ask("GET", "/v2/stocks/MSFT/trades/latest").at("trade.p"), "400");
  const Answered stop = ask("POST", "/v2/orders",
                            R"({"symbol":"MSFT","qty":"5","side":"sell","type":"stop","stop_price":"385",)"
                            R"("time_in_force":"gtc"})");
  ASSERT_EQ(stop.status, 200) << stop.at("message");
  control("POST", "/_sim/clock", R"({"advance":"1m"})");
  const Answered sold = ask("GET", "/v2/orders/" + stop.at("id"));
  EXPECT_EQ(sold.at("status"), "filled");
  EXPECT_EQ(sold.at("filled_avg_price"), "380");  // the dip between was not missed
  EXPECT_EQ(ask("GET", "/v2/stocks/MSFT/trades/latest").at("trade.p"), "420");
}

TEST_F(ControlTest, further_accounts_are_opened_with_keys_of_their_own) {
  const char* second = R"({"number":"PA9","key":"PK9","secret":"of nine","cash":"500","options_level":1})";
  EXPECT_EQ(ask("POST", "/_sim/account", second).status, 200);
  EXPECT_EQ(ask("POST", "/_sim/account", second).at("message"), "there is an account 'PA9' already");
  EXPECT_EQ(ask("POST", "/_sim/account", R"({"number":"PA8","key":"PK9","secret":"x"})").at("message"),
            "another account has that key");
  EXPECT_EQ(ask("POST", "/_sim/account", R"({"number":"PA8","key":"PK8"})").status, 422);
  EXPECT_EQ(ask("POST", "/_sim/account", R"({"number":"PA8","key":"PK8","secret":"x","multiplier":3})").status, 422);
  control("POST", "/_sim/position", R"({"symbol":"AAPL","qty":5,"avg_price":190,"account":"PA9"})");
  server_->with_exchange([](Exchange& exchange) {
    EXPECT_EQ(exchange.authenticate("PK9", "of nine"), "PA9");
    EXPECT_EQ(exchange.account("PA9").options_level, 1);
    EXPECT_EQ(exchange.positions("PA9").size(), 1u);
  });
}

TEST_F(ControlTest, the_process_around_it_arranges_as_a_client_does) {
  EXPECT_TRUE(server_->arrange("behaviour", R"({"partial_fill_permille":100})"));
  server_->with_exchange([](Exchange& exchange) { EXPECT_EQ(exchange.faults().partial_fill_permille, 100); });
  EXPECT_NE(server_->arrange("behaviour", R"({"partial_fill_permille":1001})").error().message, "");
  EXPECT_EQ(server_->arrange("weather", "{}").error().message, "no such control: POST /_sim/weather");
  EXPECT_FALSE(server_->arrange("behaviour", "{"));
  EXPECT_FALSE(server_->arrange("cash", R"({"amount":"99999999999999999999"})"));
}

TEST_F(ControlTest, a_price_alone_moves_the_quote_with_it) {
  control("POST", "/_sim/price", R"({"symbol":"AAPL","price":150.5})");
  EXPECT_EQ(ask("GET", "/v2/stocks/AAPL/quotes/latest").at("quote.bp"), "150.5");
  EXPECT_EQ(ask("GET", "/v2/stocks/AAPL/trades/latest").at("trade.p"), "150.5");
  EXPECT_EQ(ask("POST", "/_sim/price", R"({"symbol":"AAPL"})").status, 422);
  EXPECT_EQ(ask("POST", "/_sim/price", R"({"symbol":"AAPL","price":"-1"})").status, 422);
}

TEST_F(ControlTest, the_state_shows_everything) {
  control("POST", "/_sim/position",
          R"({"symbol":"AAPL","qty":"-3","avg_price":"210","entered_at":"2026-01-23T16:00:00Z"})");
  const Answered state = control("GET", "/_sim/state");
  EXPECT_EQ(state.at("now"), "2026-01-26T15:00:00Z");
  EXPECT_EQ(state.at("prices.AAPL.quote.bid"), "199.98");
  EXPECT_EQ(state.at("accounts.0.positions.0.qty"), "-3");
  EXPECT_EQ(state.at("accounts.0.positions.0.side"), "short");
  EXPECT_EQ(state.at("accounts.0.activities.0.transaction_time"), "2026-01-23T16:00:00Z");
  EXPECT_EQ(state.at("broken_invariants"), "[]");
}

TEST_F(ControlTest, a_halted_symbol_does_not_trade) {
  control("POST", "/_sim/halt", R"({"symbol":"AAPL","halted":true})");
  const std::string id = buy("1", "waits").at("id");
  EXPECT_NE(ask("GET", "/v2/orders/" + id).at("status"), "filled");
  control("POST", "/_sim/halt", R"({"symbol":"AAPL","halted":false})");
  control("POST", "/_sim/price", R"({"symbol":"AAPL","price":"201"})");
  EXPECT_EQ(ask("GET", "/v2/orders/" + id).at("filled_avg_price"), "201");
}

TEST_F(ControlTest, faults_after_leave_an_order_behind_and_faults_before_do_not) {
  const auto with_fault = [this](const std::string& kind) {
    control("POST", "/_sim/fault",
            R"({"kind":")" + kind + R"(","method":"POST","path_prefix":"/v2/orders","ms":60000})");
    net::HttpRequest request{.method = "POST", .target = "/v2/orders"};
    request.headers = {{"APCA-API-KEY-ID", "KEY"}, {"APCA-API-SECRET-KEY", "SECRET"}};
    request.body = R"({"symbol":"AAPL","qty":"1","side":"buy","type":"market","time_in_force":"day",)"
                   R"("client_order_id":")" +
                   kind + R"("})";
    const auto response = client_->send(request, std::chrono::milliseconds(300));
    return response ? response->status : 0;
  };
  const auto exists = [this](const std::string& kind) {
    return ask("GET", "/v2/orders:by_client_order_id?client_order_id=" + kind).status == 200;
  };
  EXPECT_EQ(with_fault("error_504_after"), 504);
  EXPECT_TRUE(exists("error_504_after"));
  EXPECT_EQ(with_fault("drop_after"), 0);
  EXPECT_TRUE(exists("drop_after"));
  EXPECT_EQ(with_fault("timeout_after"), 0);
  EXPECT_TRUE(exists("timeout_after"));
  EXPECT_EQ(with_fault("error_500_before"), 500);
  EXPECT_FALSE(exists("error_500_before"));
  EXPECT_EQ(with_fault("drop_before"), 0);
  EXPECT_FALSE(exists("drop_before"));
  EXPECT_EQ(with_fault("timeout_before"), 0);
  EXPECT_FALSE(exists("timeout_before"));
  EXPECT_EQ(with_fault("html_error"), 502);
  EXPECT_FALSE(exists("html_error"));
  EXPECT_EQ(with_fault("rate_limit"), 429);
  EXPECT_EQ(buy("1", "nothing left").status, 200);
}

TEST_F(ControlTest, requests_are_counted_by_endpoint_and_face) {
  control("DELETE", "/_sim/requests");
  ask("GET", "/v2/orders/one");
  ask("GET", "/v2/orders/two");
  ask("GET", "/v2/stocks/AAPL/snapshot");
  const Answered log = control("GET", "/_sim/requests");
  EXPECT_EQ(log.at("total"), "3");
  EXPECT_EQ(log.at("data"), "1");
  EXPECT_EQ(log.at("counts.1.path"), "/v2/orders/{order_id}");
  EXPECT_EQ(log.at("counts.1.count"), "2");
  EXPECT_EQ(log.at("recent.2.target"), "/v2/stocks/AAPL/snapshot");
}

TEST_F(ControlTest, an_unknown_kind_is_not_announced) {
  EXPECT_EQ(ask("POST", "/_sim/announce", R"({"symbol":"AAPL","kind":"spinoff","ex_date":"2026-03-10"})").status, 422);
  EXPECT_EQ(ask("POST", "/_sim/announce", R"({"symbol":"AAPL","kind":"split","ex_date":"2026-03-10"})").status, 200);
}

TEST_F(ControlTest, nothing_is_renamed_to_what_is_held) {
  control("POST", "/_sim/position", R"({"symbol":"AAPL","qty":"10","avg_price":100})");
  control("POST", "/_sim/position", R"({"symbol":"MSFT","qty":"5","avg_price":100})");
  EXPECT_EQ(ask("POST", "/_sim/rename", R"({"symbol":"AAPL","new_symbol":"MSFT"})").status, 422);
  EXPECT_EQ(ask("GET", "/v2/positions/MSFT").at("qty"), "5");
  EXPECT_EQ(ask("POST", "/_sim/rename", R"({"symbol":"AAPL","new_symbol":"NEW"})").status, 200);
}

TEST_F(ControlTest, a_worth_beyond_all_figures_can_be_repaired) {
  control("POST", "/_sim/position", R"({"symbol":"TSLA","qty":1000000,"avg_price":260})");
  control("POST", "/_sim/price", R"({"symbol":"TSLA","price":10000})");
  EXPECT_EQ(ask("GET", "/v2/account").status, 422);
  control("POST", "/_sim/clock", R"({"set":"2026-01-27T15:00:00Z"})");  // over a close
  control("POST", "/_sim/price", R"({"symbol":"TSLA","price":300})");
  EXPECT_EQ(ask("GET", "/v2/account").status, 200);
}

TEST_F(ControlTest, what_is_delisted_is_listed_as_inactive) {
  control("POST", "/_sim/delist", R"({"symbol":"AAPL"})");
  EXPECT_EQ(ask("GET", "/v2/assets?status=active").size(), 0u);
  EXPECT_EQ(ask("GET", "/v2/assets?status=inactive").at("0.symbol"), "AAPL");
}

TEST_F(ControlTest, what_cannot_be_arranged_keeps_the_server_from_starting) {
  ServerOptions options;
  options.arrangements = {R"(cash {"amount": 5})", R"(behaviour {"partial_fill_permille": 2000})"};
  const auto started = Server::start(options, Exchange(ExchangeConfig{}));
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("partial_fill_permille must be 0 to 1000"), std::string::npos);
}

}  // namespace
}  // namespace belay::sim
