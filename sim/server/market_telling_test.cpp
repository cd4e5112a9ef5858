// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "sim/server/market_watcher.hpp"

namespace belay::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kOption = "AAPL260320C00200000";

using MarketTellingTest = MarketStreamsTest;

// ---- what is told

TEST_F(MarketTellingTest, tells_quotes_and_trades_of_the_symbols_asked_for) {
  Watcher watcher(*server_);
  watcher.authenticated().subscribed(R"("trades":["AAPL"],"quotes":["AAPL"])");
  quote("MSFT", "400", "400.10");
  control("POST", "/_sim/price", R"({"symbol":"AAPL","bid":"201.5","ask":"201.52","price":"201.51","size":"250"})");
  EXPECT_EQ(watcher.next_text(),
            R"({"T":"q","S":"AAPL","t":"2026-01-26T15:00:00Z","ax":"V","ap":201.52,"as":100,"bx":"V","bp":201.5,)"
            R"("bs":100,"c":["R"],"z":"C"})");
  EXPECT_EQ(watcher.next_text(),
            R"({"T":"t","S":"AAPL","t":"2026-01-26T15:00:00Z","x":"V","p":201.51,"s":250,"c":["@"],"i":2,"z":"C"})");
  EXPECT_EQ(watcher.next(50ms).status, 0);
}

TEST_F(MarketTellingTest, a_star_is_every_symbol_and_an_absent_side_is_zero) {
  Watcher watcher(*server_);
  watcher.authenticated().subscribed(R"("quotes":["*"])");
  control("POST", "/_sim/price", R"({"symbol":"NEW","bid":"5"})");
  const Answered heard = watcher.next();
  EXPECT_EQ(heard.at("S"), "NEW");
  EXPECT_EQ(heard.at("ap"), "0");
  EXPECT_EQ(heard.at("as"), "0");
}

TEST_F(MarketTellingTest, what_a_jump_of_the_clock_passes_is_told_in_order_with_bars_behind_their_minutes) {
  Watcher watcher(*server_);
  watcher.authenticated().subscribed(R"("trades":["AAPL"],"bars":["AAPL"],"dailyBars":["AAPL"])");
  control("POST", "/_sim/price", R"({"symbol":"AAPL","price":"201"})");
  control("POST", "/_sim/clock", R"({"advance":"30s"})");
  control("POST", "/_sim/price", R"({"symbol":"AAPL","price":"199.5"})");
  control("POST", "/_sim/clock", R"({"advance":"1m"})");
  EXPECT_EQ(watcher.next().at("p"), "201");
  EXPECT_EQ(watcher.next().at("p"), "199.5");
  // The trade of the fixture was in that minute too.
  EXPECT_EQ(watcher.next_text(),
            R"({"T":"b","S":"AAPL","t":"2026-01-26T15:00:00Z","o":200,"h":201,"l":199.5,"c":199.5,"v":300,"n":3,)"
            R"("vw":200.166666667})");
  const Answered day = watcher.next();
  EXPECT_EQ(day.at("T"), "d");
  EXPECT_EQ(day.at("t"), "2026-01-26T05:00:00Z");
  EXPECT_EQ(day.at("c"), "199.5");
  control("POST", "/_sim/updated_bar", R"({"symbol":"AAPL","high":"202"})");
  EXPECT_EQ(watcher.next(50ms).status, 0);  // not subscribed to
  watcher.subscribed(R"("updatedBars":["AAPL"])");
  control("POST", "/_sim/updated_bar", R"({"symbol":"AAPL","high":"202"})");
  const Answered updated = watcher.next();
  EXPECT_EQ(updated.at("T"), "u");
  EXPECT_EQ(updated.at("h"), "202");
  EXPECT_EQ(updated.at("t"), "2026-01-26T15:00:00Z");
}

TEST_F(MarketTellingTest, a_minutes_bar_comes_before_the_first_price_of_the_next) {
  Watcher watcher(*server_);
  watcher.authenticated().subscribed(R"("trades":["MSFT"],"bars":["MSFT"])");
  const Timestamp start = server_->now();
  const std::vector<PricePoint> points{{start + 10s, "MSFT", Print{400_price, 100_qty}},
                                       {start + 70s, "MSFT", Print{401_price, 100_qty}}};
  server_->set_prices(points);
  EXPECT_EQ(watcher.next().at("p"), "400");
  const Answered bar = watcher.next();
  EXPECT_EQ(bar.at("T"), "b");
  EXPECT_EQ(bar.at("c"), "400");
  EXPECT_EQ(watcher.next().at("p"), "401");
}

