// SPDX-License-Identifier: Apache-2.0
// What lots and broker disagree about, and how long nothing is concluded from it.
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

constexpr const char* kCall = "AAPL260130C00200000";  // expires on Friday, 2026-01-30

const Lot& lot_of(const Scene& s, const std::string& symbol) {
  static const Lot kNone;
  for (const auto& [uid, lot] : s.state.lots) {
    if (lot.instrument.symbol == symbol) return lot;
  }
  ADD_FAILURE() << "no lot of " << symbol;
  return kNone;
}
bool found(const Scene& s, const std::string& kind) {
  return std::ranges::count(s.state.findings, kind, &Finding::kind) > 0;
}

TEST(Settling, F16AChangedSignFreezesAndPagesWhenASecondReadSaysTheSame) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.broker.filled_order("AAPL", Side::sell, 150_qty, 94_price, s.now.wall);
  s.pass_time(30s);
  s.price("AAPL", 90_price);
  s.cycle();
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_TRUE(s.open(lot)->frozen.empty()) << "one read proves nothing";
  EXPECT_FALSE(s.open(lot)->concern.empty());
  EXPECT_TRUE(has_work_in_flight(s.state)) << "a pass stands by for the second look";
  s.wait(12s);
  EXPECT_FALSE(s.open(lot)->frozen.empty());
  EXPECT_EQ(s.alerts_of("frozen"), 1);
  EXPECT_FALSE(has_work_in_flight(s.state));
  EXPECT_TRUE(s.broker.received.empty()) << "nothing is sent the wrong way";
}

TEST(Settling, F16ASignThatChangesForOneReadOnlyFreezesNothing) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.broker.held["AAPL"] = -(100_qty);
  s.play(s.broker.read(s.now));
  s.broker.held["AAPL"] = 100_qty;
  s.wait(30s);
  s.cycle();
  EXPECT_TRUE(s.open(lot)->frozen.empty());
  EXPECT_TRUE(s.open(lot)->concern.empty());
  EXPECT_TRUE(s.state.doubts.empty());
}

