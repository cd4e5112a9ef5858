// SPDX-License-Identifier: Apache-2.0
#include "shell/net/resolver.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stop_token>

namespace belay::net {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST(Resolver, NeedsNoLookUpForAnAddress) {
  Resolver resolver("192.0.2.7", 443);
  std::stop_source stop;
  stop.request_stop();
  const auto endpoints = resolver.resolve(Clock::now(), stop.get_token());
  ASSERT_TRUE(endpoints.has_value());
  EXPECT_EQ(endpoints->front().address().to_string(), "192.0.2.7");
}

TEST(Resolver, WaitsNoLongerOnceAStopIsAskedFor) {
  Resolver resolver("nowhere.invalid", 443);
  std::stop_source stop;
  stop.request_stop();
  const auto endpoints = resolver.resolve(Clock::now() + 1h, stop.get_token());
  ASSERT_FALSE(endpoints.has_value());
  EXPECT_EQ(endpoints.error().message, "looking up nowhere.invalid was called off");
}

}  // namespace
}  // namespace belay::net
