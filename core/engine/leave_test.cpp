// SPDX-License-Identifier: Apache-2.0
// Leaving, from the trigger to the proof of closing.
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

OrderId order_of(const Scene& s, const ClientOrderId& id) {
  const Order* order = s.broker.by_client(id);
  return order == nullptr ? OrderId() : order->id;
}

OperatorCommand close_by(const LotUid& lot, std::optional<Quantity> quantity = {}) {
  return {.id = 7, .lot = lot, .quantity = quantity, .who = "ann", .why = "news"};
}

TEST(Leaving, FromDiscoveryToClosedWithTheExactResult) {
  Scene s;
  const LotUid lot = enter(s, {.quantity = 100_qty, .price = 100_price, .stop = 95_price});
  s.price("AAPL", 99_price);
  s.cycle();
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_EQ(s.settled.at("1"), "claimed");
  EXPECT_EQ(s.open(lot)->status, LotStatus::open);
  EXPECT_EQ(*s.open(lot)->result, -100_usd);
  EXPECT_TRUE(s.broker.received.empty());

  s.pass_time(60s);
  s.price("AAPL", 94_price);
  s.cycle();
  ASSERT_EQ(s.broker.received.size(), 1U);
  const OrderRequest& request = s.broker.received.front();
  EXPECT_EQ(request.client_id, exit_client_id(lot, 1));
  EXPECT_EQ(request.side, Side::sell);
  EXPECT_EQ(request.type, OrderType::market);
  EXPECT_EQ(request.time_in_force, TimeInForce::day);
  EXPECT_EQ(request.quantity, 100_qty);
  EXPECT_EQ(request.intent, PositionIntent::sell_to_close);

  s.wait(2s);
  ASSERT_TRUE(s.is_closed(lot));
  const Lot& closed = s.stored(lot);
  EXPECT_EQ(closed.close_reason, ExitReason::stop_loss);
  EXPECT_EQ(closed.quantity, 0_qty);
  EXPECT_EQ(closed.exit_price, 94_price);
  EXPECT_EQ(closed.realised_result, -(600_usd));
  EXPECT_EQ(s.records_of(EventType::exit_triggered), 1);
  EXPECT_EQ(s.records_of(EventType::closed), 1);
  EXPECT_EQ(s.alerts_of("exit_triggered"), 1);
  EXPECT_TRUE(s.state.lots.empty());
}

TEST(Leaving, AnAcceptedOrderIsNotAFill) {
  Scene s;
  s.broker.fills_at_once = false;
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(10s);
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_EQ(s.open(lot)->status, LotStatus::closing);
  EXPECT_EQ(s.broker.received.size(), 1U) << "one order works; no second one beside it";

  s.broker.execute(order_of(s, exit_client_id(lot, 1)), 100_qty, 93.5_price, s.now.wall);
  s.wait(3s);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.stored(lot).realised_result, -(650_usd));
}

TEST(Leaving, FilledIsNotClosedWhileTheBrokerStillShowsTheShares) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.play(s.book());
  s.play(s.broker.read(s.now));
  auto lagging = s.broker.read(s.now);
  s.feed(s.prices({"AAPL"}));
  s.feed(event::CheckDue{});
  ASSERT_EQ(s.outbox.size(), 1U);
  const Action send = s.outbox.front();
  s.outbox.clear();
  s.perform(send);
  s.outbox.clear();
  s.feed(event::OrderSeen{s.broker.seen(order_of(s, exit_client_id(lot, 1)))});
  s.outbox.clear();
  EXPECT_EQ(s.open(lot)->quantity, 0_qty);

  s.pass_time(1s);
  lagging.begun = s.now;
  s.feed(lagging);
  s.outbox.clear();
  ASSERT_NE(s.open(lot), nullptr) << "the broker's count lags behind its fills: not flat yet";

  s.pass_time(1s);
  s.play(s.broker.read(s.now));
  EXPECT_TRUE(s.is_closed(lot));
}

