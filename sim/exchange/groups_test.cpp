// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "sim/exchange/scene.hpp"

namespace belay::sim {
namespace {

class Groups : public Scene {
 protected:
  Order bracket(std::string_view quantity = "10") {
    return submit(with_exits(order(Side::buy, quantity), OrderClass::bracket, "220", "190"));
  }
  Order oco(std::string_view quantity = "10") {
    return submit(with_exits(limit(Side::sell, quantity, "220"), OrderClass::oco, "", "190"));
  }
};

TEST_F(Groups, ChildrenAreHeldUntilTheEntryFills) {
  const Order entry = submit(with_exits(limit(Side::buy, "10", "199"), OrderClass::bracket, "220", "190"));
  ASSERT_EQ(entry.legs.size(), 2U);
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::held);
  EXPECT_EQ(status(entry.legs[1]), OrderStatus::held);
  quote("AAPL", "198.9", "199");
  EXPECT_EQ(status(entry), OrderStatus::filled);
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::fresh);
  EXPECT_EQ(status(entry.legs[1]), OrderStatus::held);
}

TEST_F(Groups, ExitsReserveTheSharesOnce) {
  bracket();
  EXPECT_EQ(held(), 10_qty);
  EXPECT_EQ(available(), 0_qty);
  EXPECT_EQ(refusal(order(Side::sell, "10")).message,
            "insufficient qty available for order (requested: 10, available: 0)");
}

TEST_F(Groups, TargetFillCancelsTheStop) {
  const Order entry = bracket();
  move_to("AAPL", "221");
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::filled);
  EXPECT_EQ(status(entry.legs[1]), OrderStatus::canceled);
  EXPECT_EQ(held(), 0_qty);
}

TEST_F(Groups, StopFillShowsTheTargetReplaced) {
  const Order entry = bracket();
  static_cast<void>(events());
  move_to("AAPL", "189");
  EXPECT_EQ(events(), "replaced new fill");
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::replaced);
  EXPECT_EQ(now(entry.legs[0]).replaced_by, entry.legs[1].id);
  EXPECT_EQ(now(entry.legs[1]).filled_average, 188.99_price);
}

TEST_F(Groups, StopFillMayComeUnderANewId) {
  Faults faults;
  faults.stop_out_shape = StopOutShape::stop_replaced;
  exchange.set_faults(faults);
  const Order entry = bracket();
  move_to("AAPL", "189");
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::canceled);
  const Order stop_leg = now(entry.legs[1]);
  EXPECT_EQ(stop_leg.status, OrderStatus::replaced);
  const Order successor = *exchange.order(kAccount, *stop_leg.replaced_by);
  EXPECT_EQ(successor.status, OrderStatus::filled);
  EXPECT_EQ(successor.replaces, stop_leg.id);
  EXPECT_EQ(now(entry).legs[1].id, successor.id);
  EXPECT_EQ(held(), 0_qty);
}

TEST_F(Groups, PartialTargetReducesTheStop) {
  const Order entry = bracket();
  Faults faults;
  faults.partial_fill_permille = 1000;
  exchange.set_faults(faults);
  quote("AAPL", "220.5", "220.6");
  const Order target = now(entry.legs[0]);
  ASSERT_EQ(target.status, OrderStatus::partially_filled);
  EXPECT_EQ(now(entry.legs[1]).quantity, 10_qty - target.filled);
  exchange.set_faults({});
  move_to("AAPL", "189");
  EXPECT_EQ(now(entry.legs[1]).filled, 10_qty - target.filled);
  EXPECT_EQ(held(), 0_qty);
}

TEST_F(Groups, PartialEntryWhoseRestIsCanceledLeavesNakedShares) {
  Faults faults;
  faults.partial_fill_permille = 1000;
  exchange.set_faults(faults);
  const Order entry = bracket("100");
  ASSERT_EQ(status(entry), OrderStatus::partially_filled);
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::held);
  EXPECT_TRUE(exchange.cancel(kAccount, entry.id));
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::canceled);
  EXPECT_EQ(status(entry.legs[1]), OrderStatus::canceled);
  EXPECT_EQ(available(), held());
}

