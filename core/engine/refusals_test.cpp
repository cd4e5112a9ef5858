// SPDX-License-Identifier: Apache-2.0
// What follows when the broker refuses an exit or a guard, and whose orders may stand in its way.
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

OperatorCommand close_by(const LotUid& lot, std::optional<Quantity> quantity = {}) {
  return {.id = 7, .lot = lot, .quantity = quantity, .who = "ann", .why = "news"};
}

// An order of somebody's that rests at the broker.
OrderId resting(Scene& s, Side side, Quantity quantity, Price limit, const ClientOrderId& client_id = {}) {
  const OrderId id = s.broker.filled_order("AAPL", side, 0_qty, limit, s.now.wall, OrderStatus::fresh, quantity);
  Order& order = s.broker.orders.at(id);
  order.type = OrderType::limit;
  order.limit_price = limit;
  order.client_id = client_id;
  return id;
}

TEST(Refusals, AnOrderOfOursThatIsNamedIsClearedAndTheExitGoes) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  const OrderId forgotten = resting(s, Side::sell, 100_qty, 120_price, guard_client_id(lot, 9));
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(10s);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.broker.orders.at(forgotten).status, OrderStatus::canceled);
  EXPECT_EQ(s.broker.held.at("AAPL"), 0_qty);
}

TEST(Refusals, F39AForeignOrderIsNeverTouchedAndWhatIsFreeLeaves) {
  Scene s;
  const LotUid lot = enter(s, {});
  const OrderId theirs = resting(s, Side::sell, 40_qty, 120_price);
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(20s);
  ASSERT_EQ(s.broker.received.size(), 1U);
  EXPECT_EQ(s.broker.received.front().quantity, 60_qty);
  EXPECT_EQ(s.broker.orders.at(theirs).status, OrderStatus::fresh);
  EXPECT_GE(s.alerts_of("foreign_order"), 1);
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_EQ(s.open(lot)->quantity, 40_qty);

  s.broker.end(theirs, OrderStatus::canceled, s.now.wall);
  s.wait(60s);
  ASSERT_TRUE(s.is_closed(lot)) << "as soon as it is gone, the rest leaves";
  EXPECT_TRUE(s.broker.crossings.empty());
}

TEST(Refusals, AForeignOrderOverAllOfItPagesAndNothingIsSent) {
  Scene s;
  const LotUid lot = enter(s, {});
  resting(s, Side::sell, 100_qty, 120_price);
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(20s);
  EXPECT_TRUE(s.broker.received.empty());
  EXPECT_EQ(s.alerts_of("foreign_order"), 1);
  EXPECT_EQ(exit_standing(s.state, lot), ExitStanding::failed);
}

TEST(Refusals, F39AForeignOrderByValueIsCountedByWhatTheBrokerShowsAsFree) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.broker.orders.at(resting(s, Side::sell, 1_qty, 120_price)).quantity.reset();
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(20s);
  ASSERT_EQ(s.broker.received.size(), 1U);
  EXPECT_EQ(s.broker.received.front().quantity, 99_qty) << "what is free";
  EXPECT_GE(s.alerts_of("foreign_order"), 1);
  EXPECT_EQ(s.open(lot)->quantity, 1_qty);
}

TEST(Refusals, AWashTradeAgainstAnotherLotsOpenEntryCancelsThatEntry) {
  Scene s;
  const LotUid lot = enter(s, {});
  const OrderId other = s.broker.filled_order("AAPL", Side::buy, 60_qty, 100_price, at("2026-01-26T09:50:00-05:00"),
                                              OrderStatus::partially_filled, 100_qty);
  s.upstream.push_back(execution_of({.key = "2",
                                     .quantity = 60_qty,
                                     .when = "2026-01-26T09:50:00-05:00",
                                     .stop = std::nullopt,
                                     .target = std::nullopt},
                                    other));
  s.cycle();
  s.broker.fates = {Fate::refused};
  s.broker.refusal = "potential wash trade detected. use complex orders";
  s.broker.refusal_code = 40310000;
  s.broker.refusal_names = {other};
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(10s);
  EXPECT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.broker.orders.at(other).status, OrderStatus::canceled);
  ASSERT_NE(s.open(s.uid_of("2")), nullptr) << "the other lot goes on";
}