TEST(Leaving, F15AShortIsBoughtBack) {
  Scene s;
  const LotUid lot =
      enter(s, {.direction = Direction::short_, .quantity = 50_qty, .stop = 105_price, .target = 90_price});
  s.price("AAPL", 106_price);
  s.cycle();
  s.wait(2s);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.broker.received.front().side, Side::buy);
  EXPECT_EQ(s.broker.received.front().intent, PositionIntent::buy_to_close);
  EXPECT_EQ(s.stored(lot).realised_result, -(300.5_usd)) << "bought at the ask of 106.01";
  EXPECT_EQ(s.broker.held.at("AAPL"), 0_qty);
}

TEST(Leaving, F6APartialFillIsFollowedByTheRestOnly) {
  Scene s;
  s.broker.fills_at_once = false;
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  const OrderId first = order_of(s, exit_client_id(lot, 1));
  s.broker.execute(first, 40_qty, 94_price, s.now.wall);
  s.broker.end(first, OrderStatus::expired, s.now.wall);
  s.broker.fills_at_once = true;
  s.price("AAPL", 93_price);
  s.wait(5s);
  ASSERT_TRUE(s.is_closed(lot));
  ASSERT_EQ(s.broker.received.size(), 2U);
  EXPECT_EQ(s.broker.received[1].quantity, 60_qty);
  EXPECT_EQ(s.broker.received[1].client_id, exit_client_id(lot, 2));
  EXPECT_EQ(s.stored(lot).exit_price, 93.4_price);
  EXPECT_EQ(s.stored(lot).realised_result, -(660_usd));
}

// ---- outcomes that are not known

TEST(Leaving, F1ATimeoutIsAskedAboutBeforeAnythingElse) {
  Scene s;
  s.broker.fates = {Fate::lost_after};
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(3s);
  EXPECT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.broker.received.size(), 1U) << "the 504 had reached the market: nothing is sent again";
}

TEST(Leaving, F2WhatNeverArrivedIsSentAgainUnderTheSameIdAfterThreeAnswers) {
  Scene s;
  s.broker.fates = {Fate::lost_before};
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  int asked_before_resend = 0;
  for (int i = 0; i < 30 && s.broker.received.size() < 2; ++i) {
    s.pass_time(100ms);
    s.feed(event::TimerFired{});
    for (const Action& action : s.outbox) asked_before_resend += std::holds_alternative<action::AskOrder>(action);
    s.pump();
  }
  s.wait(2s);
  EXPECT_GE(asked_before_resend, 2) << "one question went out with the cycle";
  ASSERT_EQ(s.broker.received.size(), 2U);
  EXPECT_EQ(s.broker.received[0], s.broker.received[1]) << "the same id and the same payload";
  EXPECT_TRUE(s.is_closed(lot));
}

TEST(Leaving, ARepeatedIdThatIsRefusedMeansTheFirstOneLanded) {
  Scene s;
  s.broker.fills_at_once = false;
  s.broker.fates = {Fate::lost_after};
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.play(s.book());
  s.play(s.broker.read(s.now));
  s.feed(s.prices({"AAPL"}));
  s.feed(event::CheckDue{});
  const Action send = s.outbox.front();
  s.outbox.clear();
  s.perform(send);
  s.outbox.clear();
  for (int i = 0; i < 3; ++i) {  // the index of client ids lags: not found
    s.pass_time(1s);
    s.feed(event::OrderMissing{exit_client_id(lot, 1)});
  }
  s.pump();
  EXPECT_EQ(s.broker.received.size(), 2U);
  s.wait(2s);
  EXPECT_EQ(s.broker.received.size(), 2U);
  s.broker.execute(order_of(s, exit_client_id(lot, 1)), 100_qty, 94_price, s.now.wall);
  s.wait(3s);
  EXPECT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.broker.held.at("AAPL"), 0_qty);
}

