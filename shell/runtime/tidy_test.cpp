// SPDX-License-Identifier: Apache-2.0
// Old noise makes room between passes, and never while anything is more important.
#include <gtest/gtest.h>

#include <algorithm>

#include "shell/runtime/test_ports.hpp"

namespace belay::runtime {
namespace {

using namespace std::chrono_literals;
using testing::Stage;

struct Idle : Stage {
  explicit Idle(int days) {
    hold("AAPL", 10_qty);
    store.days_to_fold = days;
    EXPECT_EQ(conductor.open(), Failure::none);
    EXPECT_EQ(conductor.pass().failure, Failure::none);
  }
};

TEST(Tidying, GoesOnUntilThereIsNothingLeftAndLooksAgainLater) {
  Idle stage(2);
  EXPECT_TRUE(stage.conductor.tidy());
  EXPECT_TRUE(stage.conductor.tidy());
  EXPECT_FALSE(stage.conductor.tidy());
  EXPECT_FALSE(stage.conductor.tidy());
  EXPECT_EQ(stage.store.folded_before.size(), 3U) << "it is known for a while that there is nothing";
  stage.store.days_to_fold = 1;
  stage.clock.pass(11min);
  EXPECT_TRUE(stage.conductor.tidy());
}

TEST(Tidying, KeepsWhatIsYoungerThanTold) {
  Idle stage(1);
  EXPECT_TRUE(stage.conductor.tidy());
  EXPECT_EQ(stage.store.folded_before.front(), stage.clock.now()->wall - std::chrono::days(3));
}

TEST(Tidying, WritesPricePathsForAShortWhileAtATime) {
  Idle stage(0);
  stage.store.paths_due = 5;
  stage.store.when_path_is_written = [&] { stage.clock.pass(10ms); };
  EXPECT_TRUE(stage.conductor.tidy());
  EXPECT_EQ(stage.store.paths_due, 2);
  EXPECT_TRUE(stage.conductor.tidy());
  EXPECT_EQ(stage.store.paths_due, 0);
  EXPECT_FALSE(stage.conductor.tidy());
}

TEST(Tidying, WritesThePathOfWhatHasClosedWithoutDelay) {
  Idle stage(0);
  EXPECT_FALSE(stage.conductor.tidy()) << "and is known to have nothing to do for a while";
  stage.store.paths_due = 1;
  stage.clock.pass(60s);
  EXPECT_FALSE(stage.conductor.tidy());
  stage.broker.holdings.clear();
  stage.broker.fills = {{.id = "1",
                         .order_id = OrderId("by-hand"),
                         .symbol = "AAPL",
                         .side = Side::sell,
                         .quantity = 10_qty,
                         .price = 99_price,
                         .at = stage.clock.wall}};
  const auto has_closed = [&] {
    return std::ranges::any_of(stage.store.saved, [](const Batch& batch) {
      return std::ranges::count(batch.lots, LotStatus::closed, &Lot::status) > 0;
    });
  };
  for (int i = 0; i < 4 && !has_closed(); ++i) {
    EXPECT_EQ(stage.conductor.pass().failure, Failure::none);
    static_cast<void>(stage.conductor.attend(60s));
  }
  ASSERT_TRUE(has_closed());
  EXPECT_TRUE(stage.conductor.tidy());
}

TEST(Tidying, PointsOutNamesThatNobodyHasAfterThePassAndNotInIt) {
  Idle stage(0);
  stage.store.unknown = {{.name = "stranger", .rows = 3}};
  EXPECT_EQ(stage.store.unknown_asked, 0) << "no exit waits for the answer";
  stage.conductor.tidy();
  EXPECT_EQ(stage.store.unknown_asked, 1);
  ASSERT_FALSE(stage.store.saved.back().events.empty());
  EXPECT_EQ(stage.store.saved.back().events.back().type, EventType::alert);
  stage.conductor.tidy();
  EXPECT_EQ(stage.store.unknown_asked, 1) << "it is a question over all of upstream's rows";
}

TEST(Tidying, WaitsWhileSomethingIsLeaving) {
  Idle stage(1);
  stage.data.price = 94_price;
  stage.clock.pass(60s);
  EXPECT_EQ(stage.conductor.pass().failure, Failure::none);
  ASSERT_FALSE(stage.broker.sent.empty());
  EXPECT_FALSE(stage.conductor.tidy());
  EXPECT_TRUE(stage.store.folded_before.empty());
}

TEST(Tidying, IsNotTriedWithoutTheLock) {
  Idle stage(1);
  stage.store.lose_lock(true);
  EXPECT_FALSE(stage.conductor.tidy());
  EXPECT_TRUE(stage.store.folded_before.empty());
}

TEST(Tidying, IsNotDoneBeforeThereWasABook) {
  Stage stage;
  ASSERT_EQ(stage.conductor.open(), Failure::none);
  EXPECT_FALSE(stage.conductor.tidy());
}

}  // namespace
}  // namespace belay::runtime
