// SPDX-License-Identifier: Apache-2.0
// An option leaves by its own quote, down a ladder; and what cannot be counted leaves too.
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

std::vector<action::SubmitOrder> submits(const Actions& actions) {
  std::vector<action::SubmitOrder> out;
  for (const Action& action : actions) {
    if (const auto* submit = std::get_if<action::SubmitOrder>(&action)) out.push_back(*submit);
  }
  return out;
}

OperatorCommand close_by(const LotUid& lot, std::optional<Quantity> quantity = {}) {
  return {.id = 7, .lot = lot, .quantity = quantity, .who = "ann", .why = "news"};
}

Entry call() {
  return {.symbol = "AAPL260220C00200000", .quantity = 2_qty, .price = 5_price, .stop = 3_price, .target = 9_price};
}

TEST(LeavingAnOption, AnOptionStopGoesToTheBidAtOnceByItsOccSymbol) {
  Scene s;
  const LotUid lot = enter(s, call());
  s.broker.quote_at("AAPL260220C00200000", 4.9_price, 5.1_price, s.now.wall);
  s.cycle();
  s.broker.quote_at("AAPL260220C00200000", 2.8_price, 3.2_price, s.now.wall);
  s.cycle();
  s.wait(2s);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.broker.received.front().symbol, "AAPL260220C00200000");
  EXPECT_EQ(s.broker.received.front().type, OrderType::limit);
  EXPECT_EQ(s.broker.received.front().limit_price, 2.8_price);
  EXPECT_EQ(s.stored(lot).realised_result, -(440_usd)) << "2 contracts × 100 × (2.80 − 5.00)";
}

TEST(LeavingAnOption, AnOptionIsNotSoldOnAQuoteThatWasAskedForAndHasNotCome) {
  Scene s;
  const LotUid lot = enter(s, call());
  s.broker.quote_at("AAPL260220C00200000", 4.9_price, 5.1_price, s.now.wall);
  s.play(s.book());
  s.play(s.broker.read(s.now));
  s.feed(event::CommandGiven{close_by(lot)});  // before any price of it was read
  ASSERT_EQ(s.outbox.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<action::FetchPrices>(s.outbox.front()));
  s.pass_time(200ms);
  const Actions meanwhile = s.feed(event::TimerFired{});
  EXPECT_TRUE(submits(meanwhile).empty()) << "an order at the smallest tick, with a bid of 4.90 on its way";
  s.pump();
  s.wait(1s);
  ASSERT_FALSE(s.broker.received.empty());
  EXPECT_EQ(s.broker.received.front().limit_price, 5_price) << "the middle";
}

TEST(LeavingAnOption, AnUnfilledOptionLimitWalksDownItsLadder) {
  Scene s;
  s.broker.fills_at_once = false;
  const LotUid lot = enter(s, call());
  const auto quote = [&] { s.broker.quote_at("AAPL260220C00200000", 4.8_price, 5.2_price, s.now.wall); };
  quote();
  s.cycle();
  s.play(event::CommandGiven{close_by(lot)});
  for (int i = 0; i < 100; ++i) {
    quote();
    s.wait(100ms);
  }
  ASSERT_GE(s.broker.received.size(), 4U);
  EXPECT_EQ(s.broker.received[0].limit_price, 5_price);
  EXPECT_EQ(s.broker.received[1].limit_price, 4.9_price);
  EXPECT_EQ(s.broker.received[2].limit_price, 4.8_price);
  EXPECT_EQ(s.broker.received[3].type, OrderType::market);
  EXPECT_EQ(s.broker.received.size(), 4U) << "the market order works; nothing beside it";
}

TEST(LeavingAnOption, ACancelThatWasLostIsRepeated) {
  Scene s;
  s.broker.fills_at_once = false;
  const LotUid lot = enter(s, call());
  s.broker.quote_at("AAPL260220C00200000", 4.8_price, 5.2_price, s.now.wall);
  s.cycle();
  s.play(event::CommandGiven{close_by(lot)});
  s.broker.loses_cancels = true;
  s.wait(4s);
  EXPECT_EQ(s.broker.received.size(), 1U);
  s.broker.loses_cancels = false;
  s.wait(10s);
  EXPECT_GT(s.broker.received.size(), 1U) << "the first rung is cancelled after all";
}

TEST(Leaving, AResultThatCannotBeCountedStillCloses) {
  Scene s;
  const LotUid monster =
      enter(s, {.key = "big", .symbol = "AAAA", .quantity = 4'000'000'000_qty, .price = 100_price, .stop = 95_price});
  const LotUid lot = enter(s, {});
  s.price("AAAA", 94_price);
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(3s);
  EXPECT_TRUE(s.is_closed(lot)) << "the absurd lot beside it is its own trouble";
  EXPECT_TRUE(s.is_closed(monster)) << "and its stop works all the same";
}

}  // namespace
}  // namespace belay::engine::scene
