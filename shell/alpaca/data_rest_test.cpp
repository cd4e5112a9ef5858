// SPDX-License-Identifier: Apache-2.0
#include "shell/alpaca/data_rest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "shell/alpaca/scripted_api.hpp"

namespace belay::alpaca {
namespace {

using net::HttpRequest;
using net::HttpResponse;
using testing::ElementsAre;
using testing::HasSubstr;
using Kind = BrokerError::Kind;

std::vector<std::string> symbols_of(const HttpRequest& request) {
  const std::size_t at = request.target.find("symbols=") + 8;
  std::string list = net::percent_decode(request.target.substr(at, request.target.find('&', at) - at));
  std::vector<std::string> symbols;
  for (std::size_t end = list.find(','); !list.empty(); end = list.find(',')) {
    symbols.push_back(list.substr(0, end));
    list = end == std::string::npos ? "" : list.substr(end + 1);
  }
  return symbols;
}

/// A price for every symbol asked for.
HttpResponse priced(const HttpRequest& request) {
  const bool stocks = request.target.starts_with("/v2/stocks/snapshots");
  std::string map;
  for (const std::string& symbol : symbols_of(request)) {
    map += (map.empty() ? "\"" : ",\"") + symbol + "\":";
    map += stocks ? R"({"latestTrade":{"t":"2026-01-26T15:00:00Z","p":1.5}})"
                  : R"({"t":"2026-01-26T15:00:00Z","bp":1.4,"ap":1.6})";
  }
  return {200, {}, stocks ? "{" + map + "}" : R"({"quotes":{)" + map + "}}"};
}

std::vector<std::string> numbered(const std::string& prefix, int count) {
  std::vector<std::string> symbols;
  for (int n = 0; n < count; ++n) symbols.push_back(prefix + std::to_string(n));
  return symbols;
}

TEST(Stocks, AreReadTwoHundredAtATime) {
  ScriptedApi api(priced);
  const PriceRead read = api.data().stocks(numbered("S", 401));
  EXPECT_EQ(read.prices.size(), 401u);
  EXPECT_TRUE(read.failed.empty());
  ASSERT_EQ(api.requests().size(), 3u);
  EXPECT_EQ(api.data().calls(), 3u);
  EXPECT_EQ(api.broker().calls(), 0u);
  EXPECT_EQ(symbols_of(api.requests()[0]).size(), 200u);
  EXPECT_EQ(symbols_of(api.requests()[2]).size(), 1u);
}

TEST(Options, AreReadAHundredAtATime) {
  ScriptedApi api(priced);
  const PriceRead read = api.data().options(numbered("AAPL260116C0020000", 250));
  EXPECT_EQ(read.prices.size(), 250u);
  EXPECT_EQ(read.prices[0].quote->bid, 1.4_price);
  EXPECT_EQ(api.requests().size(), 3u);
  EXPECT_THAT(api.requests()[0].target, HasSubstr("/v1beta1/options/quotes/latest?symbols="));
}

TEST(Prices, OfNothingTakeNoRequest) {
  ScriptedApi api(priced);
  EXPECT_TRUE(api.data().stocks({}).prices.empty());
  EXPECT_TRUE(api.data().stocks({""}).prices.empty());
  EXPECT_EQ(api.requests().size(), 0u);
}

TEST(Prices, AreAskedForOnce) {
  ScriptedApi api(priced);
  EXPECT_EQ(api.data().stocks({"AAPL", "MSFT", "AAPL"}).prices.size(), 2u);
  EXPECT_THAT(api.asked(), ElementsAre("GET /v2/stocks/snapshots?symbols=AAPL%2CMSFT"));
}

TEST(Prices, ComeFromTheFeedThatWasChosen) {
  ScriptedApi api(priced);
  Settings settings;
  settings.key = ScriptedApi::kKey;
  settings.secret = Secret(ScriptedApi::kSecret);
  settings.stock_feed = "iex";
  settings.option_feed = "indicative";
  // Any server will do: the address is taken from the scripted one's own requests.
  ASSERT_EQ(api.data().stocks({"AAPL"}).prices.size(), 1u);
  settings.data_url = "http://" + *api.requests()[0].header("Host");
  const auto connection = connect(settings);
  ASSERT_TRUE(connection);
  connection->market_data->stocks({"AAPL"});
  connection->market_data->options({"AAPL260116C00200000"});
  EXPECT_EQ(api.asked().at(1), "GET /v2/stocks/snapshots?symbols=AAPL&feed=iex");
  EXPECT_EQ(api.asked().at(2), "GET /v1beta1/options/quotes/latest?symbols=AAPL260116C00200000&feed=indicative");
}

TEST(Prices, OfOtherBatchesSurviveAFailedOne) {
  ScriptedApi api([](const HttpRequest& request) -> HttpResponse {
    const auto symbols = symbols_of(request);
    if (std::count(symbols.begin(), symbols.end(), "S0") > 0) return {500, {}, "{}"};
    return priced(request);
  });
  const PriceRead read = api.data().stocks(numbered("S", 300));
  EXPECT_EQ(read.prices.size(), 100u);
  ASSERT_EQ(read.failed.size(), 1u);
  EXPECT_EQ(read.failed[0].symbols.size(), 200u);
  EXPECT_EQ(read.failed[0].error.kind, Kind::unknown);
}

TEST(Prices, OfOthersSurviveASymbolThatCannotBeRead) {
  ScriptedApi api([](const HttpRequest&) -> HttpResponse {
    return {200, {}, R"({"BAD":{"latestTrade":{"t":"2026-01-26T15:00:00Z","p":"NaN"}},
        "GOOD":{"latestTrade":{"t":"2026-01-26T15:00:00Z","p":1.5}},
        "STRANGER":{"latestTrade":{"t":"2026-01-26T15:00:00Z","p":1.5}}})"};
  });
  const PriceRead read = api.data().stocks({"GOOD", "BAD", "NEW"});
  ASSERT_EQ(read.prices.size(), 1u);  // nothing for the symbol without data, nor for one nobody asked for
  EXPECT_EQ(read.prices[0].symbol, "GOOD");
  ASSERT_EQ(read.failed.size(), 1u);
  EXPECT_THAT(read.failed[0].symbols, ElementsAre("BAD"));
  EXPECT_THAT(read.failed[0].error.message, HasSubstr("\"p\""));
}

TEST(Prices, OfOthersSurviveASymbolThatTheBrokerRefuses) {
  ScriptedApi api([](const HttpRequest& request) -> HttpResponse {
    for (const std::string& symbol : symbols_of(request)) {
      if (symbol.starts_with("BAD")) return {400, {}, R"({"message":"invalid symbol: )" + symbol + "\"}"};
    }
    return priced(request);
  });
  const PriceRead read = api.data().stocks({"A", "BAD-1", "BAD", "C"});
  EXPECT_EQ(read.prices.size(), 2u);
  ASSERT_EQ(read.failed.size(), 2u);
  EXPECT_THAT(read.failed[0].symbols, ElementsAre("BAD"));
  EXPECT_THAT(read.failed[1].symbols, ElementsAre("BAD-1"));
  EXPECT_EQ(read.failed[0].error.kind, Kind::rejected);
  EXPECT_EQ(api.requests().size(), 3u);

  const PriceRead many = api.data().stocks(numbered("BAD", 50));
  EXPECT_TRUE(many.prices.empty());
  EXPECT_EQ(api.requests().size(), 3u + 6u);  // does not go on for ever
}

TEST(Prices, OutsideThePlanSaySo) {
  ScriptedApi api([](const HttpRequest&) -> HttpResponse {
    return {403, {}, R"({"code":42210000,"message":"subscription does not permit querying recent SIP data"})"};
  });
  const auto error = api.data().stocks({"AAPL"}).failed.at(0).error;
  EXPECT_EQ(error.kind, Kind::rejected);
  EXPECT_THAT(error.message, HasSubstr("plan does not include this feed"));
  EXPECT_THAT(error.message, HasSubstr("subscription does not permit querying recent SIP data"));
}

TEST(Prices, WithBadKeysAreUnauthorized) {
  ScriptedApi api([](const HttpRequest&) -> HttpResponse { return {403, {}, R"({"message":"forbidden."})"}; });
  EXPECT_EQ(api.data().stocks({"AAPL"}).failed.at(0).error.kind, Kind::unauthorized);
}

}  // namespace
}  // namespace belay::alpaca
