// SPDX-License-Identifier: Apache-2.0
// Multi-leg orders over the wire (alpaca.md 2, Null / shape rules; 6.1).
#include <gtest/gtest.h>

#include "sim/server/server_fixture.hpp"
#include "sim/server/wire_stream.hpp"

namespace belay::sim {
namespace {

constexpr auto kSpread = R"({"order_class":"mleg","qty":"2","type":"limit","limit_price":"3.20","time_in_force":"day",
  "legs":[{"symbol":"AAPL260220C00200000","ratio_qty":"1","side":"buy","position_intent":"buy_to_open"},
          {"symbol":"AAPL260220C00210000","ratio_qty":"1","side":"sell","position_intent":"sell_to_open"}]})";

class MultiLegWire : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    control("POST", "/_sim/price", R"({"symbol":"AAPL260220C00200000","bid":"5.00","ask":"5.20"})");
    control("POST", "/_sim/price", R"({"symbol":"AAPL260220C00210000","bid":"2.00","ask":"2.10"})");
  }
};

TEST_F(MultiLegWire, ParentAndLegsHaveTheirOwnShapes) {
  const Answered sent = ask("POST", "/v2/orders", kSpread);
  ASSERT_EQ(sent.status, 200) << sent.at("message");
  const Answered order = ask("GET", "/v2/orders/" + sent.at("id"));
  EXPECT_EQ(order.at("symbol"), "");
  EXPECT_EQ(order.at("asset_id"), "");
  EXPECT_EQ(order.at("asset_class"), "");
  EXPECT_EQ(order.at("side"), "");
  EXPECT_EQ(order.at("order_class"), "mleg");
  EXPECT_EQ(order.at("type"), "limit");
  EXPECT_EQ(order.at("position_intent"), "(absent)");
  EXPECT_EQ(order.at("filled_avg_price"), "3.2");
  EXPECT_EQ(order.at("legs.1.symbol"), "AAPL260220C00210000");
  EXPECT_EQ(order.at("legs.1.asset_class"), "us_option");
  EXPECT_EQ(order.at("legs.1.side"), "sell");
  EXPECT_EQ(order.at("legs.1.position_intent"), "sell_to_open");
  EXPECT_EQ(order.at("legs.1.type"), "");
  EXPECT_EQ(order.at("legs.1.order_type"), "");
  EXPECT_EQ(order.at("legs.1.order_class"), "mleg");
  EXPECT_EQ(order.at("legs.1.qty"), "2");
  EXPECT_EQ(order.at("legs.1.ratio_qty"), "1");
  EXPECT_EQ(order.at("legs.1.filled_avg_price"), "2");
  EXPECT_EQ(order.at("legs.1.limit_price"), "null");
  EXPECT_EQ(order.at("legs.1.legs"), "null");
  EXPECT_EQ(ask("GET", "/v2/orders?status=all").size(), 1u);
  EXPECT_EQ(ask("GET", "/v2/orders?status=all").at("0.legs.0.symbol"), "AAPL260220C00200000");
}

TEST_F(MultiLegWire, RefusalsAreTheBrokers) {
  const Answered one = ask("POST", "/v2/orders",
                           R"({"order_class":"mleg","qty":"1","type":"market","time_in_force":"day",
                               "legs":[{"symbol":"AAPL260220C00200000","ratio_qty":"1","side":"buy"}]})");
  EXPECT_EQ(one.status, 422);
  EXPECT_EQ(one.at("code"), "42210000");
  EXPECT_EQ(one.at("message"), "mleg orders must have at least 2 legs and at most 4 legs");
  const Answered odd = ask("POST", "/v2/orders", R"({"order_class":"mleg","legs":"none","type":"market"})");
  EXPECT_EQ(odd.status, 422);
  EXPECT_EQ(odd.at("message"), "legs must be a list");
}

TEST(MultiLegStream, AFillTellsEachLegsExecutionAndPosition) {
  OrderEvent event;
  event.type = OrderEventType::fill;
  event.order.order_class = OrderClass::mleg;
  event.price = 3.2_price;
  event.quantity = 2_qty;
  event.legs = {{"execution-1", OrderId("leg-1"), "AAPL260220C00200000", 5.2_price, 2_qty, 2_qty},
                {"execution-2", OrderId("leg-2"), "AAPL260220C00210000", 2_price, 2_qty, -(2_qty)}};
  Answered update;
  update.body = wire_update(event);
  EXPECT_EQ(update.at("data.price"), "3.2");
  EXPECT_EQ(update.at("data.position_qty"), "(absent)");
  EXPECT_EQ(update.at("data.position_qtys.AAPL260220C00210000"), "-2");
  EXPECT_EQ(update.at("data.legs.0.execution_id"), "execution-1");
  EXPECT_EQ(update.at("data.legs.1.order_id"), "leg-2");
  EXPECT_EQ(update.at("data.legs.1.price"), "2");
  EXPECT_EQ(update.at("data.legs.1.symbol"), "AAPL260220C00210000");
}

}  // namespace
}  // namespace belay::sim
