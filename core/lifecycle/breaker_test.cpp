// SPDX-License-Identifier: Apache-2.0
// Sent versus intended: reliability.md c, invariant 20, and F19. The planted fault is a caller that goes on sending.
#include "core/lifecycle/breaker.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace belay::lifecycle {
namespace {

using namespace std::chrono_literals;

struct Sender {
  SendLog log;
  Policy policy;
  Lot lot;
  std::map<LotUid, Money> held;
  Duration now = 100s;
  int attempt = 0;

  Sender() {
    lot.uid = LotUid("a");
    lot.original_quantity = lot.quantity = 100_qty;
    held[lot.uid] = 10000_usd;
  }
  ExitOrder order(Quantity quantity = 100_qty) {
    ExitOrder made;
    made.attempt = ++attempt;
    made.client_id = exit_client_id(lot.uid, made.attempt);
    made.quantity = quantity;
    return made;
  }
  std::optional<Tripped> send(Quantity quantity = 100_qty, Money value = 100_usd) {
    const Sending sending{.lot = lot.uid, .at = now, .value = value, .lot_value = held[lot.uid]};
    const auto tripped = inspect(log, lot, order(quantity), sending, held, policy);
    if (!tripped) note(log, sending);
    return tripped;
  }
};

TEST(Breaker, F19ARunawayOfOneLotIsStoppedAtItsCapAndTheMinuteFreesIt) {
  Sender s;
  int sent = 0;
  while (sent < 1000 && !s.send()) ++sent;
  EXPECT_EQ(sent, s.policy.orders_per_lot);
  EXPECT_FALSE(s.send()->account);
  s.now += 60s;
  EXPECT_FALSE(s.send());
}

TEST(Breaker, F19ARunawayOfTheAccountIsStoppedWhicheverLotItIs) {
  Sender s;
  s.policy.orders_per_account = 20;
  s.policy.orders_per_lot = 1000;
  for (const char* uid : {"a", "b"}) s.held[LotUid(uid)] = 10000_usd;
  int sent = 0;
  for (; sent < 1000; ++sent) {
    s.lot.uid = LotUid(sent % 2 == 0 ? "a" : "b");
    if (const auto tripped = s.send(100_qty, 1_usd)) {
      EXPECT_TRUE(tripped->account);
      break;
    }
  }
  EXPECT_EQ(sent, 20);
}

TEST(Breaker, AThousandLotsThatAllLeaveAtOnceAreNoRunaway) {
  Sender s;
  for (int i = 0; i < 1000; ++i) s.held[LotUid("lot" + std::to_string(i))] = 10000_usd;
  for (int i = 0; i < 1000; ++i) {
    s.lot.uid = LotUid("lot" + std::to_string(i));
    ASSERT_FALSE(s.send(100_qty, 10000_usd)) << i;
    s.held.erase(s.lot.uid);  // it is closed at once
  }
}

TEST(Breaker, MoneyBeyondProportionToWhatIsHeldIsStopped) {
  Sender s;
  s.policy.orders_per_lot = 1000;
  int sent = 0;
  while (sent < 1000 && !s.send(100_qty, 10000_usd)) ++sent;
  EXPECT_EQ(sent, 6);
  EXPECT_TRUE(s.send(100_qty, 10000_usd)->account);
}

TEST(Breaker, RefusedOrdersOfOneLotBringNoOtherToRest) {
  Sender s;
  s.policy.orders_per_lot = 8;
  for (int sent = 0; sent < 8; ++sent) {
    ASSERT_FALSE(s.send(100_qty, 10000_usd)) << sent;
    note_unplaced(s.log, s.lot.uid);
  }
  EXPECT_FALSE(s.send(100_qty, 10000_usd)->account) << "its count stops it, and it alone";
}

TEST(Breaker, MoreThanTheLotIsNeverSentWhoeverAsks) {
  Sender s;
  EXPECT_TRUE(s.send(100.5_qty));
  ExitOrder working = s.order(60_qty);
  working.status = OrderStatus::fresh;
  working.filled = 10_qty;
  s.lot.exit_orders = {working};
  EXPECT_FALSE(s.send(40_qty));
  EXPECT_TRUE(s.send(41_qty)) << "a second order beside a live one, for more than is left";
  s.lot.exit_orders.front().status = OrderStatus::canceled;
  EXPECT_FALSE(s.send(90_qty));
  EXPECT_TRUE(s.send(91_qty));
}

TEST(Breaker, SafeModeHoldsForItsTimeAndThenCountingBeginsAnew) {
  Sender s;
  while (!s.send()) {
  }
  pause(s.log, s.lot.uid, {.why = "", .account = false}, s.now + 300s);
  EXPECT_EQ(s.log.paused_until(s.lot.uid, s.now), s.now + 300s);
  EXPECT_FALSE(s.log.paused_until(LotUid("b"), s.now));
  EXPECT_FALSE(s.log.paused_until(s.lot.uid, s.now + 300s));
  pause(s.log, s.lot.uid, {.why = "", .account = true}, s.now + 300s);
  EXPECT_TRUE(s.log.paused_until(LotUid("b"), s.now));
}

}  // namespace
}  // namespace belay::lifecycle
