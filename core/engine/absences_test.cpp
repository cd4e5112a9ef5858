// SPDX-License-Identifier: Apache-2.0
// What the lots have more than the broker: nothing is sent on it, and what comes later is not taken for it.
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

/// A lot whose shares are gone without a trace, seen twice, and that a person wants closed.
struct Phantom {
  Scene s;
  LotUid lot;
  Phantom() {
    lot = enter(s, {});
    s.cycle();
    s.broker.held["AAPL"] = 0_qty;
    s.pass_time(20s);
    s.cycle();
    s.wait(15s);
    s.play(event::BookLoaded{.lots = {}, .executions = {}, .commands = {{.id = 1, .lot = lot, .who = "ann"}}});
    EXPECT_NE(s.open(lot)->exit, std::nullopt);
  }
  void somebody_buys(Quantity quantity) { s.broker.filled_order("AAPL", Side::buy, quantity, 100_price, s.now.wall); }
};

TEST(Absences, WhatIsBoughtWhileItsFillIsNotToldYetIsNotSold) {
  Phantom p;
  p.somebody_buys(40_qty);
  const Fill late = p.s.broker.fills.back();
  p.s.broker.fills.pop_back();  // positions show it first
  p.s.pass_time(30s);
  p.s.play(p.s.broker.read(p.s.now));
  EXPECT_TRUE(p.s.broker.received.empty());
  EXPECT_FALSE(p.s.state.ownership_concerns.at("AAPL").empty());
  p.s.broker.fills.push_back(late);
  p.s.wait(12s);
  EXPECT_EQ(p.s.state.lots.size(), 2U) << "it is a position of its own";
  EXPECT_TRUE(p.s.broker.received.empty());
}

TEST(Absences, WhatStandsThereAgainWithoutAFillWasNeverGone) {
  Phantom p;
  p.s.broker.held["AAPL"] = 100_qty;
  p.s.pass_time(30s);
  p.s.play(p.s.broker.read(p.s.now));
  EXPECT_TRUE(p.s.broker.received.empty()) << "one read proves nothing";
  p.s.wait(12s);
  EXPECT_EQ(p.s.broker.received.size(), 1U);
  EXPECT_TRUE(p.s.state.absences.empty());
}

TEST(Absences, F27AreRememberedAcrossRestarts) {
  Phantom p;
  p.s.restart();
  p.somebody_buys(100_qty);
  p.s.pass_time(30s);
  p.s.cycle();
  p.s.wait(60s);
  p.s.cycle();
  EXPECT_TRUE(p.s.broker.received.empty()) << "the counts agree, but what is there is not the lot's";
  EXPECT_EQ(p.s.state.lots.size(), 2U);
}

TEST(Absences, AnOrderThatOpenedMoreThanThereIsTooMuchOpenedAllOfIt) {
  Scene s;
  const LotUid older = enter(s, {});
  s.cycle();
  s.records_are_readable = false;
  s.broker.filled_order("AAPL", Side::sell, 65_qty, 100_price, s.now.wall);
  s.pass_time(30s);
  s.cycle();
  const OrderId bought = s.broker.filled_order("AAPL", Side::buy, 251_qty, 100_price, s.now.wall);
  s.pass_time(30s);
  s.cycle();
  s.records_are_readable = true;
  s.pass_time(30s);
  s.cycle();
  s.wait(15s);
  EXPECT_EQ(s.open(older)->quantity, 35_qty);
  const auto newer =
      std::ranges::find_if(s.state.lots, [&](const auto& e) { return e.second.entry_order_id == bought; });
  ASSERT_NE(newer, s.state.lots.end());
  EXPECT_EQ(newer->second.quantity, 251_qty);
}

TEST(Absences, WhatOpenedALotThatWasAdoptedWithoutFillsOpensNoOther) {
  Scene s;
  s.broker.filled_order("AAPL", Side::buy, 293_qty, 100_price, s.now.wall);
  const Fill first = s.broker.fills.back();
  s.broker.fills.clear();
  s.price("AAPL", 100_price);
  s.pass_time(15s);
  s.cycle();
  ASSERT_EQ(s.state.lots.size(), 1U);
  s.broker.fills = {first};
  s.pass_time(60s);
  const OrderId second = s.broker.filled_order("AAPL", Side::buy, 9_qty, 100_price, s.now.wall);
  const Fill late = s.broker.fills.back();
  s.broker.fills.pop_back();
  s.pass_time(15s);
  s.cycle();
  s.broker.fills.push_back(late);
  s.wait(15s);
  s.cycle();
  ASSERT_EQ(s.state.lots.size(), 2U);
  EXPECT_TRUE(std::ranges::any_of(s.state.lots, [&](const auto& e) { return e.second.entry_order_id == second; }));
}

TEST(Absences, WhatIsSoldWhileAHoldingIsReadIsSoldOfTheLotThatItBecomes) {
  Scene s;
  s.broker.held["AAPL"] = 100_qty;  // by fills of long ago
  s.price("AAPL", 100_price);
  auto read = s.broker.read(s.now);
  s.pass_time(50ms);
  s.broker.filled_order("AAPL", Side::sell, 30_qty, 99_price, s.now.wall);
  s.pass_time(50ms);
  s.play(read);
  ASSERT_EQ(s.state.lots.size(), 1U);
  s.pass_time(60s);
  s.cycle();
  s.wait(15s);
  EXPECT_EQ(s.state.lots.begin()->second.quantity, 70_qty);
  EXPECT_EQ(s.alerts_of("drift"), 0);
}

TEST(Absences, TheAnswersOfASlowReadAreAsOldAsItsEnd) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  const Moment begun = s.now;
  s.broker.filled_order("AAPL", Side::sell, 20_qty, 100_price, s.now.wall);
  s.broker.fills.pop_back();
  s.pass_time(12s);
  auto slow = s.broker.read(s.now);
  slow.begun = begun;
  std::ranges::for_each(slow.orders, [](Order& order) { order.filled_at.reset(); });
  s.play(slow);
  s.pass_time(1s);
  s.play(s.broker.read(s.now));
  EXPECT_EQ(s.alerts_of("drift"), 0) << "both saw the positions within a second";
  EXPECT_EQ(s.open(lot)->quantity, 100_qty);
  s.wait(12s);
  EXPECT_EQ(s.alerts_of("drift"), 1);
}

TEST(Absences, AnAdoptedPositionWithoutARowIsToldOnce) {
  Scene s;
  s.broker.filled_order("AAPL", Side::buy, 40_qty, 100_price, s.now.wall);
  s.price("AAPL", 100_price);
  s.pass_time(15s);
  s.cycle();
  ASSERT_EQ(s.state.lots.size(), 1U);
  s.pass_time(s.state.policy.orphan_grace);
  for (int i = 0; i < 3; ++i) {
    s.play(s.broker.read(s.now));
    s.pass_time(1s);
  }
  EXPECT_EQ(s.alerts_of("orphan"), 1);
}

}  // namespace
}  // namespace belay::engine::scene
