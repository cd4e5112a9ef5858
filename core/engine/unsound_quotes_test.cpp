// SPDX-License-Identifier: Apache-2.0
// An unsound quote triggers only when it has persisted through fresh updates for 30 s.
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

using namespace std::chrono_literals;

constexpr const char* kCall = "AAPL260220C00200000";

Entry call() { return {.symbol = kCall, .quantity = 2_qty, .price = 5_price, .stop = 4_price, .target = 10_price}; }

/// A pass of a process that is started once a minute.
void cycle_of_a_new_process(Scene& s, Price bid, Price ask) {
  s.restart();
  s.broker.quote_at(kCall, bid, ask, s.now.wall);
  s.cycle();
}

TEST(UnsoundQuotes, TriggerWhenTheyPersistAlsoForAProcessThatIsStartedAnew) {
  Scene s;
  const LotUid lot = enter(s, call());
  cycle_of_a_new_process(s, 4.9_price, 5.1_price);
  s.pass_time(60s);
  cycle_of_a_new_process(s, 3.5_price, 9_price);
  ASSERT_FALSE(s.stored(lot).exit) << "wide, and new";
  EXPECT_EQ(s.stored(lot).unsound_since, s.broker.prices.at(kCall).quote->as_of);
  s.pass_time(60s);
  cycle_of_a_new_process(s, 3.6_price, 9_price);
  ASSERT_TRUE(s.stored(lot).exit);
  EXPECT_EQ(s.stored(lot).exit->reason, ExitReason::stop_loss);
}

TEST(UnsoundQuotes, DoNotPersistWhileNobodyLooked) {
  Scene s;
  const LotUid lot = enter(s, call());
  cycle_of_a_new_process(s, 3.5_price, 9_price);
  s.pass_time(10min);  // what was quoted meanwhile is not known
  cycle_of_a_new_process(s, 3.6_price, 9_price);
  EXPECT_FALSE(s.stored(lot).exit);
}

TEST(UnsoundQuotes, BeginAnewWithTheSession) {
  Scene s;
  const LotUid lot = enter(s, call());
  s.jump_to("2026-01-26T15:59:50-05:00");
  s.broker.quote_at(kCall, 3.5_price, 9_price, s.now.wall);
  s.cycle();
  s.jump_to("2026-01-27T09:30:01-05:00");
  s.broker.quote_at(kCall, 3.6_price, 9_price, s.now.wall);
  s.cycle();
  EXPECT_FALSE(s.stored(lot).exit) << "the first quote of the day is wide, as was the last of the day before";
  s.pass_time(60s);
  s.broker.quote_at(kCall, 3.6_price, 9_price, s.now.wall);
  s.cycle();
  EXPECT_TRUE(s.stored(lot).exit);
}

}  // namespace
}  // namespace belay::engine::scene
