// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "sim/server/server_fixture.hpp"

namespace belay::sim {
namespace {

/// Orders over HTTP, in the words of trading.yaml.
class OrderRoutes : public ServerTest {
 protected:
  Answered post(const std::string& body) { return ask("POST", "/v2/orders", body); }
  std::string resting_buy(std::string_view limit, std::string_view symbol = "AAPL") {
    const Answered order = post(R"({"symbol":")" + std::string(symbol) +
                                R"(","qty":"10","side":"buy","type":"limit","time_in_force":"day","limit_price":")" +
                                std::string(limit) + R"("})");
    EXPECT_EQ(order.status, 200) << order.at("message");
    return order.at("id");
  }
  std::string ids_of(const std::string& query) {
    const Answered listed = ask("GET", "/v2/orders?" + query);
    EXPECT_EQ(listed.status, 200) << listed.at("message");
    std::string ids;
    for (std::size_t i = 0; i < listed.size(); ++i) ids += listed.at(std::to_string(i) + ".id") + " ";
    return ids;
  }
  std::string status_of(const std::string& id) { return ask("GET", "/v2/orders/" + id).at("status"); }
};

TEST_F(OrderRoutes, a_patch_answers_with_the_new_order) {
  const std::string old = resting_buy("190");
  const Answered next = ask("PATCH", "/v2/orders/" + old,
                            R"({"qty":"12","limit_price":191.5,"time_in_force":"gtc","client_order_id":"mine"})");
  ASSERT_EQ(next.status, 200) << next.at("message");
  EXPECT_EQ(next.at("replaces"), old);
  EXPECT_EQ(next.at("client_order_id"), "mine");
  EXPECT_EQ(next.at("qty"), "12");
  EXPECT_EQ(next.at("limit_price"), "191.5");
  EXPECT_EQ(next.at("time_in_force"), "gtc");
  const Answered before = ask("GET", "/v2/orders/" + old);
  EXPECT_EQ(before.at("status"), "replaced");
  EXPECT_EQ(before.at("replaced_by"), next.at("id"));
  EXPECT_EQ(status_of(next.at("id")), "new");
}

TEST_F(OrderRoutes, a_patch_that_makes_no_sense_is_refused_in_words) {
  const std::string old = resting_buy("190");
  const auto refusal = [&](const std::string& body) { return ask("PATCH", "/v2/orders/" + old, body); };
  EXPECT_EQ(refusal(R"({"limit_price":"190"})").at("message"), "order parameters are not changed");
  EXPECT_EQ(refusal(R"({"limit_price":"190"})").status, 422);
  EXPECT_EQ(refusal(R"({"limit_price":"much"})").status, 422);
  EXPECT_EQ(refusal(R"({"time_in_force":"whenever"})").at("message"), "invalid time_in_force");
  EXPECT_EQ(refusal(R"({"notional":"100"})").at("message"), "notional cannot be changed");
  EXPECT_EQ(refusal("[1]").status, 400);
  EXPECT_EQ(ask("PATCH", "/v2/orders/nobody", R"({"qty":"1"})").status, 404);
}

TEST_F(OrderRoutes, exits_that_cannot_be_read_are_not_left_out) {
  const std::string head = R"({"symbol":"AAPL","qty":"1","side":"buy","type":"market","time_in_force":"gtc",)";
  for (const std::string exits : {R"("take_profit":"210")", R"("take_profit":["210"])", R"("stop_loss":190)",
                                  R"("order_class":"bracket","take_profit":{"limit_price":"210"},"stop_loss":"190")",
                                  R"("order_class":"oto","stop_loss":{"stop_price":[190]})", R"("legs":{})"}) {
    EXPECT_EQ(post(head + exits + "}").status, 422) << exits;
  }
  EXPECT_EQ(post(head + R"("take_profit":"210"})").at("message"), "take_profit must be an object");
  EXPECT_EQ(ask("GET", "/v2/orders?status=all").size(), 0U);
  // What is left out in words is left out; what is unknown is nobody's business.
  EXPECT_EQ(post(head + R"("take_profit":null,"limit_price":"","stop_price":"","colour":"red"})").status, 200);
}