TEST(Leaving, AResendThatIsRefusedForItsQuantityDoesNotProveThatTheFirstIsDead) {
  Scene s;
  s.broker.fills_at_once = false;
  s.broker.refuses_excess = false;
  s.broker.fates = {Fate::lost_after};
  const LotUid lot = enter(s, {});
  enter(s, {.key = "2", .when = "2026-01-26T09:50:00-05:00", .stop = std::nullopt});  // its shares lie beside
  s.price("AAPL", 94_price);
  s.play(s.book());
  s.play(s.broker.read(s.now));
  s.feed(s.prices({"AAPL"}));
  s.feed(event::CheckDue{});
  const Action send = s.outbox.front();
  s.outbox.clear();
  s.perform(send);
  s.outbox.clear();
  for (int i = 0; i < 3; ++i) {
    s.pass_time(1s);
    s.feed(event::OrderMissing{exit_client_id(lot, 1)});
  }
  s.outbox.clear();  // the resend: answered by hand below
  s.feed(event::SubmitRefused{exit_client_id(lot, 1), 40310000, "insufficient qty available for order", {}});
  s.wait(10s);
  EXPECT_EQ(s.broker.by_client(exit_client_id(lot, 2)), nullptr) << "x1 works at the broker: an x2 would sell twice";
}

TEST(Leaving, AResendThatIsTurnedAwayLeavesTheFirstUnknown) {
  Scene s;
  s.broker.fills_at_once = false;
  s.broker.fates = {Fate::lost_after};
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.play(s.book());
  s.play(s.broker.read(s.now));
  s.feed(s.prices({"AAPL"}));
  s.feed(event::CheckDue{});
  const Action send = s.outbox.front();
  s.outbox.clear();
  s.perform(send);
  s.outbox.clear();
  for (int i = 0; i < 3; ++i) {
    s.pass_time(1s);
    s.feed(event::OrderMissing{exit_client_id(lot, 1)});
  }
  s.outbox.clear();
  s.feed(event::SubmitNotSent{exit_client_id(lot, 1), "rate limit"});
  ASSERT_EQ(s.open(lot)->exit_orders.size(), 1U);
  EXPECT_EQ(s.open(lot)->exit_orders.front().status, OrderStatus::unknown);
}

TEST(Leaving, WhatTheBrokerNoLongerHoldsIsNotSentAgain) {
  Scene s;
  s.broker.refuses_excess = false;
  s.broker.fates = {Fate::lost_before};
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  s.outbox.clear();
  // Somebody sells everything by hand while our order's fate is unknown.
  s.broker.filled_order("AAPL", Side::sell, 100_qty, 94_price, s.now.wall);
  s.play(s.broker.read(s.now));
  s.wait(20s);
  EXPECT_TRUE(s.broker.crossings.empty()) << "a sale of nothing opens a short";
  EXPECT_EQ(s.broker.held.at("AAPL"), 0_qty);
  EXPECT_NE(s.open(lot), nullptr);
}

TEST(Leaving, ACancelledExitIsNotRepeatedWhenTheSharesAreGone) {
  Scene s;
  s.broker.refuses_excess = false;
  s.broker.fills_at_once = false;
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  // "Close position" at the broker's own desk: cancels our order, sells, and only the holding is read before the order.
  const OrderId ours = order_of(s, exit_client_id(lot, 1));
  s.broker.filled_order("AAPL", Side::sell, 100_qty, 94_price, s.now.wall);
  auto read = s.broker.read(s.now);
  std::erase_if(read.orders, [&](const Order& order) { return order.id == ours; });
  s.feed(read);
  s.broker.end(ours, OrderStatus::canceled, s.now.wall);
  s.broker.fills_at_once = true;
  s.outbox.clear();
  s.feed(event::OrderSeen{s.broker.seen(ours)});
  s.pump();
  s.wait(30s);
  EXPECT_TRUE(s.broker.crossings.empty());
  EXPECT_EQ(s.broker.held.at("AAPL"), 0_qty);
}

TEST(Leaving, AnExitNeverTakesTheSharesOfTheOtherSide) {
  Scene s;
  s.broker.refuses_excess = false;
  s.broker.fills_at_once = false;
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  const OrderId ours = order_of(s, exit_client_id(lot, 1));
  s.broker.filled_order("AAPL", Side::sell, 140_qty, 94_price, s.now.wall);  // the broker is short now
  auto read = s.broker.read(s.now);
  s.feed(read);
  s.broker.end(ours, OrderStatus::canceled, s.now.wall);
  s.feed(event::OrderSeen{s.broker.seen(ours)});
  s.pump();
  s.wait(5s);
  EXPECT_EQ(s.broker.received.size(), 1U);
}