TEST(Settling, F39AnotherProgramsTradesOnTheSameSymbolLeaveTheLotAlone) {
  Scene s;
  s.state.policy.ignored_symbols = {"AAPL"};
  const LotUid lot = enter(s, {});
  s.broker.filled_order("AAPL", Side::buy, 50_qty, 100_price, at("2026-01-26T09:50:00-05:00"));
  s.cycle();
  s.broker.filled_order("AAPL", Side::sell, 50_qty, 101_price, s.now.wall);
  s.pass_time(60s);
  s.cycle();
  EXPECT_EQ(s.open(lot)->quantity, 100_qty);
  EXPECT_TRUE(s.open(lot)->concern.empty());
  s.broker.filled_order("AAPL", Side::sell, 30_qty, 102_price, s.now.wall);
  s.pass_time(60s);
  s.cycle();
  EXPECT_EQ(s.open(lot)->quantity, 70_qty) << "beyond its own, it sold ours";
  EXPECT_EQ(s.open(lot)->left_elsewise.at(0).value, 3'060_usd);
}

TEST(Settling, ASaleThatAClosedLotBoreIsNotChargedToTheNext) {
  Scene s;
  const LotUid first = enter(s, {.key = "1"});
  const LotUid second = enter(s, {.key = "2", .when = "2026-01-26T09:46:00-05:00"});
  s.cycle();
  s.broker.filled_order("AAPL", Side::sell, 100_qty, 90_price, s.now.wall);
  s.pass_time(60s);
  s.cycle();
  s.wait(2s);
  ASSERT_TRUE(s.is_closed(first));
  s.restart();
  s.broker.held["AAPL"] = 0_qty;  // a positions list that lags, or lies
  s.cycle();
  ASSERT_NE(s.open(second), nullptr);
  EXPECT_EQ(s.open(second)->quantity, 100_qty);
}

TEST(Settling, F37DriftIsSettledOnTheOldestLotAfterASecondReadAndUndoneWhenItComesBack) {
  Scene s;
  const LotUid first = enter(s, {.key = "1"});
  const LotUid second = enter(s, {.key = "2", .when = "2026-01-26T09:46:00-05:00"});
  s.cycle();
  s.broker.held["AAPL"] = 160_qty;
  s.play(s.broker.read(s.now));
  EXPECT_EQ(s.open(first)->quantity, 100_qty) << "one read proves nothing";
  s.wait(12s);
  EXPECT_EQ(s.open(first)->quantity, 60_qty);
  EXPECT_EQ(s.open(second)->quantity, 100_qty);
  EXPECT_EQ(s.alerts_of("drift"), 1);
  s.broker.held["AAPL"] = 200_qty;
  s.pass_time(20s);
  s.play(s.broker.read(s.now));
  EXPECT_EQ(s.open(first)->quantity, 60_qty) << "one read proves nothing";
  s.wait(12s);
  EXPECT_EQ(s.open(first)->quantity, 100_qty);
  EXPECT_EQ(s.state.ownership_concerns.size(), 0U);
  EXPECT_TRUE(s.open(first)->left_elsewise.empty());
  EXPECT_EQ(s.state.lots.size(), 2U);
}

TEST(Settling, F37WhatIsBoughtAfterADriftIsAPositionOfItsOwn) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.broker.held["AAPL"] = 60_qty;
  s.play(s.broker.read(s.now));
  s.wait(12s);
  ASSERT_EQ(s.open(lot)->quantity, 60_qty);
  s.broker.filled_order("AAPL", Side::buy, 40_qty, 101_price, s.now.wall);
  s.pass_time(20s);
  s.play(s.broker.read(s.now));
  s.wait(12s);
  EXPECT_EQ(s.open(lot)->quantity, 60_qty);
  EXPECT_EQ(s.state.lots.size(), 2U);
}

TEST(Settling, F66AHoldingThatShrinksLikeAReverseSplitFreezesAndIsNoDrift) {
  Scene s;
  const LotUid lot = enter(s, {.quantity = 233_qty});
  s.cycle();
  s.broker.held["AAPL"] = 46.6_qty;
  for (int i = 0; i < 3; ++i) {
    s.pass_time(20s);
    s.cycle();
  }
  EXPECT_EQ(s.open(lot)->quantity, 233_qty);
  EXPECT_FALSE(s.open(lot)->frozen.empty());
  EXPECT_EQ(s.alerts_of("frozen"), 1);
  EXPECT_EQ(s.alerts_of("drift"), 0);
}

TEST(Settling, F66WhatWasFrozenAsASplitIsNoDriftHoweverTheCountMovesOn) {
  Scene s;
  const LotUid lot = enter(s, {.quantity = 233_qty});
  s.cycle();
  s.broker.held["AAPL"] = 46.6_qty;
  s.pass_time(20s);
  s.cycle();
  s.wait(12s);
  s.broker.filled_order("AAPL", Side::sell, 3_qty, 100_price, s.now.wall);  // no longer the proportion of a split
  s.pass_time(20s);
  s.cycle();
  s.wait(30s);
  EXPECT_EQ(s.open(lot)->quantity, 230_qty) << "what has a fill is charged";
  EXPECT_EQ(s.alerts_of("drift"), 0);
}

