// SPDX-License-Identifier: Apache-2.0
// Prices and rules: what makes a lot leave, what must not, and that one lot's trouble is its own.
#include <gtest/gtest.h>

#include <limits>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

// Known in yesterday's session at 645.57, seen today at 92.70.
struct OvernightSplit {
  Scene s;
  LotUid first;
  LotUid second;

  OvernightSplit() {
    s.jump_to("2026-01-26T15:59:00-05:00");
    first = enter(s, {.key = "1", .price = 640_price, .stop = 600_price, .target = 700_price});
    second = enter(
        s,
        {.key = "2", .price = 641_price, .when = "2026-01-26T09:46:00-05:00", .stop = 610_price, .target = 700_price});
    s.price("AAPL", 645.57_price);
    s.cycle();
    s.jump_to("2026-01-27T09:30:05-05:00");
  }
  void expect_both_frozen() {
    for (const LotUid& lot : {first, second}) {
      ASSERT_NE(s.open(lot), nullptr);
      EXPECT_FALSE(s.open(lot)->frozen.empty());
      EXPECT_FALSE(s.open(lot)->exit);
    }
    EXPECT_TRUE(s.broker.received.empty());
    EXPECT_EQ(s.alerts_of("frozen"), 2);
  }
};

TEST(Checking, ASplitOvernightSellsNoLotOfTheSymbol) {
  OvernightSplit o;
  o.s.price("AAPL", 92.7_price);
  o.s.cycle();
  o.s.wait(2s);
  o.expect_both_frozen();
}

TEST(Checking, ASplitThatATickBringsSellsNothing) {
  OvernightSplit o;
  o.s.tick("AAPL", 92.7_price);
  o.s.pump();
  o.s.wait(2s);
  o.expect_both_frozen();
}

TEST(Checking, ASplitAfterARestartSellsNothing) {
  OvernightSplit o;
  o.s.restart();
  o.s.price("AAPL", 92.7_price);
  o.s.cycle();
  o.s.wait(2s);
  o.expect_both_frozen();
}

TEST(Checking, AFrozenLotStillLeavesOnAPersonsWord) {
  OvernightSplit o;
  o.s.price("AAPL", 92.7_price);
  o.s.cycle();
  o.s.play(event::CommandGiven{{.id = 1, .lot = o.first, .quantity = {}, .who = "ann", .why = "looked at it"}});
  o.s.wait(2s);
  EXPECT_TRUE(o.s.is_closed(o.first));
}

TEST(Checking, TheUnderlyingsSplitSellsNoOption) {
  Scene s;
  s.jump_to("2026-01-26T15:59:00-05:00");
  const LotUid lot = enter(s, {.symbol = "AAPL260220C00600000",
                               .quantity = 2_qty,
                               .price = 5_price,
                               .stop = 600_price,
                               .target = 700_price,
                               .domain = PriceDomain::underlying});
  s.broker.quote_at("AAPL260220C00600000", 4.9_price, 5.1_price, s.now.wall);
  s.price("AAPL", 645.57_price);
  s.cycle();
  s.jump_to("2026-01-27T09:30:05-05:00");
  s.broker.quote_at("AAPL260220C00600000", 4.9_price, 5.1_price, s.now.wall);
  s.price("AAPL", 92.7_price);
  s.cycle();
  EXPECT_FALSE(s.open(lot)->exit);
  EXPECT_FALSE(s.open(lot)->frozen.empty());
}

TEST(Checking, AnOptionLeavesByItsUnderlyingsLevel) {
  for (const bool is_put : {false, true}) {
    Scene s;
    const std::string symbol = is_put ? "AAPL260220P00200000" : "AAPL260220C00200000";
    const LotUid lot = enter(s, {.symbol = symbol,
                                 .quantity = 2_qty,
                                 .price = 5_price,
                                 .stop = is_put ? 205_price : 195_price,
                                 .target = is_put ? 190_price : 210_price,
                                 .domain = PriceDomain::underlying});
    s.broker.quote_at(symbol, 4.9_price, 5.1_price, s.now.wall);
    s.price("AAPL", 200_price);
    s.cycle();
    EXPECT_FALSE(s.open(lot)->exit);
    s.pass_time(1s);
    s.broker.quote_at(symbol, 4_price, 4.1_price, s.now.wall);
    s.tick("AAPL", is_put ? 205_price : 195_price);
    s.pump();
    s.wait(3s);
    ASSERT_TRUE(s.is_closed(lot));
    EXPECT_EQ(s.stored(lot).close_reason, ExitReason::stop_loss);
    EXPECT_EQ(s.broker.received.front().symbol, symbol);
  }
}

TEST(Checking, ATickThroughTheStopActsAtOnceAndAQuietOneDoesNothing) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  EXPECT_TRUE(s.tick("AAPL", 95.01_price).empty());
  EXPECT_TRUE(s.tick("AAPL", 103_price).empty());
  EXPECT_TRUE(s.tick("MSFT", 1_price).empty());
  const Actions actions = s.tick("AAPL", 95_price);
  EXPECT_EQ(
      std::ranges::count_if(actions, [](const Action& a) { return std::holds_alternative<action::SubmitOrder>(a); }),
      1);
  EXPECT_EQ(s.open(lot)->exit->trigger_price, 95_price);
}

