// SPDX-License-Identifier: Apache-2.0
#include "sim/world/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "sim/world/generate.hpp"
#include "sim/world/shrink.hpp"

namespace belay::world {
namespace {

Scenario scenario(std::string_view happenings) {
  const auto parsed = parse_scenario("seed 4\ndate 2026-03-09\n" + std::string(happenings));
  EXPECT_TRUE(parsed.has_value());
  return parsed.value_or(Scenario{});
}

std::string promises(const Outcome& outcome) {
  std::string all;
  for (const Violation& one : outcome.violations) all += one.promise + ": " + one.what + "\n";
  return all;
}

TEST(Scenario, ReadsBackWhatItWrites) {
  for (const std::uint64_t seed : {std::uint64_t{1}, std::uint64_t{77}, std::uint64_t{4242}}) {
    Scenario written = generate(seed);
    written.seed = UINT64_MAX - seed;
    const auto read = parse_scenario(to_text(written));
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_EQ(*read, written);
  }
}

TEST(Scenario, RefusesWhatNoSessionCanBear) {
  for (const char* bad : {"enter -", "enter AAPL 0 8", "enter aapl 100000", "jump -", "foreign_rest - 500 10",
                          "halt AAPL 9223372036", "store_down - 99999999999", "enter AAPL 99999999999999",
                          "jump AAPL 100000000", "stop_shape - -1", "split AAPL 1000000 1", "seeds AAPL"}) {
    EXPECT_FALSE(parse_scenario("date 2026-03-09\n10:00:00.000 " + std::string(bad)).has_value()) << bad;
  }
}

TEST(World, BearsTheLargestNumbersThatItAccepts) {
  const Outcome outcome = World(scenario("09:00:00.000 split AAPL 1000 1\n"
                                         "10:00:00.000 enter AAPL 100000000 0 100 0 100000000 5\n"
                                         "10:01:00.000 jump AAPL 100000\n10:02:00.000 jump AAPL 100000\n"
                                         "10:03:00.000 jump AAPL 100000\n10:04:00.000 jump AAPL 100000\n"
                                         "10:05:00.000 bad_print AAPL 100000\n10:06:00.000 halt AAPL 100000000\n"
                                         "10:07:00.000 store_slow - 100000000 100000000\n"))
                              .live();
  EXPECT_EQ(outcome.lots, 1U);
}

TEST(World, ALotLeavesAtItsStopAndIsProvedFlat) {
  const Outcome outcome = World(scenario("10:00:00.000 enter AAPL 100000 0 100 0 0 5\n"
                                         "10:10:00.000 jump AAPL -300\n"
                                         "10:30:00.000 calm -\n"))
                              .live();
  EXPECT_EQ(promises(outcome), "");
  EXPECT_EQ(outcome.lots, 1U);
  EXPECT_EQ(outcome.closed, 1U);
  EXPECT_EQ(outcome.exits, 1U);
}

TEST(World, NothingIsSoldThatNoRuleAskedToSell) {
  const Outcome outcome = World(scenario("10:00:00.000 enter AAPL 100000 0 5000 5000 0 5\n")).live();
  EXPECT_EQ(promises(outcome), "");
  EXPECT_EQ(outcome.closed, 0U);
}

TEST(World, F01ALostReplyDoesNotSellTwice) {
  const Outcome outcome = World(scenario("10:00:00.000 enter AAPL 100000 0 100 0 0 5\n"
                                         "10:09:00.000 submit_lost_after -\n"
                                         "10:10:00.000 jump AAPL -300\n"
                                         "10:30:00.000 calm -\n"))
                              .live();
  EXPECT_EQ(promises(outcome), "");
  EXPECT_EQ(outcome.exits, 1U);
  EXPECT_EQ(outcome.closed, 1U);
}

TEST(World, F20ACrashAfterTheSendDoesNotSellTwice) {
  for (int call = 0; call < 60; ++call) {
    const Outcome outcome = World(scenario("10:00:00.000 enter AAPL 100000 0 100 0 0 5\n"
                                           "10:10:00.000 jump AAPL -300\n"
                                           "10:10:06.000 crash - " +
                                           std::to_string(call) +
                                           " 5\n"
                                           "10:30:00.000 calm -\n"))
                                .live();
    EXPECT_EQ(promises(outcome), "") << "at call " << call;
    EXPECT_EQ(outcome.exits, 1U);
    EXPECT_EQ(outcome.closed, 1U);
  }
}

TEST(World, F23WhatWaitedToBeWrittenIsOldOnceAnotherHasWorked) {
  const Outcome outcome = World(scenario("09:34:34.488 enter AAPL 264000 64 0 0 0 60\n"
                                         "09:34:49.695 store_down - 274\n"
                                         "09:39:20.634 stop_cont - 390 1\n"
                                         "09:42:00.000 foreign_sell AAPL 1000\n"
                                         "15:45:00.000 calm -\n"))
                              .live();
  EXPECT_EQ(promises(outcome), "");
  EXPECT_EQ(outcome.closed, 1U);
}

TEST(World, TheSameSeedIsTheSameWorld) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Scenario one = generate(seed);
    EXPECT_EQ(one, generate(seed));
    EXPECT_EQ(World(one).live().trace, World(one).live().trace);
  }
  EXPECT_NE(World(generate(1)).live().trace, World(generate(2)).live().trace);
}

TEST(Scenario, SurvivesBeingWrittenDown) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Scenario one = generate(seed);
    const auto read = parse_scenario(to_text(one));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(*read, one);
  }
}

TEST(Scenario, WhatIsNotUnderstoodIsRefusedWithItsLine) {
  EXPECT_EQ(parse_scenario("date 2026-03-09\n10:00:00.000 dance -").error().message, "line 2 is not understood");
  EXPECT_FALSE(parse_scenario("seed 1").has_value());
}

TEST(Shrink, KeepsWhatItTakesToFail) {
  Scenario long_one = generate(3);
  const auto fails = [](const Scenario& one) {
    return std::ranges::any_of(one.happenings, [](const Happening& h) { return h.kind == Kind::enter; });
  };
  EXPECT_EQ(shrink(long_one, fails, 300).happenings.size(), 1U);
}

}  // namespace
}  // namespace belay::world
