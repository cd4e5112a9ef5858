// SPDX-License-Identifier: Apache-2.0
#include "shell/runtime/conductor.hpp"

#include <gtest/gtest.h>

#include <map>

#include "shell/runtime/test_ports.hpp"

namespace belay::runtime {
namespace {

using namespace std::chrono_literals;
using testing::Stage;

constexpr Quantity kMost = Quantity::from_nanos(INT64_MAX);

OperatorCommand close_all(const std::string& symbol) {
  OperatorCommand command;
  command.id = 7;
  command.lot = LotUid("lot-" + symbol);
  command.who = "a person";
  return command;
}

TEST(Conductor, AStopThatIsPassedIsSent) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  stage.data.price = 94_price;
  EXPECT_EQ(stage.conductor.pass().failure, Failure::none);
  EXPECT_FALSE(stage.broker.sent.empty()) << stage.told;
}

TEST(Conductor, WhatAPolicyWouldHaveLeaveIsKnownBeforeItIsTakenAndLeavesAfterwards) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  ASSERT_EQ(stage.conductor.pass().failure, Failure::none);
  const std::size_t sent = stage.broker.sent.size();
  Policy policy;
  policy.account.max_hold_minutes = 1;
  const auto leaving = stage.conductor.leaving_under(policy);
  ASSERT_EQ(leaving.size(), 1U);
  EXPECT_EQ(leaving.front().reason, ExitReason::max_hold_time);
  EXPECT_EQ(stage.conductor.attend(2s), Interlude::over);
  EXPECT_EQ(stage.broker.sent.size(), sent) << "it was only asked";
  stage.conductor.take_policy(policy);
  EXPECT_EQ(stage.conductor.pass().failure, Failure::none);
  EXPECT_GT(stage.broker.sent.size(), sent) << stage.told;
}

TEST(Conductor, APersonsWordForAReloadIsHandedOnOnce) {
  Stage stage;
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  ASSERT_EQ(stage.conductor.pass().failure, Failure::none);
  OperatorCommand command{.id = 9, .lot = {}, .quantity = {}, .who = "ann", .why = "tighter"};
  command.kind = OperatorCommand::Kind::reload;
  stage.store.commands = {command};
  EXPECT_EQ(stage.conductor.attend(2s), Interlude::over);
  const auto word = stage.conductor.take_reload();
  ASSERT_TRUE(word);
  EXPECT_EQ(word->command, 9);
  EXPECT_EQ(word->why, "tighter");
  EXPECT_FALSE(stage.conductor.take_reload());
}

TEST(AccountNumbers, ANumberIsWhoseItWasFirst) {
  AccountNumbers numbers;
  EXPECT_EQ(numbers.claim("PA1", "large"), "large");
  EXPECT_EQ(numbers.claim("PA1", "tiny"), "large");
  EXPECT_EQ(numbers.claim("PA1", "large"), "large");
  EXPECT_EQ(numbers.claim("PA2", "tiny"), "tiny");
}

TEST(Conductor, F23ALockThatAnotherHasTakenEndsTheServiceBetweenPasses) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  ASSERT_EQ(stage.conductor.pass().failure, Failure::none);
  const std::size_t sent = stage.broker.sent.size();
  stage.store.lose_lock(true);
  stage.store.commands = {close_all("AAPL")};
  EXPECT_EQ(stage.conductor.attend(10s), Interlude::locked);
  EXPECT_EQ(stage.broker.sent.size(), sent);
}

TEST(Conductor, F23ALockThatWentWithItsConnectionIsTakenAgainBetweenPasses) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  ASSERT_EQ(stage.conductor.pass().failure, Failure::none);
  const std::size_t sent = stage.broker.sent.size();
  for (const Batch& batch : stage.store.saved) {
    for (const Lot& lot : batch.lots) stage.store.book.lots = {lot};
  }
  stage.store.lose_lock(false);
  stage.store.commands = {close_all("AAPL")};
  EXPECT_EQ(stage.conductor.attend(2s), Interlude::over) << stage.told;
  EXPECT_TRUE(stage.store.holds_lock);
  EXPECT_GT(stage.broker.sent.size(), sent) << stage.told;
}

TEST(Conductor, F23WhereAnotherHasWorkedMeanwhileAPassIsDue) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  ASSERT_EQ(stage.conductor.pass().failure, Failure::none);
  stage.store.lose_lock(false);
  stage.store.book.lots.clear();  // it has left
  EXPECT_EQ(stage.conductor.attend(60s), Interlude::pass_due);
  EXPECT_TRUE(stage.conductor.state().lots.empty());
  stage.broker.holdings.clear();
  EXPECT_EQ(stage.conductor.pass().failure, Failure::none);
  EXPECT_EQ(stage.conductor.attend(2s), Interlude::over);
}