TEST(Refusals, AWashTradeAgainstAForeignOrderPagesAndTriesALimit) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  const OrderId theirs = resting(s, Side::buy, 10_qty, 50_price);
  s.broker.fates = {Fate::refused};
  s.broker.refusal = "potential wash trade detected. use complex orders";
  s.broker.refusal_code = 40310000;
  s.broker.refusal_names = {theirs};
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(10s);
  EXPECT_EQ(s.broker.orders.at(theirs).status, OrderStatus::fresh) << "never touched";
  EXPECT_EQ(s.alerts_of("foreign_order"), 1);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.broker.received.back().type, OrderType::limit);
}

TEST(Refusals, NoSuchPositionReadsTheBrokerAndSendsNothingFurther) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.broker.fates.assign(50, Fate::refused);
  s.broker.refusal = "position does not exist";
  s.broker.refusal_code = 40410000;
  s.broker.filled_order("AAPL", Side::sell, 100_qty, 99_price, s.now.wall);  // by somebody's hand
  s.play(event::CommandGiven{close_by(lot)});
  s.wait(20s);
  EXPECT_EQ(s.broker.received.size(), 1U) << "the read shows that nothing is held";
}

TEST(Refusals, F49RefusedKeysPageOnceAndRetrySlowly) {
  Scene s;
  enter(s, {});
  s.broker.fates.assign(50, Fate::refused);
  s.broker.refusal = "unauthorized.";
  s.broker.refusal_code = 0;
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(59s);
  EXPECT_EQ(s.broker.received.size(), 1U);
  EXPECT_EQ(s.alerts_of("order_failed"), 1);
  s.wait(30s);
  EXPECT_EQ(s.broker.received.size(), 2U) << "no giving up";
}

TEST(Refusals, F70AnAssetThatDoesNotTradePagesAndIsTriedAtLongIntervals) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.broker.fates = {Fate::refused, Fate::refused};
  s.broker.refusal = "asset \"AAPL\" is not tradable";
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(29s);
  EXPECT_EQ(s.broker.received.size(), 1U);
  EXPECT_EQ(s.alerts_of("order_failed"), 1);
  s.wait(65s);
  s.price("AAPL", 93_price);
  s.wait(5s);
  EXPECT_TRUE(s.is_closed(lot)) << "tradable again: it leaves";
}

TEST(Refusals, TheThirdOfTheSameKindChangesTheTactic) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.broker.fates = {Fate::refused, Fate::refused, Fate::refused};
  s.broker.refusal = "something new";
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(15s);
  ASSERT_TRUE(s.is_closed(lot));
  ASSERT_EQ(s.broker.received.size(), 4U);
  EXPECT_EQ(s.broker.received[2].type, OrderType::market);
  EXPECT_EQ(s.broker.received[3].type, OrderType::limit);
  EXPECT_EQ(s.broker.received[3].limit_price, 93.06_price);
  EXPECT_EQ(s.alerts_of("order_failed"), 1);
}

TEST(Refusals, F3ARateLimitIsWaitedForAsTold) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.play(s.book());
  s.play(s.broker.read(s.now));
  s.feed(s.prices({"AAPL"}));
  s.feed(event::CheckDue{});
  s.outbox.clear();
  s.feed(event::SubmitNotSent{exit_client_id(lot, 1), "rate limit", 20s});
  s.wait(19s);
  EXPECT_TRUE(s.broker.received.empty());
  s.wait(5s);
  ASSERT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.broker.received.front().client_id, exit_client_id(lot, 1));
}

TEST(Refusals, F3ABrokerThatIsTooBusyToBeReadIsAskedAgainAndTheExitThenGoes) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.restart();
  s.price("AAPL", 94_price);
  s.feed(s.book());
  s.feed(event::BrokerUnread{"positions: rate limit exceeded"});
  s.feed(s.prices({"AAPL"}));
  s.feed(event::CheckDue{});
  ASSERT_TRUE(s.open(lot)->exit) << "decided all the same";
  EXPECT_TRUE(std::ranges::none_of(s.outbox, [](const Action& action) {
    return std::holds_alternative<action::SubmitOrder>(action);
  })) << "but what is held is not known: nothing is sent";
  s.pump();
  s.wait(10s);
  EXPECT_TRUE(s.is_closed(lot));
}

TEST(Refusals, F19ARunawayEndsInSafeModeAndAPage) {
  Scene s;
  s.state.policy.orders_per_lot = 3;  // as if nothing else held it back
  s.broker.fates.assign(1000, Fate::rejected_later);
  const LotUid lot = enter(s, {});
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(55s);
  EXPECT_EQ(s.broker.received.size(), 3U);
  EXPECT_GE(s.alerts_of("safe_mode"), 1);
  EXPECT_EQ(exit_standing(s.state, lot), ExitStanding::failed);
  s.broker.fates.clear();
  s.wait(300s);
  EXPECT_TRUE(s.is_closed(lot)) << "and it goes on when safe mode is over";
}