TEST_F(OrderRoutes, a_trailing_stop_shows_its_trail) {
  control("POST", "/_sim/position", R"({"symbol":"AAPL","qty":10,"avg_price":190})");
  const Answered order = post(R"({"symbol":"AAPL","qty":"10","side":"sell","type":"trailing_stop",)"
                              R"("time_in_force":"gtc","trail_percent":"1.5"})");
  ASSERT_EQ(order.status, 200) << order.at("message");
  EXPECT_EQ(order.at("trail_percent"), "1.5");
  EXPECT_EQ(order.at("trail_price"), "null");
  EXPECT_EQ(order.at("hwm"), "200");
  EXPECT_EQ(order.at("stop_price"), "197");
  const Answered next = ask("PATCH", "/v2/orders/" + order.at("id"), R"({"trail":"2"})");
  EXPECT_EQ(next.at("trail_percent"), "2");
  EXPECT_EQ(ask("GET", "/v2/orders/" + next.at("id")).at("stop_price"), "196");
}

TEST_F(OrderRoutes, orders_are_listed_by_asset_class) {
  control("POST", "/_sim/price", R"({"symbol":"AAPL260320C00200000","bid":"5","ask":"5.1"})");
  const std::string stock = resting_buy("190");
  const std::string option = resting_buy("4", "AAPL260320C00200000");
  EXPECT_EQ(ids_of("asset_class=us_equity"), stock + " ");
  EXPECT_EQ(ids_of("asset_class=us_option"), option + " ");
  EXPECT_EQ(ids_of("asset_class=us_option&symbols=AAPL"), option + " ");
  EXPECT_EQ(ids_of("symbols=AAPL"), stock + " ");
  EXPECT_EQ(ids_of("asset_class=us_option,us_equity"), option + " " + stock + " ");
  EXPECT_EQ(ids_of("asset_class=all"), option + " " + stock + " ");
  EXPECT_EQ(ids_of("asset_class=treasury"), "");
  EXPECT_EQ(ask("GET", "/v2/orders?asset_class=houses").status, 422);
}

TEST_F(OrderRoutes, pages_go_by_the_ids_of_orders_also_within_one_moment) {
  std::vector<std::string> ids;
  for (const char* limit : {"180", "181", "182", "183"}) ids.push_back(resting_buy(limit));
  EXPECT_EQ(ids_of("after_order_id=" + ids[1]), ids[3] + " " + ids[2] + " ");
  EXPECT_EQ(ids_of("before_order_id=" + ids[2]), ids[1] + " " + ids[0] + " ");
  EXPECT_EQ(ids_of("before_order_id=" + ids[3] + "&limit=2"), ids[2] + " " + ids[1] + " ");
  EXPECT_EQ(ids_of("after_order_id=" + ids[0] + "&limit=2&direction=asc"), ids[1] + " " + ids[2] + " ");
  EXPECT_EQ(ids_of("after_order_id=" + ids[3]), "");
  EXPECT_EQ(ask("GET", "/v2/orders?after_order_id=" + ids[0] + "&before_order_id=" + ids[1]).status, 422);
  EXPECT_EQ(ask("GET", "/v2/orders?after_order_id=" + ids[0] + "&until=2026-01-27").status, 422);
  EXPECT_EQ(ask("GET", "/v2/orders?after_order_id=nobody").status, 422);
}

TEST_F(OrderRoutes, behaviour_makes_cancels_and_replacements_take_their_time) {
  control("POST", "/_sim/behaviour", R"({"cancel_delay_ms":2000,"replace_delay_ms":3000})");
  const std::string canceled = resting_buy("190");
  const std::string replaced = resting_buy("191");
  EXPECT_EQ(ask("DELETE", "/v2/orders/" + canceled).status, 204);
  const Answered next = ask("PATCH", "/v2/orders/" + replaced, R"({"limit_price":"189"})");
  EXPECT_EQ(status_of(canceled), "pending_cancel");
  EXPECT_EQ(status_of(replaced), "pending_replace");
  const Answered all = ask("DELETE", "/v2/orders");
  EXPECT_EQ(all.status, 207);
  EXPECT_EQ(all.at("0.status"), "422");
  control("POST", "/_sim/clock", R"({"advance":"2s"})");
  EXPECT_EQ(status_of(canceled), "canceled");
  EXPECT_EQ(status_of(replaced), "pending_replace");
  control("POST", "/_sim/clock", R"({"advance":"1s"})");
  EXPECT_EQ(status_of(replaced), "replaced");
  EXPECT_EQ(status_of(next.at("id")), "new");
  EXPECT_EQ(ask("POST", "/_sim/behaviour", R"({"cancel_delay_ms":-1})").status, 422);
  EXPECT_EQ(ask("POST", "/_sim/behaviour", R"({"positions_lag_ms":10001})").status, 422);
}

