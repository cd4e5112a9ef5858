// SPDX-License-Identifier: Apache-2.0
// What becomes of orders whose holdings shrink when executions are undone, and of exits that both fill (alpaca.md 3.3,
// 6.1).
#include <gtest/gtest.h>

#include "sim/exchange/scene.hpp"

namespace belay::sim {
namespace {

class Corrections : public Scene {
 protected:
  Order bracket(std::string_view quantity = "10") {
    return submit(with_exits(order(Side::buy, quantity), OrderClass::bracket, "220", "190"));
  }
  void undo_last(Quantity right = {}) { ASSERT_TRUE(exchange.correct(kAccount, {.quantity = right})); }
  Quantity left(const Order& order) { return *now(order).quantity - now(order).filled; }
  void fill_in_parts(bool parts) {
    Faults faults;
    faults.partial_fill_permille = parts ? 1000 : 0;
    exchange.set_faults(faults);
  }
};

TEST_F(Corrections, AnEntryThatIsUndoneLeavesNoExits) {
  const Order entry = bracket();
  undo_last();
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::canceled);
  EXPECT_EQ(status(entry.legs[1]), OrderStatus::canceled);
  move_to("AAPL", "221");
  EXPECT_EQ(held(), 0_qty);
}

TEST_F(Corrections, OfTheOrdersThatCloseTheYoungestEndUntilTheRestFits) {
  submit(order(Side::buy, "10"));
  const Order oldest = submit(limit(Side::sell, "6", "220"));
  const Order middle = submit(limit(Side::sell, "1", "221"));
  const Order youngest = submit(limit(Side::sell, "3", "222"));
  static_cast<void>(events());
  undo_last(7_qty);
  EXPECT_EQ(status(oldest), OrderStatus::fresh);
  EXPECT_EQ(status(middle), OrderStatus::fresh);
  EXPECT_EQ(status(youngest), OrderStatus::canceled);
  EXPECT_EQ(events(), "trade_correct canceled");
  EXPECT_EQ(available(), 0_qty);
}

TEST_F(Corrections, AReplacementUnderWayGoesBeforeTheOrderThatItReplaces) {
  submit(order(Side::buy, "10"));
  const Order resting = submit(limit(Side::sell, "5", "220"));
  Faults faults;
  faults.replace_delay = std::chrono::seconds(3);
  exchange.set_faults(faults);
  const Order larger = replace(resting, {.quantity = 9_qty});
  undo_last(7_qty);
  EXPECT_EQ(status(larger), OrderStatus::rejected);
  EXPECT_EQ(status(resting), OrderStatus::fresh);
}

TEST_F(Corrections, OrdersOnTheSideThatIsNoLongerHeldEnd) {
  submit(order(Side::buy, "10"));
  const std::string bought = exchange.activities(kAccount).back().execution_id;
  submit(order(Side::sell, "4"));
  const Order resting = submit(limit(Side::sell, "1", "220"));
  ASSERT_TRUE(exchange.correct(kAccount, {.execution_id = bought, .quantity = 0_qty}));
  EXPECT_EQ(held(), -4_qty);
  EXPECT_EQ(status(resting), OrderStatus::canceled);
}

TEST_F(Corrections, BothExitsMayFillInPartsAndHaveTheSameLeft) {
  exchange.add_trouble({.kind = TroubleKind::both_children_fill});
  const Order entry = bracket("100");
  fill_in_parts(true);
  quote("AAPL", "220.5", "220.6");
  move_to("AAPL", "189");
  const Order target = now(entry.legs[0]);
  const Order stop = now(entry.legs[1]);
  ASSERT_EQ(target.status, OrderStatus::partially_filled);
  ASSERT_EQ(stop.status, OrderStatus::partially_filled);
  EXPECT_EQ(left(target), 100_qty - target.filled - stop.filled);
  EXPECT_EQ(left(stop), left(target));
  EXPECT_EQ(available(), 0_qty);  // reserved once
  const auto fills = exchange.activities(kAccount);
  const Activity& first = fills[1];
  ASSERT_EQ(first.order_id, target.id);
  ASSERT_TRUE(exchange.correct(kAccount, {.execution_id = first.execution_id, .quantity = 0_qty}));
  EXPECT_EQ(left(stop), 100_qty - stop.filled);
}

TEST_F(Corrections, EachTimeThatBothExitsFillTakesAGroupOfTwo) {
  exchange.add_trouble({.kind = TroubleKind::both_children_fill, .times = 2});
  submit(with_exits(order(Side::buy, "10"), OrderClass::oto, "", "190"));
  move_to("AAPL", "189");  // a lone stop has nobody to fill with
  EXPECT_EQ(held(), 0_qty);
  for (const char* price_then : {"221", "180"}) {
    move_to("AAPL", "200");
    bracket();
    move_to("AAPL", price_then);
    EXPECT_EQ(held(), -10_qty) << price_then;
    submit(order(Side::buy, "10"));
  }
  EXPECT_TRUE(exchange.troubles().empty());
}

TEST_F(Corrections, WhereBothExitsFillTheExitsOfOthersEndThatNothingIsLeftFor) {
  exchange.add_trouble({.kind = TroubleKind::both_children_fill, .times = 1});
  const Order first = bracket();
  const Order second = submit(with_exits(order(Side::buy, "5"), OrderClass::bracket, "230", "185"));
  move_to("AAPL", "221");
  EXPECT_EQ(held(), -5_qty);
  EXPECT_EQ(status(first.legs[1]), OrderStatus::filled);
  EXPECT_EQ(status(second.legs[0]), OrderStatus::canceled);
  EXPECT_EQ(status(second.legs[1]), OrderStatus::canceled);
}

TEST_F(Corrections, AnEntryThatComesToCloseLeavesTheOthersOnlyTheRest) {
  const Order entry = submit(limit(Side::buy, "4", "190"));
  hold("AAPL", "-10");
  const Order resting = submit(limit(Side::buy, "10", "180"));
  EXPECT_EQ(available(), 0_qty);
  quote("AAPL", "189", "190");
  EXPECT_EQ(status(entry), OrderStatus::filled);
  EXPECT_EQ(held(), -6_qty);
  EXPECT_EQ(status(resting), OrderStatus::canceled);
}

}  // namespace
}  // namespace belay::sim
