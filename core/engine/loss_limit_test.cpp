// SPDX-License-Identifier: Apache-2.0
// account_loss_limit: two measures that agree make everything leave, until an operator resumes.
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

/// A hundred shares entered today at 100, and a limit of 500.
struct Day {
  Scene s;
  LotUid lot;

  Day() {
    s.state.policy.account_loss_limit = 500_usd;
    lot = enter(s, {.stop = std::nullopt, .target = std::nullopt});
    s.cycle();
  }
  /// A minute later: that price, and the broker's equity.
  void minute(Price price, Money equity) {
    s.pass_time(60s);
    s.price("AAPL", price);
    s.broker.equity = equity;
    s.cycle();
    s.wait(2s);
  }
  OperatorCommand resume() {
    return {.id = 9, .who = "ann", .why = "looked", .kind = OperatorCommand::Kind::resume_loss_limit};
  }
};

TEST(AccountLossLimit, IsOffUnlessItIsSet) {
  Scene s;
  const LotUid lot = enter(s, {.stop = std::nullopt, .target = std::nullopt});
  s.broker.equity = 1_usd;
  s.price("AAPL", 95_price);
  s.cycle();
  EXPECT_FALSE(s.open(lot)->exit);
  EXPECT_FALSE(s.kept_loss_limit);
}

