// SPDX-License-Identifier: Apache-2.0
// A restart is the normal start: in every phase of an exit the process may die, and what was kept is enough.
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

// Plays an exit by a stop and kills the process after `lives` effects; then a new one takes over. With `keeps`, the
// store holds what was to be kept up to then; without, it never got the last pass.
void expect_to_outlive_a_death(int lives, bool keeps, Fate fate, bool fills_at_once) {
  SCOPED_TRACE("death after " + std::to_string(lives) + " effects, keeps " + std::to_string(keeps) + ", fate " +
               std::to_string(static_cast<int>(fate)) + ", fills " + std::to_string(fills_at_once));
  Scene s;
  s.broker.fills_at_once = fills_at_once;
  const LotUid lot = enter(s, {});
  s.price("AAPL", 100_price);
  s.cycle();
  const auto kept_before = s.kept;
  s.broker.fates = {fate};
  s.price("AAPL", 94_price);
  s.feed(s.prices({"AAPL"}));
  s.feed(event::CheckDue{});
  for (int i = 0; i < lives && !s.outbox.empty(); ++i) {
    const Action action = s.outbox.front();
    s.outbox.pop_front();
    s.perform(action);
    if (s.outbox.empty()) {
      s.pass_time(200ms);
      s.feed(event::TimerFired{});
    }
  }
  if (!keeps) s.kept = kept_before;
  s.restart();
  s.broker.fates.clear();
  s.pass_time(20s);
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(2s);
  s.broker.fills_at_once = true;
  for (const auto& [id, order] : std::map(s.broker.orders)) {
    if (order.client_id.text().starts_with("blx-")) s.broker.try_to_fill(id, s.now.wall);
  }
  s.wait(20s);
  s.cycle();
  s.wait(2s);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.broker.held.at("AAPL"), 0_qty);
  EXPECT_TRUE(s.broker.crossings.empty());
  EXPECT_EQ(s.stored(lot).close_reason, ExitReason::stop_loss);
  EXPECT_EQ(s.stored(lot).realised_result, -(600_usd));
  EXPECT_EQ(left_so_far(s.stored(lot)), 100_qty);
  int filled = 0;
  for (const auto& [id, order] : s.broker.orders) filled += order.side == Side::sell && order.filled.is_positive();
  EXPECT_EQ(filled, 1);
}

TEST(Restart, InEveryPhaseOfAnExit) {
  for (const Fate fate : {Fate::normal, Fate::lost_before, Fate::lost_after, Fate::refused, Fate::turned_away}) {
    for (int lives = 0; lives < 8; ++lives) {
      for (const bool keeps : {true, false}) {
        for (const bool fills : {true, false}) expect_to_outlive_a_death(lives, keeps, fate, fills);
      }
    }
  }
}

// Each minute a process of its own: what the one before has told is known, and so is when the exit began.
TEST(Restart, F5AnExitThatIsLateIsToldOnceWhateverProcessFindsIt) {
  Scene s;
  s.broker.fills_at_once = false;
  enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  for (int minute = 0; minute < 4; ++minute) {
    EXPECT_EQ(s.alerts_of("order_failed"), minute == 0 ? 0 : 1);
    s.restart();
    s.pass_time(60s);
    s.price("AAPL", 94_price);
    s.cycle();
  }
}

TEST(Restart, WithTheWholeStoreLostTheLotIsTheSame) {
  Scene s;
  s.broker.fills_at_once = false;
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  ASSERT_EQ(s.broker.received.size(), 1U);
  const Order* order = s.broker.by_client(exit_client_id(lot, 1));
  s.broker.execute(order->id, 40_qty, 94_price, s.now.wall);
  s.kept.clear();
  s.settled.clear();
  s.restart();
  s.pass_time(30s);
  s.price("AAPL", 94_price);
  s.cycle();
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_EQ(s.open(lot)->original_quantity, 100_qty) << "what its own exit has sold belongs to it";
  EXPECT_EQ(s.open(lot)->quantity, 60_qty);
  EXPECT_EQ(s.broker.received.size(), 1U) << "the working order is found, not doubled";
  s.broker.execute(order->id, 60_qty, 94_price, s.now.wall);
  s.wait(15s);
  s.cycle();
  s.wait(2s);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.stored(lot).realised_result, -(600_usd));
  EXPECT_EQ(s.stored(lot).close_reason, ExitReason::stop_loss);
}

TEST(Restart, AFilledExitIsNoNewEntry) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  s.kept.clear();
  s.settled.clear();
  s.restart();
  s.pass_time(30s);
  s.cycle();
  s.wait(2s);
  ASSERT_TRUE(s.is_closed(lot)) << "opened and left before it was stored: it is written down as closed";
  EXPECT_EQ(s.stored(lot).realised_result, -(600_usd));
  EXPECT_EQ(s.broker.received.size(), 1U);
}

TEST(Restart, ADeadOrderOfOursThatIsFoundAgainSellsNothing) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  // A refusal of long ago that nobody remembers, still in the broker's list.
  OrderRequest old;
  old.client_id = exit_client_id(lot, 1);
  old.symbol = "AAPL";
  old.quantity = 30_qty;
  s.broker.fates = {Fate::rejected_later};
  s.broker.submit(old, s.now.wall);
  s.restart();
  s.pass_time(30s);
  s.price("AAPL", 100_price);
  s.cycle();
  s.wait(5s);
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_EQ(s.open(lot)->quantity, 100_qty);
  EXPECT_FALSE(s.open(lot)->exit);
  EXPECT_EQ(s.broker.held.at("AAPL"), 100_qty);
}

TEST(Restart, ALotLeftClosingWithoutAnExitHearsItsStop) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.kept.at(lot).status = LotStatus::closing;  // as another service may have left it
  s.restart();
  s.cycle();
  s.tick("AAPL", 94_price);
  s.pump();
  s.wait(3s);
  EXPECT_TRUE(s.is_closed(lot));
}

}  // namespace
}  // namespace belay::engine::scene
