// SPDX-License-Identifier: Apache-2.0
#include "shell/net/backoff.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>

namespace belay::net {
namespace {

using std::chrono::milliseconds;

constexpr BackoffPolicy kPolicy{.first = milliseconds(100), .longest = milliseconds(1000)};

TEST(Backoff, DoublesUpToTheLongest) {
  // random = half the range: the top of it
  EXPECT_EQ(backoff_delay(kPolicy, 1, 50), milliseconds(100));
  EXPECT_EQ(backoff_delay(kPolicy, 2, 100), milliseconds(200));
  EXPECT_EQ(backoff_delay(kPolicy, 4, 400), milliseconds(800));
  EXPECT_EQ(backoff_delay(kPolicy, 5, 500), milliseconds(1000));
  EXPECT_EQ(backoff_delay(kPolicy, std::numeric_limits<std::uint32_t>::max(), 500), milliseconds(1000));
}

TEST(Backoff, StaysBetweenHalfAndWhole) {
  for (std::uint64_t random = 0; random < 1000; ++random) {
    const auto delay = backoff_delay(kPolicy, 3, random);
    EXPECT_GE(delay, milliseconds(200));
    EXPECT_LE(delay, milliseconds(400));
  }
  EXPECT_EQ(backoff_delay(kPolicy, 3, 0), milliseconds(200));
  EXPECT_NE(backoff_delay(kPolicy, 3, 17), backoff_delay(kPolicy, 3, 18));
  EXPECT_LE(backoff_delay(kPolicy, 3, std::numeric_limits<std::uint64_t>::max()), milliseconds(400));
}

TEST(Backoff, TreatsAttemptZeroAsTheFirst) { EXPECT_EQ(backoff_delay(kPolicy, 0, 0), milliseconds(50)); }

}  // namespace
}  // namespace belay::net
