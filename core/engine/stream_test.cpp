// SPDX-License-Identifier: Apache-2.0
// The broker's stream of order updates: it hastens, it goes away, it comes back, and nothing depends on it.
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

int asked_of(const Actions& actions) {
  return static_cast<int>(
      std::ranges::count_if(actions, [](const Action& a) { return std::holds_alternative<action::AskOrder>(a); }));
}
bool reads(const Actions& actions) {
  return std::ranges::any_of(actions, [](const Action& a) { return std::holds_alternative<action::ReadBroker>(a); });
}

/// A lot whose exit order rests unfilled at the broker.
struct Leaving : Scene {
  LotUid lot;

  Leaving() {
    broker.fills_at_once = false;
    lot = enter(*this, {.quantity = 100_qty, .price = 100_price, .stop = 95_price});
    price("AAPL", 94_price);
    cycle();
    EXPECT_EQ(broker.received.size(), 1U);
  }
  [[nodiscard]] Order order() const { return *broker.by_client(exit_client_id(lot, 1)); }
  void fill(Quantity quantity) { broker.execute(order().id, quantity, 94_price, now.wall); }
  /// Questions about orders while so much time passes.
  int questions_in(Duration time) {
    int questions = 0;
    for (const Duration end = now.steady + time; now.steady < end;) {
      pass_time(100ms);
      questions += asked_of(feed(event::TimerFired{}));
      pump();
    }
    return questions;
  }
};

TEST(Stream, KnowsAFillWithoutAsking) {
  Leaving s;
  s.play(event::StreamUp{});
  s.questions_in(10ms);
  s.fill(100_qty);
  s.play(event::OrderSeen{s.order()});
  EXPECT_EQ(s.questions_in(600ms), 0) << "the broker's count is read, the order is not asked about";
  EXPECT_TRUE(s.is_closed(s.lot));
}

TEST(Stream, F43AsksOnlyWhenTheStreamIsSilentForFiveSeconds) {
  Leaving s;
  const int without = s.questions_in(6s);
  EXPECT_GE(without, 5);
  EXPECT_LE(without, 12) << "ever more rarely, up to once a second: calls are limited";
  s.play(event::StreamUp{});
  s.questions_in(200ms);
  EXPECT_EQ(s.questions_in(4s), 0);
  s.fill(100_qty);  // the stream loses it
  EXPECT_EQ(s.questions_in(2s), 1);
  EXPECT_TRUE(s.is_closed(s.lot));
}

TEST(Stream, F43TheEndOfACancelledGuardIsAskedForAlsoWhileTheStreamIsUp) {
  Scene s;
  const LotUid lot = enter(s, {.quantity = 100_qty, .price = 100_price, .stop = 95_price, .target = 110_price});
  const OrderId entry = *s.upstream.back().broker_order_id;
  s.broker.bracket(entry, 100_qty, 95_price, 110_price, s.now.wall);
  s.cycle();
  s.play(event::StreamUp{});
  s.play(event::CommandGiven{{.id = 1, .lot = lot, .quantity = {}, .who = "ann", .why = ""}});
  s.wait(1s);  // the stream loses both cancellations
  EXPECT_EQ(s.broker.received.size(), 1U);
}

TEST(Stream, F45AsksAtOnceWhenItGoesAway) {
  Leaving s;
  s.play(event::StreamUp{});
  s.questions_in(2s);
  s.fill(100_qty);
  s.play(event::StreamDown{"nothing was heard for 15 s"});
  EXPECT_TRUE(s.is_closed(s.lot));
}

