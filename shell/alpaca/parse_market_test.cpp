// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "shell/alpaca/parse.hpp"
#include "shell/json/parse.hpp"

namespace belay::alpaca {
namespace {

ParsedPrices snapshots(std::string_view text) { return parse_stock_snapshots(json::parse(text).value()).value(); }

ParsedPrices quotes(std::string_view text) { return parse_option_quotes(json::parse(text).value()).value(); }

Timestamp at(std::string_view text) { return parse_timestamp(text).value(); }

TEST(StockSnapshots, GiveTradeAndQuote) {
  const auto parsed = snapshots(R"({"AAPL":{
      "latestTrade":{"t":"2022-08-17T10:18:24.114694956Z","x":"Q","p":172.61,"s":160,"c":["@","T"],"i":1011,"z":"C"},
      "latestQuote":{"t":"2022-08-17T10:18:27.052763263Z","ax":"Q","ap":172.7,"as":5,"bx":"Q","bp":172.6,"bs":2,
                     "c":["R"],"z":"C"},
      "minuteBar":null,"dailyBar":{"t":"2022-08-16T04:00:00Z","o":172.62,"c":173.03},"prevDailyBar":null}})");
  ASSERT_EQ(parsed.prices.size(), 1u);
  EXPECT_EQ(parsed.prices[0], (MarketPrices{"AAPL", Trade{172.61_price, at("2022-08-17T10:18:24.114694956Z")},
                                            Quote{172.6_price, 172.7_price, at("2022-08-17T10:18:27.052763263Z")}}));
}

TEST(StockSnapshots, KeepNumbersExactly) {
  const auto parsed = snapshots(R"({"A":{"latestTrade":{"t":"2026-01-26T15:00:00Z","p":0.000100001}},
      "B":{"latestTrade":{"t":"2026-01-26T15:00:00Z","p":1.2e-3}},
      "C":{"latestTrade":{"t":"2026-01-26T15:00:00Z","p":171.66180000000003}}})");
  EXPECT_EQ(parsed.prices.at(0).trade->price, 0.000100001_price);
  EXPECT_EQ(parsed.prices.at(1).trade->price, 0.0012_price);
  EXPECT_EQ(parsed.prices.at(2).trade->price, 171.6618_price);  // floating-point dust
}

TEST(StockSnapshots, MayLackEitherPart) {
  const auto parsed = snapshots(R"({
      "QUOTED":{"latestTrade":null,"latestQuote":{"t":"2026-01-26T15:00:00Z","bp":1,"ap":2}},
      "TRADED":{"latestTrade":{"t":"2026-01-26T15:00:00Z","p":3}},
      "NEITHER":{"latestTrade":null,"latestQuote":null}, "NOTHING":null, "EMPTY":{}})");
  ASSERT_EQ(parsed.prices.size(), 2u);
  EXPECT_FALSE(parsed.prices[0].trade);
  EXPECT_TRUE(parsed.prices[0].quote);
  EXPECT_TRUE(parsed.prices[1].trade);
  EXPECT_FALSE(parsed.prices[1].quote);
  EXPECT_TRUE(parsed.unreadable.empty());
}

TEST(StockSnapshots, HaveNoTradeThatNeverWasOrWasTakenBack) {
  const auto parsed = snapshots(R"({"ZERO":{"latestTrade":{"t":"2026-01-26T15:00:00Z","p":0}},
      "NEVER":{"latestTrade":{"t":"0001-01-01T00:00:00Z","p":0},"latestQuote":{"t":"0001-01-01T00:00:00Z","bp":0,"ap":0}},
      "BUSTED":{"latestTrade":{"t":"2026-01-26T15:00:00Z","p":5,"u":"canceled"}},
      "MENDED":{"latestTrade":{"t":"2026-01-26T15:00:00Z","p":5,"u":"corrected"}}})");
  ASSERT_EQ(parsed.prices.size(), 1u);
  EXPECT_EQ(parsed.prices[0].symbol, "MENDED");
}

TEST(StockSnapshots, LoseOnlyTheSymbolThatCannotBeRead) {
  const auto parsed = snapshots(R"({"GOOD":{"latestTrade":{"t":"2026-01-26T15:00:00Z","p":3}},
      "HUGE":{"latestTrade":{"t":"2026-01-26T15:00:00Z","p":1e300}},
      "UNDER":{"latestQuote":{"t":"2026-01-26T15:00:00Z","bp":-1,"ap":2}},
      "LATE":{"latestTrade":{"t":"soon","p":3}}, "ODD":7})");
  ASSERT_EQ(parsed.prices.size(), 1u);
  ASSERT_EQ(parsed.unreadable.size(), 4u);
  EXPECT_EQ(parsed.unreadable[0].symbol, "HUGE");
  EXPECT_TRUE(parsed.unreadable[0].error.message.starts_with("HUGE: trade: \"p\""))
      << parsed.unreadable[0].error.message;
}

TEST(StockSnapshots, AreAnObject) { EXPECT_FALSE(parse_stock_snapshots(json::parse("[]").value())); }

TEST(OptionQuotes, AreByContract) {
  const auto parsed = quotes(R"({"quotes":{
      "AAPL240419P00140000":{"t":"2024-02-28T15:30:28.046330624Z","ax":"w","ap":0.16,"as":669,"bx":"W","bp":0.15,
                             "bs":164,"c":"A"},
      "AAPL250321C00190000":{"t":"2024-02-28T15:47:13.663636224Z","ap":17,"bp":0,"c":" "}}})");
  ASSERT_EQ(parsed.prices.size(), 2u);
  EXPECT_EQ(parsed.prices[0], (MarketPrices{"AAPL240419P00140000", std::nullopt,
                                            Quote{0.15_price, 0.16_price, at("2024-02-28T15:30:28.046330624Z")}}));
  EXPECT_TRUE(parsed.prices[1].quote->bid.is_zero());  // no bid
}

TEST(OptionQuotes, NeedTheirEnvelope) {
  EXPECT_FALSE(parse_option_quotes(json::parse("{}").value()));
  EXPECT_TRUE(quotes(R"({"quotes":{}})").prices.empty());
}

}  // namespace
}  // namespace belay::alpaca