// ---- refusals

TEST(Leaving, ARefusalIsFollowedByTheNextAttemptAfterAPause) {
  Scene s;
  s.broker.fates = {Fate::refused};
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  EXPECT_EQ(s.broker.received.size(), 1U);
  s.wait(3s);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.broker.received[1].client_id, exit_client_id(lot, 2));
  EXPECT_GE(s.records_of(EventType::order_failed), 1);
}

TEST(Leaving, F4RefusedAgainAndAgainPagesAndSlowsDown) {
  Scene s;
  s.broker.fates.assign(1000, Fate::refused);
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(120s);
  EXPECT_GE(s.alerts_of("order_failed"), 1);
  EXPECT_LT(s.broker.received.size(), 15U);
  EXPECT_GT(s.broker.received.size(), 5U) << "no giving up";
  EXPECT_LE(s.open(lot)->exit_orders.size(), 6U);
}

TEST(Leaving, TakenAndThenRejectedAgainAndAgainIsNoRunaway) {
  Scene s;
  s.broker.fates.assign(1000, Fate::rejected_later);
  enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(60s);
  EXPECT_LT(s.broker.received.size(), 15U) << "a broker that takes orders and rejects them at once is not hammered";
  EXPECT_GE(s.alerts_of("order_failed"), 1);
}

TEST(Leaving, NotSentMeansTheSameNumberAgain) {
  Scene s;
  s.broker.fates = {Fate::turned_away};
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(3s);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.broker.received[1].client_id, exit_client_id(lot, 1));
}

TEST(Leaving, F48ARestrictedAccountPagesOnceAndSendsNothing) {
  Scene s;
  enter(s, {});
  s.price("AAPL", 94_price);
  s.broker.trading_blocked = true;
  s.cycle();
  s.wait(10s);
  EXPECT_TRUE(s.broker.received.empty());
  EXPECT_EQ(s.alerts_of("order_failed"), 1);
}

TEST(Leaving, F5NotFlatByTheDeadlinePagesOnceAndGoesOn) {
  Scene s;
  s.broker.fills_at_once = false;
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(58s);
  EXPECT_EQ(s.alerts_of("order_failed"), 0);
  s.wait(30s);
  EXPECT_EQ(s.alerts_of("order_failed"), 1);
  EXPECT_EQ(s.open(lot)->status, LotStatus::closing);
  EXPECT_EQ(s.broker.received.size(), 1U);
}

// ---- a person's word

TEST(Leaving, APersonClosesAll) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.play(event::CommandGiven{close_by(lot)});
  s.wait(2s);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.stored(lot).close_reason, ExitReason::manual_close);
  EXPECT_EQ(s.stored(lot).exit->who, "ann");
  EXPECT_TRUE(s.finished_commands.contains(7));
}

TEST(Leaving, APersonClosesAPartAndTheRestStaysWatched) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.play(event::CommandGiven{close_by(lot, 30_qty)});
  s.wait(2s);
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_EQ(s.open(lot)->quantity, 70_qty);
  EXPECT_EQ(s.open(lot)->status, LotStatus::open);
  EXPECT_FALSE(s.open(lot)->exit);

  s.pass_time(60s);
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(2s);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.broker.received.back().quantity, 70_qty);
  EXPECT_EQ(s.stored(lot).close_reason, ExitReason::stop_loss);
  EXPECT_EQ(s.stored(lot).realised_result, -(420_usd)) << "30 left at 100, 70 at 94";
}