TEST(Settling, WithoutTheRecordsNothingIsTakenForDrift) {
  Scene s;
  const LotUid left = enter(s, {.key = "1"});
  const LotUid stays = enter(s, {.key = "2", .when = "2026-01-26T09:46:00-05:00", .stop = std::nullopt});
  s.cycle();
  s.price("AAPL", 94_price);
  s.cycle();
  s.wait(2s);
  ASSERT_TRUE(s.is_closed(left));
  s.pass_time(60s);
  s.records_are_readable = false;  // that the first entry was a lot's, nobody knows now
  s.broker.filled_order("AAPL", Side::sell, 30_qty, 94_price, s.now.wall);
  s.pass_time(60s);
  s.cycle();
  s.wait(30s);
  EXPECT_EQ(s.open(stays)->quantity, 100_qty);
  EXPECT_EQ(s.alerts_of("drift"), 0);
  EXPECT_EQ(s.alerts_of("concern"), 1) << "a person is told meanwhile";
  s.records_are_readable = true;
  s.cycle();
  EXPECT_EQ(s.open(stays)->quantity, 70_qty);
  EXPECT_EQ(s.alerts_of("drift"), 0);
}

TEST(Settling, WhatAnExitOfUnknownOutcomeMayHaveTakenIsToldWhileItIsMissing) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.broker.fates.assign(50, Fate::lost_before);
  s.price("AAPL", 94_price);
  s.cycle();
  s.broker.filled_order("AAPL", Side::sell, 20_qty, 94_price, s.now.wall);
  s.pass_time(30s);
  s.cycle();
  EXPECT_EQ(s.alerts_of("concern"), 0) << "one read proves nothing";
  s.wait(12s);
  s.cycle();
  EXPECT_EQ(s.alerts_of("concern"), 1);
  EXPECT_EQ(s.open(lot)->quantity, 100_qty) << "whose the sale was is not known";
}

TEST(Settling, AWholeLotNeverDriftsAway) {
  Scene s;
  const LotUid first = enter(s, {.key = "1"});
  enter(s, {.key = "2", .when = "2026-01-26T09:46:00-05:00"});
  s.cycle();
  s.broker.held["AAPL"] = 80_qty;
  s.play(s.broker.read(s.now));
  s.wait(60s);
  s.cycle();
  EXPECT_EQ(s.open(first)->quantity, 100_qty);
  EXPECT_FALSE(s.open(first)->concern.empty());
  EXPECT_EQ(s.alerts_of("drift"), 0);
}

TEST(Settling, F37PositionsThatLagForAMomentChangeNothing) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  for (const Quantity lagging : {60_qty, 0_qty, 130_qty, 100_qty}) {
    s.broker.held["AAPL"] = lagging;
    s.pass_time(2s);
    s.play(s.broker.read(s.now));
    EXPECT_EQ(s.open(lot)->quantity, 100_qty);
    EXPECT_TRUE(s.open(lot)->frozen.empty());
  }
  EXPECT_EQ(s.state.lots.size(), 1U);
  s.wait(60s);
  EXPECT_EQ(s.alerts_of("drift") + s.alerts_of("frozen") + s.alerts_of("orphan"), 0);
}

TEST(Settling, SharesBesideALotThatNoFillExplainsFreezeItOnlyWhenSeenTwice) {
  Scene s;
  const LotUid lot = enter(s, {});
  s.cycle();
  s.broker.held["AAPL"] = 1'000_qty;  // as after a split that nobody told of
  s.play(s.broker.read(s.now));
  EXPECT_TRUE(s.open(lot)->frozen.empty());
  s.wait(15s);
  s.play(s.broker.read(s.now));
  EXPECT_FALSE(s.open(lot)->frozen.empty());
  EXPECT_EQ(s.state.lots.size(), 1U);
}

// ---- contracts that end

struct Contract {
  Scene s;
  LotUid lot;
  explicit Contract(Direction direction) {
    s.price("AAPL", 200_price);
    s.price(kCall, 2_price);
    lot = enter(s, {.symbol = kCall,
                    .direction = direction,
                    .quantity = 2_qty,
                    .price = 2_price,
                    .stop = std::nullopt,
                    .target = std::nullopt});
    s.cycle();
  }
  void ends(Movement::Kind kind, std::optional<Quantity> shares = {}) {
    const Quantity held = s.broker.held[kCall];
    const auto when = s.now.wall;
    s.broker.move(
        {.id = "", .kind = kind, .symbol = kCall, .quantity = -held, .price = {}, .net = {}, .group = "g", .at = when});
    if (shares) {
      s.broker.move({.id = "",
                     .kind = Movement::Kind::delivered,
                     .symbol = "AAPL",
                     .quantity = *shares,
                     .price = 200_price,
                     .net = {},
                     .group = "g",
                     .at = when});
    }
    s.pass_time(60s);
    s.cycle();
    s.wait(2s);
  }
};

