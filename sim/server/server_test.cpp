// SPDX-License-Identifier: Apache-2.0
#include "sim/server/server.hpp"

#include <atomic>
#include <sstream>
#include <string>
#include <thread>

#include "sim/server/run_sim.hpp"
#include "sim/server/server_fixture.hpp"

namespace belay::sim {
namespace {

TEST_F(ServerTest, wrong_or_missing_keys_are_unauthorized_on_both_faces) {
  const Answered trading = ask("GET", "/v2/account", "", "wrong");
  EXPECT_EQ(trading.status, 401);
  EXPECT_EQ(trading.at("message"), "unauthorized.");
  EXPECT_EQ(ask("GET", "/v2/stocks/AAPL/snapshot", "", "wrong").status, 401);
  EXPECT_EQ(ask("GET", "/v2/account").status, 200);
}

TEST_F(ServerTest, an_unknown_path_is_404_with_json) {
  EXPECT_EQ(ask("GET", "/v2/nothing").status, 404);
  EXPECT_EQ(ask("GET", "/v2/nothing").at("code"), "40410000");
  EXPECT_EQ(ask("PUT", "/v2/orders").status, 404);
}

TEST_F(ServerTest, an_order_is_filled_and_becomes_a_position) {
  const Answered order = buy("10", "one");
  ASSERT_EQ(order.status, 200) << order.at("message");
  EXPECT_EQ(order.at("qty"), "10");
  EXPECT_EQ(order.at("legs"), "null");
  const Answered read = ask("GET", "/v2/orders/" + order.at("id"));
  EXPECT_EQ(read.at("status"), "filled");
  EXPECT_EQ(read.at("filled_avg_price"), "200.02");
  EXPECT_EQ(ask("GET", "/v2/orders:by_client_order_id?client_order_id=one").at("id"), order.at("id"));
  const Answered position = ask("GET", "/v2/positions/AAPL");
  EXPECT_EQ(position.at("qty"), "10");
  EXPECT_EQ(position.at("avg_entry_price"), "200.02");
  EXPECT_EQ(position.at("side"), "long");
  EXPECT_EQ(ask("GET", "/v2/positions/" + position.at("asset_id")).at("symbol"), "AAPL");
  EXPECT_EQ(ask("GET", "/v2/account/activities/FILL").at("0.order_id"), order.at("id"));
}

TEST_F(ServerTest, a_repeated_client_order_id_is_refused_and_seen_in_the_request_log) {
  EXPECT_EQ(buy("1", "same").status, 200);
  const Answered again = buy("1", "same");
  EXPECT_EQ(again.status, 422);
  EXPECT_EQ(again.at("code"), "40010001");
  EXPECT_EQ(again.at("message"), "client_order_id must be unique");
  EXPECT_EQ(control("GET", "/_sim/requests").at("submissions.same"), "2");
}

TEST_F(ServerTest, an_open_list_leaves_out_the_held_stop_of_an_oco) {
  control("POST", "/_sim/position", R"({"symbol":"AAPL","qty":"10","avg_price":"190"})");
  const Answered oco =
      ask("POST", "/v2/orders",
          R"({"symbol":"AAPL","qty":"10","side":"sell","type":"limit","time_in_force":"gtc",)"
          R"("order_class":"oco","take_profit":{"limit_price":"220"},"stop_loss":{"stop_price":"180"}})");
  ASSERT_EQ(oco.status, 200) << oco.at("message");
  EXPECT_EQ(ask("GET", "/v2/orders?status=open").size(), 1U);
  const Answered all = ask("GET", "/v2/orders?status=all&nested=true&symbols=AAPL&side=sell");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.at("0.legs.0.status"), "held");
  EXPECT_EQ(all.at("0.legs.0.stop_price"), "180");
  EXPECT_EQ(ask("GET", "/v2/positions/AAPL").at("qty_available"), "0");

