// SPDX-License-Identifier: Apache-2.0
#include "sim/market/replay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "core/calendar/new_york.hpp"

namespace belay::sim {
namespace {

using ::testing::HasSubstr;

Timestamp utc(const char* text) { return *parse_timestamp(text); }

/// Time and price of every print.
std::vector<std::pair<std::string, std::string>> prints(const std::vector<PricePoint>& points) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const PricePoint& point : points) {
    all.emplace_back(to_text(point.at), std::get<Print>(point.what).price.text());
  }
  return all;
}

using Expected = std::vector<std::pair<std::string, std::string>>;

TEST(TradeBars, BecomeFourPrintsWithTheNearerExtremeFirst) {
  const auto points =
      replay_csv("ts_utc,symbol,open,high,low,close,volume\n2025-08-29T14:00:00Z,SPY,10,12,9,11,10\n", "x_1m.csv");
  ASSERT_TRUE(points) << points.error().message;
  EXPECT_EQ(prints(*points), (Expected{{"2025-08-29T14:00:00Z", "10"},
                                       {"2025-08-29T14:00:20Z", "9"},
                                       {"2025-08-29T14:00:40Z", "12"},
                                       {"2025-08-29T14:00:59.999Z", "11"}}));
}

TEST(TradeBars, ShareTheirVolumeExactly) {
  const auto points =
      replay_csv("ts_utc,symbol,open,high,low,close,volume\n2025-08-29T14:00:00Z,SPY,10,10.5,9,11,7\n", "x_1m.csv");
  ASSERT_FALSE(points);  // the close is above the high
  EXPECT_THAT(points.error().message, HasSubstr("x_1m.csv:2: open and close must lie between low and high"));

  const auto sound =
      replay_csv("ts_utc,symbol,open,high,low,close,volume\n2025-08-29T14:00:00Z,SPY,10,10.5,9,10,7\n", "x_1m.csv");
  ASSERT_TRUE(sound);
  Quantity sum;
  for (const PricePoint& point : *sound) sum += std::get<Print>(point.what).size;
  EXPECT_EQ(sum, 7_qty);
  EXPECT_EQ(std::get<Print>((*sound)[1].what).price, 10.5_price);  // half a dollar up is nearer than a dollar down
}

TEST(HourlyBars, StartAtTheOpenAndEndAtTheFullHour) {
  const auto points = replay_csv("ts_utc,symbol,open,high,low,close,volume\n2010-05-03T13:00:00Z,SPY,10,10,10,10,4\n",
                                 "spy_trades_1h.csv");
  ASSERT_TRUE(points);
  EXPECT_EQ(to_text(points->front().at), "2010-05-03T13:30:00Z");
  EXPECT_EQ(to_text(points->back().at), "2010-05-03T13:59:59.999Z");
}

TEST(DailyBars, RunFromOpenToCloseOfTheirSession) {
  const auto points = replay_csv(
      "session_date,ts_utc,symbol,open,high,low,close,volume\n"
      "2015-12-24,2015-12-24T05:00:00Z,GOOG,10,12,9,11,4\n",
      "x_1d.csv");
  ASSERT_TRUE(points);
  EXPECT_EQ(to_text(points->front().at), "2015-12-24T14:30:00Z");
  EXPECT_EQ(to_text(points->back().at), "2015-12-24T17:59:59.999Z");  // a half day
}

TEST(BarLength, IsDeducedFromTheRowsWhereTheNameIsSilent) {
  const std::string header = "ts_utc,symbol,open,high,low,close,volume\n";
  const std::string first = "2025-08-29T14:00:00Z,SPY,10,12,9,11,4\n";
  const auto two = replay_csv(header + first + "2025-08-29T14:05:00Z,SPY,10,12,9,11,4\n", "prices.csv");
  ASSERT_TRUE(two);
  EXPECT_EQ(to_text((*two)[3].at), "2025-08-29T14:04:59.999Z");

  const auto one = replay_csv(header + first, "prices.csv");
  ASSERT_FALSE(one);
  EXPECT_THAT(one.error().message, HasSubstr("prices.csv: cannot tell how long its bars are"));
}

