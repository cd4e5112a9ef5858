// SPDX-License-Identifier: Apache-2.0
#include "sim/server/data_page.hpp"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace belay::sim {
namespace {

Timestamp second(std::int64_t n) { return {n * fixed::kScale}; }

/// Points of two symbols, of which three fall on one moment.
const std::map<std::string, std::vector<std::int64_t>> kSeconds{{"AAPL", {1, 2, 2, 2, 3}}, {"MSFT", {1, 4}}};

struct Point {
  Timestamp at;
  int number = 0;
};

/// All pages of the request, one letter and number a point, one text a page.
std::vector<std::string> pages(HistoryRequest request) {
  std::vector<std::string> all;
  request.symbols = {"AAPL", "MSFT"};
  request.last = second(100);
  for (int guard = 0; guard < 20; ++guard) {
    const auto page = page_of(
        request,
        [](const std::string& symbol) {
          std::vector<Point> points;
          for (const std::int64_t at : kSeconds.at(symbol)) {
            points.push_back({second(at), static_cast<int>(points.size())});
          }
          return points;
        },
        [](const Point& point) { return point.at; },
        [](const Point& point, const std::string& symbol) {
          return json::Value(symbol.substr(0, 1) + std::to_string(point.number));
        });
    EXPECT_TRUE(page.has_value());
    std::string text;
    for (const auto& [symbol, list] : page->found) {
      for (const json::Value& value : list) text += *value.as_string();
    }
    all.push_back(text);
    if (page->next.is_null()) break;
    request.page_token = *page->next.as_string();
  }
  return all;
}

using Pages = std::vector<std::string>;

TEST(DataPageTest, the_limit_counts_over_all_symbols_and_no_page_repeats_or_loses_anything) {
  EXPECT_EQ(pages({.limit = 100}), (Pages{"A0A1A2A3A4M0M1"}));
  EXPECT_EQ(pages({.limit = 3}), (Pages{"A0A1A2", "A3A4M0", "M1"}));
  EXPECT_EQ(pages({.limit = 1}), (Pages{"A0", "A1", "A2", "A3", "A4", "M0", "M1"}));
}

TEST(DataPageTest, descending_time_keeps_the_order_of_the_symbols) {
  EXPECT_EQ(pages({.limit = 2, .descending = true}), (Pages{"A4A3", "A2A1", "A0M1", "M0"}));
}

TEST(DataPageTest, a_page_that_ends_with_everything_has_no_next_one) {
  EXPECT_EQ(pages({.limit = 7}), (Pages{"A0A1A2A3A4M0M1"}));
}

TEST(DataPageTest, start_and_end_belong_to_the_stretch) {
  EXPECT_EQ(pages({.first = second(2), .limit = 100}), (Pages{"A1A2A3A4M1"}));
}

TEST(DataPageTest, tokens_are_opaque_and_foreign_ones_are_refused) {
  const PagePlace place{"BRK.B", second(5), 2};
  const std::string token = page_token(place);
  EXPECT_EQ(token.find("BRK"), std::string::npos);
  EXPECT_EQ(parse_page_token(token), place);
  for (const char* foreign : {"AAPL", "???", "QUFQTHw", ""})
    EXPECT_FALSE(parse_page_token(foreign).has_value()) << foreign;
}

}  // namespace
}  // namespace belay::sim
