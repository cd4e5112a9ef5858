// SPDX-License-Identifier: Apache-2.0
// Old noise makes room between passes, and never while anything is more important.
#include <gtest/gtest.h>

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
