// SPDX-License-Identifier: Apache-2.0
#include "shell/net/http_message.hpp"

#include <gtest/gtest.h>

#include <string>

namespace belay::net {
namespace {

TEST(HttpHeaders, AreFoundInWhateverCase) {
  const HttpResponse response{.headers = {{"X-RateLimit-Remaining", "199"}, {"A", "first"}, {"a", "second"}}};
  ASSERT_NE(response.header("x-ratelimit-remaining"), nullptr);
  EXPECT_EQ(*response.header("x-ratelimit-remaining"), "199");
  EXPECT_EQ(*response.header("A"), "first");
  EXPECT_EQ(response.header("X-RateLimit"), nullptr);
}

TEST(PercentEncoding, KeepsOnlyTheUnreserved) {
  EXPECT_EQ(percent_encode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(percent_encode("BTC/USD 2026-01-02T00:00:00+00:00,\xC3\xA9"),
            "BTC%2FUSD%202026-01-02T00%3A00%3A00%2B00%3A00%2C%C3%A9");
}

TEST(PercentEncoding, Reverses) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
  EXPECT_EQ(percent_decode("%2f%2F+%zz%4%"), "//+%zz%4%");
}

}  // namespace
}  // namespace belay::net