TEST(Checking, AThinShortLeavesByTheAsk) {
  Scene s;
  const LotUid lot = enter(s, {.direction = Direction::short_, .stop = 105_price, .target = 90_price});
  s.cycle();
  s.pass_time(30min);
  s.broker.quote_at("AAPL", 104.5_price, 105.1_price, s.now.wall);  // no print for half an hour
  s.feed(event::Tick{"AAPL", {{.symbol = "AAPL", .trade = {}, .quote = s.broker.prices.at("AAPL").quote}}});
  ASSERT_TRUE(s.open(lot)->exit);
  EXPECT_EQ(s.open(lot)->exit->trigger_price, 105.1_price);
}

TEST(Checking, ABadPrintDoesNotSellAndASecondOneDoes) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.pass_time(1s);
  s.broker.prices["AAPL"].quote.reset();
  s.state.prices["AAPL"].quote.reset();
  s.broker.trade_at("AAPL", 60_price, s.now.wall);
  s.sweep();
  s.pass_time(1s);
  s.sweep();
  EXPECT_FALSE(s.open(lot)->exit) << "silence is no witness";
  EXPECT_FALSE(s.open(lot)->concern.empty());
  s.pass_time(1s);
  s.broker.trade_at("AAPL", 61_price, s.now.wall);
  s.sweep();
  ASSERT_TRUE(s.open(lot)->exit);
  EXPECT_EQ(s.open(lot)->exit->reason, ExitReason::stop_loss);
}

TEST(Checking, ADoubtfulPricePagesWhenItLastsAMinute) {
  Scene s;
  enter(s, {});
  s.cycle();
  s.pass_time(2min);  // the market data does not answer any more
  for (int i = 0; i < 8; ++i) {
    s.play(event::CheckDue{});
    EXPECT_EQ(s.alerts_of("stale_price"), i * 15 >= 60 ? 1 : 0) << i;
    s.pass_time(15s);
  }
}

TEST(Checking, AllReasonsMakeOneExitWithThePlansOrder) {
  Scene s;
  const LotUid lot = enter(s, {.strategy = Strategy::day_trade, .max_hold_minutes = 5});
  s.jump_to("2026-01-26T15:56:00-05:00");
  s.price("AAPL", 94_price);
  s.cycle();
  ASSERT_TRUE(s.kept.contains(lot));
  EXPECT_EQ(s.stored(lot).exit->reason, ExitReason::stop_loss);
  EXPECT_EQ(s.stored(lot).exit->reasons,
            (std::vector{ExitReason::stop_loss, ExitReason::day_trade_close, ExitReason::max_hold_time}));
  EXPECT_EQ(s.broker.received.size(), 1U);
}

TEST(Checking, OneLotsTroubleIsItsOwn) {
  Scene s;
  const Price big = 9'000'000'000_price;
  const std::vector<Entry> strange{
      {.key = "a", .symbol = "AA", .stop = std::nullopt},
      {.key = "b", .symbol = "BB", .target = std::nullopt},
      {.key = "c", .symbol = "CC", .stop = 0_price, .target = 0_price},
      {.key = "d", .symbol = "DD", .stop = 120_price, .target = 110_price},
      {.key = "e", .symbol = "EE", .price = 0_price},
      {.key = "f", .symbol = "FF", .price = big, .stop = 1_price},
      {.key = "g", .symbol = "GG", .max_hold_minutes = -5},
      {.key = "h", .symbol = "HH", .max_hold_minutes = std::numeric_limits<std::int64_t>::max()},
      {.key = "i", .symbol = "II", .stop = std::nullopt, .target = std::nullopt},
  };
  for (const Entry& entry : strange) enter(s, entry);
  const LotUid last = enter(s, {.key = "z", .symbol = "ZZ"});
  for (const Entry& entry : strange) s.price(entry.symbol, 100_price);
  s.broker.prices.erase("AA");
  s.broker.prices["BB"].trade->price = 0_price;
  s.broker.prices["BB"].quote.reset();
  s.price("FF", big);
  s.price("ZZ", 94_price);
  s.cycle();
  s.wait(3s);
  EXPECT_TRUE(s.is_closed(last));
  EXPECT_EQ(s.state.lots.size(), strange.size()) << "and none of the strange ones was sold";
}

TEST(Checking, AStopBeyondItsTargetPagesAndFiresNeither) {
  Scene s;
  const LotUid lot = enter(s, {.stop = 111_price, .target = 110_price});
  s.price("AAPL", 112_price);
  s.cycle();
  EXPECT_FALSE(s.open(lot)->exit);
  EXPECT_EQ(s.alerts_of("concern"), 1);
}

TEST(Checking, AStopAboveTheEntryIsALockedProfit) {
  Scene s;
  const LotUid lot = enter(s, {.stop = 103_price, .target = 110_price});
  s.price("AAPL", 104_price);
  s.cycle();
  EXPECT_FALSE(s.open(lot)->exit);
  s.price("AAPL", 102.9_price);
  s.cycle();
  s.wait(2s);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.stored(lot).realised_result, 290_usd);
}

TEST(Checking, TheTriggerPriceOfAnUnderlyingsLevelIsTheOptionsOwn) {
  Scene s;
  const LotUid lot = enter(s, {.symbol = "AAPL260220C00200000",
                               .quantity = 2_qty,
                               .price = 5_price,
                               .stop = 195_price,
                               .target = 210_price,
                               .domain = PriceDomain::underlying});
  s.broker.quote_at("AAPL260220C00200000", 3.9_price, 4.1_price, s.now.wall);
  s.price("AAPL", 194_price);
  s.cycle();
  EXPECT_EQ(s.kept.at(lot).exit->trigger_price, 4_price) << "slippage is measured against it";
}

}  // namespace
}  // namespace belay::engine::scene
