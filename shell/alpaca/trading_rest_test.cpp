// SPDX-License-Identifier: Apache-2.0
#include "shell/alpaca/trading_rest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "shell/alpaca/scripted_api.hpp"

namespace belay::alpaca {
namespace {

using net::HttpRequest;
using net::HttpResponse;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using Kind = BrokerError::Kind;

constexpr Duration kFresh = seconds(5);
constexpr const char* kClock = R"({"timestamp":"2026-01-26T12:00:00-05:00","is_open":true,
    "next_open":"2026-01-27T09:30:00-05:00","next_close":"2026-01-26T16:00:00-05:00"})";
constexpr const char* kNginx401 =
    "<html><head><title>401 Authorization Required</title></head><body>nginx</body></html>";

std::string order_json(const std::string& id, const std::string& submitted_at = "2026-01-26T15:00:00Z") {
  return R"({"id":")" + id + R"(","client_order_id":"c-)" + id + R"(","symbol":"AAPL","side":"sell","type":"market",)" +
         R"("time_in_force":"day","status":"new","qty":"1","filled_qty":"0","submitted_at":")" + submitted_at + "\"}";
}

OrderRequest sale() {
  OrderRequest request;
  request.client_id = ClientOrderId("blx-0123456789abcdef-x1");
  request.symbol = "AAPL";
  request.quantity = 1_qty;
  return request;
}

/// Answers with each of these in turn, then with the last one for ever.
ScriptedApi::Script in_turn(std::vector<net::HttpAnswer> answers) {
  return [answers = std::move(answers), next = std::size_t{0}](const HttpRequest&) mutable {
    return answers[std::min(next++, answers.size() - 1)];
  };
}

HttpResponse limited(int reset_in) {
  return {429,
          {{"X-RateLimit-Limit", "200"},
           {"X-RateLimit-Remaining", "0"},
           {"X-RateLimit-Reset", std::to_string(784111777 + reset_in)},
           {"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}},
          R"({"code":42910000,"message":"rate limit exceeded"})"};
}

TEST(Request, CarriesTheKeysInItsHeaders) {
  ScriptedApi api(in_turn({HttpResponse{200, {}, kClock}}));
  ASSERT_TRUE(api.broker().clock());
  const auto request = api.requests().at(0);
  ASSERT_NE(request.header("APCA-API-KEY-ID"), nullptr);
  EXPECT_EQ(*request.header("APCA-API-KEY-ID"), ScriptedApi::kKey);
  EXPECT_EQ(*request.header("APCA-API-SECRET-KEY"), ScriptedApi::kSecret);
  EXPECT_EQ(request.target, "/v2/clock");
  EXPECT_EQ(api.broker().calls(), 1u);
}

TEST(Errors, NeverRepeatAKey) {
  const std::string leak = std::string("key ") + ScriptedApi::kKey + " secret " + ScriptedApi::kSecret + "!";
  for (const auto& answer :
       {HttpResponse{401, {}, R"({"message":")" + leak + "\"}"}, HttpResponse{401, {}, "<p>" + leak + "</p>"},
        HttpResponse{200, {}, R"({"timestamp":")" + leak + "\"}"}}) {
    ScriptedApi api(in_turn({answer}));
    const auto error = api.broker().clock().error();
    EXPECT_THAT(error.message, HasSubstr("[hidden]"));
    EXPECT_EQ(error.message.find(ScriptedApi::kKey), std::string::npos);
    EXPECT_EQ(error.message.find(ScriptedApi::kSecret), std::string::npos);
  }
}

