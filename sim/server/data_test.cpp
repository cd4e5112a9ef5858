// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "sim/market/price_source.hpp"
#include "sim/server/server_fixture.hpp"

namespace belay::sim {
namespace {

/// The market data API (alpaca.md 5). It is Monday, 10:00 in New York; AAPL has just traded at 200.
class DataTest : public ServerTest {
 protected:
  void trade(const std::string& symbol, const std::string& price, const std::string& more = "") {
    control("POST", "/_sim/price", R"({"symbol":")" + symbol + R"(","price":")" + price + "\"" + more + "}");
  }
  void pass(const std::string& time) { control("POST", "/_sim/clock", R"({"advance":")" + time + R"("})"); }
  void go_to(const std::string& time) { control("POST", "/_sim/clock", R"({"set":")" + time + R"("})"); }

  /// The times and closes of the bars asked for: "15:00=200 15:01=201".
  std::string bars(const std::string& query, const std::string& symbol = "AAPL") {
    const Answered answered = ask("GET", "/v2/stocks/bars?symbols=" + symbol + "&" + query);
    EXPECT_EQ(answered.status, 200) << answered.at("message");
    const json::Value* list = answered.body.find("bars")->find(symbol);
    std::string text;
    if (list == nullptr) return text;
    for (const json::Value& bar : *list->as_array()) {
      if (!text.empty()) text += ' ';
      text += bar.find("t")->as_string()->substr(11, 5) + "=" + *bar.find("c")->decimal_text();
    }
    return text;
  }
};

TEST_F(DataTest, minutes_become_bars_once_they_are_over) {
  trade("AAPL", "202", R"(,"size":300)");
  EXPECT_EQ(bars("timeframe=1Min"), "");
  pass("1m");
  EXPECT_EQ(bars("timeframe=1Min"), "15:00=202");
  const Answered bar = ask("GET", "/v2/stocks/AAPL/bars?timeframe=1Min");
  EXPECT_EQ(bar.at("symbol"), "AAPL");
  EXPECT_EQ(json::write(*bar.body.find("bars")->as_array()->begin()),
            R"({"t":"2026-01-26T15:00:00Z","o":200,"h":202,"l":200,"c":202,"v":400,"n":2,"vw":201.5})");
  EXPECT_EQ(bar.at("next_page_token"), "null");
  EXPECT_EQ(ask("GET", "/v2/stocks/bars/latest?symbols=AAPL,NOSUCH").at("bars.AAPL.c"), "202");
  EXPECT_EQ(ask("GET", "/v2/stocks/AAPL/bars/latest").at("bar.vw"), "201.5");
}

TEST_F(DataTest, longer_bars_are_made_of_minutes_and_days) {
  pass("4m");
  trade("AAPL", "204");
  pass("1h");
  trade("AAPL", "210");
  pass("1m");
  EXPECT_EQ(bars("timeframe=5Min"), "15:00=204 16:00=210");
  EXPECT_EQ(bars("timeframe=1Hour"), "15:00=204 16:00=210");
  EXPECT_EQ(bars("timeframe=1Day"), "05:00=210");
  EXPECT_EQ(bars("timeframe=1Month&start=2026-01-01"), "05:00=210");
  EXPECT_EQ(bars("timeframe=1Min&sort=desc&limit=2"), "16:04=210 15:04=204");
  EXPECT_EQ(bars("timeframe=1Min&start=2026-01-26T15:04:00Z&end=2026-01-26T15:04:00Z"), "15:04=204");
}

TEST_F(DataTest, a_date_is_the_whole_day_in_new_york) {
  go_to("2026-01-27T15:00:00Z");
  trade("AAPL", "210");
  pass("1m");
  EXPECT_EQ(bars("timeframe=1Day&start=2026-01-26&end=2026-01-26"), "05:00=200");
  EXPECT_EQ(bars("timeframe=1Hour&start=2026-01-26&end=2026-01-26"), "15:00=200");
  EXPECT_EQ(bars("timeframe=1Day&start=2026-01-26"), "05:00=200 05:00=210");
  EXPECT_EQ(bars("timeframe=1Day"), "05:00=210");  // from today on
}

TEST_F(DataTest, pages_go_on_with_the_next_symbol) {
  trade("MSFT", "400");
  pass("1m");
  trade("AAPL", "201");
  trade("MSFT", "401");
  pass("1m");
  const std::string query = "/v2/stocks/bars?symbols=MSFT,AAPL&timeframe=1Min&limit=3";
  const Answered first = ask("GET", query);
  EXPECT_EQ(first.at("bars.AAPL.1.c"), "201");
  EXPECT_EQ(first.at("bars.MSFT.0.c"), "400");
  EXPECT_EQ(first.at("bars.MSFT.1.c"), "(absent)");
  const Answered second = ask("GET", query + "&page_token=" + first.at("next_page_token"));
  EXPECT_EQ(second.at("bars.MSFT.0.c"), "401");
  EXPECT_EQ(second.at("bars.AAPL.0.c"), "(absent)");
  EXPECT_EQ(second.at("next_page_token"), "null");
}

TEST_F(DataTest, an_odd_lot_is_in_the_history_and_is_no_last_price) {
  trade("AAPL", "250", R"(,"size":7,"conditions":"@I")");
  const Answered trades = ask("GET", "/v2/stocks/AAPL/trades");
  EXPECT_EQ(trades.at("trades.1.p"), "250");
  EXPECT_EQ(trades.at("trades.1.s"), "7");
  EXPECT_EQ(trades.at("trades.1.c"), R"(["@","I"])");
  EXPECT_EQ(ask("GET", "/v2/stocks/AAPL/trades/latest").at("trade.p"), "200");
  EXPECT_EQ(ask("GET", "/v2/stocks/AAPL/quotes").at("quotes.1.bp"), "(absent)");
  EXPECT_EQ(control("GET", "/_sim/state").at("prices.AAPL.trade.price"), "200");
}

TEST_F(DataTest, a_split_rescales_older_bars_where_asked_for) {
  go_to("2026-01-27T14:00:00Z");
  control("POST", "/_sim/split", R"({"symbol":"AAPL","new_shares":4,"old_shares":1})");
  go_to("2026-01-27T15:00:00Z");
  trade("AAPL", "51");
  pass("1m");
  EXPECT_EQ(bars("timeframe=1Day&start=2026-01-20"), "05:00=200 05:00=51");
  EXPECT_EQ(bars("timeframe=1Day&start=2026-01-20&adjustment=split"), "05:00=50 05:00=51");
  EXPECT_EQ(bars("timeframe=1Min&start=2026-01-20&adjustment=all"), "15:00=50 15:00=51");
  EXPECT_EQ(bars("timeframe=1Min&start=2026-01-20&adjustment=dividend,spin-off"), "15:00=200 15:00=51");
  const Answered old = ask("GET", "/v2/stocks/AAPL/bars?timeframe=1Day&start=2026-01-20&adjustment=split");
  EXPECT_EQ(old.at("bars.0.v"), "400");
}

TEST_F(DataTest, a_split_that_was_announced_counts_from_its_day_and_once) {
  control("POST", "/_sim/announce", R"({"symbol":"AAPL","new_shares":2,"old_shares":1,"ex_date":"2026-01-27"})");
  EXPECT_EQ(bars("timeframe=1Day&start=2026-01-20&adjustment=split"), "05:00=200");
  go_to("2026-01-27T14:00:00Z");
  EXPECT_EQ(bars("timeframe=1Day&start=2026-01-20&adjustment=split"), "05:00=100");
  control("POST", "/_sim/split", R"({"symbol":"AAPL","new_shares":2,"old_shares":1})");
  EXPECT_EQ(bars("timeframe=1Day&start=2026-01-20&adjustment=split"), "05:00=100");
}

TEST_F(DataTest, a_split_that_is_made_later_than_announced_counts_once) {
  control("POST", "/_sim/announce", R"({"symbol":"AAPL","new_shares":2,"old_shares":1,"ex_date":"2026-01-27"})");
  go_to("2026-01-28T14:00:00Z");
  control("POST", "/_sim/split", R"({"symbol":"AAPL","new_shares":2,"old_shares":1})");
  EXPECT_EQ(bars("timeframe=1Day&start=2026-01-20&adjustment=split"), "05:00=100");
}

TEST_F(DataTest, a_renamed_stock_brings_its_past_along) {
  go_to("2026-01-27T14:00:00Z");
  control("POST", "/_sim/rename", R"({"symbol":"AAPL","new_symbol":"PEAR"})");
  go_to("2026-01-27T15:00:00Z");
  trade("PEAR", "210");
  pass("1m");
  const std::string since = "timeframe=1Day&start=2026-01-20";
  EXPECT_EQ(bars(since, "PEAR"), "05:00=200 05:00=210");
  EXPECT_EQ(bars(since + "&asof=-", "PEAR"), "05:00=210");
  EXPECT_EQ(bars(since, "AAPL"), "05:00=200");
  EXPECT_EQ(bars(since + "&asof=2026-01-26", "AAPL"), "05:00=200 05:00=210");
}

TEST_F(DataTest, a_snapshot_has_the_bars_of_the_minute_the_day_and_the_day_before) {
  const Answered first = ask("GET", "/v2/stocks/AAPL/snapshot");
  EXPECT_EQ(first.at("minuteBar"), "null");
  EXPECT_EQ(first.at("dailyBar.c"), "200");
  EXPECT_EQ(first.at("prevDailyBar"), "null");
  go_to("2026-01-27T14:00:00Z");  // before the open
  EXPECT_EQ(ask("GET", "/v2/stocks/AAPL/snapshot").at("dailyBar.t"), "2026-01-26T05:00:00Z");
  go_to("2026-01-27T15:00:00Z");
  trade("AAPL", "210");
  pass("1m");
  const Answered next = ask("GET", "/v2/stocks/snapshots?symbols=AAPL");
  EXPECT_EQ(next.at("AAPL.minuteBar.c"), "210");
  EXPECT_EQ(next.at("AAPL.dailyBar.c"), "210");
  EXPECT_EQ(next.at("AAPL.prevDailyBar.c"), "200");
}

TEST_F(DataTest, what_was_replayed_from_before_the_start_is_history) {
  std::vector<PricePoint> points;
  const auto at = [](const char* time) { return parse_timestamp(time).value(); };
  points.push_back({at("2026-01-23T15:30:00Z"), "TSLA", Print{300.0_price, 10.0_qty}});
  points.push_back({at("2026-01-23T20:59:00Z"), "TSLA", Print{305.0_price, 10.0_qty}});
  serve({}, play(std::move(points)));
  EXPECT_EQ(bars("timeframe=1Min&start=2026-01-23", "TSLA"), "15:30=300 20:59=305");
  EXPECT_EQ(bars("timeframe=1Day&start=2026-01-23", "TSLA"), "05:00=305");
  EXPECT_EQ(ask("GET", "/v2/stocks/TSLA/auctions?start=2026-01-23").at("auctions.0.c.0.p"), "305");
}

TEST_F(DataTest, the_basic_plan_withholds_the_last_quarter_of_an_hour_of_all_exchanges) {
  pass("20m");
  trade("AAPL", "210");
  pass("1m");
  control("POST", "/_sim/plan", R"({"plan":"basic"})");
  EXPECT_EQ(bars("timeframe=1Min"), "15:00=200");
  EXPECT_EQ(bars("timeframe=1Min&feed=iex"), "15:00=200 15:20=210");
  const Answered recent = ask("GET", "/v2/stocks/bars?symbols=AAPL&timeframe=1Min&end=2026-01-26T15:21:00Z");
  EXPECT_EQ(recent.status, 403);
  EXPECT_EQ(recent.at("code"), "42210000");
  EXPECT_EQ(recent.at("message"), "subscription does not permit querying recent SIP data");
  EXPECT_EQ(ask("GET", "/v2/stocks/quotes/latest?symbols=AAPL&feed=sip").status, 403);
  EXPECT_EQ(ask("GET", "/v2/stocks/AAPL/trades/latest").at("trade.p"), "210");
  EXPECT_EQ(ask("GET", "/v2/stocks/AAPL/trades/latest?feed=delayed_sip").at("trade.p"), "200");
  EXPECT_EQ(ask("GET", "/v1beta1/options/quotes/latest?symbols=AAPL260320C00200000&feed=opra").status, 403);
  EXPECT_EQ(*net::find_header(recent.headers, "X-RateLimit-Limit"), "200");
  control("POST", "/_sim/plan", R"({"plan":"plus"})");
  EXPECT_EQ(ask("GET", "/v2/stocks/quotes/latest?symbols=AAPL&feed=sip").status, 200);
}

TEST_F(DataTest, what_makes_no_sense_is_400_with_a_message) {
  const auto refused = [&](const std::string& target) {
    const Answered answered = ask("GET", target);
    EXPECT_EQ(answered.status, 400) << target;
    EXPECT_EQ(answered.at("code"), "(absent)") << target;
    return answered.at("message");
  };
  EXPECT_EQ(refused("/v2/stocks/bars?timeframe=1Min"), "symbols: at least one is needed");
  EXPECT_EQ(refused("/v2/stocks/bars?symbols=aapl&timeframe=1Min"), "invalid symbol: aapl");
  EXPECT_EQ(refused("/v2/stocks/bars?symbols=AAPL&timeframe=2Day"), "invalid timeframe: 2Day");
  EXPECT_EQ(refused("/v2/stocks/bars?symbols=AAPL"), "invalid timeframe: ");
  EXPECT_EQ(refused("/v2/stocks/bars?symbols=AAPL&timeframe=1Min&start=2026-01-26&end=2026-01-25"),
            "end should not be before start");
  EXPECT_EQ(refused("/v2/stocks/bars?symbols=AAPL&timeframe=1Min&end=2026-01-26T15:00:00"), "invalid end");
  EXPECT_EQ(refused("/v2/stocks/bars?symbols=AAPL&timeframe=1Min&adjustment=none"), "invalid adjustment: none");
  EXPECT_EQ(refused("/v2/stocks/bars?symbols=AAPL&timeframe=1Min&feed=nyse"), "invalid feed: nyse");
  EXPECT_EQ(refused("/v2/stocks/bars?symbols=AAPL&timeframe=1Min&sort=up"), "invalid sort: up");
  EXPECT_EQ(refused("/v2/stocks/bars?symbols=AAPL&timeframe=1Min&limit=10001"),
            "invalid limit: use a number from 1 to 10000");
  EXPECT_EQ(refused("/v2/stocks/AAPL/trades?timeframe=1Min"), "unexpected parameter(s): timeframe");
  EXPECT_EQ(refused("/v2/stocks/AAPL/trades?page_token=!"), "invalid page_token");
  EXPECT_EQ(refused("/v1beta1/options/snapshots?symbols=AAPL"), "invalid symbol: AAPL");
}

TEST_F(DataTest, wrong_keys_are_401_or_as_the_faq_says_403) {
  EXPECT_EQ(ask("GET", "/v2/stocks/AAPL/snapshot", "", "wrong").status, 401);
  control("POST", "/_sim/plan", R"({"unauthorized_status":403})");
  EXPECT_EQ(ask("GET", "/v2/stocks/AAPL/snapshot", "", "wrong").status, 403);
  EXPECT_EQ(ask("GET", "/v2/account", "", "wrong").status, 401);
}

TEST_F(DataTest, a_chain_is_filtered_and_paged_and_has_greeks) {
  const auto quote = [&](const std::string& symbol, const char* bid, const char* ask) {
    control("POST", "/_sim/price", R"({"symbol":")" + symbol + R"(","bid":")" + bid + R"(","ask":")" + ask + R"("})");
  };
  quote("AAPL260320C00190000", "15", "15.2");
  quote("AAPL260320C00200000", "9", "9.2");
  quote("AAPL260320P00200000", "8", "8.2");
  quote("AAPL260417C00200000", "12", "12.2");
  quote("MSFT260320C00400000", "12", "12.2");
  const auto symbols = [&](const std::string& query) {
    const Answered answered = ask("GET", "/v1beta1/options/snapshots/AAPL?" + query);
    EXPECT_EQ(answered.status, 200) << answered.at("message");
    std::string text;
    for (const json::Member& one : *answered.body.find("snapshots")->as_object()) text += one.key.substr(4) + " ";
    return text;
  };
  EXPECT_EQ(symbols(""), "260320C00190000 260320C00200000 260320P00200000 260417C00200000 ");
  EXPECT_EQ(symbols("type=put"), "260320P00200000 ");
  EXPECT_EQ(symbols("strike_price_lte=195"), "260320C00190000 ");
  EXPECT_EQ(symbols("strike_price_gte=195&expiration_date=2026-03-20"), "260320C00200000 260320P00200000 ");
  EXPECT_EQ(symbols("expiration_date_gte=2026-04-01"), "260417C00200000 ");
  EXPECT_EQ(symbols("expiration_date=2026-04-17&expiration_date_lte=2026-04-01"), "260417C00200000 ");
  EXPECT_EQ(symbols("root_symbol=AAPL1"), "");
  for (const std::string odd : {"type=future", "strike_price_gte=-1", "strike_price_lte=x", "expiration_date=soon"}) {
    EXPECT_EQ(ask("GET", "/v1beta1/options/snapshots/AAPL?" + odd).status, 400) << odd;
  }
  EXPECT_EQ(symbols("updated_since=2026-01-26T15:00:01Z"), "");
  const Answered first = ask("GET", "/v1beta1/options/snapshots/AAPL?limit=3");
  EXPECT_EQ(symbols("limit=3&page_token=" + first.at("next_page_token")), "260417C00200000 ");

  const json::Value& call = *first.body.find("snapshots")->find("AAPL260320C00200000");
  const double delta = std::stod(*call.find("greeks")->find("delta")->decimal_text());
  const double volatility = std::stod(*call.find("impliedVolatility")->decimal_text());
  EXPECT_GT(delta, 0.5);
  EXPECT_LT(delta, 0.6);
  EXPECT_GT(volatility, 0.25);
  EXPECT_LT(volatility, 0.32);
}

TEST_F(DataTest, a_chain_leaves_out_what_is_not_listed_any_more) {
  for (const std::string symbol : {"AAPL260320C00200000", "AAPL260320C00210000"}) {
    control("POST", "/_sim/price", R"({"symbol":")" + symbol + R"(","bid":"9","ask":"9.2"})");
  }
  control("POST", "/_sim/delist", R"({"symbol":"AAPL260320C00210000"})");
  const Answered chain = ask("GET", "/v1beta1/options/snapshots/AAPL");
  EXPECT_EQ(chain.at("snapshots.AAPL260320C00200000.latestQuote.bp"), "9");
  EXPECT_EQ(chain.at("snapshots.AAPL260320C00210000"), "(absent)");
  // Who asks for it by its name still gets what is known.
  EXPECT_EQ(ask("GET", "/v1beta1/options/snapshots?symbols=AAPL260320C00210000")
                .at("snapshots.AAPL260320C00210000.latestQuote.bp"),
            "9");
}

TEST_F(DataTest, options_have_trades_and_bars) {
  const std::string option = "AAPL260320C00200000";
  trade(option, "9.1", R"(,"size":3)");
  pass("1m");
  const Answered bars_of = ask("GET", "/v1beta1/options/bars?timeframe=1Min&symbols=" + option);
  EXPECT_EQ(bars_of.at("bars." + option + ".0.v"), "3");
  const Answered trades = ask("GET", "/v1beta1/options/trades?symbols=" + option);
  EXPECT_EQ(trades.at("trades." + option + ".0.c"), "a");
  EXPECT_EQ(ask("GET", "/v1beta1/options/snapshots?symbols=" + option).at("snapshots." + option + ".minuteBar.c"),
            "9.1");
}

TEST_F(DataTest, letters_have_their_meaning) {
  EXPECT_EQ(ask("GET", "/v2/stocks/meta/conditions/trade?tape=C").at("@"), "Regular Sale");
  EXPECT_EQ(ask("GET", "/v2/stocks/meta/conditions/trade").status, 400);
  EXPECT_EQ(ask("GET", "/v2/stocks/meta/exchanges").at("V"), "IEX");
  EXPECT_EQ(ask("GET", "/v1beta1/options/meta/conditions/trade").at("a"), "SLAN - Single Leg Auction Non ISO");
  EXPECT_EQ(ask("GET", "/v1beta1/options/meta/conditions/sideways").status, 400);
}

}  // namespace
}  // namespace belay::sim