TEST_F(MarketTellingTest, halts_and_resumptions_are_told_as_the_tape_words_them) {
  Watcher watcher(*server_);
  watcher.authenticated().subscribed(R"("statuses":["*"])");
  control("POST", "/_sim/halt", R"({"symbol":"AAPL","halted":true})");
  EXPECT_EQ(watcher.next_text(), R"({"T":"s","S":"AAPL","sc":"H","sm":"Trading Halt","rc":"T12","rm":"News Pending",)"
                                 R"("t":"2026-01-26T15:00:00Z","z":"C"})");
  control("POST", "/_sim/halt", R"({"symbol":"AAPL","halted":false})");
  EXPECT_EQ(watcher.next().at("sc"), "T");
  control(
      "POST", "/_sim/halt",
      R"({"symbol":"AAPL","halted":true,"status":"P","status_message":"Volatility Trading Pause","reason":"LUDP"})");
  const Answered pause = watcher.next();
  EXPECT_EQ(pause.at("sc"), "P");
  EXPECT_EQ(pause.at("rc"), "LUDP");
}

TEST_F(MarketTellingTest, tells_bands_corrections_cancellations_and_imbalances) {
  Watcher watcher(*server_);
  watcher.authenticated().subscribed(R"("trades":["AAPL"],"lulds":["AAPL"],"imbalances":["AAPL"])");
  control("POST", "/_sim/luld", R"({"symbol":"AAPL","up":"210.5","down":"190"})");
  EXPECT_EQ(watcher.next_text(),
            R"({"T":"l","S":"AAPL","u":210.5,"d":190,"i":"B","t":"2026-01-26T15:00:00Z","z":"C"})");
  control("POST", "/_sim/correction", R"({"symbol":"AAPL","price":"199"})");
  EXPECT_EQ(watcher.next_text(),
            R"({"T":"c","S":"AAPL","x":"V","oi":1,"op":200,"os":100,"oc":["@"],"ci":1,"cp":199,"cs":100,"cc":["@"],)"
            R"("t":"2026-01-26T15:00:00Z","z":"C"})");
  control("POST", "/_sim/cancel_error", R"({"symbol":"AAPL","trade_id":1,"action":"E"})");
  EXPECT_EQ(watcher.next_text(),
            R"({"T":"x","S":"AAPL","i":1,"x":"V","p":200,"s":100,"a":"E","t":"2026-01-26T15:00:00Z","z":"C"})");
  control("POST", "/_sim/imbalance", R"({"symbol":"AAPL","price":"200.5"})");
  EXPECT_EQ(watcher.next_text(), R"({"T":"i","S":"AAPL","p":200.5,"z":"C","t":"2026-01-26T15:00:00Z"})");
  EXPECT_EQ(ask("POST", "/_sim/correction", R"({"symbol":"NONE"})").status, 422);
  EXPECT_EQ(ask("POST", "/_sim/luld", R"({"symbol":"AAPL","up":"-1","down":"1"})").status, 422);
  EXPECT_EQ(ask("POST", "/_sim/luld", R"({"up":"2","down":"1"})").status, 422);
}

TEST_F(MarketTellingTest, the_delayed_feed_is_a_quarter_of_an_hour_behind) {
  Watcher watcher(*server_, "/v2/delayed_sip");
  watcher.authenticated().subscribed(R"("quotes":["AAPL"])");
  quote("AAPL", "201", "201.1");
  control("POST", "/_sim/clock", R"({"advance":"14m"})");
  EXPECT_EQ(watcher.next(50ms).status, 0);
  control("POST", "/_sim/clock", R"({"advance":"1m"})");
  const Answered heard = watcher.next();
  EXPECT_EQ(heard.at("bp"), "201");
  EXPECT_EQ(heard.at("t"), "2026-01-26T15:00:00Z");
}

TEST_F(MarketTellingTest, the_feeds_of_the_night_have_the_night) {
  Watcher watcher(*server_, "/v1beta1/boats");
  watcher.authenticated().subscribed(R"("quotes":["AAPL"])");
  quote("AAPL", "201", "201.1");
  control("POST", "/_sim/clock", R"({"set":"2026-01-27T01:00:00Z"})");  // 20:00 in New York
  quote("AAPL", "202", "202.1");
  EXPECT_EQ(watcher.next().at("bp"), "202");
}