TEST(Leaving, AStopWidensAPersonsPartialCloseToTheWholeLot) {
  Scene s;
  s.broker.fills_at_once = false;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.play(event::CommandGiven{close_by(lot, 30_qty)});
  s.price("AAPL", 94_price);
  s.sweep();
  EXPECT_EQ(s.open(lot)->exit->reason, ExitReason::stop_loss);
  EXPECT_EQ(s.open(lot)->exit->wanted, 100_qty);
  s.broker.execute(order_of(s, exit_client_id(lot, 1)), 30_qty, 94_price, s.now.wall);
  s.broker.fills_at_once = true;
  s.wait(5s);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.broker.received.back().quantity, 70_qty);
}

TEST(Leaving, ALotThatIsPartlyLeavingHearsItsStopAtTheNextTick) {
  Scene s;
  s.broker.fills_at_once = false;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.play(event::CommandGiven{close_by(lot, 30_qty)});
  s.tick("AAPL", 94_price);
  EXPECT_EQ(s.open(lot)->exit->wanted, 100_qty) << "closing is watched as closely as open";
}

TEST(Leaving, F76AManualCloseJoinsAnAutomaticOne) {
  Scene s;
  s.broker.fills_at_once = false;
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  s.play(event::CommandGiven{close_by(lot)});
  s.play(event::CommandGiven{close_by(lot)});  // offered twice, taken once
  EXPECT_EQ(s.broker.received.size(), 1U);
  EXPECT_EQ(s.open(lot)->exit->reason, ExitReason::stop_loss);
  EXPECT_EQ(s.open(lot)->exit->reasons, (std::vector{ExitReason::stop_loss, ExitReason::manual_close}));
  EXPECT_EQ(s.open(lot)->exit->who, "ann");
}

// ---- time

TEST(Leaving, ADayTradeLeavesAtFiveToOneOnAHalfDay) {
  Scene s;
  s.jump_to("2026-11-27T10:00:00-05:00");
  const LotUid lot = enter(s, {.when = "2026-11-27T09:45:00-05:00",
                               .stop = std::nullopt,
                               .target = std::nullopt,
                               .strategy = Strategy::day_trade});
  s.cycle();
  s.jump_to("2026-11-27T12:54:59-05:00");
  s.price("AAPL", 101_price);
  s.cycle();
  EXPECT_EQ(s.open(lot)->status, LotStatus::open);
  s.jump_to("2026-11-27T12:55:00-05:00");
  s.cycle();
  s.wait(2s);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.stored(lot).close_reason, ExitReason::day_trade_close);
}

TEST(Leaving, ATimeRuleNeedsNoPrice) {
  Scene s;
  const LotUid lot = enter(s, {.stop = std::nullopt, .target = std::nullopt, .max_hold_minutes = 30});
  s.cycle();
  s.broker.prices["AAPL"].trade->price = 0_price;
  s.broker.prices["AAPL"].quote.reset();
  s.jump_to("2026-01-26T10:15:00-05:00");
  s.cycle();
  EXPECT_EQ(s.open(lot)->exit->reason, ExitReason::max_hold_time);
  EXPECT_EQ(s.broker.received.size(), 1U);
}

TEST(Leaving, OutsideTheSessionNothingIsSentUntilItOpens) {
  Scene s;
  s.jump_to("2026-01-26T16:30:00-05:00");
  s.broker.is_open = false;
  const LotUid lot = enter(s, {.max_hold_minutes = 60});
  s.cycle();
  EXPECT_EQ(s.open(lot)->exit->reason, ExitReason::max_hold_time);
  s.wait(10s);
  EXPECT_TRUE(s.broker.received.empty());
  EXPECT_EQ(exit_standing(s.state, lot), ExitStanding::waiting);
  EXPECT_FALSE(has_work_in_flight(s.state));

  s.jump_to("2026-01-27T09:30:00-05:00");
  s.broker.is_open = true;
  s.price("AAPL", 100_price);
  s.cycle();
  s.wait(2s);
  EXPECT_TRUE(s.is_closed(lot));
}

TEST(Leaving, F64ASessionThatTheBrokerCallsClosedIsClosed) {
  Scene s;
  s.broker.is_open = false;
  enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(5s);
  EXPECT_TRUE(s.broker.received.empty());
}

}  // namespace
}  // namespace belay::engine::scene