TEST(Settling, F69AContractThatExpiredClosesAtNothing) {
  for (const Direction direction : {Direction::long_, Direction::short_}) {
    Contract c(direction);
    c.ends(Movement::Kind::expired);
    ASSERT_TRUE(c.s.is_closed(c.lot));
    const Lot& lot = c.s.stored(c.lot);
    EXPECT_EQ(lot.close_reason, ExitReason::expired);
    EXPECT_EQ(lot.exit_price, 0_price);
    EXPECT_EQ(lot.closed_at, c.s.broker.movements.at(0).at) << "when it ended, not when that was read";
    EXPECT_EQ(lot.realised_result, direction == Direction::long_ ? -(400_usd) : 400_usd) << "the premium";
  }
}

TEST(Settling, F69ExercisedStockIsTakenOverAtTheStrikeAndPagesAtOnce) {
  Contract c(Direction::long_);
  c.ends(Movement::Kind::exercised, 200_qty);
  ASSERT_TRUE(c.s.is_closed(c.lot));
  EXPECT_EQ(c.s.stored(c.lot).close_reason, ExitReason::exercised);
  const Lot& stock = lot_of(c.s, "AAPL");
  EXPECT_EQ(stock.entry_price, 200_price);
  EXPECT_EQ(stock.quantity, 200_qty);
  EXPECT_EQ(stock.management, Management::watch);
  EXPECT_EQ(stock.entry_order_id, std::nullopt) << "no order brought it";
  EXPECT_GE(c.s.alerts_of("assignment"), 1);
}

TEST(Settling, F69ExercisedStockIsTakenOverBesideALotOfWhichAGuardHasSoldSome) {
  Contract c(Direction::long_);
  const LotUid older = enter(c.s, {.key = "2", .price = 200_price, .stop = 190_price, .target = 220_price});
  const auto [stop, target] = c.s.broker.bracket(*c.s.upstream.back().broker_order_id, 100_qty, 190_price, 220_price,
                                                 at("2026-01-26T09:45:00-05:00"));
  c.s.broker.execute(target, 30_qty, 220_price, c.s.now.wall);
  c.s.pass_time(15s);
  c.s.cycle();
  ASSERT_EQ(c.s.open(older)->quantity, 70_qty);
  c.ends(Movement::Kind::exercised, 200_qty);
  const auto stock = std::ranges::find_if(c.s.state.lots, [](const auto& e) { return !e.second.execution_key; });
  ASSERT_NE(stock, c.s.state.lots.end());
  EXPECT_EQ(stock->second.entry_price, 200_price) << "the strike";
  EXPECT_EQ(stock->second.quantity, 200_qty);
  EXPECT_TRUE(c.s.open(older)->frozen.empty());
}

TEST(Settling, F69AssignedStockFollowsTheAdoptionPolicy) {
  Contract c(Direction::short_);
  c.s.state.policy.adoption = Adoption::protect;
  c.s.state.policy.adopted_stop = 0.05_ratio;
  c.ends(Movement::Kind::assigned, -(200_qty));
  ASSERT_TRUE(c.s.is_closed(c.lot));
  EXPECT_EQ(c.s.stored(c.lot).close_reason, ExitReason::assigned);
  const Lot& stock = lot_of(c.s, "AAPL");
  EXPECT_EQ(stock.direction, Direction::short_);
  EXPECT_EQ(stock.management, Management::managed);
  EXPECT_EQ(stock.stop_loss, 210_price);
}