TEST(Errors, SayWhatBecameOfTheRequest) {
  struct Case {
    int status;
    std::string body;
    Kind kind;
    std::int64_t code;
  };
  for (const Case& one : {
           Case{401, R"({"message":"unauthorized."})", Kind::unauthorized, 0},
           Case{401, kNginx401, Kind::unauthorized, 0},
           Case{403, R"({"code":40110000,"message":"access key verification failed"})", Kind::unauthorized, 40110000},
           Case{403, R"({"code":40310000,"message":"insufficient buying power"})", Kind::rejected, 40310000},
           Case{403, R"({"code":40310100,"message":"trade denied due to pattern day trading protection"})",
                Kind::rejected, 40310100},
           Case{404, R"({"code":40410000,"message":"position does not exist"})", Kind::not_found, 40410000},
           Case{404, "<html>404</html>", Kind::unknown, 0},  // not the broker's word
           Case{422, R"({"code":40010001,"message":"client_order_id must be unique"})", Kind::rejected, 40010001},
           Case{422, R"({"message":"qty must be > 0"})", Kind::rejected, 0},
           Case{500, R"({"code":50010000,"message":"internal server error occurred"})", Kind::unknown, 50010000},
           Case{200, "<html>maintenance</html>", Kind::unknown, 0},
           Case{302, "", Kind::unknown, 0},
       }) {
    ScriptedApi api(in_turn({HttpResponse{one.status, {}, one.body}}));
    const auto error = api.broker().close_position("AAPL", std::nullopt).error();
    EXPECT_EQ(error.kind, one.kind) << one.status << " " << one.body << " " << error.message;
    EXPECT_EQ(error.http_status, one.status);
    EXPECT_EQ(error.code, one.code);
    EXPECT_FALSE(error.message.empty());
    EXPECT_EQ(api.requests().size(), 1u) << one.body;
  }
}

TEST(Submit, SendsTheOrderOnce) {
  ScriptedApi api(in_turn({HttpResponse{200, {}, order_json("o1")}}));
  const auto order = api.broker().submit(sale(), kFresh);
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ(order->id, OrderId("o1"));
  const auto request = api.requests().at(0);
  EXPECT_EQ(request.method + " " + request.target, "POST /v2/orders");
  EXPECT_EQ(*request.header("Content-Type"), "application/json");
  EXPECT_THAT(request.body, HasSubstr(R"("client_order_id":"blx-0123456789abcdef-x1")"));
}

TEST(Submit, IsNeverRepeatedOnceItMayHaveBeenDone) {
  for (const net::HttpAnswer& answer :
       {net::HttpAnswer(HttpResponse{504, {}, "<html>504 Gateway Time-out</html>"}),
        net::HttpAnswer(HttpResponse{503, {}, ""}), net::HttpAnswer(HttpResponse{502, {}, "{}"}),
        net::HttpAnswer(HttpResponse{500, {}, R"({"code":50010000,"message":"internal server error occurred"})"}),
        net::HttpAnswer(HttpResponse{200, {}, R"({"id":"o1"})"}), net::HttpAnswer(HttpResponse{200, {}, "{"}),
        net::HttpAnswer(net::Drop{})}) {
    ScriptedApi api(in_turn({answer, HttpResponse{200, {}, order_json("twice")}}));
    const auto order = api.broker().submit(sale(), kFresh);
    ASSERT_FALSE(order);
    EXPECT_EQ(order.error().kind, Kind::unknown) << order.error().message;
    EXPECT_EQ(api.requests().size(), 1u) << order.error().message;
    EXPECT_EQ(api.broker().calls(), 1u);
  }
}

TEST(ClosePosition, IsNeverRepeatedEither) {
  ScriptedApi api(in_turn({HttpResponse{504, {}, ""}, HttpResponse{200, {}, order_json("twice")}}));
  EXPECT_EQ(api.broker().close_position("BTC/USD", 0.5_qty).error().kind, Kind::unknown);
  EXPECT_THAT(api.asked(), ElementsAre("DELETE /v2/positions/BTC%2FUSD?qty=0.5"));
}

TEST(Submit, IsUnreachableIfNothingWasSent) {
  ScriptedApi api(in_turn({HttpResponse{200, {}, order_json("o1")}}));
  api.stop();
  EXPECT_EQ(api.broker().submit(sale(), kFresh).error().kind, Kind::unreachable);
  EXPECT_EQ(api.pace().waits().size(), 1u);  // tried twice
  EXPECT_EQ(api.broker().clock().error().kind, Kind::unreachable);
  EXPECT_EQ(api.pace().waits().size(), 4u);  // a read four times
}

TEST(Submit, WaitsAfterA429AsToldAndThenSendsAgain) {
  ScriptedApi api(in_turn({limited(3), HttpResponse{200, {}, order_json("o1")}}));
  ASSERT_TRUE(api.broker().submit(sale(), kFresh));
  EXPECT_EQ(api.requests().size(), 2u);
  const auto waits = api.pace().waits();
  ASSERT_EQ(waits.size(), 1u);
  EXPECT_GE(waits[0], Duration(seconds(4)));
  EXPECT_LT(waits[0], Duration(seconds(5)));
}

