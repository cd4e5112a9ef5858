// SPDX-License-Identifier: Apache-2.0
// Whose shares are whose, played against a broker.
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

void buy(Scene& s, std::string_view when, Quantity quantity = 100_qty, Price price = 100_price) {
  s.broker.filled_order("AAPL", Side::buy, quantity, price, at(when));
  s.price("AAPL", price);
}

const Lot& only_lot(const Scene& s) {
  EXPECT_EQ(s.state.lots.size(), 1U);
  return s.state.lots.begin()->second;
}

TEST(TakingOver, F35AFailedReadChangesNothing) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  const Lot before = *s.open(lot);
  s.play(event::BrokerUnread{"timeout"});
  EXPECT_EQ(*s.open(lot), before);
  EXPECT_EQ(s.state.broker.holdings.size(), 1U);
}

TEST(TakingOver, F38AReadThatBeganBeforeTheLatestIsOlderThanWhatIsKnown) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  const event::BrokerRead slow = s.broker.read(s.now);
  s.play(event::CommandGiven{{.id = 7, .lot = lot, .quantity = {}, .who = "ann", .why = "news"}});
  s.wait(15s);
  ASSERT_TRUE(s.is_closed(lot));
  s.play(slow);
  s.wait(15s);
  EXPECT_TRUE(s.state.lots.empty()) << "nothing of it is held any more";
  EXPECT_TRUE(s.state.broker.holdings.empty());
}

TEST(TakingOver, F36AnEmptyListClosesNothingWithoutFills) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  const Quantity held = s.broker.held["AAPL"];
  s.broker.held["AAPL"] = 0_qty;
  for (int i = 0; i < 5; ++i) {
    s.pass_time(60s);
    s.cycle();
  }
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_EQ(s.open(lot)->quantity, 100_qty);
  EXPECT_EQ(s.open(lot)->status, LotStatus::open);
  EXPECT_FALSE(s.open(lot)->concern.empty());
  EXPECT_EQ(s.alerts_of("phantom"), 1) << "one page, however often it is seen";
  s.broker.held["AAPL"] = held;
  s.cycle();
  s.wait(12s);
  s.cycle();
  EXPECT_TRUE(s.open(lot)->concern.empty());
}

TEST(TakingOver, F40APhantomClosesWithThePriceAndTimeOfTheSaleThatTookIt) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.pass_time(60s);
  s.broker.filled_order("AAPL", Side::sell, 100_qty, 101_price, s.now.wall);
  s.cycle();
  ASSERT_NE(s.open(lot), nullptr) << "within the settling window nothing is concluded";
  s.pass_time(15s);
  s.cycle();
  s.wait(2s);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.stored(lot).close_reason, ExitReason::external_close);
  EXPECT_EQ(s.stored(lot).realised_result, 100_usd);
}

TEST(TakingOver, F38AnOutsideSaleIsCountedOnceHoweverOftenItIsRead) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.broker.filled_order("AAPL", Side::sell, 40_qty, 101_price, s.now.wall);
  for (int i = 0; i < 4; ++i) {
    s.pass_time(30s);
    s.cycle();
  }
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_EQ(s.open(lot)->quantity, 60_qty);
  EXPECT_EQ(s.open(lot)->left_elsewise.size(), 1U);
}

TEST(TakingOver, TheOrderThatLeftALotOpenedNoOther) {
  Scene s;
  const LotUid lot = enter(s, {.direction = Direction::short_, .stop = 105_price, .target = 90_price});
  s.cycle();
  s.tick("AAPL", 106_price);
  s.wait(5s);
  ASSERT_TRUE(s.is_closed(lot));
  s.broker.held["AAPL"] = 40_qty;  // bought by somebody whose fill is not shown yet
  s.cycle();
  s.pass_time(15s);
  s.cycle();
  EXPECT_EQ(only_lot(s).entry_order_id, std::nullopt);
  EXPECT_EQ(only_lot(s).quantity, 40_qty);
}

TEST(TakingOver, UnreadableFillsCloseNothing) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.fills_are_readable = false;
  s.broker.filled_order("AAPL", Side::sell, 100_qty, 101_price, s.now.wall);
  s.pass_time(60s);
  s.cycle();
  EXPECT_EQ(s.open(lot)->quantity, 100_qty);
}

