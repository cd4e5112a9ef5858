// SPDX-License-Identifier: Apache-2.0
#include "core/engine/deadlines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belay::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Timestamp at(std::int64_t seconds) { return Timestamp{} + std::chrono::seconds(seconds); }

TEST(Deadlines, come_in_the_order_of_time) {
  Deadlines deadlines;
  deadlines.set(LotUid("b"), at(20));
  deadlines.set(LotUid("a"), at(30));
  deadlines.set(LotUid("c"), at(10));
  EXPECT_EQ(deadlines.next(), at(10));
  EXPECT_THAT(deadlines.due(at(9)), IsEmpty());
  EXPECT_THAT(deadlines.due(at(20)), ElementsAre(LotUid("c"), LotUid("b")));
}

TEST(Deadlines, a_lot_has_one_at_most) {
  Deadlines deadlines;
  deadlines.set(LotUid("a"), at(30));
  deadlines.set(LotUid("a"), at(10));
  EXPECT_EQ(deadlines.next(), at(10));
  deadlines.set(LotUid("a"), std::nullopt);
  EXPECT_EQ(deadlines.next(), std::nullopt);
  EXPECT_THAT(deadlines.due(at(100)), IsEmpty());
}

}  // namespace
}  // namespace belay::engine
