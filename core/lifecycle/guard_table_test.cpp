// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/guard_table.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace belay::lifecycle {
namespace {

using namespace std::chrono_literals;

KnownGuard guard(std::string_view id, OrderType type, Quantity leaves = 100_qty) {
  KnownGuard known{.id = OrderId(std::string(id))};
  known.seen = true;
  known.fresh = true;
  known.status = type == OrderType::limit ? OrderStatus::fresh : OrderStatus::held;
  known.type = type;
  known.leaves = leaves;
  if (type == OrderType::stop) known.stop_price = 95_price;
  return known;
}

/// A lot of 100 whose bracket rests as it should: target live, stop held beside it.
struct Stage {
  Lot lot;
  GuardFlight flight;
  Policy policy;
  std::vector<KnownGuard> guards = {guard("stop", OrderType::stop), guard("target", OrderType::limit)};
  Moment now{parse_timestamp("2026-01-26T15:00:00Z").value(), 1'000s};
  GuardLevels levels{.stop = 95_price, .target = 110_price};
  Quantity room = 100_qty;
  bool room_is_fresh = true;
  bool session_open = true;
  bool must_last = false;
  bool leaves_wholly = false;
  bool proved_absent = false;
  Quantity leaving;
  GuardView::Entry entry = GuardView::Entry::ended;
  std::optional<Timestamp> entry_filled_at = Timestamp{now.wall.nanos - 3'600'000'000'000};
  std::string hands_off;
  std::string by_local_rules;
  std::string restricted;

  Stage() {
    lot.uid = LotUid("00ff");
    lot.instrument = instrument_of("AAPL");
    lot.original_quantity = lot.quantity = 100_qty;
    lot.bracket_expected = true;
    lot.guards.children_sought = true;
  }
  Stage& none() {
    guards.clear();
    proved_absent = true;
    return *this;
  }
  Stage& dead() {
    for (KnownGuard& known : guards) known.status = OrderStatus::canceled;
    proved_absent = true;
    return *this;
  }
  GuardOrder& in_the_air() {
    lot.guards.orders.push_back({.attempt = 1,
                                 .client_id = guard_client_id(lot.uid, 1),
                                 .quantity = 100_qty,
                                 .stop = 95_price,
                                 .target = 110_price,
                                 .sent_at = now.wall});
    flight.sent = now.steady;
    return lot.guards.orders.back();
  }
  [[nodiscard]] GuardDecision decide() const {
    GuardView view{.lot = lot, .flight = flight, .policy = policy, .now = now};
    view.session_open = session_open;
    view.hands_off = hands_off;
    view.by_local_rules = by_local_rules;
    view.restricted = restricted;
    view.leaves_wholly = leaves_wholly;
    view.leaving = leaving;
    view.entry = entry;
    view.entry_filled_at = entry_filled_at;
    view.guards = guards;
    view.levels = levels;
    view.no_levels = levels.any() ? "" : "no level";
    view.proved_absent = proved_absent;
    view.must_last = must_last;
    view.room = room;
    view.room_is_fresh = room_is_fresh;
    return next_guard_move(view);
  }
  [[nodiscard]] std::string row() const { return std::string(decide().situation); }
  template <class Move>
  [[nodiscard]] bool moves() const {
    return std::holds_alternative<Move>(decide().move);
  }
  [[nodiscard]] PlaceGuard placed() const {
    const GuardDecision decision = decide();
    const auto* place = std::get_if<PlaceGuard>(&decision.move);
    return place == nullptr ? PlaceGuard{} : *place;
  }
};

// ---- upstream placed a bracket

TEST(GuardTable, UpstreamPlacedABracketThatRestsIsLeftAsItIs) {
  Stage s;
  EXPECT_EQ(s.row(), "guards in order");
  EXPECT_TRUE(s.moves<GuardsRest>()) << "a held stop beside a live target is watched by the broker";
}

TEST(GuardTable, UpstreamPlacedABracketWhoseChildrenAreNotFoundIsNotAbsent) {
  Stage s;
  s.guards.clear();
  s.entry = GuardView::Entry::unseen;
  s.lot.guards.children_sought = false;
  EXPECT_EQ(s.row(), "children not found yet");
  s.policy.missing_brackets = MissingBrackets::close;
  EXPECT_FALSE(s.moves<DeclareMissing>());
}

TEST(GuardTable, UpstreamPlacedABracketOfWhichOnlyTheIdsAreKnownIsNotAbsent) {
  Stage s;
  for (KnownGuard& known : s.guards) known.seen = false;
  EXPECT_EQ(s.row(), "guard not seen yet");
  s.policy.missing_brackets = MissingBrackets::close;
  EXPECT_FALSE(s.moves<DeclareMissing>());
}

TEST(GuardTable, UpstreamPlacedABracketThatIsNotSeenYetIsAskedForOnceAPartWaitsToLeave) {
  Stage s;
  s.lot.entry_order_id = OrderId("entry");
  s.leaving = 40_qty;
  for (KnownGuard& known : s.guards) known.seen = false;
  EXPECT_EQ(std::get<LookAtGuards>(s.decide().move).ids.size(), 2U);
  s.guards.clear();
  s.entry = GuardView::Entry::unseen;
  s.lot.guards.children_sought = false;
  EXPECT_EQ(std::get<LookAtGuards>(s.decide().move).ids, std::vector{OrderId("entry")});
  s.flight.asked = s.now.steady;
  EXPECT_TRUE(s.moves<AwaitGuards>()) << "not without a pause";
}

TEST(GuardTable, OfAGroupOfWhichOneHasEndedTheOtherIsAsked) {
  Stage s;
  s.guards[1].status = OrderStatus::canceled;
  s.guards[0].seen = false;
  EXPECT_TRUE(s.moves<LookAtGuards>());
}

TEST(GuardTable, UpstreamPlacedNoneAndAsksForNoneMeansLocalRules) {
  Stage s;
  s.none().by_local_rules = "no bracket was asked for";
  s.lot.bracket_expected = false;
  EXPECT_EQ(s.row(), "local rules");
  EXPECT_TRUE(s.moves<LeaveGuards>());
}

// ---- child dead, wrong size or side, DAY leg expired

TEST(GuardTable, F12ChildDeadIsReplacedByOneGtcOcoOfTheExactQuantity) {
  Stage s;
  s.dead();
  EXPECT_EQ(s.row(), "guard missing");
  EXPECT_EQ(s.placed().quantity, 100_qty);
  EXPECT_EQ(s.placed().levels, s.levels);
}

TEST(GuardTable, ChildDeadAndStopOnlyIsAPlainStop) {
  Stage s;
  s.dead().levels.target.reset();
  EXPECT_EQ(s.placed().levels, (GuardLevels{.stop = 95_price, .target = {}}));
  EXPECT_TRUE(s.decide().why.contains("GTC stop"));
}

TEST(GuardTable, ChildDeadAndTargetOnlyIsALimit) {
  Stage s;
  s.dead().levels.stop.reset();
  EXPECT_EQ(s.placed().levels, (GuardLevels{.stop = {}, .target = 110_price}));
  EXPECT_TRUE(s.decide().why.contains("GTC limit"));
}

TEST(GuardTable, F13WrongSizeClearsTheWholeGroup) {
  Stage s;
  s.lot.quantity = 70_qty;
  EXPECT_EQ(s.row(), "wrong size or side");
  const auto move = std::get<CancelGuards>(s.decide().move);
  EXPECT_EQ(move.ids.size(), 2U);
  EXPECT_TRUE(move.renewing);
}

TEST(GuardTable, WrongSideClearsTheWholeGroup) {
  Stage s;
  for (KnownGuard& known : s.guards) known.side = Side::buy;
  EXPECT_EQ(s.row(), "wrong size or side");
}

TEST(GuardTable, WrongSizeIsLookedAtBeforeItIsBelieved) {
  Stage s;
  s.lot.quantity = 70_qty;
  s.guards[0].fresh = false;
  EXPECT_EQ(s.row(), "quantity changed");
  EXPECT_TRUE(s.moves<LookAtGuards>());
}

TEST(GuardTable, TheEndOfEveryMemberIsAwaited) {
  Stage s;
  s.lot.quantity = 70_qty;
  s.flight.cancels = {{OrderId("stop"), s.now.steady}, {OrderId("target"), s.now.steady}};
  s.guards[1].status = OrderStatus::canceled;
  s.flight.asked = s.now.steady;
  EXPECT_EQ(s.row(), "group being cancelled");
  EXPECT_TRUE(s.moves<AwaitGuards>());
  s.now.steady += 1s;
  EXPECT_EQ(std::get<LookAtGuards>(s.decide().move).ids, std::vector{OrderId("stop")});
  s.now.steady += 3s;
  EXPECT_TRUE(s.moves<CancelGuards>()) << "a cancel may be lost on its way";
}

TEST(GuardTable, AndTheSharesAreReadToBeFree) {
  Stage s;
  s.dead().room_is_fresh = false;
  EXPECT_TRUE(s.moves<ReadRoom>());
  s.room_is_fresh = true;
  s.room = 30_qty;
  EXPECT_EQ(s.row(), "shares not free");
  EXPECT_TRUE(s.moves<ReadRoom>());
  s.flight.short_since = s.now.steady - 60s;
  EXPECT_TRUE(s.moves<GuardStuck>()) << "somebody else's order holds them: a person is told";
}

TEST(GuardTable, DayLegExpiredIsDead) {
  Stage s;
  for (KnownGuard& known : s.guards) known.status = OrderStatus::expired;
  s.proved_absent = true;
  s.session_open = false;
  EXPECT_EQ(s.row(), "guard missing") << "re-armed before the next session opens";
}

TEST(GuardTable, F11ChildrenHeldAfterTheFilledEntryMakeRoomForOurOwn) {
  Stage s;
  s.guards[1].status = OrderStatus::held;
  EXPECT_EQ(s.row(), "children held after the entry");
  s.entry_filled_at = s.now.wall;
  EXPECT_EQ(s.row(), "guards in order") << "not at once";
  EXPECT_FALSE(s.moves<GuardsRest>()) << "nor do they guard";
}

// ---- failing

TEST(GuardTable, RefusedThreeTimesInSessionIsMissing) {
  Stage s;
  s.dead().lot.guards.failures = 2;
  EXPECT_EQ(s.row(), "guard missing");
  s.lot.guards.failures = 3;
  EXPECT_EQ(s.row(), "restoring failed");
  EXPECT_TRUE(s.moves<DeclareMissing>());
}

TEST(GuardTable, NothingIsDeclaredMissingThatUpstreamNeverAskedFor) {
  Stage s;
  s.dead().lot.guards.failures = 3;
  s.lot.bracket_expected = false;
  EXPECT_TRUE(s.moves<GuardStuck>());
}

TEST(GuardTable, ARefusalIsFollowedByAPause) {
  Stage s;
  s.dead().flight.retry_at = s.now.steady + 1s;
  EXPECT_EQ(s.row(), "refused a moment ago");
}

GuardOrder asked_for() {
  return {.attempt = 1, .client_id = ClientOrderId("blx-00ff-g1"), .stop = 95_price, .target = 110_price};
}
RefusalMeaning meaning(GuardRefusal refusal, bool in_session = true, Direction direction = Direction::long_) {
  return meaning_of(refusal, asked_for(), direction, in_session);
}

TEST(GuardTable, OnlyDefinitiveRefusalsInSessionCountAsFailures) {
  EXPECT_EQ(meaning({.code = 42210000, .message = "no"}), RefusalMeaning::failure);
  EXPECT_EQ(meaning({.code = 42210000, .message = "no"}, false), RefusalMeaning::no_word);
  EXPECT_EQ(meaning({.code = 40110000, .message = "access key verification failed"}), RefusalMeaning::no_word);
  EXPECT_EQ(meaning({.code = 0, .message = "<html>"}), RefusalMeaning::no_word);
  EXPECT_EQ(meaning({.code = 40310000, .message = "insufficient qty available for order"}), RefusalMeaning::not_free);
  EXPECT_EQ(meaning({.code = 40010001, .message = "client_order_id must be unique"}), RefusalMeaning::already_there);
}

TEST(GuardTable, OneBecauseThePriceIsThroughALevelTriggersThatLevel) {
  EXPECT_EQ(meaning({.code = 42210000, .message = "stop price", .market_price = 94.5_price}),
            RefusalMeaning::stop_passed);
  EXPECT_EQ(meaning({.code = 42210000, .message = "limit", .market_price = 110.5_price}),
            RefusalMeaning::target_passed);
  EXPECT_EQ(meaning({.code = 42210000, .message = "else", .market_price = 100_price}), RefusalMeaning::failure);
  EXPECT_EQ(meaning({.code = 42210000, .message = "stale", .market_price = 94.5_price}, false), RefusalMeaning::no_word)
      << "outside the session the broker's price may be stale";
}

TEST(GuardTable, PolicyCloseLeavesAtOnceWhenABracketIsProvedAbsent) {
  Stage s;
  s.dead().policy.missing_brackets = MissingBrackets::close;
  EXPECT_EQ(s.row(), "bracket absent, policy close");
  s.proved_absent = false;
  EXPECT_FALSE(s.moves<DeclareMissing>());
  s.proved_absent = true;
  s.lot.guards.renewing = true;
  EXPECT_TRUE(s.moves<PlaceGuard>()) << "we took it away ourselves, to resize it";
}

// ---- quantities

TEST(GuardTable, EntryPartFilledAndStoppedIsGuardedForExactlyTheFilledQuantity) {
  Stage s;
  s.dead().lot.quantity = 37_qty;
  s.room = 37_qty;
  EXPECT_EQ(s.placed().quantity, 37_qty);
}

TEST(GuardTable, EntryStillFillingIsLeftToLocalRules) {
  Stage s;
  s.entry = GuardView::Entry::filling;
  s.guards[1].status = OrderStatus::held;
  s.lot.quantity = 37_qty;
  EXPECT_EQ(s.row(), "entry still filling");
}

TEST(GuardTable, QuantityChangedByAPartialExitIsGuardedForTheRemainderFirst) {
  Stage s;
  s.leaving = 40_qty;
  EXPECT_EQ(s.row(), "wrong size or side");
  s.dead().lot.guards.renewing = true;
  EXPECT_EQ(s.placed().quantity, 60_qty);
}

TEST(GuardTable, FractionalIsGuardedForItsWholeShares) {
  Stage s;
  s.dead().lot.quantity = 10.75_qty;
  EXPECT_EQ(s.placed().quantity, 10_qty);
  s.lot.quantity = 0.75_qty;
  EXPECT_EQ(s.row(), "fraction");
}

TEST(GuardTable, OptionIsLeftToLocalRulesAndARestingStopOfOursIsTakenBack) {
  Stage s;
  s.by_local_rules = "an option: local rules";
  s.none();
  EXPECT_TRUE(s.moves<LeaveGuards>());
  s.guards = {guard("stop", OrderType::stop)};
  s.guards[0].own = true;
  EXPECT_EQ(s.row(), "guards not wanted");
}

TEST(GuardTable, BeforeTheCloseDayGuardsThatMustLastAreReplaced) {
  Stage s;
  for (KnownGuard& known : s.guards) known.time_in_force = TimeInForce::day;
  EXPECT_EQ(s.row(), "guards in order");
  s.must_last = true;
  EXPECT_EQ(s.row(), "DAY guard before the close");
}

TEST(GuardTable, ATightenedStopMovesTheRestingOneOnlyByPolicy) {
  Stage s;
  s.levels.stop = 98_price;
  EXPECT_EQ(s.row(), "guards in order");
  s.policy.move_resting_stop = true;
  EXPECT_EQ(s.row(), "resting stop behind");
}

// ---- never more than held, never on a guess

TEST(GuardTable, WhatLeavesWhollyIsNeverGuardedAnew) {
  Stage s;
  s.dead().leaves_wholly = true;
  EXPECT_EQ(s.row(), "the lot leaves");
}

TEST(GuardTable, WhatIsInDoubtIsLeftAlone) {
  Stage s;
  s.dead().hands_off = "frozen: a split";
  EXPECT_EQ(s.row(), "left alone");
}

TEST(GuardTable, AnUnknownOutcomeIsAskedForUntilItIsKnown) {
  Stage s;
  s.none().in_the_air();
  s.flight.asked = s.now.steady;
  EXPECT_TRUE(s.moves<AwaitGuards>());
  s.now.steady += 1s;
  EXPECT_TRUE(s.moves<AskGuard>());
}

TEST(GuardTable, WhatNeverArrivedIsSentAgainUnderTheSameId) {
  Stage s;
  s.none().in_the_air();
  s.flight.not_found = 5;
  s.now.steady += 5s;
  EXPECT_TRUE(s.moves<AskGuard>()) << "\"no such order\" proves nothing so early";
  s.now.steady += 6s;
  ASSERT_TRUE(s.moves<PlaceGuardAgain>());
  EXPECT_EQ(std::get<PlaceGuardAgain>(s.decide().move).client_id.text(), "blx-00ff-g1");
}

TEST(GuardTable, WhatNeverArrivedAndFitsNoMoreIsForgotten) {
  Stage s;
  s.none().in_the_air();
  s.flight.not_found = 5;
  s.now.steady += 11s;
  s.leaves_wholly = true;
  EXPECT_TRUE(s.moves<ForgetGuard>());
}

TEST(GuardTable, LevelsComeOnTheBrokersTicksAndNeverActBeforeTheRule) {
  EXPECT_EQ(on_ticks({95.127_price, 110.121_price}, Direction::long_), (GuardLevels{95.12_price, 110.13_price}));
  EXPECT_EQ(on_ticks({110.121_price, 95.127_price}, Direction::short_), (GuardLevels{110.13_price, 95.12_price}));
  EXPECT_EQ(on_ticks({0.51239_price, {}}, Direction::long_), (GuardLevels{0.5123_price, {}}));
}

}  // namespace
}  // namespace belay::lifecycle
