// SPDX-License-Identifier: Apache-2.0
#include "sim/server/message_pack.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/calendar/timestamp.hpp"
#include "shell/json/parse.hpp"

namespace belay::sim {
namespace {

using namespace std::string_literals;

std::string packed(std::string_view text, std::string_view time_key = {}) {
  return pack(json::parse(text).value(), time_key);
}

TEST(MessagePack, writes_the_bytes_that_the_format_prescribes) {
  EXPECT_EQ(packed("null"), "\xc0");
  EXPECT_EQ(packed("true"), "\xc3");
  EXPECT_EQ(packed("5"), "\x05");
  EXPECT_EQ(packed("-1"), "\xff");
  EXPECT_EQ(packed("300"), "\xcd\x01\x2c");
  EXPECT_EQ(packed(R"("T")"), "\xa1T");
  EXPECT_EQ(packed(R"({"S":["A",1]})"), "\x81\xa1S\x92\xa1\x41\x01");
}

TEST(MessagePack, writes_decimals_as_the_nearest_float_of_eight_bytes) {
  EXPECT_EQ(packed("200.02"), "\xcb\x40\x69\x00\xa3\xd7\x0a\x3d\x71"s);
}

TEST(MessagePack, writes_times_as_timestamps_where_told_to) {
  // Whole seconds: fixext 4. With nanoseconds: fixext 8, 30 bits of them above 34 bits of seconds.
  EXPECT_EQ(packed(R"({"t":"1970-01-01T00:00:05Z"})", "t"), "\x81\xa1t\xd6\xff\x00\x00\x00\x05"s);
  EXPECT_EQ(packed(R"({"t":"1970-01-01T00:00:05.000000001Z"})", "t"),
            "\x81\xa1t\xd7\xff\x00\x00\x00\x04\x00\x00\x00\x05"s);
  EXPECT_EQ(packed(R"({"u":"1970-01-01T00:00:05Z"})", "t"), packed(R"({"u":"1970-01-01T00:00:05Z"})"));
  EXPECT_EQ(packed(R"({"t":"no time"})", "t"), packed(R"({"t":"no time"})"));
}

TEST(MessagePack, gives_back_what_was_packed) {
  const std::string text =
      R"([{"T":"q","S":"AAPL","bp":199.98,"bs":100,"c":["R"],"t":"2026-01-26T15:00:00.123456789Z","z":null,"n":-70000}])";
  const auto back = unpack(packed(text, "t"));
  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_EQ(*back, json::parse(text).value());
  for (const std::string at : {"1969-12-31T23:59:59.5Z", "2026-01-26T15:00:00Z", "2200-01-01T00:00:00.000001Z"}) {
    const auto time = unpack(packed(R"({"t":")" + at + R"("})", "t"));
    ASSERT_TRUE(time.has_value());
    EXPECT_EQ(parse_timestamp(*time->find("t")->as_string()).value(), parse_timestamp(at).value());
  }
}

TEST(MessagePack, puts_packed_values_into_one_array) {
  for (const std::size_t count : {0U, 1U, 15U, 16U, 70'000U}) {
    std::string elements;
    for (std::size_t i = 0; i < count; ++i) elements += packed("7");
    const auto array = unpack(packed_array(count, elements));
    ASSERT_TRUE(array.has_value() && array->is_array());
    EXPECT_EQ(array->as_array()->size(), count);
  }
}

TEST(MessagePack, refuses_what_is_none) {
  EXPECT_FALSE(unpack("").has_value());
  EXPECT_FALSE(unpack("\x92\x01").has_value());      // one of two is missing
  EXPECT_FALSE(unpack("\x01\x01").has_value());      // something behind it
  EXPECT_FALSE(unpack("\xc1").has_value());          // never used
  EXPECT_FALSE(unpack("\x81\x01\x01").has_value());  // a key that is no text
  EXPECT_FALSE(unpack("\xdd\xff\xff\xff\xff").has_value());
  EXPECT_FALSE(unpack(std::string(1'000'000, '\x91')).has_value());  // nested a million times
}

TEST(MessagePack, refuses_maps_with_more_members_than_any_message_has) {
  std::string bytes = "\xde\x01\x01"s;  // 257 members
  for (int i = 0; i < 257; ++i)
    bytes += "\xa2"s + static_cast<char>('A' + i / 26) + static_cast<char>('A' + i % 26) + "\x01"s;
  const auto read = unpack(bytes);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("too many members"), std::string::npos) << read.error().message;
}

}  // namespace
}  // namespace belay::sim
