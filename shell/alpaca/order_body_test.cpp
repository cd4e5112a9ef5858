// SPDX-License-Identifier: Apache-2.0
#include "shell/alpaca/order_body.hpp"

#include <gtest/gtest.h>

namespace belay::alpaca {
namespace {

OrderRequest sale() {
  OrderRequest request;
  request.client_id = ClientOrderId("blx-0123456789abcdef-x1");
  request.symbol = "AAPL";
  request.quantity = 12.5_qty;
  return request;
}

TEST(OrderBody, OfAMarketOrderSaysNoMoreThanItMust) {
  EXPECT_EQ(order_body(sale()), R"({"symbol":"AAPL","qty":"12.5","side":"sell","type":"market","time_in_force":"day",)"
                                R"("client_order_id":"blx-0123456789abcdef-x1"})");
}

TEST(OrderBody, HasPricesAsExactText) {
  OrderRequest request = sale();
  request.type = OrderType::stop_limit;
  request.time_in_force = TimeInForce::gtc;
  request.limit_price = 0.1_price;
  request.stop_price = 201_price;
  EXPECT_EQ(order_body(request),
            R"({"symbol":"AAPL","qty":"12.5","side":"sell","type":"stop_limit","time_in_force":"gtc",)"
            R"("limit_price":"0.1","stop_price":"201","client_order_id":"blx-0123456789abcdef-x1"})");
}

TEST(OrderBody, MayBeForExtendedHoursAndStateItsIntent) {
  OrderRequest request = sale();
  request.type = OrderType::limit;
  request.limit_price = 200_price;
  request.extended_hours = true;
  request.intent = PositionIntent::sell_to_close;
  EXPECT_EQ(order_body(request),
            R"({"symbol":"AAPL","qty":"12.5","side":"sell","type":"limit","time_in_force":"day","limit_price":"200",)"
            R"("extended_hours":true,"client_order_id":"blx-0123456789abcdef-x1","position_intent":"sell_to_close"})");
}

TEST(OrderBody, OfAnOcoHasTargetAndStop) {
  OrderRequest request = sale();
  request.type = OrderType::limit;
  request.time_in_force = TimeInForce::gtc;
  request.order_class = OrderClass::oco;
  request.take_profit_limit = 220_price;
  request.stop_loss_stop = 190.5_price;
  EXPECT_EQ(order_body(request),
            R"({"symbol":"AAPL","qty":"12.5","side":"sell","type":"limit","time_in_force":"gtc",)"
            R"("client_order_id":"blx-0123456789abcdef-x1","order_class":"oco","take_profit":{"limit_price":"220"},)"
            R"("stop_loss":{"stop_price":"190.5"}})");
  request.stop_loss_limit = 190_price;
  EXPECT_TRUE(order_body(request).ends_with(R"("stop_loss":{"stop_price":"190.5","limit_price":"190"}})"));
}

}  // namespace
}  // namespace belay::alpaca
