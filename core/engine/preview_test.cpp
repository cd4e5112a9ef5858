// SPDX-License-Identifier: Apache-2.0
// What a change of the numbers would have leave is known before it is taken.
#include "core/engine/preview.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

Policy stopping_at(Percent percent) {
  Policy policy;
  policy.account.stop_percent = percent;
  return policy;
}

struct Preview : ::testing::Test {
  Scene s;
  LotUid lot = enter(s, {.stop = std::nullopt, .target = std::nullopt});

  Preview() { s.cycle(); }
  void price(Price price) {
    s.pass_time(60s);
    s.price("AAPL", price);
    s.cycle();
  }
};

TEST_F(Preview, NamesWhatIsBeyondItsNewLevelsAndChangesNothing) {
  price(96_price);
  EXPECT_THAT(leaving_under(s.state, stopping_at(5_ratio), s.now), IsEmpty());
  EXPECT_THAT(leaving_under(s.state, stopping_at(3_ratio), s.now),
              ElementsAre(AllOf(Field(&Leaving::lot, lot), Field(&Leaving::reason, ExitReason::stop_loss))));
  price(96_price);
  ASSERT_NE(s.open(lot), nullptr);
  EXPECT_FALSE(s.open(lot)->exit) << "it was only asked";
  EXPECT_EQ(s.open(lot)->status, LotStatus::open);
}

TEST_F(Preview, CountsTimeRulesToo) {
  price(100_price);
  Policy policy;
  policy.account.max_hold_minutes = 1;
  EXPECT_THAT(leaving_under(s.state, policy, s.now), ElementsAre(Field(&Leaving::reason, ExitReason::max_hold_time)));
}

TEST_F(Preview, WhatLeavesInAnyCaseIsNoNews) {
  price(96_price);
  Policy before;
  before.account.max_hold_minutes =
      std::chrono::floor<std::chrono::minutes>(s.now.wall - s.open(lot)->entry_time).count() + 2;
  s.play(event::PolicyGiven{before});
  Policy after = before;
  after.account.stop_percent = 3_ratio;
  EXPECT_THAT(leaving_under(s.state, after, s.now), ElementsAre(Field(&Leaving::reason, ExitReason::stop_loss)));
  s.now.wall = s.now.wall + 120s;  // and no sweep yet
  EXPECT_THAT(leaving_under(s.state, after, s.now), IsEmpty());
}

TEST_F(Preview, WhenTheMarketIsClosedItGoesByTheLastGoodPrice) {
  price(96_price);
  s.now.wall = s.now.wall + 12h;
  s.now.steady += 12h;
  s.cycle();
  EXPECT_THAT(leaving_under(s.state, stopping_at(3_ratio), s.now),
              ElementsAre(Field(&Leaving::reason, ExitReason::stop_loss)));
}

TEST_F(Preview, WhatIsPausedDoesNotLeave) {
  price(96_price);
  OperatorCommand command{.id = 5, .lot = lot, .quantity = {}, .who = "ann", .why = "earnings call"};
  command.kind = OperatorCommand::Kind::pause;
  command.pause = {.rules = Pause::Rules::price, .until = s.now.wall + 1h};
  s.play(event::CommandGiven{command});
  EXPECT_THAT(leaving_under(s.state, stopping_at(3_ratio), s.now), IsEmpty());
  s.now.wall = s.now.wall + 1h;
  EXPECT_THAT(leaving_under(s.state, stopping_at(3_ratio), s.now),
              ElementsAre(Field(&Leaving::reason, ExitReason::stop_loss)));
}

TEST_F(Preview, WhatIsTakenCountsForTheNextPrice) {
  price(96_price);
  s.play(event::PolicyGiven{stopping_at(5_ratio)});
  s.pass_time(1s);
  s.tick("AAPL", 94_price);
  s.wait(2s);
  EXPECT_TRUE(s.is_closed(lot)) << "also for one between two sweeps";
}

TEST_F(Preview, APersonsWordForAReloadIsPassedOnOnce) {
  const OperatorCommand command{
      .id = 5, .lot = {}, .quantity = {}, .who = "ann", .why = "looked", .kind = OperatorCommand::Kind::reload};
  const Actions actions = step(s.state, event::CommandGiven{command}, s.now);
  EXPECT_THAT(actions, ::testing::Contains(Action(action::TakeConfiguration{5, "ann", "looked"})));
  EXPECT_THAT(actions, ::testing::Contains(Action(action::FinishCommand{5})));
  EXPECT_THAT(step(s.state, event::CommandGiven{command}, s.now), IsEmpty());
}

}  // namespace
}  // namespace belay::engine::scene
