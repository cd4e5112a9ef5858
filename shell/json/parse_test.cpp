// SPDX-License-Identifier: Apache-2.0
#include "shell/json/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "shell/json/write.hpp"

namespace belay::json {
namespace {

using ::testing::HasSubstr;

std::string problem_with(std::string_view text) {
  const auto parsed = parse(text);
  return parsed.has_value() ? "accepted" : parsed.error().message;
}

TEST(JsonParse, ReadsEveryKindOfValue) {
  const auto parsed = parse(R"( {"n":null,"t":true,"f":false,"i":-12,"s":"x","a":[1,[],{}],"o":{"k":"v"}} )");
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  EXPECT_EQ(*parsed, Value(Object{{"n", nullptr},
                                  {"t", true},
                                  {"f", false},
                                  {"i", -12},
                                  {"s", "x"},
                                  {"a", Array{1, Array{}, Object{}}},
                                  {"o", Object{{"k", "v"}}}}));
}

TEST(JsonParse, ReadsScalarsAtTheRoot) {
  EXPECT_EQ(parse(" null "), Value());
  EXPECT_EQ(parse("\n-1.50\t"), Value::number_text("-1.50"));
  EXPECT_EQ(parse("\"text\" "), Value("text"));
  EXPECT_EQ(parse("true"), Value(true));
}

TEST(JsonParse, KeepsNumbersExactlyAsTheyWereWritten) {
  for (const std::string number : {"0.029768000000000003", "100.00", "-0", "1e400", "123456789012345678901234567890",
                                   "0.1000000000000000055511151231257827"}) {
    const auto parsed = parse("[" + number + " ]");
    ASSERT_TRUE(parsed.has_value()) << number << ": " << parsed.error().message;
    EXPECT_EQ(*parsed->as_array()->front().as_number_text(), number);
    EXPECT_EQ(write(*parsed), "[" + number + "]");
  }
}

TEST(JsonParse, Unescapes) {
  EXPECT_EQ(parse(R"("a\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00\u0000z")"),
            Value(std::string("a\"\\/\b\f\n\r\tA\xC3\xA9\xF0\x9F\x98\x80\0z", 18)));
  EXPECT_EQ(parse(R"({"\u0061":1})"), Value(Object{{"a", 1}}));
}

TEST(JsonParse, RefusesWhatIsNotJson) {
  for (const std::string_view bad : {"",
                                     "   ",
                                     "{",
                                     "}",
                                     "[",
                                     "]",
                                     "[1",
                                     "[1,",
                                     "[1,]",
                                     "[,1]",
                                     "[1 2]",
                                     "[1,,2]",
                                     "{\"a\"}",
                                     "{\"a\":}",
                                     "{\"a\":1,}",
                                     "{,}",
                                     "{\"a\" 1}",
                                     "{a:1}",
                                     "{'a':1}",
                                     "{1:1}",
                                     "[1}",
                                     "{\"a\":1]",
                                     "NaN",
                                     "[NaN]",
                                     "Infinity",
                                     "[-Infinity]",
                                     "nul",
                                     "nullx",
                                     "[truee]",
                                     "[01]",
                                     "[+1]",
                                     "[.5]",
                                     "[1.]",
                                     "[1e]",
                                     "[0x1]",
                                     "[--1]",
                                     "\"open",
                                     "\"a\nb\"",
                                     "\"\\x\"",
                                     "\"\\u12\"",
                                     "\"\\u12g4\"",
                                     "[1]//x",
                                     "[1]/*x*/",
                                     "\xEF\xBB\xBF[1]",
                                     "[1\f]",
                                     "{\"a\":\"b\"\"c\":1}",
                                     "[\"a\"b]",
                                     "[1]]",
                                     "{\"a\":{}"}) {
    EXPECT_FALSE(parse(bad).has_value()) << bad;
  }
  EXPECT_FALSE(parse(std::string_view("[1]\0", 4)).has_value());
}

TEST(JsonParse, RefusesWhatFollowsTheValue) {
  for (const std::string_view bad : {"[1] 2", "{} {}", "{}x", "null null", "1 2", "\"a\" \"b\"", "\"a\"b", "[],"}) {
    EXPECT_FALSE(parse(bad).has_value()) << bad;
  }
  EXPECT_THAT(problem_with("{} {}"), HasSubstr("follows the value"));
}

TEST(JsonParse, RefusesInvalidText) {
  for (const std::string_view bad :
       {"\"\xFF\"", "\"\xC3\"", "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\xF5\x80\x80\x80\"", "{\"\x80\":1}"}) {
    EXPECT_THAT(problem_with(bad), HasSubstr("UTF-8"));
  }
  for (const std::string_view lone :
       {R"(["\ud800"])", R"(["\udc00"])", R"(["\ud800\u0041"])", R"(["\ud800x"])", R"({"\ud800":1})", R"("\ud83d")"}) {
    EXPECT_FALSE(parse(lone).has_value()) << lone;
  }
}

TEST(JsonParse, RefusesARepeatedKey) {
  EXPECT_THAT(problem_with(R"({"a":1,"b":2,"a":3})"), HasSubstr("key \"a\" twice"));
  EXPECT_THAT(problem_with(R"({"a":1,"\u0061":3})"), HasSubstr("key \"a\" twice"));
  EXPECT_TRUE(parse(R"({"a":{"a":1},"b":{"a":1}})").has_value());

  std::string many = "{";
  for (int i = 0; i < 1000; ++i) many += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  EXPECT_TRUE(parse(many + "\"last\":0}").has_value());
  EXPECT_THAT(problem_with(many + "\"k999\":0}"), HasSubstr("key \"k999\" twice"));
  EXPECT_THAT(problem_with(many + "\"k0\":0}"), HasSubstr("key \"k0\" twice"));
}

TEST(JsonParse, LimitsDepth) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse(nested(kMaxDepth)).has_value());
  EXPECT_THAT(problem_with(nested(kMaxDepth + 1)), HasSubstr("nested deeper than 64"));
  EXPECT_FALSE(parse(nested(1'000'000)).has_value());
  EXPECT_FALSE(parse(std::string(1'000'000, '[')).has_value());
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_FALSE(parse(objects).has_value());
}