TEST(AccountLossLimit, HoldsWhenOursAndTheBrokersCountAgree) {
  Day d;
  d.minute(95.01_price, 99'501_usd);
  EXPECT_FALSE(d.s.open(d.lot)->exit);
  d.minute(95_price, 99'500_usd);
  ASSERT_TRUE(d.s.is_closed(d.lot));
  EXPECT_EQ(d.s.stored(d.lot).close_reason, ExitReason::account_loss_limit);
  EXPECT_EQ(d.s.alerts_of("loss_limit"), 1);
}

TEST(AccountLossLimit, AllLotsLeaveWatchedOnesToo) {
  Day d;
  const LotUid winner = enter(d.s, {.key = "2", .symbol = "MSFT", .price = 50_price});
  d.s.broker.filled_order("XYZ", Side::buy, 5_qty, 20_price, at("2026-01-26T09:50:00-05:00"));
  d.s.price("XYZ", 20_price);
  d.s.cycle();
  d.s.pass_time(60s);
  d.s.cycle();
  d.minute(94_price, 99'400_usd);
  EXPECT_TRUE(d.s.is_closed(d.lot));
  EXPECT_TRUE(d.s.is_closed(winner));
  for (const auto& [symbol, quantity] : d.s.broker.held) EXPECT_TRUE(quantity.is_zero()) << symbol;
}

TEST(AccountLossLimit, OneMeasureAlonePagesOnceAndSellsNothing) {
  Day ours;
  ours.minute(94_price, 100'000_usd);
  ours.minute(94_price, 100'000_usd);
  EXPECT_FALSE(ours.s.open(ours.lot)->exit);
  EXPECT_EQ(ours.s.alerts_of("loss_limit"), 1);

  Day brokers;
  brokers.minute(100_price, 90'000_usd);
  brokers.s.restart();
  brokers.minute(100_price, 90'000_usd);
  EXPECT_FALSE(brokers.s.open(brokers.lot)->exit);
  EXPECT_EQ(brokers.s.alerts_of("loss_limit"), 1) << "told once, also across a restart";
}

TEST(AccountLossLimit, IsLatchedAcrossRestartsAndNewLotsLeaveToo) {
  Day d;
  d.minute(95_price, 99'500_usd);
  d.s.restart();
  const LotUid later = enter(d.s, {.key = "2", .price = 95_price, .when = "2026-01-26T10:01:30-05:00"});
  d.minute(96_price, 99'900_usd);
  EXPECT_TRUE(d.s.is_closed(later));
  EXPECT_EQ(d.s.stored(later).close_reason, ExitReason::account_loss_limit);
  d.s.jump_to("2026-01-27T09:59:00-05:00");
  d.s.restart();
  const LotUid tomorrow = enter(d.s, {.key = "3", .price = 95_price, .when = "2026-01-27T09:45:00-05:00"});
  d.minute(96_price, 99'900_usd);
  EXPECT_TRUE(d.s.is_closed(tomorrow)) << "the next day too";
}

TEST(AccountLossLimit, AnOperatorResumesAndTheDayCountsFromThere) {
  Day d;
  d.minute(95_price, 99'500_usd);
  d.s.play(event::CommandGiven{d.resume()});
  EXPECT_TRUE(d.s.finished_commands.contains(9));
  ASSERT_TRUE(d.s.kept_loss_limit);
  EXPECT_FALSE(d.s.kept_loss_limit->latched_at);
  const LotUid later = enter(d.s, {.key = "2",
                                   .price = 95_price,
                                   .when = "2026-01-26T10:01:30-05:00",
                                   .stop = std::nullopt,
                                   .target = std::nullopt});
  d.minute(95_price, 99'500_usd);
  d.s.restart();
  d.minute(91_price, 99'100_usd);
  ASSERT_NE(d.s.open(later), nullptr);
  EXPECT_FALSE(d.s.open(later)->exit) << "-400 since the resumption";
  d.minute(90_price, 99'000_usd);
  EXPECT_TRUE(d.s.is_closed(later));
}

TEST(AccountLossLimit, RealisedLossesOfTheSessionCount) {
  Day d;
  d.s.play(event::CommandGiven{{.id = 1, .lot = d.lot, .quantity = {}, .who = "ann", .why = ""}});
  d.s.wait(1s);
  d.s.restart();
  const LotUid later = enter(d.s, {.key = "2",
                                   .price = 100_price,
                                   .when = "2026-01-26T10:01:30-05:00",
                                   .stop = std::nullopt,
                                   .target = std::nullopt});
  d.minute(97_price, 99'700_usd);
  EXPECT_FALSE(d.s.open(later)->exit);
  d.s.play(event::CommandGiven{{.id = 2, .lot = later, .quantity = {}, .who = "ann", .why = ""}});
  d.s.wait(1s);
  ASSERT_TRUE(d.s.is_closed(later));
  const LotUid last = enter(d.s, {.key = "3",
                                  .price = 97_price,
                                  .when = "2026-01-26T10:02:30-05:00",
                                  .stop = std::nullopt,
                                  .target = std::nullopt});
  d.minute(95_price, 99'500_usd);
  EXPECT_TRUE(d.s.is_closed(last)) << "-300 realised, -200 unrealised";
}

TEST(AccountLossLimit, WhatLeavesBeforeTheFirstSweepOfTheSessionCounts) {
  Day d;
  Scene& s = d.s;
  s.jump_to("2026-01-26T17:00:00-05:00");
  s.broker.is_open = false;
  s.broker.previous_closes["AAPL"] = 100_price;
  s.cycle();
  s.jump_to("2026-01-27T09:20:00-05:00");
  s.cycle();
  s.jump_to("2026-01-27T09:30:05-05:00");
  s.broker.is_open = true;
  s.broker.filled_order("AAPL", Side::sell, 100_qty, 97_price, s.now.wall);  // by hand, at the open
  s.pass_time(15s);
  s.play(s.broker.read(s.now));
  s.wait(20s);
  s.play(s.broker.read(s.now));
  s.wait(3s);
  ASSERT_TRUE(s.is_closed(d.lot));
  EXPECT_EQ(s.state.loss_limit.realised, -(300_usd));
}

TEST(AccountLossLimit, AnOvernightLotCountsFromThePreviousClose) {
  Scene s;
  s.state.policy.account_loss_limit = 500_usd;
  const LotUid lot = enter(s, {.when = "2026-01-20T09:45:00-05:00", .stop = std::nullopt, .target = std::nullopt});
  s.broker.previous_closes["AAPL"] = 80_price;
  s.price("AAPL", 79_price);
  s.broker.equity = 99'900_usd;
  s.cycle();
  EXPECT_FALSE(s.open(lot)->exit) << "-100 today, whatever was lost before";
  s.pass_time(60s);
  s.price("AAPL", 75_price);
  s.broker.equity = 99'500_usd;
  s.cycle();
  EXPECT_TRUE(s.open(lot) == nullptr || s.open(lot)->exit);
}

TEST(AccountLossLimit, F55AnAbsurdBaselineFiresNothing) {
  for (const auto& [equity, last] :
       {std::pair{0_usd, std::optional(100'000_usd)}, std::pair{0_usd, std::optional(0_usd)},
        std::pair{50_usd, std::optional<Money>()}, std::pair{50_usd, std::optional(-1_usd)}}) {
    Day d;
    d.s.broker.last_equity = last;
    d.minute(90_price, equity);
    EXPECT_FALSE(d.s.open(d.lot)->exit) << equity.text();
  }
  Scene empty;  // no trades, no positions: whatever the equity says
  empty.state.policy.account_loss_limit = 500_usd;
  empty.broker.equity = 1_usd;
  empty.cycle();
  EXPECT_FALSE(empty.state.loss_limit.latched_at);
}

TEST(AccountLossLimit, F35AFailedReadConfirmsNothing) {
  Day d;
  d.s.pass_time(60s);
  d.s.price("AAPL", 90_price);
  d.s.broker.equity = 99'000_usd;
  d.s.play(d.s.book());
  d.s.play(event::BrokerUnread{"timeout"});
  d.s.sweep();
  EXPECT_FALSE(d.s.open(d.lot)->exit);
}

TEST(AccountLossLimit, F51AStalePriceIsNoLoss) {
  Day d;
  d.s.broker.prices.erase("AAPL");
  d.s.pass_time(120s);
  d.s.broker.equity = 99'000_usd;
  d.s.cycle();
  EXPECT_FALSE(d.s.open(d.lot)->exit);
}

}  // namespace
}  // namespace belay::engine::scene
