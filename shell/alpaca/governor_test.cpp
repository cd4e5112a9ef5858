// SPDX-License-Identifier: Apache-2.0
#include "shell/alpaca/governor.hpp"

#include <gtest/gtest.h>

namespace belay::alpaca {
namespace {

using std::chrono::seconds;

constexpr Timestamp kWall{1'800'000'000'000'000'000};
constexpr Duration kNow = seconds(1000);

net::HttpResponse reply(int limit, int remaining, std::int64_t reset_in, int status = 200) {
  return {status,
          {{"x-ratelimit-limit", std::to_string(limit)},
           {"x-ratelimit-remaining", std::to_string(remaining)},
           {"x-ratelimit-reset", std::to_string(1'800'000'000 + reset_in)}},
          ""};
}

TEST(Governor, LetsEverythingPassAsLongAsItKnowsNothing) {
  Governor governor(20, 10);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(governor.admit(false, kNow), Duration(0));
}

TEST(Governor, KeepsTheReserveForUrgentRequests) {
  Governor governor(20, 10);
  ASSERT_EQ(governor.admit(false, kNow), Duration(0));
  governor.replied(reply(200, 42, 30), kNow, kWall);
  EXPECT_EQ(governor.admit(false, kNow), Duration(0));            // 41 left
  EXPECT_EQ(governor.admit(false, kNow), Duration(0));            // 40 left: a fifth of 200
  EXPECT_EQ(governor.admit(false, kNow), Duration(seconds(30)));  // until the reset
  for (int i = 0; i < 100; ++i) EXPECT_EQ(governor.admit(true, kNow), Duration(0));
  EXPECT_EQ(governor.admit(false, kNow + seconds(29)), Duration(seconds(1)));
  EXPECT_EQ(governor.admit(false, kNow + seconds(30)), Duration(0));
}

TEST(Governor, KeepsAtLeastTenAndAtMostHalf) {
  Governor governor(20, 10);
  (void)governor.admit(false, kNow);
  governor.replied(reply(40, 10, 30), kNow, kWall);
  EXPECT_GT(governor.admit(false, kNow), Duration(0));  // 20 % of 40 are 8, but 10 are kept

  (void)governor.admit(true, kNow);
  governor.replied(reply(4, 3, 30), kNow, kWall);
  EXPECT_EQ(governor.admit(false, kNow), Duration(0));  // of 4 no more than 2
  EXPECT_GT(governor.admit(false, kNow), Duration(0));
}

TEST(Governor, CountsRequestsUnderWayAgainstTheRest) {
  Governor governor(20, 10);
  for (int i = 0; i < 4; ++i) (void)governor.admit(false, kNow);
  governor.replied(reply(200, 43, 30), kNow, kWall);  // three may not be in this number yet
  EXPECT_GT(governor.admit(false, kNow), Duration(0));
  governor.lost();
  governor.replied(reply(200, 42, 30), kNow, kWall);  // one left under way
  EXPECT_EQ(governor.admit(false, kNow), Duration(0));
}

TEST(Governor, StopsEverythingAfterA429AsLongAsTold) {
  Governor governor(20, 10);
  (void)governor.admit(true, kNow);
  governor.replied(reply(200, 0, 7, 429), kNow, kWall);
  EXPECT_EQ(governor.admit(true, kNow), Duration(seconds(8)));
  EXPECT_EQ(governor.admit(false, kNow), Duration(seconds(8)));
  EXPECT_EQ(governor.admit(true, kNow + seconds(8)), Duration(0));
}

TEST(ToldWait, IsUntilTheResetAndASecond) {
  EXPECT_EQ(told_wait(reply(200, 0, 12, 429), kWall), Duration(seconds(13)));
  EXPECT_EQ(told_wait(reply(200, 0, -5, 429), kWall), Duration(seconds(1)));
  EXPECT_EQ(told_wait(reply(200, 0, 86'400, 429), kWall), Duration(seconds(60)));
  EXPECT_EQ(told_wait({429, {}, ""}, kWall), Duration(seconds(1)));
  EXPECT_EQ(told_wait({429, {{"X-RateLimit-Reset", "soon"}}, ""}, kWall), Duration(seconds(1)));
}

TEST(ToldWait, GoesByTheBrokersClockWhereItIsTold) {
  net::HttpResponse response{429, {{"X-RateLimit-Reset", "784111787"}, {"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}}, ""};
  EXPECT_EQ(told_wait(response, kWall), Duration(seconds(11)));
}

TEST(HttpDate, IsRead) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), parse_timestamp("1994-11-06T08:49:37Z").value());
  for (const char* text : {"", "Sun, 06 Nov 1994 08:49:37 UTC", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Now 1994 08:49:37 GMT"}) {
    EXPECT_FALSE(parse_http_date(text)) << text;
  }
}

}  // namespace
}  // namespace belay::alpaca
