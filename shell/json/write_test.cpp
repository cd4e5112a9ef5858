// SPDX-License-Identifier: Apache-2.0
#include "shell/json/write.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

#include "shell/json/parse.hpp"

namespace belay::json {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::string quoted(std::string_view text) {
  std::string out;
  write_string_to(out, text);
  return out;
}

TEST(JsonWrite, IsCompact) {
  EXPECT_EQ(write(Object{{"a", Array{1, "x", true, nullptr}}, {"b", Object{}}}), R"({"a":[1,"x",true,null],"b":{}})");
}

TEST(JsonWrite, IndentsForPeople) {
  EXPECT_EQ(write_pretty(Object{{"a", Array{1, 2}}, {"b", Object{}}, {"c", Array{}}}),
            "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {},\n  \"c\": []\n}");
}

TEST(JsonWrite, EscapesWhatMustBe) {
  EXPECT_EQ(quoted("a\"b\\c\nd\re\tf"), R"("a\"b\\c\nd\re\tf")");
  EXPECT_EQ(quoted(std::string_view("\0\x01\x1F\x7F", 4)), R"("\u0000\u0001\u001f\u007f")");
  EXPECT_EQ(quoted("\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"), "\"\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\"");
  EXPECT_EQ(write(Object{{"k\n", 1}}), R"({"k\n":1})");
}

TEST(JsonWrite, ReplacesBytesThatAreNotUtf8) {
  const std::string one = "\"" + std::string(kReplacement) + "\"";
  EXPECT_EQ(quoted("\xFF"), one);
  EXPECT_EQ(quoted("\x80"), one);
  EXPECT_EQ(quoted("\xC3"), one);
  EXPECT_EQ(quoted("a\xC3"
                   "b"),
            "\"a" + std::string(kReplacement) + "b\"");
}

TEST(JsonWrite, IsValidWhateverTheBytes) {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 12, '\0');
    for (char& byte : bytes) byte = static_cast<char>((random() % 2 == 0 ? 0xC0u : 0u) | (random() & 0xFFu));
    const std::string text = write(Object{{bytes, bytes}});
    ASSERT_EQ(text.find('\n'), std::string::npos);
    const auto parsed = parse(text);
    ASSERT_TRUE(parsed.has_value()) << text << ": " << parsed.error().message;
    ASSERT_EQ(write(*parsed), text);
  }
}

}  // namespace
}  // namespace belay::json