  const Answered refused = ask("DELETE", "/v2/positions/AAPL");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.at("code"), "40310000");
  EXPECT_EQ(refused.at("held_for_orders"), "10");

  const Answered cancelled = ask("DELETE", "/v2/orders/" + oco.at("id"));
  EXPECT_EQ(cancelled.status, 204);
  EXPECT_TRUE(cancelled.body.is_null());
  EXPECT_EQ(ask("GET", "/v2/orders?status=open").size(), 0U);
}

TEST_F(ServerTest, closing_takes_a_quantity_a_percentage_or_all) {
  control("POST", "/_sim/position", R"({"symbol":"AAPL","qty":"40","avg_price":"190"})");
  EXPECT_EQ(ask("DELETE", "/v2/positions/AAPL?qty=10").at("qty"), "10");
  EXPECT_EQ(ask("DELETE", "/v2/positions/AAPL?percentage=50").at("qty"), "15");
  EXPECT_EQ(ask("DELETE", "/v2/positions/AAPL?qty=1&percentage=50").status, 422);
  const Answered all = ask("DELETE", "/v2/positions?cancel_orders=true");
  EXPECT_EQ(all.status, 207);
  EXPECT_EQ(all.at("0.symbol"), "AAPL");
  EXPECT_EQ(all.at("0.status"), "200");
  EXPECT_EQ(all.at("0.body.qty"), "15");
  EXPECT_EQ(ask("GET", "/v2/positions").size(), 0U);
  EXPECT_EQ(ask("DELETE", "/v2/positions/AAPL").at("message"), "position does not exist");
}

TEST_F(ServerTest, activities_come_in_pages) {
  for (const char* id : {"a", "b", "c"}) {
    EXPECT_EQ(buy("1", id).status, 200);
    control("POST", "/_sim/clock", R"({"advance":1})");
  }
  const Answered first = ask("GET", "/v2/account/activities/FILL?page_size=2&direction=asc");
  ASSERT_EQ(first.size(), 2U);
  const Answered rest =
      ask("GET", "/v2/account/activities/FILL?page_size=2&direction=asc&page_token=" + first.at("1.id"));
  EXPECT_EQ(rest.size(), 1U);
  EXPECT_EQ(ask("GET", "/v2/account/activities?after=2026-01-26T15:00:01.5Z").size(), 1U);
  EXPECT_EQ(ask("GET", "/v2/account/activities?date=2026-01-26&page_size=1000").size(), 3U);
  EXPECT_EQ(ask("GET", "/v2/account/activities?date=2026-01-25").size(), 0U);
  EXPECT_EQ(ask("GET", "/v2/account/activities?page_size=101").status, 422);
  EXPECT_EQ(ask("GET", "/v2/account/activities?direction=asc&page_token=20260126100000500").size(), 2U);
  EXPECT_EQ(ask("GET", "/v2/account/activities?page_token=20260126100000500").size(), 1U);
  EXPECT_EQ(ask("GET", "/v2/account/activities?page_token=next").status, 422);
}

TEST_F(ServerTest, the_data_face_speaks_in_numbers_and_leaves_unknown_symbols_out) {
  const Answered quotes = ask("GET", "/v2/stocks/quotes/latest?symbols=AAPL,NOSUCH");
  EXPECT_EQ(json::write(*quotes.body.find("quotes")->find("AAPL")->find("bp")), "199.98");
  EXPECT_EQ(quotes.body.find("quotes")->as_object()->size(), 1U);
  EXPECT_EQ(ask("GET", "/v2/stocks/AAPL/trades/latest").at("trade.p"), "200");
  EXPECT_EQ(ask("GET", "/v2/stocks/snapshots?symbols=AAPL").at("AAPL.latestQuote.ap"), "200.02");
  EXPECT_EQ(ask("GET", "/v2/stocks/quotes/latest").status, 400);
  control("POST", "/_sim/price", R"({"symbol":"AAPL260320C00200000","bid":"5","ask":"5.2"})");
  const Answered options = ask("GET", "/v1beta1/options/snapshots?symbols=AAPL260320C00200000");
  EXPECT_EQ(options.at("snapshots.AAPL260320C00200000.latestQuote.ap"), "5.2");
  EXPECT_EQ(options.at("next_page_token"), "null");
  const Answered contract = ask("GET", "/v2/options/contracts/AAPL260320C00200000");
  EXPECT_EQ(contract.at("strike_price"), "200");
  EXPECT_EQ(contract.at("underlying_symbol"), "AAPL");
}