TEST_F(MarketTellingTest, the_test_feed_has_fakepaca_around_the_clock) {
  control("POST", "/_sim/clock", R"({"set":"2026-01-31T12:00:00Z"})");  // a Saturday
  Watcher watcher(*server_, "/v2/test");
  watcher.authenticated().subscribed(R"("quotes":["FAKEPACA"],"trades":["*"])");
  quote("AAPL", "201", "201.1");
  server_->tick();
  std::string heard;
  while (heard.find('t') == std::string::npos) {
    const Answered message = watcher.next();
    ASSERT_NE(message.status, 0);
    EXPECT_EQ(message.at("S"), "FAKEPACA");
    heard += message.at("T");
    std::this_thread::yield();
    server_->tick();
  }
}

// ---- MessagePack, and options

TEST_F(MarketTellingTest, speaks_message_pack_to_who_asks_for_it) {
  Watcher watcher(*server_, "/v2/sip", kMessagePack);
  watcher.authenticated().subscribed(R"("quotes":["AAPL"])");
  quote("AAPL", "201.5", "201.52");
  const Answered heard = watcher.next();
  EXPECT_EQ(heard.status, 2);
  EXPECT_EQ(heard.at("bp"), "201.5");
  EXPECT_EQ(heard.at("bs"), "100");
  EXPECT_EQ(heard.at("t"), "2026-01-26T15:00:00Z");
}

TEST_F(MarketTellingTest, options_come_in_message_pack_alone) {
  Watcher json_client(*server_, "/v1beta1/indicative");
  EXPECT_EQ(json_client.next().at("msg"), "connected");
  EXPECT_EQ(json_client.words(),
            R"([{"T":"error","code":412,"msg":"option messages are only available in MsgPack format"}])");
  EXPECT_TRUE(json_client.is_closed());
  Watcher watcher(*server_, "/v1beta1/opra", kMessagePack);
  watcher.authenticated();
  watcher.say(R"({"action":"subscribe","trades":["*"],"quotes":[")" + std::string(kOption) + R"("]})");
  EXPECT_EQ(watcher.next_text(),
            R"({"T":"subscription","quotes":["AAPL260320C00200000"],"trades":["*"]})");  // keys come sorted
  control("POST", "/_sim/price",
          R"({"symbol":")" + std::string(kOption) + R"(","bid":"5.1","ask":"5.2","price":"5.15"})");
  const Answered quoted = watcher.next();
  EXPECT_EQ(quoted.at("T"), "q");
  EXPECT_EQ(quoted.at("S"), kOption);
  EXPECT_EQ(quoted.at("ap"), "5.2");
  EXPECT_EQ(quoted.at("c"), " ");
  const Answered traded = watcher.next();
  EXPECT_EQ(traded.at("T"), "t");
  EXPECT_EQ(traded.at("p"), "5.15");
  EXPECT_EQ(traded.at("c"), "a");
  control("POST", "/_sim/price", R"({"symbol":")" + std::string(kOption) + R"(","price":"5.2","conditions":"g"})");
  EXPECT_EQ(watcher.next().at("T"), "q");
  EXPECT_EQ(watcher.next().at("c"), "g");
}

TEST_F(MarketTellingTest, options_have_no_star_for_quotes_no_bars_and_a_limit) {
  Watcher watcher(*server_, "/v1beta1/indicative", kMessagePack);
  watcher.authenticated();
  watcher.say(R"({"action":"subscribe","quotes":["*"]})");
  EXPECT_EQ(watcher.words(), R"([{"T":"error","code":413,"msg":"star subscription is not allowed for option quotes"}])"
                             "");
  EXPECT_EQ(watcher.error_after(R"({"action":"subscribe","bars":["AAPL260320C00200000"]})"), "410");
  arrange(R"("option_quote_limit":1)");
  EXPECT_EQ(watcher.error_after(R"({"action":"subscribe","quotes":["A260320C00200000","B260320C00200000"]})"), "405");
  // Stocks and options keep to their own streams.
  watcher.subscribed(R"("trades":["*"])");
  control("POST", "/_sim/price", R"({"symbol":"AAPL","price":"201"})");
  EXPECT_EQ(watcher.next(50ms).status, 0);
}

}  // namespace
}  // namespace belay::sim
