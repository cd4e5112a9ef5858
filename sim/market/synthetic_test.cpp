// SPDX-License-Identifier: Apache-2.0
#include "sim/market/synthetic.hpp"

#include <gtest/gtest.h>

namespace belay::sim {
namespace {

using namespace std::chrono_literals;

Timestamp utc(const char* text) { return *parse_timestamp(text); }

std::vector<PricePoint> drained(std::unique_ptr<PriceSource> source) {
  std::vector<PricePoint> points;
  for (const PricePoint* point = source->peek(); point != nullptr; point = source->peek()) {
    points.push_back(*point);
    source->pop();
  }
  return points;
}

SyntheticConfig demo() {
  SyntheticConfig config;
  config.start = utc("2026-01-26T14:30:00Z");
  config.end = utc("2026-01-26T14:31:40Z");  // a hundred steps
  config.stocks = {{.symbol = "AAPL", .start = 200_price}};
  config.options = {{.symbol = "AAPL260130C00200000", .underlying = "AAPL"}};
  return config;
}

Price middle_at(const std::vector<PricePoint>& points, std::string_view symbol, Timestamp at) {
  for (const PricePoint& point : points) {
    const auto* quote = std::get_if<BidAsk>(&point.what);
    if (quote != nullptr && point.symbol == symbol && point.at == at) return middle(quote->bid, quote->ask);
  }
  return {};
}

TEST(Synthetic, GivesQuoteAndTradeOfStocksAndQuotesOfOptionsEachStep) {
  const auto points = drained(synthetic_market(demo()));
  ASSERT_EQ(points.size(), 300U);
  EXPECT_EQ(points[0].symbol, "AAPL");
  EXPECT_EQ(std::get<BidAsk>(points[0].what), (BidAsk{199.99_price, 200.01_price, 100_qty, 100_qty}));
  EXPECT_TRUE(std::holds_alternative<Print>(points[1].what));
  EXPECT_EQ(points[2].symbol, "AAPL260130C00200000");
}

TEST(Synthetic, IsTheSameForTheSameSeedOnly) {
  EXPECT_EQ(drained(synthetic_market(demo())), drained(synthetic_market(demo())));
  SyntheticConfig other = demo();
  other.seed = 2;
  EXPECT_NE(drained(synthetic_market(demo())), drained(synthetic_market(other)));
}

TEST(Synthetic, PrintsLieWithinTwoSidedQuotes) {
  const auto points = drained(synthetic_market(demo()));
  BidAsk stock;
  for (const PricePoint& point : points) {
    if (const auto* quote = std::get_if<BidAsk>(&point.what)) {
      EXPECT_TRUE(quote->bid.is_positive() && quote->bid < quote->ask);
      if (point.symbol == "AAPL") stock = *quote;
    } else {
      const Price price = std::get<Print>(point.what).price;
      EXPECT_TRUE(price == stock.bid || price == stock.ask);
    }
  }
}

TEST(Synthetic, JumpsAndTrendsAsScripted) {
  SyntheticConfig config = demo();
  config.moves = {{.at = utc("2026-01-26T14:30:10Z"), .symbol = "AAPL", .to = 190_price},
                  {.at = utc("2026-01-26T14:30:20Z"), .symbol = "AAPL", .to = 210_price, .over = 10s}};
  const auto points = drained(synthetic_market(config));
  EXPECT_EQ(middle_at(points, "AAPL", utc("2026-01-26T14:30:10Z")), 190_price);
  EXPECT_EQ(middle_at(points, "AAPL", utc("2026-01-26T14:30:30Z")), 210_price);
  const Price halfway = middle_at(points, "AAPL", utc("2026-01-26T14:30:25Z"));
  EXPECT_TRUE(199_price < halfway && halfway < 201_price) << halfway.text();
}

TEST(Synthetic, StillMarketStandsStill) {
  SyntheticConfig config = demo();
  config.stocks[0].volatility_bp = 0;
  const auto points = drained(synthetic_market(config));
  EXPECT_EQ(middle_at(points, "AAPL", utc("2026-01-26T14:31:39Z")), 200_price);
}

TEST(SyntheticOptions, FollowTheirUnderlying) {
  SyntheticConfig config = demo();
  config.stocks[0].volatility_bp = 0;
  config.options.push_back({.symbol = "AAPL260130P00200000", .underlying = "AAPL"});
  config.moves = {{.at = utc("2026-01-26T14:30:10Z"), .symbol = "AAPL", .to = 210_price}};
  const auto points = drained(synthetic_market(config));
  const auto call = [&](const char* at) { return middle_at(points, "AAPL260130C00200000", utc(at)); };
  const auto put = [&](const char* at) { return middle_at(points, "AAPL260130P00200000", utc(at)); };
  EXPECT_EQ(call("2026-01-26T14:30:00Z"), 1.2_price);  // 0.6 % of 200, four days out at the money
  EXPECT_GT(call("2026-01-26T14:30:10Z"), 10_price);   // intrinsic and some time value
  EXPECT_LT(put("2026-01-26T14:30:10Z"), put("2026-01-26T14:30:00Z"));
}

TEST(Merge, IsByTimeAndStable) {
  const Timestamp one = utc("2026-01-26T14:30:01Z");
  const Timestamp two = utc("2026-01-26T14:30:02Z");
  const auto print = [](Timestamp at, const char* symbol) { return PricePoint{at, symbol, Print{1_price, 1_qty}}; };
  std::vector<std::unique_ptr<PriceSource>> sources;
  sources.push_back(play({print(one, "A"), print(two, "A")}));
  sources.push_back(play({print(one, "B"), print(one, "B2"), print(two, "B")}));
  std::string order;
  for (const PricePoint& point : drained(merge(std::move(sources)))) order += point.symbol + " ";
  EXPECT_EQ(order, "A B B2 A B ");
}

}  // namespace
}  // namespace belay::sim