TEST_F(ServerTest, an_absurd_number_is_refused_and_changes_nothing) {
  const Answered order = ask("POST", "/v2/orders",
                             R"({"symbol":"AAPL","qty":"9000000000","side":"buy","type":"limit","time_in_force":"day",)"
                             R"("limit_price":"9000000000"})");
  EXPECT_EQ(order.status, 422) << order.at("message");
  EXPECT_EQ(ask("GET", "/v2/orders?status=all").size(), 0U);
  EXPECT_EQ(control("GET", "/_sim/state").at("broken_invariants"), "[]");
  EXPECT_EQ(ask("POST", "/v2/orders", "{\"symbol\":").status, 400);
}

TEST_F(ServerTest, clock_and_calendar_are_in_new_york_time) {
  const Answered clock = ask("GET", "/v2/clock");
  EXPECT_EQ(clock.at("timestamp"), "2026-01-26T10:00:00-05:00");
  EXPECT_EQ(clock.at("is_open"), "true");
  EXPECT_EQ(clock.at("next_open"), "2026-01-27T09:30:00-05:00");
  EXPECT_EQ(clock.at("next_close"), "2026-01-26T16:00:00-05:00");
  const Answered days = ask("GET", "/v2/calendar?start=2026-11-25&end=2026-11-27");
  ASSERT_EQ(days.size(), 2U);  // Thanksgiving between
  EXPECT_EQ(days.at("1.date"), "2026-11-27");
  EXPECT_EQ(days.at("1.close"), "13:00");
  EXPECT_EQ(days.at("1.session_open"), "0400");
  EXPECT_EQ(days.at("0.settlement_date"), "2026-11-27");
}

TEST_F(ServerTest, every_reply_tells_the_rate_limit_and_one_too_many_is_429) {
  ServerOptions options;
  options.trading_requests_per_minute = 3;
  serve(options, nullptr);
  const Answered first = ask("GET", "/v2/clock");
  EXPECT_EQ(*net::find_header(first.headers, "X-RateLimit-Limit"), "3");
  EXPECT_EQ(*net::find_header(first.headers, "X-RateLimit-Remaining"), "2");
  // Seven in a row are more than two minutes' worth, should a minute begin between them.
  int refused = 0;
  for (int i = 0; i < 6; ++i) refused += ask("GET", "/v2/clock").status == 429 ? 1 : 0;
  EXPECT_GE(refused, 1);
  EXPECT_EQ(ask("GET", "/v2/stocks/AAPL/snapshot").status, 200);  // counted apart
}

TEST_F(ServerTest, run_sim_says_where_it_listens_and_ends_when_told) {
  std::atomic<bool> stop = true;
  std::ostringstream out;
  SimOptions options;
  options.start = parse_timestamp("2026-01-26T15:00:00Z").value();
  options.server.speed = Ratio();
  ASSERT_TRUE(run_sim(options, out, stop).has_value());
  const auto line = json::parse(out.str());
  ASSERT_TRUE(line.has_value()) << out.str();
  EXPECT_TRUE(line->find("url")->as_string()->starts_with("http://127.0.0.1:")) << out.str();
  EXPECT_EQ(*line->find("now")->as_string(), "2026-01-26T15:00:00Z");
}

}  // namespace
}  // namespace belay::sim
