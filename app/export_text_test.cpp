// SPDX-License-Identifier: Apache-2.0
#include "app/export_text.hpp"

#include <gtest/gtest.h>

namespace belay::app {
namespace {

using Kind = ExportColumn::Kind;

constexpr ExportColumn kColumns[] = {{"id", Kind::integer},
                                     {"text", Kind::text},
                                     {"price", Kind::decimal},
                                     {"yes", Kind::boolean},
                                     {"data", Kind::json}};

ExportPage page(std::vector<std::vector<std::optional<std::string>>> rows) {
  return {.columns = kColumns, .rows = std::move(rows)};
}

std::string whole(ExportFormat format, const std::vector<ExportPage>& pages) {
  ExportWriter writer(format);
  std::string out;
  for (const ExportPage& one : pages) out += writer.rows(one);
  return out + writer.end();
}

TEST(ExportText, CsvQuotesWhatRfc4180Names) {
  EXPECT_EQ(whole(ExportFormat::csv, {page({{"1", "a,b", "1.5", "true", R"({"a":1})"},
                                            {"2", "say \"no\"", std::nullopt, "false", "[]"},
                                            {"3", "two\r\nlines", "0", std::nullopt, std::nullopt}})}),
            "id,text,price,yes,data\r\n"
            "1,\"a,b\",1.5,true,\"{\"\"a\"\":1}\"\r\n"
            "2,\"say \"\"no\"\"\",,false,[]\r\n"
            "3,\"two\r\nlines\",0,,\r\n");
}

TEST(ExportText, CsvTellsAnEmptyTextFromNone) {
  EXPECT_EQ(whole(ExportFormat::csv, {page({{"1", "", std::nullopt, std::nullopt, std::nullopt}})}),
            "id,text,price,yes,data\r\n1,\"\",,,\r\n");
}

TEST(ExportText, AHeaderStandsAlsoAboveNothing) {
  EXPECT_EQ(whole(ExportFormat::csv, {page({})}), "id,text,price,yes,data\r\n");
  EXPECT_EQ(whole(ExportFormat::json, {page({})}), "[]\n");
  EXPECT_EQ(whole(ExportFormat::jsonl, {page({})}), "");
}

TEST(ExportText, JsonHasOneArrayOverAllPages) {
  EXPECT_EQ(whole(ExportFormat::json, {page({{"1", "a\"b", "1.50", "true", R"({"a": [1]})"}}),
                                       page({{"2", "", std::nullopt, "false", std::nullopt}}), page({})}),
            R"([{"id":1,"text":"a\"b","price":"1.50","yes":true,"data":{"a":[1]}},)"
            R"({"id":2,"text":"","price":null,"yes":false,"data":null}])"
            "\n");
}

TEST(ExportText, WhatIsNoJsonAndNoNumberIsAText) {
  EXPECT_EQ(whole(ExportFormat::jsonl, {page({{"x", "t", "1", "true", "{broken"}})}),
            R"({"id":"x","text":"t","price":"1","yes":true,"data":"{broken"})"
            "\n");
}

}  // namespace
}  // namespace belay::app
