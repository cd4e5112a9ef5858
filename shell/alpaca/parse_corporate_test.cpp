// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "shell/alpaca/parse.hpp"
#include "shell/json/parse.hpp"

namespace belay::alpaca {
namespace {

// As the specification's examples have them; the rates are real JSON numbers.
constexpr const char* kPage = R"({"corporate_actions":{
  "forward_splits":[{"cusip":"816851109","ex_date":"2023-08-22","id":"189bd849-ab9f-4b4d-aaaa-a6d415fd976d",
    "new_rate":2,"old_rate":1,"process_date":"2023-08-22","record_date":"2023-08-14","symbol":"SRE"}],
  "reverse_splits":[{"ex_date":"2023-08-24","id":"913de862-c02c-46dc-a89c-fc8779a50d30","new_cusip":"60879E200",
    "new_rate":1,"old_cusip":"60879E101","old_rate":50,"process_date":"2023-08-24","symbol":"MNTS"}],
  "spin_offs":[{"ex_date":"2023-08-15","id":"82e602f6-35bc-4651-a5dd-f6d88ff37c55","new_rate":1,"new_symbol":"SRM",
    "process_date":"2023-08-15","source_rate":19.35,"source_symbol":"JUPW"}],
  "name_changes":[{"id":"5a774c35-edec-4532-a812-a56d0bbb623a","new_symbol":"VFS","old_symbol":"BSAQ",
    "process_date":"2023-08-15"}],
  "cash_dividends":[{"symbol":"AAPL","rate":0.24}]},"next_page_token":"more"})";

Date day(const char* text) { return parse_date(text).value(); }

TEST(ParseCorporateActions, ReadsWhatChangesAShare) {
  const auto page = parse_corporate_actions(json::parse(kPage).value());
  ASSERT_TRUE(page) << page.error().message;
  using Kind = CorporateAction::Kind;
  const std::vector<CorporateAction> expected{
      {"189bd849-ab9f-4b4d-aaaa-a6d415fd976d", Kind::split, "SRE", "", 1_ratio, 2_ratio, day("2023-08-22")},
      {"913de862-c02c-46dc-a89c-fc8779a50d30", Kind::split, "MNTS", "", 50_ratio, 1_ratio, day("2023-08-24")},
      {"82e602f6-35bc-4651-a5dd-f6d88ff37c55", Kind::spin_off, "JUPW", "SRM", 19.35_ratio, 1_ratio, day("2023-08-15")},
      {"5a774c35-edec-4532-a812-a56d0bbb623a", Kind::rename, "BSAQ", "VFS", 1_ratio, 1_ratio, day("2023-08-15")}};
  EXPECT_EQ(page->actions, expected);
  EXPECT_EQ(page->next_page, "more");
}

TEST(ParseCorporateActions, NothingIsAnnouncedWhereAllIsEmpty) {
  const auto page = parse_corporate_actions(json::parse(R"({"corporate_actions":{},"next_page_token":null})").value());
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->actions.empty());
  EXPECT_EQ(page->next_page, "");
}

TEST(ParseCorporateActions, ARateThatIsNoneIsAnErrorForThePage) {
  for (const char* bad :
       {R"({"corporate_actions":{"forward_splits":[{"symbol":"A","ex_date":"2023-08-22","new_rate":0,"old_rate":1}]}})",
        R"({"corporate_actions":{"forward_splits":[{"symbol":"A","ex_date":"soon","new_rate":2,"old_rate":1}]}})",
        R"({"corporate_actions":{"forward_splits":[{"symbol":"A","ex_date":"2023-08-22","new_rate":2}]}})",
        R"({"corporate_actions":{"forward_splits":{"symbol":"A"}}})", R"({"corporate_actions":{"spin_offs":"none"}})",
        R"({"message":"forbidden"})"}) {
    EXPECT_FALSE(parse_corporate_actions(json::parse(bad).value())) << bad;
  }
}

TEST(ParseCorporateActions, AnErrorNamesTheElement) {
  const auto page = parse_corporate_actions(
      json::parse(R"({"corporate_actions":{"reverse_splits":[{"symbol":"MNTS","ex_date":"2023-08-24","new_rate":"x"}],
                                           "name_changes":null}})")
          .value());
  ASSERT_FALSE(page);
  EXPECT_TRUE(page.error().message.starts_with("reverse_splits 1 of 1 (MNTS): ")) << page.error().message;
}

}  // namespace
}  // namespace belay::alpaca
