// SPDX-License-Identifier: Apache-2.0
// Guards restored, resized and re-armed: what rests for a lot is what is held of it.
#include <gtest/gtest.h>

#include "core/engine/bracketed_scene.hpp"

namespace belay::engine::scene {
namespace {

TEST(GuardWork, F12AChildCancelledBySomebodyComesBackAsOneGtcOco) {
  Bracketed b;
  b.lose();
  ASSERT_EQ(b.s.broker.received.size(), 1U);
  const OrderRequest& oco = b.s.broker.received.front();
  EXPECT_EQ(oco.client_id, guard_client_id(b.lot, 1));
  EXPECT_EQ(oco.order_class, OrderClass::oco);
  EXPECT_EQ(oco.type, OrderType::limit);
  EXPECT_EQ(oco.time_in_force, TimeInForce::gtc);
  EXPECT_EQ(oco.quantity, 100_qty);
  EXPECT_EQ(oco.take_profit_limit, 110_price);
  EXPECT_EQ(oco.stop_loss_stop, 95_price);
  EXPECT_EQ(oco.intent, PositionIntent::sell_to_close);
  EXPECT_EQ(b.now().status, LotStatus::open);
  EXPECT_TRUE(b.now().bracket_order_accepted);
  EXPECT_EQ(b.order(*b.now().target_order_id).type, OrderType::limit);
  EXPECT_EQ(b.order(*b.now().stop_order_id).type, OrderType::stop);
  EXPECT_EQ(b.s.records_of(EventType::guards_restored), 1);
  EXPECT_EQ(b.s.alerts_of("bracket_missing"), 1);
  EXPECT_EQ(b.reserved(), 100_qty);

  b.next_minute();
  EXPECT_EQ(b.s.broker.received.size(), 1U) << "it rests: nothing more to do";
  EXPECT_TRUE(b.now().concern.empty());
}

TEST(GuardWork, ARestoredGuardThatFillsIsTheExit) {
  Bracketed b;
  b.lose();
  b.s.broker.execute(*b.now().stop_order_id, 100_qty, 94.8_price, b.s.now.wall);
  b.next_minute(94.8_price);
  b.s.wait(2s);
  ASSERT_TRUE(b.s.is_closed(b.lot));
  EXPECT_EQ(b.s.stored(b.lot).close_reason, ExitReason::stop_loss);
  EXPECT_EQ(b.s.stored(b.lot).realised_result, -(520_usd));
}

TEST(GuardWork, ABracketOfAnAdoptedLotIsKnownAtOnce) {
  Scene s;
  enter(s, {});
  const OrderId entry = *s.upstream.back().broker_order_id;
  s.upstream.clear();  // its row comes late
  const auto [stop, target] = s.broker.bracket(entry, 100_qty, 95_price, 110_price, s.now.wall);
  s.pass_time(30s);
  s.cycle();
  ASSERT_EQ(s.state.lots.size(), 1U);
  const LotUid lot = s.state.lots.begin()->first;
  s.broker.refuses_excess = false;  // the shares of other lots would serve
  s.play(event::CommandGiven{{.id = 1, .lot = lot, .quantity = {}, .who = "ann", .why = ""}});
  EXPECT_TRUE(is_terminal(s.broker.orders.at(target).status)) << "the group goes before the exit";
  s.wait(2s);
  EXPECT_EQ(s.broker.received.size(), 1U);
}

TEST(GuardWork, AReplyWithoutTheStopLegIsLookedAtAgain) {
  Bracketed b;
  b.s.broker.replies_show_legs = false;
  b.lose();
  ASSERT_TRUE(b.now().stop_order_id);
  EXPECT_EQ(b.order(*b.now().stop_order_id).type, OrderType::stop);
}

TEST(GuardWork, F46AnExitTakesTheRestoredGroupAwayFirst) {
  Bracketed b;
  b.lose();
  b.s.play(event::CommandGiven{{.id = 1, .lot = b.lot, .quantity = {}, .who = "ann", .why = ""}});
  b.s.wait(3s);
  ASSERT_TRUE(b.s.is_closed(b.lot));
  EXPECT_EQ(b.s.broker.received.size(), 2U) << "never refused";
  EXPECT_EQ(b.s.broker.held.at("AAPL"), 0_qty);
}

TEST(GuardWork, AnUnknownOutcomeIsFoundByItsId) {
  Bracketed b;
  b.s.broker.fates = {Fate::lost_after};
  b.lose();
  b.s.wait(2s);
  EXPECT_EQ(b.s.broker.received.size(), 1U);
  EXPECT_TRUE(b.now().bracket_order_accepted);
  EXPECT_TRUE(b.now().stop_order_id);
}

TEST(GuardWork, WhatNeverArrivedIsSentAgainUnderTheSameId) {
  Bracketed b;
  b.s.broker.fates = {Fate::lost_before};
  b.lose();
  b.s.wait(5s);
  EXPECT_EQ(b.s.broker.received.size(), 1U);
  b.s.wait(10s);
  ASSERT_EQ(b.s.broker.received.size(), 2U);
  EXPECT_EQ(b.s.broker.received[1].client_id, b.s.broker.received[0].client_id);
  EXPECT_TRUE(b.now().bracket_order_accepted);
}

TEST(GuardWork, AnExitWaitsUntilAGuardOfUnknownOutcomeIsFound) {
  Bracketed b;
  b.s.broker.fates = {Fate::lost_after};
  b.s.broker.cancel(b.stop, b.s.now.wall);
  b.s.pass_time(60s);
  b.s.price("AAPL", 100_price);
  b.s.feed(b.s.broker.read(b.s.now));  // decides to send; nothing is carried out yet
  b.s.play(event::CommandGiven{{.id = 1, .lot = b.lot, .quantity = {}, .who = "ann", .why = ""}});
  b.s.wait(5s);
  ASSERT_TRUE(b.s.is_closed(b.lot));
  EXPECT_EQ(b.s.broker.held.at("AAPL"), 0_qty);
  EXPECT_TRUE(b.s.broker.crossings.empty());
  for (const auto& [id, order] : b.s.broker.orders) EXPECT_TRUE(is_terminal(order.status)) << id.text();
}

TEST(GuardWork, AfterALostRecordTheGuardIsKnownByItsId) {
  Bracketed b;
  const Lot before = b.s.kept.at(b.lot);
  b.lose();
  b.s.kept.insert_or_assign(b.lot, before);  // the process died before it could say so
  b.s.restart();
  b.next_minute();
  EXPECT_EQ(b.s.broker.received.size(), 1U);
  EXPECT_TRUE(b.now().bracket_order_accepted);
  EXPECT_EQ(b.order(*b.now().target_order_id).client_id, guard_client_id(b.lot, 1));
  EXPECT_TRUE(b.now().stop_order_id);
}

TEST(GuardWork, WithAnEmptyDatabaseTheGuardIsKnownByItsId) {
  Bracketed b;
  b.lose();
  b.s.kept.clear();
  b.s.settled.clear();
  b.s.restart();
  b.next_minute();
  EXPECT_EQ(b.s.broker.received.size(), 1U);
  EXPECT_EQ(b.order(*b.now().target_order_id).client_id, guard_client_id(b.lot, 1));
}

TEST(GuardWork, F13AWrongSizeIsReplacedByTheRightOne) {
  Bracketed b;
  for (const OrderId& id : {b.stop, b.target}) b.s.broker.orders.at(id).quantity = 60_qty;
  b.next_minute();
  b.s.wait(3s);
  EXPECT_EQ(b.order(b.target).status, OrderStatus::canceled);
  ASSERT_EQ(b.s.broker.received.size(), 1U);
  EXPECT_EQ(b.s.broker.received.front().quantity, 100_qty);
  EXPECT_EQ(b.reserved(), 100_qty);
  EXPECT_EQ(b.s.alerts_of("bracket_missing"), 0) << "we took it away ourselves";
}

TEST(GuardWork, APartOfTheTargetLeavesTheRestInOrder) {
  Bracketed b;
  b.s.broker.execute(b.target, 30_qty, 110_price, b.s.now.wall);
  b.next_minute();
  b.next_minute();
  EXPECT_EQ(b.now().quantity, 70_qty);
  EXPECT_TRUE(b.s.broker.received.empty());
  EXPECT_EQ(b.reserved(), 70_qty);
}

TEST(GuardWork, QuantityChangedByAPartialExitResizesTheGuardAndThenSells) {
  Bracketed b;
  b.s.play(event::CommandGiven{{.id = 1, .lot = b.lot, .quantity = 40_qty, .who = "ann", .why = ""}});
  b.s.wait(5s);
  ASSERT_EQ(b.s.broker.received.size(), 2U) << "never refused";
  EXPECT_EQ(b.s.broker.received[0].order_class, OrderClass::oco);
  EXPECT_EQ(b.s.broker.received[0].quantity, 60_qty);
  EXPECT_EQ(b.s.broker.received[1].type, OrderType::market);
  EXPECT_EQ(b.s.broker.received[1].quantity, 40_qty);
  EXPECT_EQ(b.now().status, LotStatus::open);
  EXPECT_EQ(b.now().quantity, 60_qty);
  EXPECT_EQ(b.reserved(), 60_qty);
  EXPECT_EQ(b.s.broker.held.at("AAPL"), 60_qty);
}

TEST(GuardWork, F12ABracketThatCannotBePutBackIsToldOnceMore) {
  Bracketed b;
  b.lose();
  b.s.broker.cancel(OrderId(b.now().guards.orders.front().id), b.s.now.wall);
  const OrderId theirs =
      b.s.broker.filled_order("AAPL", Side::sell, 0_qty, 100_price, b.s.now.wall, OrderStatus::fresh, 20_qty);
  b.s.broker.orders.at(theirs).type = OrderType::limit;
  b.s.broker.orders.at(theirs).limit_price = 150_price;
  const int told = b.s.alerts_of("bracket_missing");
  for (int minute = 0; minute < 4; ++minute) b.next_minute();
  b.s.wait(30s);
  EXPECT_EQ(b.s.alerts_of("bracket_missing"), told + 2);
  EXPECT_EQ(b.s.alerts.back().severity, action::RaiseAlert::Severity::critical);
  EXPECT_FALSE(is_terminal(b.order(theirs).status));
}

TEST(GuardWork, F5WhatAGuardTookIsLateByItselfWhateverAnEarlierPartWas) {
  Bracketed b;
  Scene& s = b.s;
  s.broker.loses_cancels = true;
  s.play(event::CommandGiven{{.id = 1, .lot = b.lot, .quantity = 20_qty, .who = "ann", .why = ""}});
  s.wait(70s);
  ASSERT_EQ(s.alerts_of("order_failed"), 1) << "the part waits for a guard that does not go";
  s.broker.execute(b.stop, 20_qty, 95_price, s.now.wall);
  s.feed(event::OrderSeen{b.order(b.stop)});
  s.broker.execute(b.stop, 80_qty, 95_price, s.now.wall);
  s.broker.held["AAPL"] = 8_qty;  // somebody else's, as it turns out
  s.feed(event::OrderSeen{b.order(b.stop)});
  ASSERT_TRUE(b.now().exit);
  s.wait(70s);
  EXPECT_EQ(s.alerts_of("order_failed"), 2);
}

TEST(GuardWork, F12ABracketThatIsLostWhileItsHoldingIsInDoubtIsTold) {
  Bracketed b;
  enter(b.s, {.key = "2", .when = "2026-01-26T09:40:00-05:00", .stop = std::nullopt});
  b.next_minute();
  b.s.broker.held["AAPL"] = 100_qty;  // one of the two lots' shares are gone without a trace
  b.next_minute();
  b.lose();
  b.next_minute();
  EXPECT_TRUE(b.s.broker.received.empty()) << "whose guard it would be is not known";
  EXPECT_EQ(b.s.alerts_of("bracket_missing"), 1);
}

// Adopted and watched, its guard for all of it; beside it another lot whose shares are free.
struct Watched : Bracketed {
  LotUid older;
  Watched() {
    older = enter(s, {.key = "2", .when = "2026-01-26T09:40:00-05:00", .stop = std::nullopt});
    s.state.lots.at(lot).management = Management::watch;
    s.kept.at(lot).management = Management::watch;
    next_minute();
  }
};

TEST(GuardWork, APartOfAWatchedLotLeavesOnlyOnceItsGuardIsResized) {
  Watched w;
  w.s.play(event::CommandGiven{{.id = 1, .lot = w.lot, .quantity = 30_qty, .who = "ann", .why = ""}});
  w.s.wait(5s);
  EXPECT_EQ(w.now().quantity, 70_qty);
  EXPECT_EQ(w.reserved(), 70_qty);
  ASSERT_EQ(w.s.broker.received.size(), 2U);
  EXPECT_EQ(w.s.broker.received.front().order_class, OrderClass::oco) << "the guard for the rest comes first";
}

TEST(GuardWork, TheGuardOfAWatchedLotThatShrankIsResized) {
  Watched w;
  w.s.broker.filled_order("AAPL", Side::sell, 120_qty, 100_price, w.s.now.wall);
  w.next_minute();
  w.s.wait(5s);
  EXPECT_EQ(w.now().quantity, 80_qty);
  ASSERT_EQ(w.s.broker.received.size(), 1U);
  EXPECT_EQ(w.s.broker.received.front().quantity, 80_qty);
}

TEST(GuardWork, BesideAGuardThatNobodyMayTouchNoPartIsTakenFromAnotherLot) {
  Watched w;
  w.s.state.lots.at(w.lot).frozen = "a person has to look";
  w.s.play(event::CommandGiven{{.id = 1, .lot = w.lot, .quantity = 30_qty, .who = "ann", .why = ""}});
  w.s.wait(5s);
  EXPECT_TRUE(w.s.broker.received.empty());
  EXPECT_EQ(w.s.broker.held.at("AAPL"), 200_qty);
}

TEST(GuardWork, EntryPartFilledAndStoppedIsGuardedForExactlyWhatFilled) {
  Scene s;
  const OrderId entry = s.broker.filled_order("AAPL", Side::buy, 60_qty, 100_price, at("2026-01-26T09:45:00-05:00"),
                                              OrderStatus::partially_filled, 100_qty);
  const auto [stop, target] = s.broker.bracket(entry, 100_qty, 95_price, 110_price, at("2026-01-26T09:45:00-05:00"));
  s.broker.orders.at(target).status = OrderStatus::held;
  s.upstream.push_back(execution_of({}, entry));
  s.price("AAPL", 100_price);
  s.cycle();
  EXPECT_TRUE(s.broker.received.empty()) << "entry still filling: local rules";
  for (const OrderId& id : {entry, stop, target}) s.broker.end(id, OrderStatus::canceled, s.now.wall);
  s.pass_time(60s);
  s.cycle();
  s.wait(2s);
  ASSERT_EQ(s.broker.received.size(), 1U);
  EXPECT_EQ(s.broker.received.front().quantity, 60_qty);
}

TEST(GuardWork, FractionalIsGuardedForItsWholeSharesAndTheTailLeavesWithThem) {
  Bracketed b({.quantity = 10.75_qty});
  b.lose();
  ASSERT_EQ(b.s.broker.received.size(), 1U);
  EXPECT_EQ(b.s.broker.received.front().quantity, 10_qty);
  b.s.broker.execute(*b.now().stop_order_id, 10_qty, 94.9_price, b.s.now.wall);
  b.next_minute(94.9_price);
  b.s.wait(5s);
  ASSERT_TRUE(b.s.is_closed(b.lot));
  EXPECT_EQ(b.s.broker.held.at("AAPL"), 0_qty);
}

TEST(GuardWork, StopOnlyIsAPlainStop) {
  Bracketed b({.target = std::nullopt});
  b.s.broker.children.at(b.entry) = {b.stop};
  b.s.broker.orders.erase(b.target);
  b.s.restart();
  b.s.kept.clear();
  b.s.settled.clear();
  b.s.cycle();
  b.lose();
  ASSERT_EQ(b.s.broker.received.size(), 1U);
  EXPECT_EQ(b.s.broker.received.front().type, OrderType::stop);
  EXPECT_EQ(b.s.broker.received.front().stop_price, 95_price);
}

TEST(GuardWork, RefusedThreeTimesInSessionTheLotLeavesForMissingBrackets) {
  Bracketed b;
  b.s.broker.fates = {Fate::refused, Fate::refused, Fate::refused};
  b.lose();
  EXPECT_EQ(b.now().status, LotStatus::open);
  b.s.wait(30s);
  ASSERT_TRUE(b.s.is_closed(b.lot));
  EXPECT_EQ(b.s.stored(b.lot).close_reason, ExitReason::missing_brackets);
  EXPECT_EQ(b.s.broker.received.size(), 4U);
  EXPECT_EQ(b.s.broker.held.at("AAPL"), 0_qty);
}

TEST(GuardWork, RefusalsAreCountedOverRestarts) {
  Bracketed b;
  b.s.broker.cancel(b.stop, b.s.now.wall);
  for (int i = 0; i < 3; ++i) {
    b.s.broker.fates = {Fate::refused};
    b.s.restart();
    b.next_minute();
  }
  b.s.wait(3s);
  ASSERT_TRUE(b.s.is_closed(b.lot));
  EXPECT_EQ(b.s.stored(b.lot).close_reason, ExitReason::missing_brackets);
}

TEST(GuardWork, OutsideTheSessionARefusalCountsAsNothing) {
  Bracketed b;
  b.s.broker.cancel(b.stop, b.s.now.wall);
  b.s.jump_to("2026-01-26T17:00:00-05:00");
  b.s.broker.is_open = false;
  b.s.broker.fates.assign(20, Fate::refused);
  for (int i = 0; i < 12; ++i) b.next_minute();
  EXPECT_EQ(b.now().guards.failures, 0);
  EXPECT_EQ(b.now().status, LotStatus::open);
}

TEST(GuardWork, ARefusalBecauseThePriceIsThroughTheStopIsThatStop) {
  Bracketed b;
  b.s.broker.cancel(b.stop, b.s.now.wall);
  b.s.pass_time(60s);
  b.s.broker.trade_at("AAPL", 94_price, b.s.now.wall);  // the broker knows, we have not read it yet
  b.s.play(b.s.broker.read(b.s.now));
  b.s.wait(5s);
  ASSERT_TRUE(b.s.is_closed(b.lot));
  EXPECT_EQ(b.s.stored(b.lot).close_reason, ExitReason::stop_loss);
}

TEST(GuardWork, PolicyCloseLeavesAtOnceForAProvedAbsence) {
  Bracketed b;
  b.s.state.policy.missing_brackets = MissingBrackets::close;
  b.next_minute();
  EXPECT_EQ(b.now().status, LotStatus::open);
  b.lose();
  b.s.wait(2s);
  ASSERT_TRUE(b.s.is_closed(b.lot));
  EXPECT_EQ(b.s.stored(b.lot).close_reason, ExitReason::missing_brackets);
}

TEST(GuardWork, PolicyCloseDoesNotTakeOurOwnResizingForAnAbsence) {
  Bracketed b;
  b.s.state.policy.missing_brackets = MissingBrackets::close;
  b.s.play(event::CommandGiven{{.id = 1, .lot = b.lot, .quantity = 40_qty, .who = "ann", .why = ""}});
  b.s.wait(5s);
  b.next_minute();
  EXPECT_EQ(b.now().quantity, 60_qty);
  EXPECT_EQ(b.now().status, LotStatus::open);
}

TEST(GuardWork, UpstreamPlacedNoneAndAsksForNoneNothingIsPlacedOrLiquidated) {
  Scene s;
  s.state.policy.missing_brackets = MissingBrackets::close;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.pass_time(60s);
  s.cycle();
  EXPECT_EQ(s.open(lot)->status, LotStatus::open);
  EXPECT_TRUE(s.broker.received.empty());
  EXPECT_EQ(s.alerts_of("bracket_missing"), 0);
}

TEST(GuardWork, BeforeTheCloseADayGuardOfALotThatStaysIsReArmedAsGtc) {
  Bracketed b;
  for (const OrderId& id : {b.stop, b.target}) b.s.broker.orders.at(id).time_in_force = TimeInForce::day;
  b.s.jump_to("2026-01-26T15:30:00-05:00");
  b.next_minute();
  EXPECT_TRUE(b.s.broker.received.empty());
  b.s.jump_to("2026-01-26T15:46:00-05:00");
  b.next_minute();
  b.s.wait(3s);
  ASSERT_EQ(b.s.broker.received.size(), 1U);
  EXPECT_EQ(b.s.broker.received.front().time_in_force, TimeInForce::gtc);
  EXPECT_EQ(b.reserved(), 100_qty);
}

TEST(GuardWork, BeforeTheCloseADayGuardOfADayTradeIsLeft) {
  Bracketed b({.strategy = Strategy::day_trade});
  for (const OrderId& id : {b.stop, b.target}) b.s.broker.orders.at(id).time_in_force = TimeInForce::day;
  b.s.jump_to("2026-01-26T15:48:00-05:00");
  b.next_minute();
  EXPECT_TRUE(b.s.broker.received.empty());
}

TEST(GuardWork, F11ChildrenThatStayHeldMakeRoomForOurOwn) {
  Bracketed b;
  b.s.broker.orders.at(b.target).status = OrderStatus::held;
  b.next_minute();
  b.s.wait(3s);
  EXPECT_EQ(b.order(b.target).status, OrderStatus::canceled);
  ASSERT_EQ(b.s.broker.received.size(), 1U);
  EXPECT_EQ(b.reserved(), 100_qty);
  EXPECT_EQ(b.s.alerts_of("bracket_missing"), 1);
}

TEST(GuardWork, OptionIsLeftToLocalRulesUnlessARestingStopIsAskedFor) {
  const std::string option = "AAPL260320C00100000";
  for (const bool resting : {false, true}) {
    Scene s;
    s.state.policy.option_resting_stop = resting;
    s.price(option, 5_price);
    enter(s, {.symbol = option, .quantity = 2_qty, .price = 5_price, .stop = 4_price, .target = 8_price});
    s.cycle();
    ASSERT_EQ(s.broker.received.size(), resting ? 1U : 0U);
    if (!resting) continue;
    EXPECT_EQ(s.broker.received.front().type, OrderType::stop);
    EXPECT_EQ(s.broker.received.front().order_class, OrderClass::simple);
    EXPECT_EQ(s.broker.received.front().stop_price, 4_price);
  }
}

TEST(GuardWork, CatastropheStopRestsWiderThanTheLocalOne) {
  Scene s;
  s.state.policy.catastrophe_stop = 0.05_ratio;
  const LotUid lot = enter(s, {});
  s.cycle();
  ASSERT_EQ(s.broker.received.size(), 1U);
  EXPECT_EQ(s.broker.received.front().type, OrderType::stop);
  EXPECT_EQ(s.broker.received.front().stop_price, 90.25_price);
  s.price("AAPL", 94_price);
  s.sweep();
  s.wait(5s);
  ASSERT_TRUE(s.is_closed(lot)) << "the local stop leaves first";
  EXPECT_EQ(s.broker.held.at("AAPL"), 0_qty);
}

TEST(GuardWork, TwoLotsOfOneSymbolAreNeverGuardedForMoreThanIsHeld) {
  Bracketed b;
  enter(b.s, {.key = "2", .quantity = 50_qty, .when = "2026-01-26T09:50:00-05:00"});
  b.s.cycle();
  b.lose();
  EXPECT_EQ(b.reserved(), 100_qty) << "the other one asked for no bracket";
  b.s.broker.held["AAPL"] = 60_qty;  // somebody sold 90, which nothing explains yet
  b.s.broker.cancel(*b.now().target_order_id, b.s.now.wall);
  b.next_minute();
  EXPECT_EQ(b.s.broker.received.size(), 1U) << "in doubt nothing is placed";
}

TEST(GuardWork, GuardWithoutALotIsCancelledIfItIsOursAndLeftIfItIsNot) {
  Bracketed b;
  b.lose();
  const OrderId ours = *b.now().target_order_id;
  const OrderId foreign = b.s.broker.filled_order("MSFT", Side::buy, 5_qty, 50_price, b.s.now.wall);
  b.s.broker.orders.at(foreign).status = OrderStatus::fresh;
  b.s.broker.orders.at(foreign).client_id = ClientOrderId("somebody-elses");
  b.s.kept.clear();  // the lot is gone for good …
  b.s.upstream.clear();
  b.s.broker.held["AAPL"] = 0_qty;
  b.s.broker.held["MSFT"] = 0_qty;
  b.s.restart();
  b.next_minute();
  EXPECT_EQ(b.order(ours).status, OrderStatus::canceled);
  EXPECT_EQ(b.order(foreign).status, OrderStatus::fresh);
}

}  // namespace
}  // namespace belay::engine::scene