TEST(Settling, F69SharesThatAnAssignmentTookLeaveTheirLotAtTheStrike) {
  Contract c(Direction::short_);
  const LotUid stock = enter(c.s, {.key = "stock", .quantity = 200_qty, .stop = std::nullopt, .target = std::nullopt});
  c.s.cycle();
  c.ends(Movement::Kind::assigned, -(200_qty));
  ASSERT_TRUE(c.s.is_closed(c.lot));
  ASSERT_TRUE(c.s.is_closed(stock));
  EXPECT_EQ(c.s.stored(stock).close_reason, ExitReason::assigned);
  EXPECT_EQ(c.s.stored(stock).exit_price, 200_price);
}

TEST(Settling, AContractThatVanishedStaysUntilTheActivityOfTheNextDayTells) {
  Contract c(Direction::long_);
  c.s.broker.held[kCall] = 0_qty;  // the count comes first (alpaca.md 4, Assignment)
  c.s.pass_time(60s);
  c.s.cycle();
  ASSERT_NE(c.s.open(c.lot), nullptr);
  EXPECT_EQ(c.s.open(c.lot)->quantity, 2_qty);
  EXPECT_FALSE(c.s.open(c.lot)->concern.empty());
  c.s.broker.held[kCall] = 2_qty;
  c.ends(Movement::Kind::expired);
  EXPECT_TRUE(c.s.is_closed(c.lot));
}

// ---- names

TEST(Settling, F67ARenamedPositionIsFollowedUnderItsNewSymbol) {
  Scene s;
  const LotUid lot = enter(s, {.symbol = "FB"});
  s.cycle();
  EXPECT_EQ(s.open(lot)->asset_id, "asset-FB");
  s.broker.held["META"] = std::exchange(s.broker.held["FB"], 0_qty);
  s.broker.asset_ids["META"] = "asset-FB";
  s.price("META", 100_price);
  s.pass_time(60s);
  s.cycle();
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_EQ(s.open(lot)->instrument.symbol, "META");
  EXPECT_EQ(s.open(lot)->quantity, 100_qty);
  EXPECT_EQ(s.state.lots.size(), 1U);
  EXPECT_EQ(s.alerts_of("renamed"), 1);
  s.price("META", 94_price);
  s.sweep();
  s.wait(3s);
  EXPECT_TRUE(s.is_closed(lot));
  EXPECT_EQ(s.broker.held["META"], 0_qty);
}

TEST(Settling, F68ASymbolThatMeansAnotherCompanyIsNotSoldForTheOldOne) {
  Scene s;
  const LotUid lot = enter(s, {.max_hold_minutes = 30});
  s.cycle();
  s.broker.asset_ids["AAPL"] = "another company";
  s.pass_time(60s);
  s.price("AAPL", 50_price);
  s.cycle();
  s.wait(30s);
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_FALSE(s.open(lot)->frozen.empty());
  s.pass_time(3600s);  // its time rule holds now
  s.cycle();
  s.wait(5s);
  EXPECT_TRUE(s.broker.received.empty());
  EXPECT_EQ(s.broker.held["AAPL"], 100_qty);
  EXPECT_EQ(s.state.lots.size(), 2U) << "the new company's shares are watched as what they are";
}

// ---- orphans

TEST(Settling, F40AnOrphanIsTheExecutionThatClaimsToBeSimulated) {
  Scene s;
  enter(s, {});
  s.simulated.push_back(s.upstream.back());
  s.simulated.back().is_trade = false;
  s.upstream.clear();
  s.cycle();
  ASSERT_EQ(s.state.lots.size(), 1U);
  const Lot& lot = s.state.lots.begin()->second;
  EXPECT_EQ(lot.execution_key, "1");
  EXPECT_EQ(lot.stop_loss, 95_price);
  EXPECT_EQ(lot.management, Management::managed);
  EXPECT_EQ(s.settled.at("1"), "claimed");
  EXPECT_EQ(s.alerts_of("orphan"), 0);
  EXPECT_TRUE(found(s, "claim"));
}

