// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "sim/server/market_watcher.hpp"

namespace belay::sim {
namespace {

using namespace std::chrono_literals;

using MarketTroubleTest = MarketStreamsTest;

// ---- misbehaviour

TEST_F(MarketTroubleTest, drops_duplicates_reorders_and_delays_what_it_is_told_to) {
  Watcher watcher(*server_);
  watcher.authenticated().subscribed(R"("quotes":["AAPL"])");
  arrange(R"("fault":{"kind":"drop","event":"q"})");
  arrange(R"("fault":{"kind":"reorder","symbol":"AAPL","ms":600000})");
  arrange(R"("fault":{"kind":"duplicate"})");
  for (const std::string bid : {"1", "2", "3"}) quote("AAPL", bid, "300");
  std::vector<std::string> heard;
  for (int i = 0; i < 3; ++i) heard.push_back(watcher.next().at("bp"));
  EXPECT_THAT(heard, testing::ElementsAre("3", "3", "2"));
  arrange(R"("fault":{"kind":"delay","ms":0})");
  quote("AAPL", "4", "300");
  control("GET", "/_sim/state");
  EXPECT_EQ(watcher.next().at("bp"), "4");
}

TEST_F(MarketTroubleTest, one_symbol_falls_silent_while_others_go_on) {
  Watcher watcher(*server_);
  watcher.authenticated().subscribed(R"("quotes":["*"])");
  arrange(R"("fault":{"kind":"gap","symbol":"AAPL","ms":600000})");
  quote("AAPL", "1", "300");
  quote("AAPL", "2", "300");
  quote("MSFT", "3", "300");
  EXPECT_EQ(watcher.next().at("S"), "MSFT");
  arrange(R"("clear_faults":true)");
  quote("AAPL", "4", "300");
  EXPECT_EQ(watcher.next().at("bp"), "4");
}

TEST_F(MarketTroubleTest, what_is_arranged_for_one_feed_befalls_nobody_else) {
  Watcher sip(*server_);
  Watcher iex(*server_, "/v2/iex");
  for (Watcher* watcher : {&sip, &iex}) watcher->authenticated().subscribed(R"("quotes":["AAPL"])");
  control("POST", "/_sim/stream", R"({"stream":"options","fault":{"kind":"drop","times":9}})");
  control("POST", "/_sim/stream", R"({"stream":"boats","fault":{"kind":"drop","times":9}})");  // nobody is there
  control("POST", "/_sim/stream", R"({"stream":"iex","fault":{"kind":"drop"},"connections_per_account":2})");
  quote("AAPL", "1", "300");
  quote("AAPL", "2", "300");
  EXPECT_EQ(sip.next().at("bp"), "1");
  EXPECT_EQ(sip.next().at("bp"), "2");
  EXPECT_EQ(iex.next().at("bp"), "2");
  EXPECT_EQ(control("GET", "/_sim/stream").at("market.limits.iex.connections_per_account"), "2");
  control("POST", "/_sim/stream", R"({"stream":"stocks","clear_faults":true,"refuse_auth":411})");
  EXPECT_EQ(control("GET", "/_sim/stream").at("market.faults.0.kind"), "drop");  // that of options
  Watcher second(*server_, "/v2/iex");
  second.next();
  EXPECT_EQ(second.error_after(R"({"action":"auth","key":"KEY","secret":"SECRET"})"), "411");
}

TEST_F(MarketTroubleTest, each_feed_has_its_own_faults_and_its_own_order) {
  Watcher sip(*server_);
  Watcher iex(*server_, "/v2/iex");
  sip.authenticated().subscribed(R"("quotes":["AAPL","MSFT"])");
  iex.authenticated().subscribed(R"("quotes":["AAPL"])");
  const auto arrange_for = [&](const std::string& feed, const std::string& fault) {
    control("POST", "/_sim/stream", R"({"stream":")" + feed + R"(","fault":)" + fault + "}");
  };
  arrange_for("iex", R"({"kind":"gap","symbol":"AAPL","ms":600000})");
  arrange_for("sip", R"({"kind":"drop","event":"q"})");
  quote("AAPL", "1", "300");  // a gap here, dropped there
  quote("AAPL", "2", "300");
  EXPECT_EQ(sip.next().at("bp"), "2");
  EXPECT_EQ(control("GET", "/_sim/stream").at("market.faults.0.feeds.0"), "iex");
  control("POST", "/_sim/stream", R"({"stream":"stocks","clear_faults":true})");
  arrange_for("iex", R"({"kind":"reorder","ms":600000})");
  quote("AAPL", "3", "300");
  quote("MSFT", "4", "300");  // that one is not for iex
  quote("AAPL", "5", "300");
  EXPECT_EQ(iex.next().at("bp"), "5");
  EXPECT_EQ(iex.next().at("bp"), "3");
  for (const std::string bid : {"3", "4", "5"}) EXPECT_EQ(sip.next().at("bp"), bid);
}

TEST_F(MarketTroubleTest, a_ghost_keeps_the_place_of_who_was_cut_off) {
  Watcher first(*server_);
  first.authenticated();
  arrange(R"("ghost":true)");
  EXPECT_TRUE(first.is_closed());
  Watcher second(*server_);
  second.next();
  EXPECT_EQ(second.error_after(R"({"action":"auth","key":"KEY","secret":"SECRET"})"), "406");
  EXPECT_TRUE(second.is_closed());
  Watcher iex(*server_, "/v2/iex");
  iex.authenticated();
  arrange(R"("ghost":true,"ghost_ms":0)");  // that one is gone at once
  Watcher again(*server_, "/v2/iex");
  again.authenticated();
}

TEST_F(MarketTroubleTest, cuts_falls_silent_and_fails_when_told_to) {
  Watcher cut(*server_);
  cut.authenticated();
  control("POST", "/_sim/stream", R"({"stream":"iex","cut":true})");  // another one's
  arrange(R"("cut":true)");
  EXPECT_TRUE(cut.is_closed());
  Watcher silenced(*server_);
  silenced.authenticated().subscribed(R"("quotes":["*"])");
  arrange(R"("silence":true)");
  quote("AAPL", "1", "300");
  EXPECT_EQ(silenced.next(50ms).status, 0);
  Watcher failed(*server_);
  failed.authenticated();
  arrange(R"("error":500)");
  EXPECT_EQ(failed.words(), R"([{"T":"error","code":500,"msg":"internal error"}])");
  EXPECT_TRUE(failed.is_closed());
  arrange(R"("refuse_auth":411)");
  Watcher narrow(*server_);
  narrow.next();
  narrow.say(R"({"action":"auth","key":"KEY","secret":"SECRET"})");
  EXPECT_EQ(narrow.words(), R"([{"T":"error","code":411,"msg":"insufficient scope"}])");
}

TEST_F(MarketTroubleTest, who_does_not_keep_up_is_told_so_and_let_go) {
  Watcher watcher(*server_);
  watcher.authenticated().subscribed(R"("quotes":["*"])");
  arrange(R"("slow_client_after":0,"slow_client_ms":0)");
  // More than the line takes while nobody reads.
  std::vector<PricePoint> points;
  for (int i = 0; i < 200'000; ++i) {
    points.push_back({server_->now(), "AAPL", BidAsk{1_price, 2_price, 100_qty, 100_qty}});
  }
  server_->set_prices(points);
  server_->tick();
  std::string last;
  for (Answered message = watcher.next(); message.status != 0; message = watcher.next())
    last = json::write(message.body);
  EXPECT_EQ(last, R"({"T":"error","code":407,"msg":"slow client"})");
}

TEST_F(MarketTroubleTest, who_comes_back_too_rapidly_is_turned_away) {
  control("POST", "/_sim/stream", R"({"stream":"sip","upgrades_per_minute":2})");
  EXPECT_EQ(Watcher(*server_).refused_with(), 0);
  EXPECT_EQ(Watcher(*server_).refused_with(), 0);
  EXPECT_EQ(Watcher(*server_).refused_with(), 429);
  EXPECT_EQ(Watcher(*server_, "/v2/iex").refused_with(), 0);
  control("POST", "/_sim/stream", R"({"stream":"iex","fault":{"kind":"refuse","status":503}})");
  EXPECT_EQ(Watcher(*server_, "/v2/iex").refused_with(), 503);
  EXPECT_EQ(Watcher(*server_, "/v2/iex").refused_with(), 0);
}

TEST_F(MarketTroubleTest, shows_who_is_connected_and_refuses_knobs_it_does_not_know) {
  Watcher watcher(*server_, "/v2/iex");
  watcher.authenticated().subscribed(R"("bars":["AAPL"])");
  const Answered state = control("GET", "/_sim/stream");
  EXPECT_EQ(state.at("market.connections.0.feed"), "iex");
  EXPECT_EQ(state.at("market.connections.0.subscription.bars.0"), "AAPL");
  EXPECT_EQ(state.at("market.limits.iex.symbol_limit"), "as planned");
  for (const std::string knobs :
       {R"({"stream":"radio"})", R"({"stream":"iex","connections_per_account":"x"})", R"({"stream":"iex","error":408})",
        R"({"stream":"iex","symbol_limit":-1})", R"({"stream":"iex","fault":{"kind":"lose"}})",
        R"({"stream":"iex","fault":{"kind":"gap"}})", R"({"stream":"iex","upgrades_per_minute":"x"})"}) {
    EXPECT_EQ(ask("POST", "/_sim/stream", knobs).status, 422) << knobs;
  }
}

}  // namespace
}  // namespace belay::sim