TEST(QuoteBars, MoveBothSidesInTheOrderOfTheBid) {
  const auto points = replay_csv(
      "ts_utc,symbol,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size\n"
      "2021-01-06T14:31:00Z,AAPL,10,11,8,9,3,12,13,10,11,5\n"
      "2021-01-06T14:32:00Z,AAPL,,,,,0,12,13,10,11,5\n",
      "x_1m.csv");
  ASSERT_TRUE(points) << points.error().message;
  ASSERT_EQ(points->size(), 8U);
  const auto quote = [&](std::size_t i) { return std::get<BidAsk>((*points)[i].what); };
  EXPECT_EQ(quote(0), (BidAsk{10_price, 12_price, 3_qty, 5_qty}));
  EXPECT_EQ(quote(1), (BidAsk{11_price, 13_price, 3_qty, 5_qty}));
  EXPECT_EQ(quote(2), (BidAsk{8_price, 10_price, 3_qty, 5_qty}));
  EXPECT_EQ(quote(3), (BidAsk{9_price, 11_price, 3_qty, 5_qty}));
  EXPECT_EQ(quote(4), (BidAsk{Price{}, 12_price, Quantity{}, 5_qty}));  // nobody bids
}

TEST(Ticks, LeaveOutWhatIsNoLastPrice) {
  const auto points = replay_csv(
      "ts_utc,symbol,price,size,exchange,cond_hex,suspicious\n"
      "2013-10-08T14:00:00.457Z,IBM,182.10,300,P,1,0\n"
      "2013-10-08T14:00:00.457Z,IBM,182.06,100,P,100000,0\n"
      "2013-10-08T14:00:00.457Z,IBM,182.05,100,P,20000020,0\n",
      "ticks.csv");
  ASSERT_TRUE(points);
  EXPECT_EQ(prints(*points), (Expected{{"2013-10-08T14:00:00.457Z", "182.1"}, {"2013-10-08T14:00:00.457Z", "182.05"}}));
}

TEST(Dust, IsRoundedAway) {
  const auto points = replay_csv(
      "ts_utc,symbol,open,high,low,close,volume\n"
      "2017-12-17T00:00:00Z,BTC/USD,19650.02,19650.02,19505,19516.96,0.029768000000000003\n",
      "btc_1m.csv");
  ASSERT_TRUE(points);
  Quantity sum;
  for (const PricePoint& point : *points) sum += std::get<Print>(point.what).size;
  EXPECT_EQ(sum, 0.029768_qty);
}

struct BadFile {
  const char* text;
  const char* complaint;
};

TEST(Errors, NameFileLineAndFault) {
  const std::string header = "ts_utc,symbol,open,high,low,close,volume\n";
  const std::array<BadFile, 6> bad{{{"", "f_1m.csv:1: the file is empty"},
                                    {"a,b\n1,2\n", "f_1m.csv:1: the header is none of"},
                                    {"2025-08-29T14:00:00Z,SPY,10\n", "f_1m.csv:2: has 3 fields, the header 7"},
                                    {"yesterday,SPY,1,1,1,1,1\n", "f_1m.csv:2: ts_utc: "},
                                    {"2025-08-29T14:00:00Z,SPY,x,1,1,1,1\n", "f_1m.csv:2: open: "},
                                    {"2025-08-29T14:00:00Z,SPY,1,1,0,1,1\n", "low: a price must be above zero"}}};
  for (std::size_t i = 0; i < bad.size(); ++i) {
    const std::string text = i < 2 ? bad[i].text : header + bad[i].text;
    const auto points = replay_csv(text, "f_1m.csv");
    ASSERT_FALSE(points) << bad[i].text;
    EXPECT_THAT(points.error().message, HasSubstr(bad[i].complaint));
  }
}

// ---- the real files ----

std::string market_data_folder() {
  const char* folder = std::getenv("BELAY_MARKET_DATA");
  return folder != nullptr ? folder : "../shared/market-data";
}