TEST(Refusals, F14StopAndDeadlineTogetherAreOneExit) {
  Scene s;
  s.broker.fills_at_once = false;
  const LotUid lot = enter(s, {.max_hold_minutes = 15});
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(5s);
  EXPECT_EQ(s.broker.received.size(), 1U);
  EXPECT_EQ(s.records_of(EventType::exit_triggered), 1);
  EXPECT_EQ(s.open(lot)->exit->reasons, (std::vector{ExitReason::stop_loss, ExitReason::max_hold_time}));
}

// ---- a person's word that cannot be carried out

TEST(Refusals, F17HalfAContractIsTurnedDownWithTheReason) {
  Scene s;
  const LotUid lot = enter(s, {.symbol = "AAPL260220C00200000",
                               .quantity = 2_qty,
                               .price = 5_price,
                               .stop = std::nullopt,
                               .target = std::nullopt});
  s.cycle();
  s.play(event::CommandGiven{close_by(lot, 0.5_qty)});
  EXPECT_FALSE(s.open(lot)->exit);
  EXPECT_EQ(s.alerts_of("command_refused"), 1);
  EXPECT_TRUE(s.finished_commands.contains(7)) << "and is not offered for ever";
}

// ---- spreads

TEST(Refusals, TheLongLegOfASpreadIsNotSoldFromUnderTheShortOne) {
  Scene s;
  const LotUid lot = enter(s, {.symbol = "AAPL260220C00200000",
                               .quantity = 2_qty,
                               .price = 5_price,
                               .stop = std::nullopt,
                               .target = std::nullopt});
  const LotUid short_leg = enter(s, {.key = "2",
                                     .symbol = "AAPL260220C00210000",
                                     .direction = Direction::short_,
                                     .quantity = 2_qty,
                                     .price = 3_price,
                                     .stop = std::nullopt,
                                     .target = std::nullopt});
  s.broker.quote_at("AAPL260220C00200000", 4.9_price, 5.1_price, s.now.wall);
  s.broker.quote_at("AAPL260220C00210000", 2.9_price, 3.1_price, s.now.wall);
  s.cycle();
  s.play(event::CommandGiven{close_by(lot)});
  s.wait(20s);
  EXPECT_TRUE(s.broker.received.empty());
  EXPECT_EQ(s.alerts_of("spread"), 1);

  auto also = close_by(short_leg);
  also.id = 8;
  s.play(event::CommandGiven{also});
  for (int i = 0; i < 60 && !s.is_closed(lot); ++i) {
    s.broker.quote_at("AAPL260220C00200000", 4.9_price, 5.1_price, s.now.wall);
    s.broker.quote_at("AAPL260220C00210000", 2.9_price, 3.1_price, s.now.wall);
    s.wait(1s);
  }
  ASSERT_TRUE(s.is_closed(lot));
  ASSERT_TRUE(s.is_closed(short_leg));
  EXPECT_EQ(s.broker.received.front().symbol, "AAPL260220C00210000") << "the short leg first";
}

TEST(Refusals, AGuardForSharesThatTheListWronglyShowsAsFreeIsSentEverMoreRarely) {
  Scene s;
  const LotUid lot = enter(s, {});
  const OrderId entry = *s.upstream.back().broker_order_id;
  const OrderId stop = s.broker.bracket(entry, 100_qty, 95_price, 110_price, s.now.wall).first;
  s.cycle();
  s.broker.refusal_code = 40310000;
  s.broker.refusal = "insufficient qty available for order (requested: 100, available: 93)";
  s.broker.fates.assign(100, Fate::refused);
  s.broker.cancel(stop, s.now.wall);
  s.pass_time(60s);
  s.price("AAPL", 100_price);
  s.cycle();
  s.wait(5s);
  EXPECT_GE(s.broker.received.size(), 4U) << "shares of a group that has ended come free after a moment";
  s.wait(55s);
  EXPECT_LE(s.broker.received.size(), 15U);
  EXPECT_EQ(s.open(lot)->status, LotStatus::open);
  EXPECT_EQ(s.open(lot)->guards.failures, 0);
  s.broker.fates.clear();
  s.wait(60s);
  EXPECT_EQ(s.broker.available("AAPL"), 0_qty) << "it rests";
}

}  // namespace
}  // namespace belay::engine::scene
