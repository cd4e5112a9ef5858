// SPDX-License-Identifier: Apache-2.0
// Options and companies over the wire (alpaca.md 2, 4).
#include <gtest/gtest.h>

#include <array>

#include "sim/server/server_fixture.hpp"

namespace belay::sim {
namespace {

constexpr auto kCall = "AAPL260220C00190000";

class CorporateTest : public ServerTest {
 protected:
  void hold(const std::string& symbol, const std::string& quantity) {
    control("POST", "/_sim/position", R"({"symbol":")" + symbol + R"(","qty":")" + quantity + R"(","avg_price":"12"})");
  }
  void announce(const std::string& kind, const std::string& ex_date, const std::string& more = "") {
    control("POST", "/_sim/announce",
            R"({"kind":")" + kind + R"(","symbol":"AAPL","ex_date":")" + ex_date + R"(")" + more + "}");
  }
};

TEST_F(CorporateTest, ExerciseIsInstantAndAnswersWithNothing) {
  hold(kCall, "1");
  const Answered done = ask("POST", std::string("/v2/positions/") + kCall + "/exercise");
  EXPECT_EQ(done.status, 200);
  EXPECT_EQ(ask("GET", "/v2/positions/AAPL").at("qty"), "100");
  const Answered rows = ask("GET", "/v2/account/activities?category=non_trade_activity&direction=asc");
  EXPECT_EQ(rows.at("0.activity_type"), "OPEXC");
  EXPECT_EQ(rows.at("0.qty"), "-1");
  EXPECT_EQ(rows.at("0.net_amount"), "0");
  EXPECT_EQ(rows.at("1.activity_type"), "OPTRD");
  EXPECT_EQ(rows.at("1.symbol"), "AAPL");
  EXPECT_EQ(rows.at("1.qty"), "100");
  EXPECT_EQ(rows.at("1.price"), "190");
  EXPECT_EQ(rows.at("1.net_amount"), "-19000");
  EXPECT_EQ(rows.at("1.group_id"), rows.at("0.group_id"));
}

TEST_F(CorporateTest, ExerciseRefusals) {
  EXPECT_EQ(ask("POST", "/v2/positions/AAPL/exercise").status, 422);
  EXPECT_EQ(ask("POST", "/v2/positions/AAPL/do-not-exercise").at("message"), "invalid symbol");
  hold(kCall, "-1");
  const Answered refused = ask("POST", std::string("/v2/positions/") + kCall + "/exercise");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.at("code"), "40310001");
  EXPECT_EQ(refused.at("message"), "cannot exercise short position");
}

TEST_F(CorporateTest, AssignmentsAreArranged) {
  hold(kCall, "-2");
  EXPECT_EQ(control("POST", "/_sim/assign", R"({"symbol":"AAPL260220C00190000","qty":"1"})").at("assigned"), "1");
  EXPECT_EQ(ask("GET", "/v2/positions/AAPL").at("qty"), "-100");
  EXPECT_EQ(ask("POST", "/_sim/assign", R"({"symbol":"AAPL"})").status, 422);
}

TEST_F(CorporateTest, TheOptionsLevelIsArrangedAndShown) {
  control("POST", "/_sim/options-level", R"({"level":1})");
  EXPECT_EQ(ask("GET", "/v2/account").at("options_trading_level"), "1");
  EXPECT_EQ(ask("POST", "/_sim/options-level", R"({"level":4})").status, 422);
}

TEST_F(CorporateTest, ASplitAdjustsTheContractsToo) {
  hold("AAPL", "10");
  hold(kCall, "1");
  control("POST", "/_sim/split", R"({"symbol":"AAPL","new_shares":1,"old_shares":2})");
  const Answered contract = ask("GET", "/v2/options/contracts/AAPL1260220C00190000");
  EXPECT_EQ(contract.at("root_symbol"), "AAPL1");
  EXPECT_EQ(contract.at("underlying_symbol"), "AAPL");
  EXPECT_EQ(contract.at("size"), "50");
  EXPECT_EQ(contract.at("multiplier"), "100");
  EXPECT_EQ(contract.at("deliverables.0.amount"), "50");
  EXPECT_EQ(ask("GET", std::string("/v2/options/contracts/") + kCall).at("status"), "inactive");
}

TEST_F(CorporateTest, ContractsAreFilteredAndPaged) {
  for (const std::string symbol :
       {"AAPL260130C00190000", "AAPL260130P00200000", "AAPL260220C00210000", "MSFT260130C00400000"}) {
    control("POST", "/_sim/price", R"({"symbol":")" + symbol + R"(","bid":"1","ask":"2"})");
  }
  const auto count = [&](const std::string& query) {
    const Answered listed = ask("GET", "/v2/options/contracts?" + query);
    return listed.status == 200 ? listed.body.find("option_contracts")->as_array()->size() : 99u;
  };
  EXPECT_EQ(count(""), 3u);  // up to the coming weekend
  EXPECT_EQ(count("underlying_symbols=AAPL,TSLA"), 2u);
  EXPECT_EQ(count("underlying_symbols=AAPL&expiration_date_lte=2026-12-31"), 3u);
  EXPECT_EQ(count("expiration_date=2026-02-20"), 1u);
  EXPECT_EQ(count("expiration_date_gte=2026-02-01"), 1u);
  EXPECT_EQ(count("type=put"), 1u);
  EXPECT_EQ(count("style=european"), 0u);
  EXPECT_EQ(count("strike_price_gte=195&strike_price_lte=200"), 1u);
  EXPECT_EQ(count("root_symbol=MSFT"), 1u);
  EXPECT_EQ(count("ppind=true"), 3u);
  EXPECT_EQ(count("ppind=false"), 0u);
  EXPECT_EQ(count("status=inactive"), 0u);
  EXPECT_EQ(ask("GET", "/v2/options/contracts?type=future").status, 422);
  EXPECT_EQ(ask("GET", "/v2/options/contracts?strike_price_gte=-1").status, 422);
  EXPECT_EQ(ask("GET", "/v2/options/contracts?expiration_date=soon").status, 422);
  const Answered first = ask("GET", "/v2/options/contracts?limit=2");
  const Answered second = ask("GET", "/v2/options/contracts?limit=2&page_token=" + first.at("next_page_token"));
  EXPECT_EQ(second.at("option_contracts.0.symbol"), "MSFT260130C00400000");
  EXPECT_EQ(second.at("next_page_token"), "null");
  EXPECT_EQ(ask("GET", "/v2/options/contracts/AAPL991231C00100000").at("message"),
            "option contract AAPL991231C00100000 not found");
}

TEST_F(CorporateTest, EveryFamilyHasItsList) {
  constexpr std::array<std::string_view, 15> kFamilies{
      "reverse_split", "forward_split",     "unit_split",          "cash_dividend",         "stock_dividend",
      "spin_off",      "cash_merger",       "stock_merger",        "stock_and_cash_merger", "redemption",
      "name_change",   "worthless_removal", "rights_distribution", "partial_call",          "reorganization"};
  for (const std::string_view family : kFamilies) {
    announce(std::string(family), "2026-01-26", R"(,"new_symbol":"PEAR","cash":"1.5","new_shares":2)");
  }
  const Answered listed = ask("GET", "/v1/corporate-actions?symbols=AAPL");
  ASSERT_EQ(listed.status, 200);
  for (const std::string_view family : kFamilies) {
    const std::string path = "corporate_actions." + std::string(family) + "s.0.";
    EXPECT_NE(listed.at(path + "id"), "(absent)") << family;
    EXPECT_EQ(listed.at(path + "process_date"), "2026-01-26") << family;
  }
  EXPECT_EQ(listed.at("corporate_actions.cash_dividends.0.rate"), "1.5");
  EXPECT_EQ(listed.at("corporate_actions.spin_offs.0.new_symbol"), "PEAR");
  EXPECT_EQ(listed.at("corporate_actions.stock_and_cash_mergers.0.acquirer_symbol"), "PEAR");
  EXPECT_EQ(listed.at("corporate_actions.name_changes.0.old_symbol"), "AAPL");
}

TEST_F(CorporateTest, PagesGoByLimitAndToken) {
  announce("cash_dividend", "2026-01-26", R"(,"cash":"1")");
  announce("cash_dividend", "2026-01-28", R"(,"cash":"3")");
  announce("cash_dividend", "2026-01-27", R"(,"cash":"2")");
  const std::string base = "/v1/corporate-actions?start=2026-01-26&end=2026-01-31&limit=2";
  const Answered first = ask("GET", base);
  EXPECT_EQ(first.at("corporate_actions.cash_dividends.0.rate"), "1");
  EXPECT_EQ(first.at("corporate_actions.cash_dividends.1.rate"), "2");
  const Answered second = ask("GET", base + "&page_token=" + first.at("next_page_token"));
  EXPECT_EQ(second.at("corporate_actions.cash_dividends.0.rate"), "3");
  EXPECT_EQ(second.at("next_page_token"), "null");
  EXPECT_EQ(ask("GET", base + "&sort=desc").at("corporate_actions.cash_dividends.0.rate"), "3");
  EXPECT_EQ(ask("GET", base + "&types=spin_off").at("corporate_actions"), "{}");
  const std::string id = first.at("corporate_actions.cash_dividends.1.id");
  EXPECT_EQ(ask("GET", "/v1/corporate-actions?ids=" + id).at("corporate_actions.cash_dividends.0.rate"), "2");
}

TEST_F(CorporateTest, WhatIsAskedWronglyIsRefusedWithAMessage) {
  for (const std::string query : {"types=none", "limit=1001", "sort=up", "start=today", "ids=a&symbols=AAPL",
                                  "page_token=none", "start=2026-01-27&end=2026-01-26"}) {
    const Answered refused = ask("GET", "/v1/corporate-actions?" + query);
    EXPECT_EQ(refused.status, 400) << query;
    EXPECT_NE(refused.at("message"), "(absent)") << query;
    EXPECT_EQ(refused.at("code"), "(absent)") << query;
  }
}

TEST_F(CorporateTest, TheDeprecatedAnnouncementsAreThereToo) {
  announce("cash_dividend", "2026-01-28", R"(,"cash":"0.25","record_date":"2026-01-29","payable_date":"2026-02-06")");
  announce("name_change", "2026-01-28", R"(,"new_symbol":"PEAR")");
  const std::string span = "&since=2026-01-26&until=2026-02-26";
  const Answered listed = ask("GET", "/v2/corporate_actions/announcements?ca_types=Dividend,Split" + span);
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed.at("0.ca_type"), "Dividend");
  EXPECT_EQ(listed.at("0.cash"), "0.25");
  EXPECT_EQ(listed.at("0.payable_date"), "2026-02-06");
  EXPECT_EQ(ask("GET", "/v2/corporate_actions/announcements/" + listed.at("0.id")).at("initiating_symbol"), "AAPL");
  EXPECT_EQ(ask("GET", "/v2/corporate_actions/announcements/none").status, 404);
  EXPECT_EQ(ask("GET", "/v2/corporate_actions/announcements?ca_types=Split" + span).size(), 0u);
  EXPECT_EQ(ask("GET", "/v2/corporate_actions/announcements?ca_types=Split&since=2026-01-01&until=2026-12-31").status,
            422);
}