TEST(Settling, F40AFreshFillIsWatchedFromTheFirstSecondAndToldWhenItsRowHasNotCome) {
  Scene s;
  s.broker.filled_order("AAPL", Side::buy, 70_qty, 99_price, s.now.wall - 5s);
  s.price("AAPL", 99_price);
  s.cycle();
  ASSERT_EQ(s.state.lots.size(), 1U);
  EXPECT_EQ(s.alerts_of("orphan"), 0);
  s.pass_time(60s);
  s.cycle();
  EXPECT_EQ(s.alerts_of("orphan"), 1);
  s.pass_time(60s);
  s.cycle();
  EXPECT_EQ(s.alerts_of("orphan"), 1) << "once";
}

TEST(Settling, F40AFreshFillWhoseRowComesInTimeIsNoNews) {
  Scene s;
  enter(s, {.when = "2026-01-26T09:59:55-05:00"});
  const Execution late = s.upstream.back();
  s.upstream.clear();
  s.cycle();
  ASSERT_EQ(s.state.lots.size(), 1U);
  s.upstream.push_back(late);
  s.pass_time(60s);
  s.cycle();
  EXPECT_EQ(s.settled.at("1"), "merged");
  EXPECT_EQ(s.alerts_of("orphan"), 0);
}

TEST(Settling, ASecondHoldingWithoutFillsIsNotTheFirst) {
  Scene s;
  s.broker.held["AAPL"] = 10_qty;
  s.price("AAPL", 100_price);
  s.cycle();
  ASSERT_EQ(s.state.lots.size(), 1U);
  const LotUid first = s.state.lots.begin()->first;
  s.broker.filled_order("AAPL", Side::sell, 10_qty, 100_price, s.now.wall);
  s.pass_time(60s);
  s.cycle();
  s.wait(2s);
  ASSERT_TRUE(s.is_closed(first));
  s.pass_time(3600s);
  s.broker.held["AAPL"] = 20_qty;
  s.cycle();
  ASSERT_EQ(s.state.lots.size(), 1U);
  EXPECT_NE(s.state.lots.begin()->first, first);
  EXPECT_TRUE(s.is_closed(first));
}

TEST(Settling, WithoutTheRecordsAHoldingWithoutFillsIsNotNamedTwice) {
  Scene s;
  s.records_are_readable = false;
  s.broker.held["AAPL"] = 10_qty;
  s.price("AAPL", 100_price);
  s.cycle();
  EXPECT_TRUE(s.state.lots.empty());
  EXPECT_TRUE(s.state.ownership_concerns.contains("AAPL"));
}

TEST(Settling, ThousandsOfOldRowsActOnNothingBeforeTheBrokerWasCompared) {
  Scene s;
  for (int i = 0; i < 2'000; ++i) {
    Lot lot;
    lot.uid = LotUid("stale-" + std::to_string(i));
    lot.execution_key = std::to_string(i);
    lot.instrument = instrument_of("AAPL");
    lot.original_quantity = lot.quantity = 5_qty;
    lot.entry_price = 100_price;
    lot.entry_time = at("2025-06-02T10:00:00-04:00") + std::chrono::minutes(i);
    lot.stop_loss = 95_price;
    lot.status = LotStatus::closing;
    s.kept.emplace(lot.uid, lot);
  }
  s.broker.filled_order("AAPL", Side::buy, 5_qty, 100_price, at("2025-06-03T19:19:00-04:00"));
  s.price("AAPL", 90_price);
  s.feed(s.book());
  EXPECT_TRUE(s.outbox.empty()) << "nothing is sent from the book alone";
  s.cycle();
  s.wait(5s);
  Quantity sent;
  for (const OrderRequest& request : s.broker.received) sent += request.quantity;
  EXPECT_LE(sent, 5_qty) << "never more than is held";
}

}  // namespace
}  // namespace belay::engine::scene
