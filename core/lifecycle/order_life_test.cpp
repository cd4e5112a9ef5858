// SPDX-License-Identifier: Apache-2.0
// An order's life, put together from messages in any order: reliability.md c, invariants 14, 15 and 16.
#include "core/lifecycle/order_life.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/trading/order_event.hpp"

namespace belay::lifecycle {
namespace {

constexpr std::array kAll{OrderStatus::accepted,       OrderStatus::pending_new,
                          OrderStatus::fresh,          OrderStatus::accepted_for_bidding,
                          OrderStatus::held,           OrderStatus::partially_filled,
                          OrderStatus::pending_cancel, OrderStatus::pending_replace,
                          OrderStatus::done_for_day,   OrderStatus::stopped,
                          OrderStatus::calculated,     OrderStatus::suspended,
                          OrderStatus::filled,         OrderStatus::canceled,
                          OrderStatus::expired,        OrderStatus::rejected,
                          OrderStatus::replaced,       OrderStatus::unknown};

Timestamp second(int n) { return {n * 1'000'000'000LL}; }

OrderLife life(OrderStatus status, Quantity filled = {}, std::optional<Timestamp> updated = {}) {
  return {.status = status,
          .quantity = 100_qty,
          .filled = filled,
          .filled_average = filled.is_positive() ? std::optional(94_price) : std::nullopt,
          .filled_at = {},
          .updated_at = updated};
}

// splitmix64, ours and reproducible.
struct Dice {
  std::uint64_t state;
  std::uint64_t roll() {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(roll() % limit); }
};

// ---- invariant 14: along allowed edges only; terminal is final

TEST(OrderLife, Invariant14EveryPairOfStatusesMovesForwardOrNotAtAll) {
  for (const OrderStatus from : kAll) {
    for (const OrderStatus to : kAll) {
      SCOPED_TRACE(std::string(to_text(from)) + " -> " + std::string(to_text(to)));
      OrderLife known = life(from);
      const Learned learned = learn(known, life(to));
      EXPECT_EQ(known.status, may_follow(from, to) ? to : from);
      if (is_terminal(from)) {
        EXPECT_EQ(known.status, from) << "terminal is final";
        EXPECT_FALSE(learned.ended);
      }
      if (is_terminal(to) && !is_terminal(from)) {
        EXPECT_TRUE(learned.ended);
      }
      if (to == OrderStatus::unknown) {
        EXPECT_EQ(known.status, from) << "a word that we do not know takes nothing back";
      }
    }
  }
}

TEST(OrderLife, Invariant14OnlyANewerMessageLeadsBackOutOfAnInterruption) {
  for (const OrderStatus from : kAll) {
    for (const OrderStatus to : kAll) {
      SCOPED_TRACE(std::string(to_text(from)) + " -> " + std::string(to_text(to)));
      OrderLife old = life(from, {}, second(9));
      learn(old, life(to, {}, second(8)));
      EXPECT_EQ(old.status, may_follow(from, to) ? to : from) << "an older message";
      OrderLife known = life(from, {}, second(9));
      learn(known, life(to, {}, second(10)));
      EXPECT_EQ(known.status, may_follow(from, to) || may_return(from, to) ? to : from) << "a newer one";
    }
  }
  EXPECT_TRUE(may_return(OrderStatus::pending_cancel, OrderStatus::fresh)) << "the cancel was turned down";
  EXPECT_TRUE(may_return(OrderStatus::suspended, OrderStatus::partially_filled));
  EXPECT_FALSE(may_return(OrderStatus::partially_filled, OrderStatus::fresh));
  EXPECT_FALSE(may_return(OrderStatus::canceled, OrderStatus::fresh));
}

// ---- invariant 15: what has filled never shrinks, and never exceeds what was ordered

TEST(OrderLife, Invariant15WhatHasFilledNeverShrinksForAnyPairOfStatuses) {
  for (const OrderStatus from : kAll) {
    for (const OrderStatus to : kAll) {
      OrderLife known = life(from, 60_qty);
      learn(known, life(to, 40_qty));
      EXPECT_EQ(known.filled, 60_qty) << to_text(from) << " -> " << to_text(to);
      learn(known, life(to, 150_qty));
      EXPECT_EQ(known.filled, 100_qty) << to_text(from) << " -> " << to_text(to);
    }
  }
}

TEST(OrderLife, Invariant15OnlyABustTakesBack) {
  OrderLife known = life(OrderStatus::filled, 100_qty);
  correct(known, life(OrderStatus::filled, 70_qty));
  EXPECT_EQ(known.filled, 70_qty);
  EXPECT_EQ(known.status, OrderStatus::filled) << "terminal is final, busts too";
  correct(known, life(OrderStatus::filled, 0_qty));
  EXPECT_EQ(known.filled, 0_qty);
  EXPECT_FALSE(known.filled_average);
}

TEST(OrderLife, SaysWhenTheBrokerContradictsItself) {
  OrderLife known = life(OrderStatus::fresh);
  EXPECT_TRUE(learn(known, life(OrderStatus::filled, 101_qty)).contradicted);
  EXPECT_FALSE(learn(known, life(OrderStatus::filled, 100_qty)).contradicted);
}

TEST(OrderLife, AFillToldAfterTheEndCountsUpToTheQuantity) {
  for (const OrderStatus end : {OrderStatus::canceled, OrderStatus::expired, OrderStatus::replaced}) {
    OrderLife known = life(OrderStatus::pending_cancel);
    EXPECT_TRUE(learn(known, life(end, 30_qty)).ended);
    const Learned late = learn(known, life(OrderStatus::partially_filled, 45_qty));
    EXPECT_TRUE(late.filled_late);
    EXPECT_EQ(late.filled_more, 15_qty);
    EXPECT_EQ(known.status, end);
    EXPECT_EQ(known.filled, 45_qty);
    learn(known, life(OrderStatus::filled, 100_qty));
    EXPECT_EQ(known.filled, 100_qty);
  }
}

// ---- invariant 16, F42: duplicates and reordering change nothing

TEST(OrderLife, Invariant16F42AnyOrderOfMessagesWithAnyRepetitionsGivesTheSameFill) {
  const std::vector<std::vector<OrderLife>> stories{
      {life(OrderStatus::pending_new), life(OrderStatus::fresh), life(OrderStatus::partially_filled, 30_qty),
       life(OrderStatus::partially_filled, 70_qty), life(OrderStatus::filled, 100_qty)},
      {life(OrderStatus::accepted), life(OrderStatus::fresh), life(OrderStatus::partially_filled, 30_qty),
       life(OrderStatus::pending_cancel, 30_qty), life(OrderStatus::canceled, 55_qty)},
      {life(OrderStatus::fresh), life(OrderStatus::suspended), life(OrderStatus::expired, 10_qty)},
      {life(OrderStatus::held), life(OrderStatus::stopped), life(OrderStatus::calculated, 100_qty),
       life(OrderStatus::filled, 100_qty)},
      {life(OrderStatus::pending_replace, 20_qty), life(OrderStatus::replaced, 20_qty)},
  };
  Dice dice{7};
  for (const auto& story : stories) {
    for (int round = 0; round < 400; ++round) {
      std::vector<OrderLife> messages = story;
      for (std::size_t i = dice.below(6); i > 0; --i) messages.push_back(story[dice.below(story.size())]);
      for (std::size_t i = messages.size(); i > 1; --i) std::swap(messages[i - 1], messages[dice.below(i)]);
      OrderLife known;
      Quantity counted;
      int ends = 0;
      for (const OrderLife& message : messages) {
        const Quantity before = known.filled;
        const Learned learned = learn(known, message);
        EXPECT_GE(known.filled, before);
        EXPECT_LE(known.filled, 100_qty);
        counted += learned.filled_more;
        ends += learned.ended ? 1 : 0;
      }
      EXPECT_EQ(known.filled, story.back().filled);
      EXPECT_EQ(counted, known.filled) << "each execution counts once";
      EXPECT_EQ(known.status, story.back().status);
      EXPECT_EQ(ends, 1) << "an order ends once";
    }
  }
}

TEST(OrderLife, RandomMessagesNeverBreakTheRules) {
  Dice dice{11};
  for (int round = 0; round < 3000; ++round) {
    OrderLife known;
    known.quantity = 100_qty;
    bool ended = false;
    OrderStatus end = OrderStatus::unknown;
    for (int i = 0; i < 12; ++i) {
      OrderLife said = life(kAll[dice.below(kAll.size())],
                            Quantity::from_nanos(static_cast<std::int64_t>(dice.below(130)) * fixed::kScale));
      if (dice.below(3) == 0) said.updated_at = second(static_cast<int>(dice.below(20)));
      const OrderLife before = known;
      learn(known, said);
      EXPECT_GE(known.filled, before.filled);
      EXPECT_LE(known.filled, 100_qty);
      if (ended) {
        EXPECT_EQ(known.status, end);
      }
      ended = is_terminal(known.status);
      end = known.status;
      EXPECT_TRUE(known.status == before.status || may_follow(before.status, known.status) ||
                  may_return(before.status, known.status));
    }
  }
}

// ---- what counts as live

TEST(OrderLife, AllThatIsNotOverCountsAsLive) {
  for (const OrderStatus status : kAll) {
    ExitOrder order;
    order.status = status;
    order.quantity = 100_qty;
    order.filled = 40_qty;
    EXPECT_EQ(may_still_take(order), is_terminal(status) ? 0_qty : 60_qty) << to_text(status);
    order.filled = 100_qty;
    EXPECT_TRUE(is_over(order)) << to_text(status) << " and filled up";
  }
}

TEST(OrderLife, CalculatedIsEffectivelyFilledOnceAllHasFilled) {
  OrderLife known = life(OrderStatus::partially_filled, 40_qty);
  EXPECT_TRUE(learn(known, life(OrderStatus::calculated, 100_qty)).ended);
  EXPECT_FALSE(learn(known, life(OrderStatus::filled, 100_qty)).ended);
}

// ---- replacements (F9)

ExitOrder sent() {
  ExitOrder order;
  order.client_id = ClientOrderId("blx-a-x1");
  order.quantity = 100_qty;
  order.id = OrderId("one");
  order.status = OrderStatus::fresh;
  return order;
}

Order message(const char* id, OrderStatus status, Quantity quantity, Quantity filled, std::optional<Price> at = {}) {
  Order order;
  order.id = OrderId(id);
  order.status = status;
  order.quantity = quantity;
  order.filled = filled;
  order.filled_average = at;
  return order;
}

TEST(OrderLife, F9AReplacedOrderIsFollowedFromTheOldOneAndFromTheNewOne) {
  Order old = message("one", OrderStatus::replaced, 100_qty, 30_qty, 90_price);
  old.client_id = ClientOrderId("blx-a-x1");
  old.replaced_by = OrderId("two");
  Order fresh = message("two", OrderStatus::partially_filled, 70_qty, 20_qty, 95_price);
  fresh.replaces = OrderId("one");
  for (const bool old_first : {true, false}) {
    ExitOrder order = sent();
    for (const Order& said : old_first ? std::vector{old, fresh} : std::vector{fresh, old}) {
      ASSERT_TRUE(is_about(order, said));
      learn(order, said);
      EXPECT_FALSE(is_over(order)) << "another id goes on with it";
    }
    EXPECT_EQ(order.id, OrderId("two"));
    EXPECT_EQ(order.status, OrderStatus::partially_filled);
    EXPECT_EQ(order.filled, 50_qty) << "the fills of all its ids";
    EXPECT_EQ(order.filled_average, 92_price);
    EXPECT_EQ(order.quantity, 100_qty);
    EXPECT_EQ(may_still_take(order), 50_qty);

    Order end = message("two", OrderStatus::filled, 70_qty, 70_qty, 95_price);
    end.replaces = OrderId("one");
    EXPECT_TRUE(learn(order, end).ended);
    EXPECT_EQ(order.filled, 100_qty);
    EXPECT_FALSE(learn(order, old).changed) << "the old word once more";
    EXPECT_TRUE(is_about(order, end));
  }
}

TEST(OrderLife, F9AReplacementThatNobodyHasSeenYetIsLive) {
  ExitOrder order = sent();
  Order old = message("one", OrderStatus::replaced, 100_qty, 0_qty);
  old.client_id = order.client_id;
  old.replaced_by = OrderId("two");
  EXPECT_FALSE(learn(order, old).ended);
  EXPECT_EQ(may_still_take(order), 100_qty) << "both count until it is resolved";
}

TEST(OrderLife, ABustInAChainTakesBackItsOwnLinkOnly) {
  ExitOrder order = sent();
  Order old = message("one", OrderStatus::replaced, 100_qty, 30_qty, 90_price);
  old.client_id = order.client_id;
  old.replaced_by = OrderId("two");
  learn(order, old);
  Order fresh = message("two", OrderStatus::filled, 70_qty, 70_qty, 95_price);
  learn(order, fresh);
  EXPECT_EQ(order.filled, 100_qty);
  correct(order, message("one", OrderStatus::replaced, 100_qty, 10_qty, 90_price));
  EXPECT_EQ(order.filled, 80_qty);
}

// ---- the words of the trading stream

TEST(OrderEvents, EveryWordIsKnownAndAnUnknownOneIsTolerated) {
  for (const std::string_view word : {"fill",
                                      "partial_fill",
                                      "canceled",
                                      "expired",
                                      "replaced",
                                      "rejected",
                                      "done_for_day",
                                      "accepted",
                                      "new",
                                      "pending_new",
                                      "pending_cancel",
                                      "pending_replace",
                                      "held",
                                      "stopped",
                                      "suspended",
                                      "calculated",
                                      "restated",
                                      "order_replace_rejected",
                                      "order_cancel_rejected",
                                      "trade_bust",
                                      "trade_correct"}) {
    EXPECT_NE(parse_order_event(word), OrderEvent::unknown) << word;
    EXPECT_EQ(to_text(parse_order_event(word)), word);
  }
  EXPECT_EQ(parse_order_event("teleported"), OrderEvent::unknown);
  EXPECT_TRUE(corrects_fill(OrderEvent::trade_bust));
  EXPECT_TRUE(corrects_fill(OrderEvent::trade_correct));
  EXPECT_FALSE(corrects_fill(OrderEvent::fill));
  EXPECT_EQ(status_of(OrderEvent::fresh), OrderStatus::fresh);
  EXPECT_EQ(status_of(OrderEvent::fill), OrderStatus::filled);
  EXPECT_FALSE(status_of(OrderEvent::order_cancel_rejected));
}

}  // namespace
}  // namespace belay::lifecycle