TEST_F(OrderRoutes, faults_of_orders_wait_are_used_up_and_released) {
  control("POST", "/_sim/order_fault", R"({"kind":"cancel_stuck","symbol":"AAPL","order_type":"limit"})");
  EXPECT_EQ(control("GET", "/_sim/state").at("order_faults.0.kind"), "cancel_stuck");
  const std::string order = resting_buy("190");
  EXPECT_EQ(ask("DELETE", "/v2/orders/" + order).status, 204);
  control("POST", "/_sim/clock", R"({"advance":"2h"})");
  EXPECT_EQ(status_of(order), "pending_cancel");
  control("DELETE", "/_sim/order_fault");
  EXPECT_EQ(status_of(order), "canceled");
  EXPECT_EQ(ask("POST", "/_sim/order_fault", R"({"kind":"bad_luck"})").status, 422);
  EXPECT_EQ(ask("POST", "/_sim/order_fault", R"({"kind":"cancel_stuck","order_type":"odd"})").status, 422);
  EXPECT_EQ(ask("POST", "/_sim/order_fault", R"({"kind":"cancel_stuck","times":0})").status, 422);
}

TEST_F(OrderRoutes, positions_may_be_late_vanish_and_be_reserved_for_nothing) {
  control("POST", "/_sim/behaviour", R"({"positions_lag_ms":8000})");
  EXPECT_EQ(buy("10", "a").status, 200);
  EXPECT_EQ(ask("GET", "/v2/positions").size(), 0U);
  EXPECT_EQ(ask("GET", "/v2/positions/AAPL").status, 404);
  control("POST", "/_sim/clock", R"({"advance":"8s"})");
  EXPECT_EQ(ask("GET", "/v2/positions").at("0.qty"), "10");
  control("POST", "/_sim/behaviour", R"({"positions_lag_ms":0,"vanished_positions":["AAPL"]})");
  EXPECT_EQ(ask("GET", "/v2/positions").size(), 0U);
  control("POST", "/_sim/behaviour", R"({"vanished_positions":[]})");
  control("POST", "/_sim/reservation", R"({"symbol":"AAPL","qty":10})");
  EXPECT_EQ(ask("GET", "/v2/positions/AAPL").at("qty_available"), "0");
  const Answered closing = ask("DELETE", "/v2/positions/AAPL");
  EXPECT_EQ(closing.status, 403);
  EXPECT_EQ(ask("GET", "/v2/orders/" + closing.at("related_orders.0")).status, 404);
  control("DELETE", "/_sim/order_fault");
  EXPECT_EQ(ask("GET", "/v2/positions/AAPL").at("qty_available"), "10");
}

TEST_F(OrderRoutes, the_last_execution_may_be_corrected_and_undone) {
  EXPECT_EQ(buy("10", "a").status, 200);
  EXPECT_EQ(control("POST", "/_sim/execution", R"({"price":"199","qty":"8"})").at("order.filled_qty"), "8");
  EXPECT_EQ(ask("GET", "/v2/positions/AAPL").at("avg_entry_price"), "199");
  control("POST", "/_sim/execution", R"({"qty":0})");
  EXPECT_EQ(ask("GET", "/v2/positions/AAPL").status, 404);
  EXPECT_EQ(ask("GET", "/v2/account/activities").size(), 0U);
  EXPECT_EQ(ask("POST", "/_sim/execution", R"({"qty":0})").status, 422);
  EXPECT_EQ(ask("POST", "/_sim/execution", R"({})").status, 422);
}

}  // namespace
}  // namespace belay::sim