/// The text of a file, decompressed; empty when it is not there.
std::string content_of(const std::string& path) {
  if (!path.ends_with(".gz")) {
    const std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  std::string text;
  FILE* pipe = popen(("gzip -dc '" + path + "' 2>/dev/null").c_str(), "r");
  std::array<char, 65536> buffer{};
  for (std::size_t n = 0; pipe != nullptr && (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    text.append(buffer.data(), n);
  }
  if (pipe != nullptr) pclose(pipe);
  return text;
}

struct RealFile {
  const char* name;
  std::size_t points;  // four for each bar; of the ticks, 74 do not count as a last price
};

class RealFiles : public ::testing::TestWithParam<RealFile> {};

TEST_P(RealFiles, AreReadWhole) {
  const std::string path = market_data_folder() + "/" + GetParam().name;
  const std::string text = content_of(path);
  ASSERT_FALSE(text.empty()) << path << " is not here: set BELAY_MARKET_DATA to the folder of real prices";
  const auto points = replay_csv(text, GetParam().name);
  ASSERT_TRUE(points) << points.error().message;
  EXPECT_EQ(points->size(), GetParam().points);
  EXPECT_TRUE(std::ranges::is_sorted(*points, {}, &PricePoint::at));
}

INSTANTIATE_TEST_SUITE_P(MarketData, RealFiles,
                         ::testing::Values(RealFile{"aapl_2014-06_split_trades_1m.csv", 4 * 2303},
                                           RealFile{"aapl_2014-06_split_quotes_1m.csv", 4 * 2512},
                                           RealFile{"goog_2015-12_early_close_trades_1m.csv", 4 * 1091},
                                           RealFile{"goog_2015-12_early_close_quotes_1m.csv", 4 * 740},
                                           RealFile{"spxw_2021-01_expiry_week_quotes_1m.csv.gz", 4 * 13935},
                                           RealFile{"spy_2010-05_flash_crash_trades_1h.csv", 4 * 70},
                                           RealFile{"vxx_2018-02_volatility_spike_trades_1h.csv", 4 * 84},
                                           RealFile{"ibm_2013-10-08_trade_ticks.csv.gz", 33381 - 74},
                                           RealFile{"bac_2013-10-10_trades_1s.csv", 4 * 15412},
                                           RealFile{"bac_2013-10-10_quotes_1s.csv.gz", 4 * 21340},
                                           RealFile{"aig_2008-2009_collapse_reverse_split_trades_1d.csv", 4 * 252},
                                           RealFile{"wm_2008-2009_symbol_reuse_trades_1d.csv", 4 * 38},
                                           RealFile{"gme_2021-01_squeeze_trades_1h.csv", 4 * 91},
                                           RealFile{"spy_2025-08-29_full_session_trades_1m.csv", 4 * 830},
                                           RealFile{"spy_2025-08-29_thin_option_trades_1m.csv", 4 * 917},
                                           RealFile{"btcusd_2017-12-17_trades_1m.csv", 4 * 1440},
                                           RealFile{"btcusd_2017-12-17_quotes_1m.csv", 4 * 1439}));

TEST(RealHourlyFiles, HavePrintsInSessionsOnly) {
  const calendar::UsEquities calendar;
  for (const char* name : {"spy_2010-05_flash_crash_trades_1h.csv", "vxx_2018-02_volatility_spike_trades_1h.csv",
                           "gme_2021-01_squeeze_trades_1h.csv"}) {
    const std::string text = content_of(market_data_folder() + "/" + name);
    ASSERT_FALSE(text.empty()) << name << " is not here";
    const auto points = replay_csv(text, name);
    ASSERT_TRUE(points);
    for (const PricePoint& point : *points) EXPECT_TRUE(calendar.is_open(point.at)) << name << " " << to_text(point.at);
  }
}

TEST(FlashCrash, TouchesItsLow) {
  const std::string text = content_of(market_data_folder() + "/spy_2010-05_flash_crash_trades_1h.csv");
  ASSERT_FALSE(text.empty()) << "market data is not here";
  const auto points = replay_csv(text, "spy_2010-05_flash_crash_trades_1h.csv");
  ASSERT_TRUE(points);
  Price low = 1000_price;
  Timestamp at;
  for (const PricePoint& point : *points) {
    const Price price = std::get<Print>(point.what).price;
    if (price < low) {
      low = price;
      at = point.at;
    }
  }
  // 114.71 to 106.13 to 111.80, its high 114.8x nearer to the open than the low: the low comes in the last third.
  EXPECT_EQ(low, 106.13_price);
  EXPECT_EQ(at, utc("2010-05-06T18:40:00Z"));
}

}  // namespace
}  // namespace belay::sim