TEST_F(CorporateTest, CompaniesAreArranged) {
  hold("AAPL", "100");
  control("POST", "/_sim/dividend", R"({"symbol":"AAPL","cash":"0.25"})");
  const Answered paid = ask("GET", "/v2/account/activities/DIV");
  EXPECT_EQ(paid.at("0.activity_sub_type"), "CDIV");
  EXPECT_EQ(paid.at("0.per_share_amount"), "0.25");
  EXPECT_EQ(paid.at("0.net_amount"), "25");
  control("POST", "/_sim/spin-off", R"({"symbol":"AAPL","new_symbol":"PEAR","new_shares":1,"old_shares":4})");
  EXPECT_EQ(ask("GET", "/v2/positions/PEAR").at("qty"), "25");
  control("POST", "/_sim/merger", R"({"symbol":"PEAR","cash":"10"})");
  EXPECT_EQ(ask("GET", "/v2/positions/PEAR").status, 404);
  EXPECT_EQ(ask("GET", "/v2/assets/PEAR").at("status"), "inactive");
  control("POST", "/_sim/delist", R"({"symbol":"AAPL","worthless":true})");
  EXPECT_EQ(ask("GET", "/v2/account/activities/REORG").at("0.qty"), "-100");
}

}  // namespace
}  // namespace belay::sim
