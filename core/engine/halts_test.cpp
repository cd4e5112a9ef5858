// SPDX-License-Identifier: Apache-2.0
// While trading is stopped no price rule fires; the first price after it decides.
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

struct Halted : Scene {
  LotUid lot;

  explicit Halted(const Entry& entry = {}) {
    lot = enter(*this, entry);
    cycle();
    pass_time(1s);
    halt("AAPL");
  }
  void halt(const std::string& symbol) { play(event::TradingStatus{symbol, true, "volatility pause", now.wall}); }
  void resume(const std::string& symbol) {
    pass_time(1s);
    play(event::TradingStatus{symbol, false, "trading resumed", now.wall});
  }
};

TEST(Halts, F57NoPriceRuleFiresWhileTradingIsStopped) {
  Halted s;
  EXPECT_NE(s.open(s.lot)->concern.find("volatility pause"), std::string::npos) << "amber at once";
  s.pass_time(1s);
  s.tick("AAPL", 94_price);
  s.play(event::CheckDue{});
  EXPECT_FALSE(s.open(s.lot)->exit);
  EXPECT_EQ(halt_of(s.state, *s.open(s.lot)), "volatility pause");
}

TEST(Halts, F57AHaltThatLastsAMinuteIsPaged) {
  Halted s;
  s.pass_time(59s);
  s.play(event::CheckDue{});
  EXPECT_EQ(s.alerts_of("stale_price"), 0);
  s.pass_time(1s);
  s.play(event::CheckDue{});
  EXPECT_EQ(s.alerts_of("stale_price"), 1);
}

TEST(Halts, F57TheFirstPriceAfterTheResumptionDecides) {
  Halted s;
  s.pass_time(1s);
  s.tick("AAPL", 94_price);  // printed while halted
  s.resume("AAPL");
  EXPECT_FALSE(s.open(s.lot)->exit) << "that one is of the halt";
  EXPECT_EQ(s.open(s.lot)->concern, "no price since trading resumed");
  s.pass_time(1s);
  s.tick("AAPL", 93_price);
  ASSERT_TRUE(s.open(s.lot)->exit);
  EXPECT_EQ(s.open(s.lot)->exit->trigger_price, 93_price);
}

TEST(Halts, F57WithItsUnderlyingAnOptionIsHaltedToo) {
  constexpr const char* kCall = "AAPL260220C00200000";
  Halted s({.symbol = kCall, .quantity = 2_qty, .price = 5_price, .stop = 4_price, .target = 10_price});
  s.pass_time(1s);
  s.broker.quote_at(kCall, 3_price, 3.1_price, s.now.wall);
  s.play(event::Tick{kCall, {s.broker.prices.at(kCall)}});
  EXPECT_FALSE(s.open(s.lot)->exit);
  s.resume("AAPL");
  s.pass_time(1s);
  s.broker.quote_at(kCall, 3_price, 3.1_price, s.now.wall);
  s.play(event::Tick{kCall, {s.broker.prices.at(kCall)}});
  EXPECT_TRUE(s.open(s.lot)->exit);
}

TEST(Halts, F42AnOlderWordChangesNothing) {
  Halted s;
  s.play(event::TradingStatus{"AAPL", false, "", s.now.wall - 1min});
  EXPECT_FALSE(halt_of(s.state, *s.open(s.lot)).empty());
}

TEST(Halts, F43TwoPrintsAfterItEndAHaltWhoseEndWasNeverTold) {
  Halted s;
  s.pass_time(1min);
  s.price("AAPL", 94_price);
  s.sweep();
  EXPECT_FALSE(s.open(s.lot)->exit) << "one print may be a late report";
  s.pass_time(1min);
  s.price("AAPL", 94.1_price);
  s.sweep();
  EXPECT_TRUE(s.open(s.lot)->exit);
}

}  // namespace
}  // namespace belay::engine::scene
