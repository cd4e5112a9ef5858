// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "sim/server/market_watcher.hpp"

namespace belay::sim {
namespace {

// ---- how it begins

TEST_F(MarketStreamsTest, greets_and_takes_the_keys_by_message) {
  Watcher watcher(*server_);
  EXPECT_EQ(watcher.words(), R"([{"T":"success","msg":"connected"}])");
  watcher.say(R"({"action":"auth","key":"KEY","secret":"SECRET"})");
  EXPECT_EQ(watcher.words(), R"([{"T":"success","msg":"authenticated"}])");
  EXPECT_EQ(watcher.error_after(R"({"action":"auth","key":"KEY","secret":"SECRET"})"), "403");
}

TEST_F(MarketStreamsTest, takes_the_keys_in_the_upgrades_headers) {
  Watcher watcher(*server_, "/v2/iex", {{"APCA-API-KEY-ID", "KEY"}, {"APCA-API-SECRET-KEY", "SECRET"}});
  EXPECT_EQ(watcher.next().at("msg"), "connected");
  EXPECT_EQ(watcher.next().at("msg"), "authenticated");
  Watcher wrong(*server_, "/v2/sip", {{"APCA-API-KEY-ID", "KEY"}, {"APCA-API-SECRET-KEY", "WRONG"}});
  EXPECT_EQ(wrong.next().at("msg"), "connected");
  EXPECT_EQ(wrong.words(), R"([{"T":"error","code":402,"msg":"auth failed"}])");
}

TEST_F(MarketStreamsTest, serves_every_feed_and_speaks_text) {
  for (const std::string path :
       {"/v2/iex", "/v2/sip", "/v2/delayed_sip", "/v2/test", "/v1beta1/boats", "/v1beta1/overnight"}) {
    Watcher watcher(*server_, path);
    const Answered greeting = watcher.next();
    EXPECT_EQ(greeting.at("msg"), "connected") << path;
    EXPECT_EQ(greeting.status, 1) << path;
  }
}

TEST_F(MarketStreamsTest, wrong_keys_and_no_keys_are_told_so) {
  Watcher watcher(*server_);
  watcher.next();
  watcher.say(R"({"action":"subscribe","trades":["AAPL"]})");
  EXPECT_EQ(watcher.words(), R"([{"T":"error","code":401,"msg":"not authenticated"}])");
  watcher.say(R"({"action":"auth","key":"KEY","secret":"WRONG"})");
  EXPECT_EQ(watcher.words(), R"([{"T":"error","code":402,"msg":"auth failed"}])");
  watcher.say(R"({"action":"auth","key":"KEY","secret":"SECRET"})");
  EXPECT_EQ(watcher.next().at("msg"), "authenticated");
}

TEST_F(MarketStreamsTest, what_nobody_understands_is_invalid_syntax) {
  Watcher watcher(*server_);
  watcher.authenticated();
  for (const std::string words :
       {"hello", "[]", R"({"action":"dance"})", R"({"action":"auth","key":1})", R"({"action":"subscribe"})",
        R"({"action":"subscribe","trades":"AAPL"})", R"({"action":"subscribe","trades":[1]})"}) {
    watcher.say(words);
    EXPECT_EQ(watcher.words(), R"([{"T":"error","code":400,"msg":"invalid syntax"}])") << words;
  }
}

TEST_F(MarketStreamsTest, who_shows_no_keys_in_time_is_told_and_closed) {
  Watcher watcher(*server_);
  EXPECT_EQ(watcher.next().at("msg"), "connected");
  control("GET", "/_sim/state");  // ten seconds are not over
  arrange(R"("auth_timeout_ms":0)");
  control("GET", "/_sim/state");
  EXPECT_EQ(watcher.words(), R"([{"T":"error","code":404,"msg":"auth timeout"}])");
  EXPECT_TRUE(watcher.is_closed());
}

TEST_F(MarketStreamsTest, a_second_connection_to_the_same_feed_is_one_too_many) {
  Watcher first(*server_);
  first.authenticated();
  Watcher other_feed(*server_, "/v2/iex");
  other_feed.authenticated();
  Watcher second(*server_);
  second.next();
  second.say(R"({"action":"auth","key":"KEY","secret":"SECRET"})");
  EXPECT_EQ(second.words(), R"([{"T":"error","code":406,"msg":"connection limit exceeded"}])");
  EXPECT_TRUE(second.is_closed());
  arrange(R"("connections_per_account":2)");
  Watcher third(*server_);
  third.authenticated();
}

TEST_F(MarketStreamsTest, a_plan_decides_which_feeds_there_are) {
  control("POST", "/_sim/plan", R"({"plan":"basic"})");
  Watcher sip(*server_);
  sip.next();
  sip.say(R"({"action":"auth","key":"KEY","secret":"SECRET"})");
  EXPECT_EQ(sip.words(), R"([{"T":"error","code":409,"msg":"insufficient subscription"}])");
  Watcher iex(*server_, "/v2/iex");
  iex.authenticated();
}

// ---- subscriptions

TEST_F(MarketStreamsTest, echoes_the_whole_subscription_each_time) {
  Watcher watcher(*server_);
  watcher.authenticated();
  watcher.say(R"({"action":"subscribe","trades":["AAPL"],"quotes":["AMD","CLDR"],"bars":["*"]})");
  EXPECT_EQ(
      watcher.words(),
      R"([{"T":"subscription","trades":["AAPL"],"quotes":["AMD","CLDR"],"bars":["*"],"updatedBars":[],)"
      R"("dailyBars":[],"statuses":[],"lulds":[],"corrections":["AAPL"],"cancelErrors":["AAPL"],"imbalances":[]}])");
  watcher.say(R"({"action":"unsubscribe","trades":["AAPL"],"quotes":["AMD"]})");
  EXPECT_EQ(watcher.words(),
            R"([{"T":"subscription","trades":[],"quotes":["CLDR"],"bars":["*"],"updatedBars":[],)"
            R"("dailyBars":[],"statuses":[],"lulds":[],"corrections":[],"cancelErrors":[],"imbalances":[]}])");
}

TEST_F(MarketStreamsTest, a_subscription_beyond_the_limit_changes_nothing) {
  arrange(R"("symbol_limit":2)");
  Watcher watcher(*server_);
  watcher.authenticated().subscribed(R"("trades":["AAPL"],"quotes":["AAPL","AMD"])");
  watcher.say(R"({"action":"subscribe","trades":["MSFT"]})");
  EXPECT_EQ(watcher.words(), R"([{"T":"error","code":405,"msg":"symbol limit exceeded"}])");
  EXPECT_EQ(watcher.error_after(R"({"action":"subscribe","quotes":["*"]})"), "405");
  watcher.say(R"({"action":"subscribe","bars":["*"]})");  // bars are not counted
  const Answered echo = watcher.next();
  EXPECT_EQ(json::write(*echo.body.find("trades")), R"(["AAPL"])");
  EXPECT_EQ(json::write(*echo.body.find("bars")), R"(["*"])");
}

TEST_F(MarketStreamsTest, the_basic_plan_has_thirty_symbols) {
  control("POST", "/_sim/plan", R"({"plan":"basic"})");
  Watcher watcher(*server_, "/v2/iex");
  watcher.authenticated();
  std::string symbols;
  for (int i = 0; i < 30; ++i) symbols += (i == 0 ? "\"S" : ",\"S") + std::to_string(i) + '"';
  watcher.subscribed(R"("trades":[)" + symbols + "]");
  EXPECT_EQ(watcher.error_after(R"({"action":"subscribe","trades":["S30"]})"), "405");
}

TEST_F(MarketStreamsTest, channels_that_a_feed_has_not_are_refused) {
  Watcher watcher(*server_);
  watcher.authenticated();
  watcher.say(R"({"action":"subscribe","news":["*"]})");
  EXPECT_EQ(watcher.words(), R"([{"T":"error","code":410,"msg":"invalid subscribe action for this feed"}])");
}

}  // namespace
}  // namespace belay::sim