TEST(Submit, IsNotSentOnADecisionThatHasGrownTooOld) {
  ScriptedApi api(in_turn({limited(7), HttpResponse{200, {}, order_json("o1")}}));
  const auto error = api.broker().submit(sale(), kFresh).error();
  EXPECT_EQ(error.kind, Kind::rate_limited);
  EXPECT_EQ(error.retry_after, Duration(seconds(8)));
  EXPECT_EQ(api.requests().size(), 1u);
  EXPECT_TRUE(api.pace().waits().empty());
}

TEST(Submit, IsRateLimitedAfterTwoRepetitions) {
  ScriptedApi api(in_turn({limited(0)}));
  const auto error = api.broker().submit(sale(), kFresh).error();
  EXPECT_EQ(error.kind, Kind::rate_limited);
  EXPECT_EQ(error.code, 42910000);
  EXPECT_THAT(error.message, HasSubstr("rate limit exceeded"));
  EXPECT_EQ(api.requests().size(), 3u);
}

TEST(Submit, IsRateLimitedAtOnceIfTheWaitIsBeyondItsDeadline) {
  ScriptedApi api(in_turn({limited(50)}));
  EXPECT_EQ(api.broker().submit(sale(), kFresh).error().kind, Kind::rate_limited);
  EXPECT_EQ(api.requests().size(), 1u);
  EXPECT_TRUE(api.pace().waits().empty());
  // Nothing is even tried until the broker takes requests again.
  EXPECT_EQ(api.broker().clock().error().kind, Kind::rate_limited);
  EXPECT_EQ(api.requests().size(), 1u);
}

TEST(Submit, TakesNotFoundForANo) {
  ScriptedApi api(in_turn({HttpResponse{404, {}, R"({"code":40410000,"message":"symbol not found: X"})"}}));
  EXPECT_EQ(api.broker().submit(sale(), kFresh).error().kind, Kind::rejected);
}