TEST(Stream, F44ReadsTheBrokerWhenItIsBackAndBeforeAnythingIsSent) {
  Scene s;
  const LotUid lot = enter(s, {.quantity = 100_qty, .price = 100_price, .stop = 95_price});
  s.cycle();
  s.feed(event::StreamDown{"cut"});
  s.pass_time(5s);
  // Somebody sells half of it meanwhile.
  const Actions back = s.feed(event::StreamUp{});
  EXPECT_TRUE(reads(back));
  s.outbox.clear();
  s.pass_time(10ms);
  s.tick("AAPL", 94_price);
  s.pump();
  EXPECT_TRUE(s.broker.received.empty()) << "what was missed is not known yet";
  EXPECT_EQ(s.state.decisions.at(lot).situation, "gap in the stream");
  s.play(s.broker.read(s.now));
  EXPECT_EQ(s.broker.received.size(), 1U);
}

TEST(Stream, F38WhatSomebodyElseSellsIsNotSoldASecondTime) {
  Scene s;
  const LotUid lot = enter(s, {.quantity = 100_qty, .price = 100_price, .stop = 95_price});
  s.cycle();
  s.play(event::StreamUp{});
  s.pass_time(5s);
  const OrderId theirs = s.broker.filled_order("AAPL", Side::sell, 70_qty, 96_price, s.now.wall);
  EXPECT_TRUE(reads(s.feed(event::OrderSeen{s.broker.orders.at(theirs)})));
  s.outbox.clear();  // the read is on its way
  s.broker.refuses_excess = false;
  s.tick("AAPL", 94_price);
  s.pump();
  ASSERT_EQ(s.broker.received.size(), 1U);
  EXPECT_EQ(s.broker.received[0].quantity, 30_qty) << "what is certainly still there";
  EXPECT_TRUE(s.broker.crossings.empty());
  EXPECT_NE(s.open(lot), nullptr);
}

TEST(Stream, F23WhoStoodStillReadsTheBrokerBeforeAnythingIsSent) {
  Scene s;
  enter(s, {.quantity = 100_qty, .price = 100_price, .stop = 95_price});
  s.cycle();
  s.pass_time(6min);
  EXPECT_TRUE(reads(s.tick("AAPL", 94_price)));
  EXPECT_TRUE(s.broker.received.empty());
  s.broker.held["AAPL"] = 20_qty;  // as after a reverse split
  s.pump();
  ASSERT_EQ(s.broker.received.size(), 1U);
  EXPECT_EQ(s.broker.received[0].quantity, 20_qty);
}

TEST(Stream, F38WhatSomebodyElseSoldAMomentAgoIsNotCountedAsThere) {
  Scene s;
  enter(s, {.quantity = 100_qty, .price = 100_price, .stop = 95_price});
  s.cycle();
  s.pass_time(60s);
  s.broker.filled_order("AAPL", Side::sell, 100_qty, 96_price, s.now.wall);
  s.broker.held["AAPL"] = 100_qty;  // positions lag
  s.pass_time(1s);
  s.price("AAPL", 94_price);
  s.cycle();
  EXPECT_TRUE(s.broker.received.empty());
  s.broker.held["AAPL"] = 0_qty;
  s.wait(15s);
  EXPECT_TRUE(s.broker.received.empty());
}

TEST(Stream, WhatAClosedLotHasSoldAMomentAgoHoldsNoOtherUp) {
  Scene s;
  const LotUid first = enter(s, {.key = "1", .quantity = 5_qty});
  const LotUid second = enter(s, {.key = "2", .quantity = 10_qty, .when = "2026-01-26T09:46:00-05:00"});
  s.cycle();
  s.play(event::CommandGiven{{.id = 1, .lot = first, .quantity = {}, .who = "ann", .why = ""}});
  s.wait(1s);
  ASSERT_TRUE(s.is_closed(first));
  s.cycle();
  s.play(event::CommandGiven{{.id = 2, .lot = second, .quantity = {}, .who = "ann", .why = ""}});
  s.wait(1s);
  EXPECT_TRUE(s.is_closed(second));
}

