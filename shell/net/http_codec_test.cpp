// SPDX-License-Identifier: Apache-2.0
#include "shell/net/http_codec.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

namespace belay::net {
namespace {

HttpProgress feed(ResponseReader& reader, std::string_view bytes) {
  const auto room = reader.room();
  std::ranges::copy(bytes, room.begin());
  return reader.take(bytes.size());
}

TEST(ResponseReader, F74AnEndBeforeTheAnswerIsABrokenAnswer) {
  ResponseReader nothing(false);
  EXPECT_EQ(nothing.take_end(), HttpProgress::Broken);

  ResponseReader interim(false);
  ASSERT_EQ(feed(interim, "HTTP/1.1 100 Continue\r\n\r\n"), HttpProgress::More);
  EXPECT_EQ(interim.take_end(), HttpProgress::Broken);
  EXPECT_FALSE(interim.problem().empty());
}

TEST(ResponseReader, TheEndEndsABodyWithoutALength) {
  ResponseReader reader(false);
  ASSERT_EQ(feed(reader, "HTTP/1.1 200 OK\r\n\r\nhello"), HttpProgress::More);
  EXPECT_EQ(reader.take_end(), HttpProgress::Done);
  EXPECT_EQ(reader.release().body, "hello");
}

}  // namespace
}  // namespace belay::net