TEST(Conductor, F23ALotThatAnotherHasAddedMeanwhileIsItsWorkToo) {
  Stage stage;
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  ASSERT_EQ(stage.conductor.pass().failure, Failure::none);
  stage.store.lose_lock(false);
  stage.hold("AAPL", 10_qty);  // while this process stood still with what it could not write
  EXPECT_EQ(stage.conductor.attend(60s), Interlude::pass_due) << stage.told;
}

TEST(Conductor, F23WhatAnotherHasClosedMeanwhileIsNotWrittenAsOpen) {
  Stage stage;
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  ASSERT_EQ(stage.conductor.pass().failure, Failure::none);
  stage.store.is_up = false;
  stage.hold("AAPL", 10_qty);
  stage.broker.fills = {{.id = "fill-1",
                         .order_id = OrderId("order-1"),
                         .symbol = "AAPL",
                         .side = Side::buy,
                         .quantity = 10_qty,
                         .price = 100_price,
                         .at = stage.clock.wall}};
  for (int i = 0; i < 5; ++i) {
    static_cast<void>(stage.conductor.pass());
    static_cast<void>(stage.conductor.attend(60s));
  }
  ASSERT_EQ(stage.conductor.state().lots.size(), 1) << stage.told;
  // It stands still; another adopts the same holding, sees it leave, and is gone again.
  Lot closed = stage.conductor.state().lots.begin()->second;
  closed.status = LotStatus::closed;
  stage.store.is_up = true;
  stage.store.rows = {closed};
  stage.store.book.lots.clear();
  stage.store.lose_lock(false);
  EXPECT_EQ(stage.conductor.attend(60s), Interlude::pass_due) << stage.told;
  for (const Batch& batch : stage.store.saved) EXPECT_TRUE(batch.lots.empty());
}

TEST(Conductor, F23APassDuringWhichAnotherHasWorkedIsNotAllWell) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  ASSERT_TRUE(stage.conductor.pass().all_well()) << stage.told;
  stage.broker.when_asked = [&] {
    stage.store.lose_lock(false);
    stage.store.book.lots.clear();
  };
  EXPECT_FALSE(stage.conductor.pass().all_well()) << stage.told;
}

TEST(Conductor, F23NothingIsSentAfterASaveThatFailedForTheLockWasLost) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  stage.store.save_cuts_the_line = true;
  stage.store.other_holds_lock = true;
  ASSERT_EQ(stage.conductor.pass().failure, Failure::none);
  const std::size_t sent = stage.broker.sent.size();
  stage.conductor.command(close_all("AAPL"));
  EXPECT_EQ(stage.conductor.attend(10s), Interlude::locked);
  EXPECT_EQ(stage.broker.sent.size(), sent) << stage.told;
}

// The process stood still in the middle of a pass; another one took the account over, saw the position leave, and
// ended.
TEST(Conductor, F23NothingIsSentOnWhatWasKnownBeforeTheLockWasLost) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  ASSERT_EQ(stage.conductor.pass().failure, Failure::none);
  stage.data.price = 94_price;
  stage.broker.when_asked = [&] {
    stage.store.save_cuts_the_line = true;
    stage.store.book.lots.clear();
  };
  EXPECT_FALSE(stage.conductor.pass().all_well());
  EXPECT_LE(stage.broker.sent.size(), 1) << "the one that was on its way: " << stage.told;
  EXPECT_TRUE(stage.conductor.state().lots.empty());
}

TEST(Conductor, NothingIsWrittenBeforeItIsKnownWhatAnotherHasWritten) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  ASSERT_EQ(stage.conductor.pass().failure, Failure::none);
  const std::size_t saved = stage.store.saved.size();
  stage.store.lose_lock(false);
  stage.store.load_fails = 100;
  stage.data.price = 94_price;
  static_cast<void>(stage.conductor.pass());
  EXPECT_FALSE(stage.broker.sent.empty()) << stage.told;
  stage.clock.pass(10s);
  EXPECT_EQ(stage.conductor.attend(0s), Interlude::over);
  EXPECT_EQ(stage.store.saved.size(), saved) << stage.told;
}

TEST(Conductor, TheStoresErrorBetweenPassesIsTold) {
  Stage stage;
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  ASSERT_EQ(stage.conductor.pass().failure, Failure::none);
  stage.store.is_up = false;
  EXPECT_EQ(stage.conductor.attend(1s), Interlude::over);
  EXPECT_TRUE(stage.has_told("the store is away")) << stage.told;
}

TEST(Conductor, CommandsAreReadAgainOnceTheStoreIsBack) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  ASSERT_EQ(stage.conductor.pass().failure, Failure::none);
  for (const Batch& batch : stage.store.saved) {
    for (const Lot& lot : batch.lots) stage.store.book.lots = {lot};
  }
  stage.store.is_up = false;
  stage.store.lose_lock(false);
  EXPECT_EQ(stage.conductor.attend(3s), Interlude::over);
  stage.store.is_up = true;
  stage.store.commands = {close_all("AAPL")};
  const std::size_t sent = stage.broker.sent.size();
  EXPECT_EQ(stage.conductor.attend(10s), Interlude::over) << stage.told;
  EXPECT_GT(stage.broker.sent.size(), sent) << stage.told;
}

