// SPDX-License-Identifier: Apache-2.0
// For how long a lot was unguarded.
#include <gtest/gtest.h>

#include "core/engine/bracketed_scene.hpp"

namespace belay::engine::scene {
namespace {

TEST(GuardSeconds, ARestingGuardGuardsWhileNobodyLooks) {
  Bracketed b;
  b.s.pass_time(3600s);
  b.next_minute();
  EXPECT_EQ(b.now().guards.protection, Protection::resting_order);
  EXPECT_EQ(b.now().guards.unguarded, Duration{});
}

TEST(GuardSeconds, ALocalRuleGuardsAsLongAsItsPriceIsGood) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.price("AAPL", 100_price);
  s.cycle();
  EXPECT_EQ(s.open(lot)->guards.protection, Protection::local_rule);
  s.pass_time(60s);
  s.price("AAPL", 100_price);
  s.cycle();
  EXPECT_EQ(s.open(lot)->guards.unguarded, Duration{}) << "a cycle a minute keeps it guarded";
  s.pass_time(300s);
  s.price("AAPL", 100_price);
  s.cycle();
  const Duration unguarded = s.open(lot)->guards.unguarded;
  EXPECT_NEAR(std::chrono::duration<double>(unguarded).count(), 210, 1) << "300 s less the 90 s of a good price";
}

TEST(GuardSeconds, AreKeptOverARestartAndCountOnlyInSession) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.price("AAPL", 100_price);
  s.cycle();
  s.jump_to("2026-01-26T15:59:00-05:00");
  s.price("AAPL", 100_price);
  s.cycle();
  const Duration before = s.open(lot)->guards.unguarded;
  EXPECT_GT(before, 5h);
  s.restart();
  s.jump_to("2026-01-27T09:31:00-05:00");
  s.price("AAPL", 100_price);
  s.cycle();
  const Duration after = s.open(lot)->guards.unguarded;
  EXPECT_NEAR(std::chrono::duration<double>(after - before).count(), 60, 2)
      << "the last minute was still guarded, the night does not count, the first minute of the day does";
}

TEST(GuardSeconds, ByChoiceCountsNothing) {
  Scene s;
  const LotUid lot = enter(s, {.stop = std::nullopt, .target = std::nullopt});
  s.price("AAPL", 100_price);
  s.cycle();
  s.pass_time(600s);
  s.cycle();
  EXPECT_EQ(s.open(lot)->guards.protection, Protection::by_choice);
  EXPECT_EQ(s.open(lot)->guards.unguarded, Duration{});
}

}  // namespace
}  // namespace belay::engine::scene
