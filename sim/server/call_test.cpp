// SPDX-License-Identifier: Apache-2.0
#include "sim/server/call.hpp"

#include <gtest/gtest.h>

#include "shell/json/parse.hpp"
#include "sim/server/rate_limit.hpp"
#include "sim/server/read_submit.hpp"
#include "sim/server/virtual_clock.hpp"

namespace belay::sim {
namespace {

TEST(Call, a_pattern_takes_its_parts_from_the_path) {
  EXPECT_EQ(match("/v2/positions/{symbol_or_asset_id}", "/v2/positions/BTC%2FUSD")->at(0), "BTC/USD");
  EXPECT_TRUE(match("/v2/orders:by_client_order_id", "/v2/orders:by_client_order_id"));
  EXPECT_FALSE(match("/v2/orders/{order_id}", "/v2/orders"));
  EXPECT_FALSE(match("/v2/orders/{order_id}", "/v2/orders/"));
  EXPECT_FALSE(match("/v2/orders/{order_id}", "/v2/orders/a/b"));
}

TEST(Call, a_query_is_read_by_what_it_should_be) {
  const Query query("symbols=A%2CB,C&nested=true&limit=0&after=2026-01-26T10:00:00-05:00&until=2026-01-26&x=y&x=z");
  EXPECT_EQ(query.list("symbols"), (std::vector<std::string>{"A", "B", "C"}));
  EXPECT_TRUE(query.flag("nested").value());
  EXPECT_FALSE(query.flag("absent").value());
  EXPECT_FALSE(query.flag("symbols"));
  EXPECT_FALSE(query.count("limit", 50));
  EXPECT_EQ(query.count("absent", 50).value(), 50);
  EXPECT_EQ(to_text(*query.time("after").value()), "2026-01-26T15:00:00Z");
  EXPECT_EQ(to_text(*query.time("until").value()), "2026-01-26T05:00:00Z");
  EXPECT_FALSE(query.time("x"));
  EXPECT_EQ(query.text("x"), "z");
}

TEST(Call, clients_write_yes_and_no_in_several_ways) {
  const Query query("a=True&b=false&c=1&d=False&e=&f=yes");
  EXPECT_TRUE(query.flag("a").value()) << "as Python writes it";
  EXPECT_TRUE(query.flag("c").value());
  for (const char* no : {"b", "d", "e", "absent"}) EXPECT_FALSE(query.flag(no).value()) << no;
  EXPECT_EQ(query.flag("f").error().message, "invalid f 'yes': use true or false");
}

TEST(Call, a_day_may_be_written_as_a_time) {
  const Query query(
      "day=2026-03-02&utc=2026-03-02T00:00:00.000Z&local=2026-03-02T23:00:00-05:00&other=2026-03-02Tnoon");
  EXPECT_EQ(*query.date("day").value(), parse_date("2026-03-02").value());
  EXPECT_EQ(*query.date("utc").value(), parse_date("2026-03-02").value()) << "as JavaScript writes days";
  EXPECT_EQ(*query.date("local").value(), parse_date("2026-03-02").value());
  EXPECT_FALSE(query.date("other"));
}

Answer<SubmitRequest> read(std::string_view body) { return read_submit(json::parse(body).value()); }

TEST(ReadSubmit, decimals_come_as_strings_or_numbers) {
  const auto request = read(R"({"symbol":"AAPL","qty":"1.5","limit_price":200.25,"side":"sell","type":"limit",
      "time_in_force":"gtc","order_class":"oco","take_profit":{"limit_price":"210"},
      "stop_loss":{"stop_price":190,"limit_price":null},"extended_hours":true,"position_intent":"sell_to_close"})");
  ASSERT_TRUE(request.has_value()) << request.error().message;
  EXPECT_EQ(request->quantity->text(), "1.5");
  EXPECT_EQ(request->limit_price->text(), "200.25");
  EXPECT_EQ(request->stop_loss_stop->text(), "190");
  EXPECT_FALSE(request->stop_loss_limit);
  EXPECT_EQ(request->order_class, OrderClass::oco);
  EXPECT_EQ(request->intent, PositionIntent::sell_to_close);
  EXPECT_TRUE(request->extended_hours);
}

TEST(ReadSubmit, what_cannot_be_read_is_refused_by_name) {
  EXPECT_EQ(read(R"({"qty":"many"})").error().message, "qty must be a decimal number with at most nine decimals");
  EXPECT_EQ(read(R"({"symbol":5})").error().message, "symbol must be a string");
  EXPECT_EQ(read(R"({"extended_hours":"yes"})").error().message, "extended_hours must be true or false");
  EXPECT_EQ(read(R"({"stop_loss":{"stop_price":[]}})").error().http_status, 422);
  EXPECT_EQ(read(R"([])").error().http_status, 400);
}

TEST(VirtualClock, runs_at_its_speed_from_where_it_was_set) {
  const VirtualClock::Real real{};
  VirtualClock clock(Timestamp{0}, Ratio::whole(60), real);
  EXPECT_EQ(clock.now(real + std::chrono::seconds(2)).nanos, 120'000'000'000);
  clock.set_speed(Ratio(), real + std::chrono::seconds(2));
  EXPECT_EQ(clock.now(real + std::chrono::hours(2)).nanos, 120'000'000'000);
  clock.set(Timestamp{5}, real);
  EXPECT_EQ(clock.now(real + std::chrono::hours(2)).nanos, 5);
}

TEST(RateLimit, counts_anew_each_minute) {
  RateLimit limit(2);
  EXPECT_TRUE(limit.take(60));
  EXPECT_TRUE(limit.take(61));
  EXPECT_FALSE(limit.take(119));
  EXPECT_EQ(limit.remaining(), 0);
  EXPECT_EQ(limit.reset(), 120);
  EXPECT_TRUE(limit.take(120));
  RateLimit unlimited(0);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(unlimited.take(0));
}

}  // namespace
}  // namespace belay::sim