TEST(Conductor, F61AReadThatTakesLongMakesNoDifferenceOfClocks) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  stage.broker.reads_take = 90s;
  ASSERT_EQ(stage.conductor.pass().failure, Failure::none);
  EXPECT_FALSE(stage.has_told("clock")) << stage.told;
}

TEST(Conductor, F62AClockThatIsSecondsOffIsTold) {
  Stage stage;
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  stage.broker.clock_is_off = 10s;
  ASSERT_EQ(stage.conductor.pass().failure, Failure::none);
  EXPECT_TRUE(stage.has_told("differ by -10 s")) << stage.told;
}

TEST(Conductor, F55AbsurdOrdersDoNotEndAPassWithoutABook) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  stage.hold("MSFT", 10_qty);
  for (int i = 0; i < 2; ++i) {
    Order order;
    order.symbol = "AAPL";
    order.side = Side::sell;
    order.type = OrderType::stop;
    order.status = OrderStatus::fresh;
    order.quantity = kMost;
    stage.broker.open_orders.push_back(order);
  }
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  stage.store.is_up = false;
  const PassReport report = stage.conductor.pass();
  EXPECT_EQ(report.failure, Failure::store);
  ASSERT_EQ(report.unchecked.size(), 2);
  EXPECT_TRUE(report.unchecked[0].why.contains("absurd")) << report.unchecked[0].why;
  EXPECT_TRUE(report.unchecked[1].why.contains("0 of 10")) << report.unchecked[1].why;
}

TEST(Conductor, ALaterReadOfAnotherAccountCountsAsNone) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  ASSERT_EQ(stage.conductor.pass().failure, Failure::none);
  stage.broker.money.number = "PA2";
  stage.broker.holdings.clear();
  stage.clock.pass(10s);
  stage.stream.news = {StreamUp{}};  // so that the broker is read
  EXPECT_EQ(stage.conductor.attend(1s), Interlude::over);
  EXPECT_TRUE(stage.conductor.state().broker.unread_why.contains("PA2")) << stage.told;
  EXPECT_EQ(stage.conductor.state().lots.size(), 1);
}

TEST(Conductor, OtherKeysThanRememberedEndTheFirstPass) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  stage.broker.money.number = "PA2";
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  EXPECT_EQ(stage.conductor.pass().failure, Failure::configuration);
  EXPECT_TRUE(stage.broker.sent.empty());
}

/// What the batches recorded of passes, a later record of the same moment in place of an earlier.
std::map<Timestamp, PassFigures> recorded_passes(const Stage& stage) {
  std::map<Timestamp, PassFigures> out;
  for (const Batch& batch : stage.store.saved) {
    for (const PassFigures& pass : batch.passes) out[pass.at] = pass;
  }
  return out;
}

TEST(Conductor, EachPassIsRecordedInItsOwnTransaction) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  const PassReport first = stage.conductor.pass();
  ASSERT_EQ(stage.store.saved.size(), 1U) << "no transaction of its own";
  stage.clock.pass(60s);
  stage.conductor.pass();
  const auto passes = recorded_passes(stage);
  ASSERT_EQ(passes.size(), 2U);
  const PassFigures& pass = passes.begin()->second;
  EXPECT_EQ(pass.kind, "cycle");
  EXPECT_EQ(pass.positions, 1);
  EXPECT_EQ(pass.checked, 1);
  EXPECT_EQ(pass.priced, 1);
  EXPECT_EQ(pass.guards_expected, 0);
  EXPECT_EQ(pass.exits_triggered, 0);
  ASSERT_TRUE(first.figures.has_value());
  EXPECT_EQ(first.figures->at, pass.at);
}

TEST(Conductor, APassCountsItsExitsOnceWhateverIsRecordedLater) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  stage.data.price = 94_price;
  stage.conductor.pass();
  stage.conductor.attend(5s);
  stage.clock.pass(60s);
  stage.conductor.pass();
  std::int64_t triggered = 0;
  for (const auto& [at, pass] : recorded_passes(stage)) triggered += pass.exits_triggered;
  EXPECT_EQ(triggered, 1);
}

TEST(Conductor, PassesThatCouldNotBeRecordedWaitForTheStore) {
  Stage stage;
  stage.hold("AAPL", 10_qty);
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  stage.conductor.pass();
  stage.store.is_up = false;
  for (int i = 0; i < 3; ++i) {
    stage.clock.pass(60s);
    stage.conductor.pass();
  }
  EXPECT_FALSE(stage.conductor.standing().store_reachable);
  EXPECT_EQ(recorded_passes(stage).size(), 1U);
  stage.store.is_up = true;
  stage.clock.pass(60s);
  stage.conductor.pass();
  EXPECT_EQ(recorded_passes(stage).size(), 5U);
  EXPECT_TRUE(stage.conductor.standing().store_reachable);
  EXPECT_TRUE(stage.conductor.standing().holds_lock);
}

}  // namespace
}  // namespace belay::runtime