TEST(Stream, F44ABrokerThatCannotBeReadHoldsNobodyUpForLong) {
  Scene s;
  enter(s, {.quantity = 100_qty, .price = 100_price, .stop = 95_price});
  s.cycle();
  s.feed(event::StreamUp{});
  s.outbox.clear();  // the read never comes back
  s.tick("AAPL", 94_price);
  s.pump();
  for (int i = 0; i < 30; ++i) {  // it comes up again and again
    s.pass_time(100ms);
    s.feed(event::StreamUp{});
    std::erase_if(s.outbox, [](const Action& a) { return std::holds_alternative<action::ReadBroker>(a); });
    s.feed(event::TimerFired{});
    std::erase_if(s.outbox, [](const Action& a) { return std::holds_alternative<action::ReadBroker>(a); });
    s.pump();
  }
  EXPECT_EQ(s.broker.received.size(), 1U);
}

TEST(Stream, F44AReadThatBeganBeforeItWasBackHealsNothing) {
  Scene s;
  enter(s, {});
  s.cycle();
  const auto early = s.broker.read(s.now);
  s.pass_time(10ms);
  s.feed(event::StreamUp{});
  s.feed(early);
  EXPECT_TRUE(s.state.stream.gap_since.has_value());
  s.feed(s.broker.read(s.now));
  EXPECT_FALSE(s.state.stream.gap_since.has_value());
}

TEST(Stream, F41F42UpdatesTwiceAndInAnyOrderCountOnce) {
  for (const bool reversed : {false, true}) {
    Leaving s;
    s.play(event::StreamUp{});
    std::vector<Order> updates{s.order()};
    for (const Quantity part : {30_qty, 30_qty, 40_qty}) {
      s.pass_time(10ms);
      s.fill(part);
      updates.push_back(s.order());
      updates.push_back(s.order());
    }
    if (reversed) std::ranges::reverse(updates);
    for (const Order& update : updates) s.play(event::OrderSeen{update});
    s.wait(2s);
    ASSERT_TRUE(s.is_closed(s.lot));
    EXPECT_EQ(s.stored(s.lot).realised_result, -(600_usd));
    EXPECT_EQ(s.broker.received.size(), 1U);
    EXPECT_TRUE(s.broker.crossings.empty());
  }
}

TEST(Stream, TellsAPersonOnceWhenItIsDownForAMinuteOfTheSession) {
  Scene s;
  enter(s, {});
  s.cycle();
  s.play(event::StreamDown{"cut"});
  s.wait(50s, 1s);
  s.play(event::StreamDown{"connection refused"});
  EXPECT_EQ(s.alerts_of("stream_down"), 0);
  s.wait(11s, 1s);
  EXPECT_EQ(s.alerts_of("stream_down"), 1);
  EXPECT_NE(s.alerts.back().text.find("connection refused"), std::string::npos);
  s.wait(120s, 1s);
  s.play(event::StreamDown{"cut"});
  EXPECT_EQ(s.alerts_of("stream_down"), 1);
  s.play(event::StreamUp{});
  s.play(event::StreamDown{"cut"});
  s.wait(61s, 1s);
  EXPECT_EQ(s.alerts_of("stream_down"), 2);
}

TEST(Stream, NobodyIsWokenWhileTheMarketIsClosed) {
  Scene s;
  enter(s, {});
  s.cycle();
  s.jump_to("2026-01-26T17:00:00-05:00");
  s.play(event::StreamDown{"cut"});
  s.wait(120s, 1s);
  EXPECT_EQ(s.alerts_of("stream_down"), 0);
  s.jump_to("2026-01-27T09:31:00-05:00");
  s.play(event::CheckDue{});
  EXPECT_EQ(s.alerts_of("stream_down"), 1);
}

TEST(Stream, F49KeysThatTheStreamRefusesAreToldAtOnce) {
  Scene s;
  enter(s, {});
  s.cycle();
  s.play(event::StreamDown{"the stream refuses the keys", true});
  s.play(event::StreamDown{"the stream refuses the keys", true});
  EXPECT_EQ(s.alerts_of("stream_down"), 1);
  EXPECT_EQ(s.alerts.back().severity, action::RaiseAlert::Severity::critical);
}

}  // namespace
}  // namespace belay::engine::scene
