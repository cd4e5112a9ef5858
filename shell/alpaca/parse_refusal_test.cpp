// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "shell/alpaca/parse.hpp"

namespace belay::alpaca {
namespace {

TEST(Refusal, NamesTheOrdersThatHoldTheShares) {
  const auto refusal =
      parse_refusal(R"({"available":"0","code":40310000,"existing_qty":"35","held_for_orders":"35",)"
                    R"_("message":"insufficient qty available for order (requested: 35, available: 0)",)_"
                    R"("related_orders":["a1","b2"],"symbol":""})");
  EXPECT_TRUE(refusal.is_json);
  EXPECT_EQ(refusal.code, 40310000);
  EXPECT_EQ(refusal.message, "insufficient qty available for order (requested: 35, available: 0)");
  EXPECT_EQ(refusal.related_orders, (std::vector{OrderId("a1"), OrderId("b2")}));
  EXPECT_EQ(refusal.available, 0_qty);
  EXPECT_EQ(parse_refusal(R"({"available":"12.5","code":40310000})").available, 12.5_qty);
  EXPECT_FALSE(parse_refusal(R"({"available":"some","code":40310000})").available);
}

TEST(Refusal, OfAWashTradeNamesTheOrderInTheWay) {
  const auto refusal = parse_refusal(
      R"({"code":40310000,"existing_order_id":"c3","message":"potential wash trade detected. use complex orders",)"
      R"("reject_reason":"opposite side market/stop order exists"})");
  EXPECT_EQ(refusal.related_orders, std::vector{OrderId("c3")});
}

TEST(Refusal, MayLackCodeOrMessage) {
  EXPECT_EQ(parse_refusal(R"({"message":"unauthorized."})").code, 0);
  EXPECT_EQ(parse_refusal(R"({"message":"unauthorized."})").message, "unauthorized.");
  EXPECT_EQ(parse_refusal(R"({"code":"42210000"})").code, 42210000);
  EXPECT_EQ(parse_refusal(R"({"code":42210000})").message, "");
  EXPECT_EQ(parse_refusal(R"({"code":{},"message":[],"related_orders":"x"})").code, 0);
  EXPECT_TRUE(parse_refusal("{}").is_json);
}

TEST(Refusal, InHtmlIsItsText) {
  const auto refusal = parse_refusal(
      "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n"
      "<center><h1>401 Authorization Required</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n");
  EXPECT_FALSE(refusal.is_json);
  EXPECT_EQ(refusal.code, 0);
  EXPECT_EQ(refusal.message, "401 Authorization Required 401 Authorization Required nginx");
}

TEST(Refusal, IsOneShortLine) {
  const auto refusal = parse_refusal("first\nsecond\x1b[31m\t " + std::string(5000, 'x'));
  EXPECT_TRUE(refusal.message.starts_with("first second [31m xxx")) << refusal.message;
  EXPECT_EQ(refusal.message.size(), 200u);
  EXPECT_EQ(parse_refusal("{\"message\":\"a\\nb\\u0007c\"}").message, "a b c");
  EXPECT_EQ(parse_refusal("").message, "");
}

TEST(Refusal, IsNotCutInsideACharacter) {
  const auto refusal = parse_refusal(std::string(199, 'x') + "\xE2\x82\xAC");
  EXPECT_EQ(refusal.message, std::string(199, 'x'));
}

}  // namespace
}  // namespace belay::alpaca
