// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "shell/alpaca/scripted_api.hpp"

namespace belay::alpaca {
namespace {

using net::HttpRequest;
using net::HttpResponse;
using testing::HasSubstr;

const Timestamp kFirst = parse_timestamp("2026-01-26T15:00:00Z").value();

/// The decoded value of a query's key; "" where it is missing.
std::string parameter(const HttpRequest& request, const std::string& key) {
  const std::size_t at = std::min(request.target.find("?" + key + "="), request.target.find("&" + key + "="));
  if (at == std::string::npos) return "";
  const std::size_t begin = at + key.size() + 2;
  return net::percent_decode(request.target.substr(begin, request.target.find('&', begin) - begin));
}

/// A book of orders, the n-th submitted at `submitted(n)`, listed as the broker lists them.
ScriptedApi::Script book(std::size_t count, std::function<Timestamp(std::size_t)> submitted) {
  return [=](const HttpRequest& request) -> HttpResponse {
    const std::size_t limit = std::stoul(parameter(request, "limit"));
    const std::string until = parameter(request, "until");
    const std::string after = parameter(request, "after");
    std::string page;
    std::size_t rows = 0;
    for (std::size_t n = count; n-- > 0 && rows < limit;) {
      if (!until.empty() && submitted(n) >= parse_timestamp(until).value()) continue;
      if (!after.empty() && submitted(n) <= parse_timestamp(after).value()) continue;
      page += (rows++ == 0 ? "" : ",");
      page += R"({"id":")" + std::to_string(n) + R"(","symbol":"S)" + std::to_string(n % 300) +
              R"(","side":"sell","status":"filled","filled_qty":"1","submitted_at":")" + to_text(submitted(n)) + "\"}";
    }
    return {200, {}, "[" + page + "]"};
  };
}

Timestamp a_second_apart(std::size_t n) { return kFirst + std::chrono::seconds(n); }

std::set<OrderId> ids(const std::vector<Order>& orders) {
  std::set<OrderId> out;
  for (const Order& order : orders) out.insert(order.id);
  return out;
}

OrderQuery all_orders(std::size_t limit) {
  OrderQuery query;
  query.status = OrderQuery::Status::all;
  query.limit = limit;
  return query;
}

TEST(OrderPages, AreReadToTheEnd) {
  ScriptedApi api(book(1201, a_second_apart));
  const auto orders = api.broker().orders(all_orders(10'000));
  ASSERT_TRUE(orders) << orders.error().message;
  EXPECT_EQ(orders->size(), 1201u);
  EXPECT_EQ(ids(*orders).size(), 1201u);
  EXPECT_EQ(orders->front().id, OrderId("1200"));
  EXPECT_EQ(orders->back().id, OrderId("0"));
  EXPECT_EQ(api.requests().size(), 3u);
  EXPECT_EQ(api.asked().at(0), "GET /v2/orders?status=all&limit=500&direction=desc&nested=true");
}

TEST(OrderPages, LoseNothingWhereMomentsAreShared) {
  ScriptedApi api(book(1201, [](std::size_t n) { return a_second_apart(n / 7); }));
  const auto orders = api.broker().orders(all_orders(10'000));
  ASSERT_TRUE(orders) << orders.error().message;
  EXPECT_EQ(orders->size(), 1201u);
  EXPECT_EQ(ids(*orders).size(), 1201u);
}

TEST(OrderPages, StopAtTheLimit) {
  ScriptedApi api(book(1201, a_second_apart));
  EXPECT_EQ(api.broker().orders(all_orders(600))->size(), 600u);
  EXPECT_EQ(api.requests().size(), 2u);
  EXPECT_EQ(api.broker().orders(all_orders(3))->size(), 3u);
  EXPECT_EQ(api.requests().size(), 3u);
  EXPECT_EQ(parameter(api.requests().back(), "limit"), "3");
}

TEST(OrderPages, AreAnErrorWhereTheyLeadNowhere) {
  ScriptedApi api(book(501, [](std::size_t) { return kFirst; }));
  const auto orders = api.broker().orders(all_orders(10'000));
  ASSERT_FALSE(orders);
  EXPECT_EQ(orders.error().kind, BrokerError::Kind::unknown);
  EXPECT_THAT(orders.error().message, HasSubstr("not complete"));
  EXPECT_EQ(api.requests().size(), 2u);
}

TEST(OrderQuery, SaysWhatItIsAbout) {
  ScriptedApi api(book(0, a_second_apart));
  OrderQuery query;
  query.nested = false;
  query.symbols = {"AAPL", "BTC/USD"};
  query.after = kFirst;
  ASSERT_TRUE(api.broker().orders(query));
  EXPECT_EQ(api.asked().at(0),
            "GET /v2/orders?status=open&limit=500&direction=desc&nested=false&symbols=AAPL%2CBTC%2FUSD"
            "&after=2026-01-26T15%3A00%3A00Z");
}

TEST(OrderQuery, OfVeryManySymbolsIsSiftedHere) {
  ScriptedApi api(book(900, a_second_apart));
  OrderQuery query = all_orders(5);
  for (int n = 0; n < 101; ++n) query.symbols.push_back("S" + std::to_string(n));
  const auto orders = api.broker().orders(query);
  ASSERT_TRUE(orders);
  ASSERT_EQ(orders->size(), 5u);
  EXPECT_EQ(orders->front().symbol, "S100");
  EXPECT_EQ(parameter(api.requests().at(0), "symbols"), "");
}

/// Fill activities, the n-th at `a_second_apart(n)`, the newest first, paged by the last id.
HttpResponse fills_page(const HttpRequest& request, std::size_t count) {
  const Timestamp after = parse_timestamp(parameter(request, "after")).value();
  const std::string token = parameter(request, "page_token");
  std::string page;
  std::size_t rows = 0;
  for (std::size_t n = token.empty() ? count : std::stoul(token.substr(1)); n-- > 0 && rows < 100;) {
    if (a_second_apart(n) <= after) continue;
    page += (rows++ == 0 ? "" : ",");
    page += R"({"id":"f)" + std::to_string(n) + R"(","activity_type":"FILL","transaction_time":")" +
            to_text(a_second_apart(n)) +
            R"(","price":"1","qty":"1","side":"buy","symbol":"AAPL","order_id":"o","type":"fill"})";
  }
  return {200, {}, "[" + page + "]"};
}

TEST(Activities, AreReadPageByPageAndGivenOldestFirst) {
  ScriptedApi api([](const HttpRequest& request) { return fills_page(request, 250); });
  const auto activities = api.broker().activities(kFirst, 1000);
  ASSERT_TRUE(activities) << activities.error().message;
  ASSERT_EQ(activities->fills.size(), 250u);
  EXPECT_EQ(activities->fills.front().id, "f0");
  EXPECT_EQ(activities->fills.back().id, "f249");
  EXPECT_EQ(activities->since, kFirst);
  EXPECT_EQ(api.requests().size(), 3u);
}

TEST(Activities, BeginAtTheMomentItself) {
  ScriptedApi api([](const HttpRequest& request) { return fills_page(request, 50); });
  EXPECT_EQ(api.broker().activities(kFirst + std::chrono::milliseconds(10'000), 700)->fills.front().id, "f10");
  EXPECT_EQ(api.broker().activities(kFirst + std::chrono::milliseconds(10'001), 700)->fills.front().id, "f11");
}

TEST(Activities, AreTheNewestWhereThereAreTooMany) {
  ScriptedApi api([](const HttpRequest& request) { return fills_page(request, 950); });
  const auto activities = api.broker().activities(kFirst, 200);
  ASSERT_TRUE(activities);
  EXPECT_EQ(activities->fills.back().id, "f949");
  EXPECT_EQ(activities->since, activities->fills.front().at) << "complete from there on";
  EXPECT_EQ(api.requests().size(), 2u);
}

TEST(Activities, AreAnErrorWhereThePagesLeadNowhere) {
  ScriptedApi api([](HttpRequest request) {
    request.target = request.target.substr(0, request.target.find("&page_token"));
    return fills_page(request, 250);
  });
  EXPECT_EQ(api.broker().activities(kFirst, 1000).error().kind, BrokerError::Kind::unknown);
  EXPECT_EQ(api.requests().size(), 2u);
}

/// A hundred expiries a page, all of one day.
std::string expiries_page(int number) {
  std::string page;
  for (int n = 0; n < 100; ++n) {
    page += std::string(n == 0 ? "" : ",") + R"({"id":"m)" + std::to_string(number) + "-" + std::to_string(n) +
            R"(","activity_type":"OPEXP","date":"2026-01-)" + std::to_string(29 - number) +
            R"(","symbol":"AAPL260116C00200000","qty":"-1"})";
  }
  return "[" + page + "]";
}

TEST(Activities, AreAnErrorWhereThePagesGoInCircles) {
  ScriptedApi api([](const HttpRequest& request) -> HttpResponse {
    return {200, {}, expiries_page(parameter(request, "page_token") == "m1-99" ? 2 : 1)};
  });
  EXPECT_EQ(api.broker().activities(kFirst - std::chrono::days(60), 1000).error().kind, BrokerError::Kind::unknown);
  EXPECT_EQ(api.requests().size(), 3u);
}

TEST(Activities, OfMovementsOnlyClaimNoMoreThanWasRead) {
  int number = 0;
  ScriptedApi api([&](const HttpRequest&) -> HttpResponse { return {200, {}, expiries_page(++number)}; });
  const auto activities = api.broker().activities(kFirst - std::chrono::days(60), 200);
  ASSERT_TRUE(activities) << activities.error().message;
  EXPECT_EQ(activities->movements.size(), 200u);
  EXPECT_EQ(activities->since, activities->movements.front().at);
}

TEST(CorporateActions, AreAnErrorWhereThePagesGoInCircles) {
  ScriptedApi api([](const HttpRequest& request) -> HttpResponse {
    const std::string next = parameter(request, "page_token") == "a" ? "b" : "a";
    return {200, {}, R"({"corporate_actions":{},"next_page_token":")" + next + "\"}"};
  });
  const Date day = parse_date("2026-01-26").value();
  EXPECT_EQ(api.data().corporate_actions({"AAPL"}, day, day).error().kind, BrokerError::Kind::unknown);
  EXPECT_EQ(api.requests().size(), 3u);
}

}  // namespace
}  // namespace belay::alpaca