TEST(TakingOver, AnUnknownExitsFillIsNotTakenForAnotherLotsSale) {
  Scene s;
  s.broker.fates = {Fate::lost_after};
  const LotUid stopped = enter(s, {.key = "1"});
  const LotUid calm = enter(s, {.key = "2", .when = "2026-01-26T09:50:00-05:00", .stop = std::nullopt});
  s.price("AAPL", 94_price);
  s.broker.lists_closed = false;
  s.play(s.book());
  s.play(s.broker.read(s.now));
  s.feed(s.prices({"AAPL"}));
  s.feed(event::CheckDue{});
  const auto is_sent = [](const Action& a) { return std::holds_alternative<action::SubmitOrder>(a); };
  while (!is_sent(s.outbox.front())) {  // first its entry is looked at
    const Action action = s.outbox.front();
    s.outbox.pop_front();
    s.perform(action);
  }
  const Action send = s.outbox.front();
  s.outbox.clear();
  s.perform(send);
  s.outbox.clear();  // the question about it gets no answer for a while
  s.pass_time(30s);
  s.feed(s.broker.read(s.now));
  std::erase_if(s.outbox, [](const Action& a) { return std::holds_alternative<action::AskOrder>(a); });
  s.pump();
  EXPECT_EQ(s.open(calm)->quantity, 100_qty);
  s.wait(20s);
  s.cycle();
  s.wait(2s);
  EXPECT_TRUE(s.is_closed(stopped));
  ASSERT_NE(s.open(calm), nullptr);
  EXPECT_EQ(s.open(calm)->quantity, 100_qty);
}

TEST(TakingOver, AnOrphanIsWatchedByDefault) {
  Scene s;
  buy(s, "2026-01-26T09:40:00-05:00", 70_qty, 99_price);
  s.cycle();
  const Lot& lot = only_lot(s);
  EXPECT_EQ(lot.management, Management::watch);
  EXPECT_EQ(lot.quantity, 70_qty);
  EXPECT_EQ(lot.entry_price, 99_price);
  EXPECT_EQ(lot.entry_time, at("2026-01-26T09:40:00-05:00"));
  EXPECT_EQ(s.alerts_of("orphan"), 1);
  s.cycle();
  EXPECT_EQ(s.state.lots.size(), 1U);
  EXPECT_EQ(s.alerts_of("orphan"), 1);
  s.price("AAPL", 10_price);
  s.cycle();
  EXPECT_TRUE(s.broker.received.empty());
}

TEST(TakingOver, AnOrphanIsProtectedUnderProtect) {
  Scene s;
  s.state.policy.adoption = Adoption::protect;
  s.state.policy.adopted_stop = 0.05_ratio;
  s.state.policy.adopted_target = 0.10_ratio;
  buy(s, "2026-01-26T09:40:00-05:00");
  s.cycle();
  EXPECT_EQ(only_lot(s).stop_loss, 95_price);
  EXPECT_EQ(only_lot(s).take_profit, 110_price);
  s.price("AAPL", 94_price);
  s.sweep();
  s.wait(2s);
  EXPECT_TRUE(s.state.lots.empty());
  EXPECT_EQ(s.broker.held.at("AAPL"), 0_qty);
}

TEST(TakingOver, AProtectedShortHasItsStopAbove) {
  Scene s;
  s.state.policy.adoption = Adoption::protect;
  s.state.policy.adopted_stop = 0.05_ratio;
  s.broker.filled_order("AAPL", Side::sell, 10_qty, 100_price, at("2026-01-26T09:40:00-05:00"));
  s.price("AAPL", 100_price);
  s.cycle();
  EXPECT_EQ(only_lot(s).direction, Direction::short_);
  EXPECT_EQ(only_lot(s).stop_loss, 105_price);
}

