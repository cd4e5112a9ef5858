// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "sim/server/server_fixture.hpp"

namespace belay::sim {
namespace {

/// What an account keeps beside orders and positions. It is Monday, 10:00 in New York; AAPL has just traded at 200.
class AccountTest : public ServerTest {
 protected:
  void price(const std::string& price) {
    control("POST", "/_sim/price", R"({"symbol":"AAPL","price":")" + price + "\"}");
  }
  void pass(const std::string& time) { control("POST", "/_sim/clock", R"({"advance":")" + time + R"("})"); }
  void go_to(const std::string& time) { control("POST", "/_sim/clock", R"({"set":")" + time + R"("})"); }
  Answered history(const std::string& query) {
    const Answered answered = ask("GET", "/v2/account/portfolio/history?" + query);
    EXPECT_EQ(answered.status, 200) << answered.at("message");
    return answered;
  }
  Answered change(const std::string& body, int status = 200) {
    const Answered answered = ask("PATCH", "/v2/account/configurations", body);
    EXPECT_EQ(answered.status, status) << answered.at("message");
    return answered;
  }
};

TEST_F(AccountTest, settings_are_read_changed_one_by_one_and_honoured) {
  const Answered before = ask("GET", "/v2/account/configurations");
  EXPECT_EQ(before.at("max_margin_multiplier"), "4");
  EXPECT_EQ(before.at("suspend_trade"), "false");
  EXPECT_EQ(before.at("trade_confirm_email"), "all");
  const Answered after = change(R"({"suspend_trade":true,"pdt_check":"both"})");
  EXPECT_EQ(after.at("suspend_trade"), "true");
  EXPECT_EQ(after.at("fractional_trading"), "true");
  EXPECT_EQ(ask("GET", "/v2/account").at("trade_suspended_by_user"), "true");
  EXPECT_EQ(buy("1", "one").at("message"), "new orders are rejected by user request");
  change(R"({"suspend_trade":false,"max_options_trading_level":2,"max_margin_multiplier":"2"})");
  EXPECT_EQ(ask("GET", "/v2/account").at("options_trading_level"), "2");
  EXPECT_EQ(ask("GET", "/v2/account").at("options_approved_level"), "3");
  EXPECT_EQ(ask("GET", "/v2/account").at("buying_power"), "200000");
  EXPECT_EQ(buy("1", "two").status, 200);
}

TEST_F(AccountTest, settings_that_do_not_exist_are_refused_and_change_nothing) {
  for (const char* body : {R"({"suspend_trade":true,"max_margin_multiplier":"3"})", R"({"no_shorting":"yes"})",
                           R"({"max_options_trading_level":4})", R"({"trade_confirm_email":"some"})"}) {
    change(body, 422);
  }
  for (const char* body : {"[]", R"("x")", R"({"max_margin_multiplier":true})", R"({"trade_confirm_email":5})"}) {
    change(body, 422);
  }
  EXPECT_EQ(ask("GET", "/v2/account/configurations").at("suspend_trade"), "false");
}

TEST_F(AccountTest, the_portfolio_has_a_history_by_the_minute_and_by_the_day) {
  control("POST", "/_sim/position", R"({"symbol":"AAPL","qty":"100","avg_price":"200"})");  // 100,000 stay 100,000
  pass("1m");
  price("201");
  pass("1m");
  price("199");
  pass("30s");
  const Answered minutes = history("period=1D&timeframe=1Min");
  EXPECT_EQ(minutes.at("timeframe"), "1Min");
  EXPECT_EQ(minutes.at("timestamp.0"), "1769437800");  // 09:30
  EXPECT_EQ(minutes.at("equity.29"), "0");             // before there was an account
  EXPECT_EQ(minutes.at("equity.30"), "100000");
  EXPECT_EQ(minutes.at("equity.31"), "100100");
  EXPECT_EQ(minutes.at("profit_loss.31"), "100");
  EXPECT_EQ(minutes.at("profit_loss_pct.31"), "0.001");
  EXPECT_EQ(minutes.at("equity.32"), "99900");
  EXPECT_EQ(minutes.at("timestamp.33"), "(absent)");
  EXPECT_EQ(minutes.at("base_value"), "100000");
  EXPECT_EQ(minutes.at("base_value_asof"), "(absent)");

  go_to("2026-01-27T14:30:00Z");
  price("203");
  pass("1m");
  const Answered today = history("period=1D&timeframe=5Min");
  EXPECT_EQ(today.at("base_value"), "99900");
  EXPECT_EQ(today.at("base_value_asof"), "2026-01-26");
  EXPECT_EQ(today.at("profit_loss.0"), "400");
  const Answered days = history("period=1W&timeframe=1D&cashflow_types=ALL");
  EXPECT_EQ(days.at("timestamp.4"), "1769385600");  // 26 January, midnight in UTC
  EXPECT_EQ(days.at("equity.4"), "99900");
  EXPECT_EQ(days.at("equity.5"), "100300");
  EXPECT_EQ(days.at("profit_loss.5"), "400");
  EXPECT_EQ(days.at("cashflow"), "{}");
}

TEST_F(AccountTest, a_history_knows_hours_resets_and_limits) {
  control("POST", "/_sim/position", R"({"symbol":"AAPL","qty":"100","avg_price":"200"})");
  go_to("2026-01-26T22:00:00Z");
  price("210");
  go_to("2026-01-27T15:00:00Z");
  price("220");
  pass("1m");
  EXPECT_EQ(history("start=2026-01-26&timeframe=1H").at("timestamp.0"), "1769437800");
  EXPECT_EQ(history("start=2026-01-26&timeframe=1H&intraday_reporting=extended_hours").at("timestamp.0"), "1769418000");
  EXPECT_EQ(history("start=2026-01-26&timeframe=1H&extended_hours=True").at("timestamp.0"), "1769418000");
  EXPECT_EQ(ask("GET", "/v2/account/portfolio/history?extended_hours=perhaps").status, 422);
  EXPECT_EQ(history("start=2026-01-26&timeframe=1H&intraday_reporting=continuous").at("timestamp.0"), "1769403600");
  // Yesterday closed at 200; what came after it is today's gain.
  const Answered resets = history("start=2026-01-26&timeframe=1H&intraday_reporting=extended_hours");
  const Answered goes_on = history("start=2026-01-26&timeframe=1H&pnl_reset=no_reset&end=2026-01-27");
  EXPECT_EQ(resets.at("profit_loss." + std::to_string(resets.body.find("equity")->as_array()->size() - 1)), "2000");
  EXPECT_EQ(goes_on.at("profit_loss." + std::to_string(goes_on.body.find("equity")->as_array()->size() - 1)), "2000");
  for (const char* query :
       {"period=1X", "period=2M&timeframe=1Min", "timeframe=2Min", "pnl_reset=never", "intraday_reporting=night",
        "start=2026-01-26&end=2026-01-27&period=1D", "start=2026-01-27&end=2026-01-25"}) {
    EXPECT_EQ(ask("GET", std::string("/v2/account/portfolio/history?") + query).status, 422) << query;
  }
}

TEST_F(AccountTest, watchlists_are_kept_by_id_and_by_name) {
  control("POST", "/_sim/price", R"({"symbol":"MSFT","price":"400"})");
  const Answered made = ask("POST", "/v2/watchlists", R"({"name":"mine","symbols":["AAPL",null,"AAPL"]})");
  ASSERT_EQ(made.status, 200) << made.at("message");
  EXPECT_EQ(made.at("assets.0.symbol"), "AAPL");
  EXPECT_EQ(made.at("assets.1"), "(absent)");
  EXPECT_EQ(made.at("account_id"), ask("GET", "/v2/account").at("id"));
  const std::string by_id = "/v2/watchlists/" + made.at("id");
  EXPECT_EQ(ask("POST", "/v2/watchlists", R"({"name":"mine"})").at("message"), "watchlist name must be unique");
  EXPECT_EQ(ask("POST", by_id, R"({"symbol":"MSFT"})").at("assets.1.symbol"), "MSFT");
  EXPECT_EQ(ask("POST", by_id, R"({"symbol":"MSFT"})").status, 422);
  EXPECT_EQ(ask("POST", "/v2/watchlists:by_name?name=mine", R"({"symbol":"NOSUCH"})").status, 422);
  EXPECT_EQ(ask("PUT", "/v2/watchlists:by_name?name=mine", R"({"name":"ours"})").at("name"), "ours");
  EXPECT_EQ(ask("GET", "/v2/watchlists:by_name?name=mine").status, 404);
  EXPECT_EQ(ask("DELETE", by_id + "/AAPL").at("assets.0.symbol"), "MSFT");
  EXPECT_EQ(ask("DELETE", by_id + "/AAPL").status, 404);
  EXPECT_EQ(ask("GET", "/v2/watchlists").at("0.name"), "ours");
  EXPECT_EQ(ask("GET", "/v2/watchlists").at("0.assets"), "(absent)");
  EXPECT_EQ(ask("DELETE", by_id).status, 204);
  EXPECT_EQ(ask("DELETE", by_id).status, 404);
  EXPECT_EQ(ask("GET", "/v2/watchlists").size(), 0U);
}

TEST_F(AccountTest, the_new_clock_knows_the_phases_of_a_day) {
  const auto phase = [&](const std::string& time, const std::string& market = "NYSE") {
    const Answered clock = ask("GET", "/v3/clock?markets=" + market + "&time=" + time);
    return clock.at("clocks.0.phase") + " until " + clock.at("clocks.0.phase_until").substr(5, 11);
  };
  EXPECT_EQ(ask("GET", "/v3/clock").at("clocks.0.phase"), "core");
  EXPECT_EQ(ask("GET", "/v3/clock").at("clocks.0.market.mic"), "XNYS");
  EXPECT_EQ(phase("2026-01-26T12:00:00Z"), "pre until 01-26T09:30");
  EXPECT_EQ(phase("2026-01-26T20:59:00Z"), "core until 01-26T16:00");
  EXPECT_EQ(phase("2026-01-26T21:00:00Z"), "post until 01-26T20:00");
  EXPECT_EQ(phase("2026-01-31T15:00:00Z"), "closed until 02-02T04:00");  // a Saturday
  EXPECT_EQ(phase("2026-01-26T12:00:00Z", "OPRA"), "closed until 01-26T09:30");
  EXPECT_EQ(ask("GET", "/v3/clock?markets=NYSE,OPRA").at("clocks.1.market.acronym"), "OPRA");
  EXPECT_EQ(ask("GET", "/v3/clock?markets=MARS").status, 400);
}

TEST_F(AccountTest, the_new_calendar_has_all_of_a_day) {
  const Answered days = ask("GET", "/v3/calendar/NYSE?start=2026-11-25&end=2026-11-27");
  EXPECT_EQ(days.at("market.timezone"), "America/New_York");
  EXPECT_EQ(days.at("calendar.1.date"), "2026-11-27");
  EXPECT_EQ(days.at("calendar.1.core_end"), "2026-11-27T13:00:00-05:00");
  EXPECT_EQ(days.at("calendar.1.post_end"), "2026-11-27T17:00:00-05:00");
  EXPECT_EQ(days.at("calendar.2"), "(absent)");
  EXPECT_EQ(ask("GET", "/v3/calendar/NYSE?start=2026-11-25&timezone=UTC").at("calendar.0.core_start"),
            "2026-11-25T14:30:00Z");
  EXPECT_EQ(ask("GET", "/v3/calendar/LSE").status, 400);
}

TEST_F(AccountTest, a_calendar_by_settlement_begins_with_what_was_traded_before) {
  const Answered days = ask("GET", "/v2/calendar?start=2026-01-26&end=2026-01-27&date_type=SETTLEMENT");
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days.at("0.date"), "2026-01-23");
  EXPECT_EQ(days.at("0.settlement_date"), "2026-01-26");
  EXPECT_EQ(days.at("1.date"), "2026-01-26");
  EXPECT_EQ(ask("GET", "/v2/calendar?date_type=OTHER").status, 400);
}

TEST_F(AccountTest, assets_are_found_by_class_exchange_status_and_attribute) {
  control("POST", "/_sim/price", R"({"symbol":"BTC/USD","price":"90000"})");
  const auto count = [&](const std::string& query) { return ask("GET", "/v2/assets?" + query).size(); };
  EXPECT_EQ(count(""), 1U);  // us_equity where nothing is said
  EXPECT_EQ(count("asset_class=crypto"), 1U);
  EXPECT_EQ(count("status=active&exchange=NASDAQ"), 1U);
  EXPECT_EQ(count("exchange=NYSE"), 0U);
  EXPECT_EQ(count("status=inactive"), 0U);
  EXPECT_EQ(count("attributes=ipo,has_options"), 1U);
  EXPECT_EQ(count("attributes=ipo"), 0U);
}

}  // namespace
}  // namespace belay::sim