TEST(JsonParse, LimitsSize) {
  const std::string largest = "\"" + std::string(kMaxBytes - 2, 'x') + "\"";
  EXPECT_TRUE(parse(largest).has_value());
  EXPECT_THAT(problem_with(largest + " "), HasSubstr("33554433 bytes are more than the 33554432 accepted"));
}

TEST(JsonParse, SaysWhere) {
  EXPECT_THAT(problem_with(R"({"a": 1, "b": bad})"), HasSubstr("(near byte 14)"));
  EXPECT_EQ(problem_with(R"({"a": 1, "b": -bad})"), "JSON: not a value: -bad (near byte 14)");
  EXPECT_EQ(problem_with(" "), "JSON: empty text");
}

TEST(JsonParse, RoundTrips) {
  for (const std::string_view text :
       {R"({"id":"a-b","qty":"1.50","legs":null,"fee":0.029768000000000003})", R"([])", R"({})",
        R"([[[]],{"":{}},"",0,-1,true,false,null])", "\"\\u0001\\u001f\\\"\\\\\\n\\r\\t\\u007f\xC3\xA9\""}) {
    const auto parsed = parse(text);
    ASSERT_TRUE(parsed.has_value()) << text << ": " << parsed.error().message;
    EXPECT_EQ(write(*parsed), text);
    EXPECT_EQ(parse(write_pretty(*parsed)), *parsed);
  }
}

/// What another parser makes of the same text: it must accept it, with every key once.
bool oracle_accepts(const std::string& text) {
  std::vector<std::vector<std::string>> keys;
  bool repeated = false;
  const auto watch = [&](int, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    if (event == nlohmann::json::parse_event_t::object_start) keys.emplace_back();
    if (event == nlohmann::json::parse_event_t::object_end) keys.pop_back();
    if (event == nlohmann::json::parse_event_t::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      for (const std::string& earlier : keys.back()) repeated = repeated || earlier == key;
      keys.back().push_back(key);
    }
    return true;
  };
  return !nlohmann::json::parse(text, watch, false).is_discarded() && !repeated;
}

TEST(JsonParse, AgreesWithAnotherParserOnDamagedTexts) {
  const std::string seeds[] = {R"({"a":[1,-2.5e+3,true,null],"b":{"c":"x\u00e9\n","d":[]},"e":false,"f":[{},""]})",
                               R"([[1,2],[3,[4,{"k":"v"}]],"tail", 0.10, {"a":1,"b":2}])", R"("a\ud83d\ude00b")",
                               R"({"x" : 12 , "y" : [ ] })"};
  const std::string_view alphabet = "{}[]:,\"\\ \n019.-+eEtrufalsnx\x01\x80\xC3";
  std::mt19937 random(20261122);
  int accepted = 0;
  for (int round = 0; round < 100'000; ++round) {
    std::string text = seeds[random() % std::size(seeds)];
    for (auto changes = random() % 3 + 1; changes != 0 && !text.empty(); --changes) {
      const std::size_t place = random() % text.size();
      switch (random() % 3) {
        case 0:
          text.erase(place, 1);
          break;
        case 1:
          text[place] = alphabet[random() % alphabet.size()];
          break;
        default:
          text.insert(place, 1, alphabet[random() % alphabet.size()]);
          break;
      }
    }
    const auto parsed = parse(text);
    const bool expected = oracle_accepts(text);
    ASSERT_EQ(parsed.has_value(), expected) << text;
    if (!expected) continue;
    ++accepted;
    ASSERT_EQ(nlohmann::json::parse(write(*parsed)), nlohmann::json::parse(text)) << text;
  }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace belay::json