TEST(TakingOver, AnIgnoredSymbolIsLeftAloneAndKeepsNoLotFromClosing) {
  Scene s;
  s.state.policy.ignored_symbols = {"AAPL"};
  buy(s, "2026-01-26T09:40:00-05:00", 50_qty);
  const LotUid lot = enter(s, {});
  s.cycle();
  EXPECT_EQ(s.state.lots.size(), 1U);
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(30s);
  s.cycle();
  s.wait(5s);
  EXPECT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.broker.held.at("AAPL"), 50_qty);
}

TEST(TakingOver, AnExecutionThatComesAfterItsSharesWereAdoptedBringsItsLevels) {
  for (const bool names_its_order : {true, false}) {
    Scene s;
    const LotUid never = enter(s, {});
    const Execution late = s.upstream.back();
    s.upstream.clear();
    s.cycle();
    const LotUid adopted = only_lot(s).uid;
    EXPECT_EQ(only_lot(s).management, Management::watch);

    s.pass_time(30s);
    s.upstream.push_back(late);
    if (!names_its_order) s.upstream.back().broker_order_id.reset();
    s.cycle();
    EXPECT_EQ(only_lot(s).uid, adopted);
    EXPECT_EQ(only_lot(s).management, Management::managed);
    EXPECT_EQ(only_lot(s).stop_loss, 95_price);
    EXPECT_EQ(only_lot(s).execution_key, "1");
    EXPECT_EQ(s.settled.at("1"), "merged");
    s.tick("AAPL", 94_price);
    s.pump();
    s.wait(3s);
    EXPECT_TRUE(s.is_closed(adopted));
    EXPECT_FALSE(s.kept.contains(never));
  }
}

// Adopted, left, and only then written by upstream: what is held by now is another trade's.
TEST(TakingOver, ARowWhoseAdoptedPositionHasLeftClaimsNoOthersShares) {
  for (const bool names_its_order : {true, false}) {
    Scene s;
    enter(s, {});
    Execution late = s.upstream.back();
    if (!names_its_order) late.broker_order_id.reset();
    s.upstream.clear();
    s.cycle();
    const LotUid adopted = only_lot(s).uid;
    s.play(event::CommandGiven{{.id = 0, .lot = adopted, .quantity = {}, .who = "ann", .why = ""}});
    s.wait(5s);
    ASSERT_TRUE(s.is_closed(adopted));
    s.pass_time(150s);
    s.broker.filled_order("AAPL", Side::buy, 70_qty, 100_price, s.now.wall);
    s.upstream.push_back(late);
    s.cycle();
    EXPECT_EQ(s.settled.at("1"), "history");
    EXPECT_FALSE(only_lot(s).execution_key) << "somebody's, not yet told of";
    EXPECT_EQ(only_lot(s).quantity, 70_qty);
  }
}

TEST(TakingOver, WhileTheRecordsCannotBeReadAnEntryThatHasLeftOpensNothing) {
  Scene s;
  const LotUid left = enter(s, {});
  s.cycle();
  s.play(event::CommandGiven{{.id = 0, .lot = left, .quantity = {}, .who = "ann", .why = ""}});
  s.wait(5s);
  ASSERT_TRUE(s.is_closed(left));
  s.records_are_readable = false;
  s.pass_time(60s);
  s.broker.held["AAPL"] = 30_qty;  // the fill is not shown yet
  s.cycle();
  EXPECT_TRUE(s.state.lots.empty());
}

TEST(TakingOver, AnOldExecutionWhoseSharesAreGoneIsHistory) {
  Scene s;
  s.upstream.push_back(execution_of({.when = "2026-01-20T10:00:00-05:00"}, std::nullopt));
  s.cycle();
  EXPECT_TRUE(s.state.lots.empty());
  EXPECT_EQ(s.settled.at("1"), "history");
  EXPECT_TRUE(s.broker.received.empty());
}

TEST(TakingOver, ARowThatCannotBeUnderstoodIsSetAsideLoudly) {
  Scene s;
  s.play(event::BookLoaded{.lots = {}, .executions = {}, .quarantined = {{"9", "main", "no side"}}, .commands = {}});
  EXPECT_EQ(s.settled.at("9"), "quarantined");
  EXPECT_EQ(s.alerts_of("execution_quarantined"), 1);
}

}  // namespace
}  // namespace belay::engine::scene