TEST_F(Groups, ExitsCoverOnlyWhatWasNotClosedMeanwhile) {
  Faults faults;
  faults.partial_fill_permille = 1000;
  exchange.set_faults(faults);
  const Order entry = bracket("100");
  const Quantity first = now(entry).filled;
  exchange.set_faults({});
  exchange.halt("AAPL");
  submit(with_exits(limit(Side::sell, first.text(), "201"), OrderClass::oco, "", "190"));
  exchange.resume("AAPL");
  quote("AAPL", "201", "202");  // fills both the rest of the entry and the way out of its first part
  EXPECT_EQ(status(entry), OrderStatus::filled);
  EXPECT_EQ(now(entry.legs[0]).quantity, 100_qty - first);
}

TEST_F(Groups, CancelingAChildCancelsItsSibling) {
  for (const std::size_t child : {0U, 1U}) {
    const Order entry = bracket();
    EXPECT_TRUE(exchange.cancel(kAccount, entry.legs[child].id));
    EXPECT_EQ(status(entry.legs[1 - child]), OrderStatus::canceled);
    EXPECT_EQ(available(), 10_qty);
    submit(order(Side::sell, "10"));
  }
}

TEST_F(Groups, OcoIsATargetWithAStopLeg) {
  hold("AAPL", "10");
  const Order target = oco();
  ASSERT_EQ(target.legs.size(), 1U);
  EXPECT_EQ(now(target.legs[0]).type, OrderType::stop);
  EXPECT_EQ(now(target.legs[0]).side, Side::sell);
  EXPECT_EQ(status(target), OrderStatus::fresh);
  EXPECT_EQ(status(target.legs[0]), OrderStatus::held);
  EXPECT_EQ(available(), 0_qty);
  move_to("AAPL", "190");
  EXPECT_EQ(status(target), OrderStatus::replaced);
  EXPECT_EQ(status(target.legs[0]), OrderStatus::filled);
}

TEST_F(Groups, CancelingEitherPartOfAnOcoCancelsBoth) {
  hold("AAPL", "10");
  const Order first = oco();
  EXPECT_TRUE(exchange.cancel(kAccount, first.id));
  EXPECT_EQ(status(first.legs[0]), OrderStatus::canceled);
  const Order second = oco();
  EXPECT_TRUE(exchange.cancel(kAccount, second.legs[0].id));
  EXPECT_EQ(status(second), OrderStatus::canceled);
}

TEST_F(Groups, OtoHasOneChildThatRestsOnItsOwn) {
  const Order entry = submit(with_exits(order(Side::buy, "10"), OrderClass::oto, "", "190"));
  ASSERT_EQ(entry.legs.size(), 1U);
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::fresh);
  EXPECT_EQ(available(), 0_qty);
  move_to("AAPL", "190");
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::filled);
}

TEST_F(Groups, ShortBracketsAreMirrored) {
  const Order entry = submit(with_exits(order(Side::sell, "10"), OrderClass::bracket, "190", "210"));
  EXPECT_EQ(held(), -10_qty);
  EXPECT_EQ(available(), 0_qty);
  move_to("AAPL", "189");
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::filled);
  EXPECT_EQ(held(), 0_qty);
}

TEST_F(Groups, OpenListOmitsTheHeldStop) {
  const Order entry = bracket();
  OrderQuery query;
  ASSERT_EQ(exchange.orders(kAccount, query).size(), 1U);
  EXPECT_EQ(exchange.orders(kAccount, query)[0].id, entry.legs[0].id);
  query.nested = true;  // judged by the filled entry
  EXPECT_TRUE(exchange.orders(kAccount, query).empty());
  query.status = OrderQuery::Status::all;
  ASSERT_EQ(exchange.orders(kAccount, query).size(), 1U);
  EXPECT_EQ(exchange.orders(kAccount, query)[0].legs.size(), 2U);
}

TEST_F(Groups, SplitsLeaveChildrenAtTheirPrices) {
  const Order entry = bracket();
  exchange.split("AAPL", 10, 1);
  EXPECT_EQ(held(), 100_qty);
  EXPECT_EQ(now(entry.legs[1]).stop_price, 190_price);
  move_to("AAPL", "20");  // the split triggers the stop
  EXPECT_EQ(status(entry.legs[1]), OrderStatus::filled);
  EXPECT_EQ(held(), 90_qty);
}

TEST_F(Groups, ExitsOfMoreThanAReverseSplitLeftEnd) {
  const Order entry = bracket();
  exchange.split("AAPL", 1, 10);
  EXPECT_EQ(held(), 1_qty);
  EXPECT_EQ(status(entry.legs[0]), OrderStatus::canceled);
  EXPECT_EQ(status(entry.legs[1]), OrderStatus::canceled);
}

}  // namespace
}  // namespace belay::sim
