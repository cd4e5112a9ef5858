// SPDX-License-Identifier: Apache-2.0
// Splits, spin-offs and renames over a night; and what a person says about a position.
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

constexpr std::string_view kTuesdayTen = "2026-01-27T10:00:00-05:00";

CorporateAction split_of(const std::string& symbol, Ratio new_rate, Ratio old_rate) {
  return {.id = "1",
          .kind = CorporateAction::Kind::split,
          .symbol = symbol,
          .new_symbol = "",
          .old_rate = old_rate,
          .new_rate = new_rate,
          .ex_date = parse_date("2026-01-27").value()};
}

int asked(const Actions& actions) {
  return static_cast<int>(std::ranges::count_if(
      actions, [](const Action& a) { return std::holds_alternative<action::ReadCorporateActions>(a); }));
}

TEST(Splits, F66AnAnnouncedSplitRescalesOnItsExDateAndNothingLeaves) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.broker.corporate_actions = {split_of("AAPL", 4_ratio, 1_ratio)};
  s.cycle();
  EXPECT_EQ(s.open(lot)->split_due, parse_date("2026-01-27").value());
  EXPECT_EQ(s.alerts_of("corporate_action"), 1);
  s.restart();
  s.jump_to(kTuesdayTen);
  s.broker.held["AAPL"] = 400_qty;
  s.price("AAPL", 25_price);
  s.cycle();
  s.wait(30s);
  const Lot& after = *s.open(lot);
  EXPECT_EQ(after.quantity, 400_qty);
  EXPECT_EQ(after.entry_price, 25_price);
  EXPECT_EQ(after.stop_loss, 23.75_price);
  EXPECT_EQ(after.take_profit, 27.5_price);
  EXPECT_TRUE(after.frozen.empty());
  EXPECT_FALSE(after.split_due);
  EXPECT_EQ(s.state.lots.size(), 1U);
  EXPECT_TRUE(s.broker.received.empty());
  s.cycle();
  EXPECT_EQ(s.open(lot)->quantity, 400_qty) << "once";
  s.price("AAPL", 23.7_price);
  s.sweep();
  s.wait(3s);
  EXPECT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.broker.held["AAPL"], 0_qty);
}

TEST(Splits, F66UntilTheBrokerCountsInNewSharesPriceRulesAreOff) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.broker.corporate_actions = {split_of("AAPL", 4_ratio, 1_ratio)};
  s.cycle();
  s.jump_to(kTuesdayTen);
  s.price("AAPL", 25_price);
  s.cycle();
  EXPECT_FALSE(s.open(lot)->frozen.empty());
  EXPECT_EQ(s.open(lot)->quantity, 100_qty);
  EXPECT_TRUE(s.broker.received.empty());
  s.broker.held["AAPL"] = 400_qty;
  s.pass_time(60s);
  s.cycle();
  EXPECT_TRUE(s.open(lot)->frozen.empty());
  EXPECT_EQ(s.open(lot)->quantity, 400_qty);
}

TEST(Splits, F66AnAnnouncementThatComesLateUnfreezesWhatLookedLikeASplit) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.jump_to(kTuesdayTen);
  s.broker.held["AAPL"] = 400_qty;
  s.price("AAPL", 25_price);
  s.cycle();
  EXPECT_FALSE(s.open(lot)->frozen.empty()) << "nobody announced it";
  s.broker.corporate_actions = {split_of("AAPL", 4_ratio, 1_ratio)};
  s.pass_time(60s);
  s.cycle();
  EXPECT_TRUE(s.open(lot)->frozen.empty());
  EXPECT_EQ(s.open(lot)->quantity, 400_qty);
  EXPECT_EQ(s.open(lot)->stop_loss, 23.75_price);
}

TEST(Splits, F66AReverseSplitTakesNothingFromThePosition) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.broker.corporate_actions = {split_of("AAPL", 1_ratio, 10_ratio)};
  s.cycle();
  s.jump_to(kTuesdayTen);
  s.broker.held["AAPL"] = 10_qty;
  s.price("AAPL", 1000_price);
  s.cycle();
  s.wait(30s);
  EXPECT_EQ(s.open(lot)->quantity, 10_qty);
  EXPECT_EQ(s.open(lot)->stop_loss, 950_price);
  EXPECT_TRUE(s.open(lot)->left_elsewise.empty());
  EXPECT_TRUE(s.broker.received.empty());
}

// Nobody announced it: the lots have 300 between them, the broker 60.
struct UnannouncedReverseSplit : Scene {
  LotUid first;
  LotUid second;
  UnannouncedReverseSplit() {
    first = enter(*this, {.key = "1", .stop = std::nullopt, .target = std::nullopt});
    second = enter(*this, {.key = "2",
                           .quantity = 200_qty,
                           .when = "2026-01-26T09:46:00-05:00",
                           .stop = std::nullopt,
                           .target = std::nullopt});
    cycle();
    broker.held["AAPL"] = 60_qty;
    broker.refuses_excess = false;
    play(broker.read(now));
  }
  void close(const LotUid& lot) {
    play(event::CommandGiven{{.id = 0, .lot = lot, .quantity = {}, .who = "ann", .why = ""}});
    wait(5s);
  }
};