TEST(Submit, NamesTheOrdersThatHoldTheShares) {
  ScriptedApi api(in_turn({HttpResponse{403, {}, R"_({"available":"0","code":40310000,"existing_qty":"35",
      "held_for_orders":"35","message":"insufficient qty available for order (requested: 35, available: 0)",
      "related_orders":["a1"],"symbol":"AAPL"})_"}}));
  const auto error = api.broker().submit(sale(), kFresh).error();
  EXPECT_EQ(error.message, "insufficient qty available for order (requested: 35, available: 0)");
  EXPECT_THAT(error.related_orders, ElementsAre(OrderId("a1")));
}

TEST(Reads, AreRepeatedThreeTimes) {
  for (const int status : {429, 502, 503, 504}) {
    ScriptedApi api(in_turn({HttpResponse{status, {}, ""}, HttpResponse{status, {}, ""}, HttpResponse{status, {}, ""},
                             HttpResponse{200, {}, kClock}}));
    EXPECT_TRUE(api.broker().clock()) << status;
    EXPECT_EQ(api.requests().size(), 4u);
    EXPECT_EQ(api.pace().waits().size(), 3u);
  }
  ScriptedApi api(in_turn({HttpResponse{503, {}, ""}}));
  EXPECT_EQ(api.broker().clock().error().kind, Kind::unknown);
  EXPECT_EQ(api.requests().size(), 4u);
}

TEST(Reads, AreNotRepeatedWhereItWouldNotHelp) {
  for (const int status : {400, 401, 403, 404, 422, 500}) {
    ScriptedApi api(in_turn({HttpResponse{status, {}, "{}"}}));
    EXPECT_FALSE(api.broker().clock());
    EXPECT_EQ(api.requests().size(), 1u) << status;
  }
}

TEST(Reads, StandBackWhereOnlyTheReserveIsLeft) {
  ScriptedApi api([](const HttpRequest& request) -> HttpResponse {
    return {200,
            {{"X-RateLimit-Limit", "200"},
             {"X-RateLimit-Remaining", "40"},
             {"X-RateLimit-Reset", std::to_string(784111777 + 40)},
             {"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}},
            request.target == "/v2/clock" ? kClock : order_json("o1")};
  });
  ASSERT_TRUE(api.broker().clock());
  const auto refused = api.broker().clock();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::rate_limited);
  EXPECT_TRUE(api.broker().submit(sale(), kFresh));
  EXPECT_TRUE(api.broker().order_by_client_id(sale().client_id));
  EXPECT_TRUE(api.broker().cancel(OrderId("o1")));
  EXPECT_TRUE(api.broker().close_position("AAPL", std::nullopt));
  EXPECT_EQ(api.requests().size(), 5u);
  EXPECT_TRUE(api.pace().waits().empty());

  api.pace().pass(seconds(30));  // ten to go: within a read's deadline
  EXPECT_TRUE(api.broker().clock());
  EXPECT_EQ(api.pace().waits().size(), 1u);
}

TEST(Cancel, IsRepeatedOnlyIfItWasCertainlyNotDone) {
  ScriptedApi limited_once(in_turn({limited(1), HttpResponse{204, {}, ""}}));
  EXPECT_TRUE(limited_once.broker().cancel(OrderId("o1")));
  EXPECT_THAT(limited_once.asked(), ElementsAre("DELETE /v2/orders/o1", "DELETE /v2/orders/o1"));

  ScriptedApi broken(in_turn({HttpResponse{503, {}, ""}, HttpResponse{204, {}, ""}}));
  EXPECT_EQ(broken.broker().cancel(OrderId("o1")).error().kind, Kind::unknown);
  EXPECT_EQ(broken.requests().size(), 1u);

  ScriptedApi filled(
      in_turn({HttpResponse{422, {}, R"({"code":42210000,"message":"order is already in \"filled\" state"})"}}));
  EXPECT_EQ(filled.broker().cancel(OrderId("o1")).error().kind, Kind::rejected);
}

TEST(Orders, AreAskedForByIdAndClientId) {
  ScriptedApi api(in_turn({HttpResponse{200, {}, order_json("o1")}}));
  EXPECT_EQ(api.broker().order(OrderId("o1"))->id, OrderId("o1"));
  EXPECT_EQ(api.broker().order_by_client_id(ClientOrderId("blx-1-x1"))->id, OrderId("o1"));
  EXPECT_THAT(api.asked(), ElementsAre("GET /v2/orders/o1?nested=true",
                                       "GET /v2/orders:by_client_order_id?client_order_id=blx-1-x1"));
}

TEST(Positions, AreUnknownIfOneCannotBeRead) {
  ScriptedApi api(in_turn({HttpResponse{200, {}, R"([{"symbol":"AAPL","qty":"1","side":"long","avg_entry_price":"1"},
      {"symbol":"MSFT","qty":"NaN","side":"long","avg_entry_price":"1"}])"}}));
  const auto error = api.broker().positions().error();
  EXPECT_EQ(error.kind, Kind::unknown);
  EXPECT_THAT(error.message, HasSubstr("GET /v2/positions cannot be read: position 2 of 2 (MSFT)"));
}

TEST(Calendar, IsOfTheDaysAskedFor) {
  ScriptedApi api(in_turn({HttpResponse{200, {}, R"([{"date":"2026-01-23","open":"09:30","close":"16:00"},
      {"date":"2026-01-26","open":"09:30","close":"16:00"}])"}}));
  const auto days = api.broker().calendar(parse_date("2026-01-24").value(), parse_date("2026-01-30").value());
  ASSERT_TRUE(days);
  EXPECT_EQ(days->size(), 1u);
  EXPECT_THAT(api.asked(), ElementsAre("GET /v2/calendar?start=2026-01-24&end=2026-01-30"));
}

TEST(ContractMultiplier, IsTheBrokers) {
  ScriptedApi api(in_turn({HttpResponse{200, {}, R"({"symbol":"AAPL260116C00200000","multiplier":"100"})"}}));
  EXPECT_EQ(api.broker().contract_multiplier("AAPL260116C00200000"), 100);
  EXPECT_THAT(api.asked(), ElementsAre("GET /v2/options/contracts/AAPL260116C00200000"));
}

}  // namespace
}  // namespace belay::alpaca
