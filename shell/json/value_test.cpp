// SPDX-License-Identifier: Apache-2.0
#include "shell/json/value.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace belay::json {
namespace {

TEST(JsonValue, IsBuiltFromWhatItHolds) {
  const Value order = Object{{"symbol", "AAPL"}, {"qty", 5}, {"extended", false}, {"legs", Array{1, "two", nullptr}}};

  EXPECT_EQ(*order.find("symbol")->as_string(), "AAPL");
  EXPECT_EQ(order.find("qty")->as_int64(), 5);
  EXPECT_EQ(order.find("extended")->as_bool(), false);
  ASSERT_NE(order.find("legs")->as_array(), nullptr);
  EXPECT_EQ(order.find("legs")->as_array()->size(), 3u);
  EXPECT_TRUE(order.find("legs")->as_array()->at(2).is_null());
}

TEST(JsonValue, AnswersOnlyForItsOwnType) {
  const Value text = "5";
  EXPECT_EQ(text.as_int64(), std::nullopt);
  EXPECT_EQ(text.as_number_text(), nullptr);
  EXPECT_EQ(text.as_bool(), std::nullopt);
  EXPECT_EQ(text.as_array(), nullptr);
  EXPECT_EQ(text.as_object(), nullptr);
  EXPECT_EQ(text.find("anything"), nullptr);
  EXPECT_EQ(text.type_name(), "string");
  EXPECT_EQ(Value(5).as_string(), nullptr);
  EXPECT_EQ(Value().type_name(), "null");
}

TEST(JsonValue, TakesADecimalFromAStringOrANumber) {
  EXPECT_EQ(*Value("189.50").decimal_text(), "189.50");
  EXPECT_EQ(*Value::number_text("189.50").decimal_text(), "189.50");
  EXPECT_EQ(Value(true).decimal_text(), nullptr);
  EXPECT_EQ(Value().decimal_text(), nullptr);
}

TEST(JsonValue, ReadsAnIntegerOnlyIfItIsOneAndFits) {
  EXPECT_EQ(Value::number_text("-9223372036854775808").as_int64(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(Value::number_text("9223372036854775808").as_int64(), std::nullopt);
  EXPECT_EQ(Value::number_text("5.0").as_int64(), std::nullopt);
  EXPECT_EQ(Value::number_text("1e3").as_int64(), std::nullopt);
  EXPECT_EQ(*Value(std::numeric_limits<std::uint64_t>::max()).as_number_text(), "18446744073709551615");
}

TEST(JsonValue, KeepsMembersInOrderAndEachKeyOnce) {
  Value value = Object{{"b", 1}, {"a", 2}, {"b", 3}};
  value.set("c", 4).set("a", 5);

  std::string keys;
  for (const Member& member : *value.as_object()) keys += member.key;
  EXPECT_EQ(keys, "bac");
  EXPECT_EQ(value.find("b")->as_int64(), 3);
  EXPECT_EQ(value.find("a")->as_int64(), 5);

  EXPECT_TRUE(value.as_object()->erase("b"));
  EXPECT_FALSE(value.as_object()->erase("b"));
  EXPECT_EQ(value.find("b"), nullptr);
}

TEST(JsonValue, GrowsFromNull) {
  Value list;
  list.push_back(1).push_back("x");
  EXPECT_EQ(list, Value(Array{1, "x"}));

  Value object;
  object.set("list", std::move(list));
  EXPECT_EQ(object.find("list")->as_array()->size(), 2u);
}

TEST(JsonValue, ComparesObjectsWhateverTheirOrder) {
  EXPECT_EQ(Value(Object{{"a", 1}, {"b", 2}}), Value(Object{{"b", 2}, {"a", 1}}));
  EXPECT_NE(Value(Object{{"a", 1}, {"b", 2}}), Value(Object{{"a", 1}, {"c", 2}}));
  EXPECT_NE(Value(Object{{"a", 1}}), Value(Object{{"a", 1}, {"b", 2}}));
  EXPECT_NE(Value(Array{1, 2}), Value(Array{2, 1}));
  EXPECT_NE(Value(1), Value("1"));
  EXPECT_NE(Value::number_text("1.0"), Value::number_text("1.00"));
}

TEST(JsonValue, KnowsWhatANumberLooksLike) {
  for (const char* good : {"0", "-0", "10", "1.5", "0.029768000000000003", "-0.5e+3", "1E9", "1e-400"}) {
    EXPECT_TRUE(is_number_text(good)) << good;
  }
  for (const char* bad : {"", "-", "+1", "01", "-01", ".5", "1.", "1e", "1e+", "NaN", "Infinity", "0x10", "1 ", " 1",
                          "1,5", "1.5.5", "--1"}) {
    EXPECT_FALSE(is_number_text(bad)) << bad;
  }
}

TEST(JsonValueDeathTest, RefusesATextThatIsNoNumber) {
  EXPECT_DEATH(static_cast<void>(Value::number_text("NaN")), "is_number_text");
  EXPECT_DEATH(Value("text").set("key", 1), "object");
}

}  // namespace
}  // namespace belay::json