TEST(Splits, F66AfterOneThatNobodyAnnouncedNoLotTakesTheSharesOfAnother) {
  UnannouncedReverseSplit s;
  s.close(s.second);
  EXPECT_TRUE(s.broker.received.empty()) << "before a second read says the same";
  s.wait(30s);
  s.cycle();
  EXPECT_FALSE(s.open(s.first)->frozen.empty());
  EXPECT_FALSE(s.open(s.second)->frozen.empty());
  s.close(s.first);
  s.wait(60s);
  EXPECT_TRUE(s.broker.received.empty()) << "whose the 60 are, nobody knows";
}

TEST(Splits, F66WhatIsLeftOfALotAfterASplitDoesNotTakeWhatIsBoughtLater) {
  Scene s;
  const LotUid old = enter(s, {.stop = std::nullopt, .target = std::nullopt});
  s.cycle();
  s.broker.held["AAPL"] = 20_qty;
  s.play(s.broker.read(s.now));
  s.wait(30s);
  s.play(event::CommandGiven{{.id = 0, .lot = old, .quantity = {}, .who = "ann", .why = ""}});
  s.wait(30s);
  EXPECT_EQ(s.broker.held["AAPL"], 0_qty);
  s.pass_time(60s);
  const Quantity bought = 150_qty;
  s.broker.filled_order("AAPL", Side::buy, bought, 500_price, s.now.wall);
  s.cycle();
  s.wait(60s);
  EXPECT_EQ(s.broker.held["AAPL"], bought);
  ASSERT_EQ(s.state.lots.size(), 2U) << "what was bought is a position of its own";
  for (const auto& [uid, lot] : s.state.lots) EXPECT_EQ(lot.quantity, uid == old ? 80_qty : bought);
}

TEST(Splits, F66NoGuardRestsThroughASplit) {
  Scene s;
  const LotUid lot = enter(s, {});
  const auto [stop, target] =
      s.broker.bracket(*s.upstream.back().broker_order_id, 100_qty, 95_price, 110_price, s.now.wall);
  s.broker.corporate_actions = {split_of("AAPL", 4_ratio, 1_ratio)};
  s.cycle();
  EXPECT_EQ(s.broker.orders.at(target).status, OrderStatus::fresh) << "until the session before it ends";
  s.restart();
  s.jump_to("2026-01-26T15:56:00-05:00");
  s.price("AAPL", 100_price);
  s.cycle();
  EXPECT_TRUE(is_terminal(s.broker.orders.at(stop).status));
  EXPECT_TRUE(is_terminal(s.broker.orders.at(target).status));
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_FALSE(s.open(lot)->exit);
}

TEST(Splits, AnnouncementsAreAskedForOnceADayAlsoByAProcessThatBeginsAnew) {
  Scene s;
  enter(s, {});
  s.cycle();
  s.restart();
  s.feed(s.book());
  EXPECT_EQ(asked(s.feed(s.broker.read(s.now))), 0);
  s.jump_to(kTuesdayTen);
  EXPECT_EQ(asked(s.feed(s.broker.read(s.now))), 1);
}

TEST(Splits, F67ASpinOffFreezesUntilAPersonHasSaidWhatTheLevelsAre) {
  Scene s;
  const LotUid lot = enter(s, {});
  CorporateAction spin_off = split_of("AAPL", 1_ratio, 5_ratio);
  spin_off.kind = CorporateAction::Kind::spin_off;
  spin_off.new_symbol = "PEEL";
  s.broker.corporate_actions = {spin_off};
  s.cycle();
  s.jump_to(kTuesdayTen);
  s.broker.held["PEEL"] = 20_qty;
  s.price("PEEL", 30_price);
  s.price("AAPL", 94_price);
  s.cycle();
  EXPECT_FALSE(s.open(lot)->frozen.empty());
  EXPECT_TRUE(s.broker.received.empty()) << "94 is below the stop of the share with its part";
  EXPECT_EQ(s.state.lots.size(), 2U) << "the part is watched";

  OperatorCommand word;
  word.id = 7;
  word.kind = OperatorCommand::Kind::adopt;
  word.lot = lot;
  word.terms.stop_loss = 88_price;
  word.terms.unfreeze = true;
  word.who = "operator";
  s.play(event::CommandGiven{word});
  EXPECT_TRUE(s.finished_commands.contains(7));
  EXPECT_TRUE(s.open(lot)->frozen.empty());
  s.sweep();
  EXPECT_TRUE(s.open(lot)->frozen.empty());
  EXPECT_TRUE(s.broker.received.empty());
  s.price("AAPL", 87_price);
  s.sweep();
  s.wait(3s);
  EXPECT_TRUE(s.is_closed(lot));
}

TEST(Terms, LevelsThatContradictEachOtherAreRefusedAsAWhole) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  OperatorCommand word;
  word.kind = OperatorCommand::Kind::adopt;
  word.lot = lot;
  word.terms.stop_loss = 111_price;
  word.terms.management = Management::watch;
  s.play(event::CommandGiven{word});
  EXPECT_EQ(s.open(lot)->stop_loss, 95_price);
  EXPECT_EQ(s.open(lot)->management, Management::managed);
}

}  // namespace
}  // namespace belay::engine::scene
