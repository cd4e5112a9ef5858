// SPDX-License-Identifier: Apache-2.0
#include "shell/net/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

namespace belay::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Url, ReadsItsParts) {
  EXPECT_EQ(parse_url("https://paper-api.alpaca.markets"),
            (Url{.tls = true, .host = "paper-api.alpaca.markets", .port = 443, .path = ""}));
  EXPECT_EQ(parse_url("https://Data.Alpaca.Markets:8443/v2/"),
            (Url{.tls = true, .host = "data.alpaca.markets", .port = 8443, .path = "/v2"}));
  EXPECT_EQ(parse_url("http://127.0.0.1:8080/a/b"),
            (Url{.tls = false, .host = "127.0.0.1", .port = 8080, .path = "/a/b"}));
  EXPECT_EQ(parse_url("HTTP://[::1]:9/"), (Url{.tls = false, .host = "::1", .port = 9, .path = ""}));
  EXPECT_EQ(parse_url("http://localhost"), (Url{.tls = false, .host = "localhost", .port = 80, .path = ""}));
}

TEST(Url, WritesItself) {
  EXPECT_EQ(parse_url("https://a.example:443/v2")->text(), "https://a.example/v2");
  EXPECT_EQ(parse_url("http://[::1]:9")->host_header(), "[::1]:9");
  EXPECT_EQ(parse_url("http://127.0.0.1")->host_header(), "127.0.0.1");
}

TEST(Url, PlainHttpIsForThisMachineOnly) {
  for (const std::string_view far : {"http://paper-api.alpaca.markets", "http://10.0.0.1", "http://127.0.0.1.evil.com",
                                     "http://127.evil.com", "http://localhost.evil.com", "http://0.0.0.0"}) {
    const auto url = parse_url(far);
    ASSERT_FALSE(url.has_value()) << far;
    EXPECT_THAT(url.error().message, HasSubstr("use https"));
  }
}

TEST(Url, RefusesWhatItDoesNotUnderstand) {
  for (const std::string_view bad : {"",
                                     "https",
                                     "https:",
                                     "https://",
                                     "ftp://host",
                                     "host:80",
                                     "//host",
                                     "https:///path",
                                     "https://host:",
                                     "https://host:0",
                                     "https://host:65536",
                                     "https://host:80x",
                                     "https://[::1",
                                     "https://[::1]x",
                                     "https://[host]",
                                     "https://ho st",
                                     "https://host/a b",
                                     "https://host/?q=1",
                                     "https://host/#x",
                                     "https://host?q=1",
                                     "https://host\r\nX: y"}) {
    EXPECT_FALSE(parse_url(bad).has_value()) << bad;
  }
}

TEST(Url, NeverRepeatsAPassword) {
  const auto url = parse_url("https://user:secret@host");
  ASSERT_FALSE(url.has_value());
  EXPECT_THAT(url.error().message, Not(HasSubstr("secret")));
}

TEST(LoopbackHost, IsThisMachineAndNothingElse) {
  for (const std::string_view near : {"localhost", "LOCALHOST", "::1", "127.0.0.1", "127.255.255.254"}) {
    EXPECT_TRUE(is_loopback_host(near)) << near;
  }
  for (const std::string_view far : {"", "127", "127.0.0", "127.0.0.1.1", "127.0.0.256", "127.0.0.", "127..0.1",
                                     "127.0.0.01", "127.0.0.1x", "128.0.0.1", "::", "localhost.", "x.localhost"}) {
    EXPECT_FALSE(is_loopback_host(far)) << far;
  }
}

}  // namespace
}  // namespace belay::net
