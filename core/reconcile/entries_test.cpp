// SPDX-License-Identifier: Apache-2.0
#include "core/reconcile/entries.hpp"

#include <gtest/gtest.h>

namespace belay::reconcile {
namespace {

using namespace std::chrono_literals;

const Timestamp kNow = parse_timestamp("2026-01-26T11:00:00-05:00").value();

Flow flow(const char* id, const char* order, Side side, Quantity quantity, Price price, Duration age) {
  return {.source = outside_order(OrderId(order), id),
          .order = OrderId(order),
          .id = id,
          .side = side,
          .quantity = quantity,
          .price = price,
          .at = kNow - age};
}

TEST(Opening, IsTheNewestFlowsForWhatIsLeftWhenTheOldestLeaveFirst) {
  const Orphan orphan{.instrument = instrument_of("AAPL"), .quantity = 100_qty, .average_entry = 1_price};
  const std::vector<Flow> flows{
      flow("f1", "a", Side::buy, 100_qty, 90_price, 3h), flow("f2", "b", Side::sell, 100_qty, 95_price, 2h),
      flow("f3", "c", Side::buy, 60_qty, 100_price, 2h), flow("f4", "c", Side::buy, 40_qty, 101_price, 1h)};
  const auto opening = opening_of(orphan, flows);
  ASSERT_TRUE(opening);
  EXPECT_EQ(opening->first_fill_id, "f3");
  EXPECT_EQ(opening->entry_price, 100.4_price);
  EXPECT_EQ(opening->entry_time, kNow - 2h);
  EXPECT_EQ(opening->order, OrderId("c"));

  Orphan larger = orphan;
  larger.quantity = 150_qty;
  EXPECT_EQ(opening_of(larger, flows)->first_fill_id, "f1");
  EXPECT_EQ(opening_of(larger, flows)->order, std::nullopt) << "two orders made it";
  larger.quantity = 500_qty;
  EXPECT_FALSE(opening_of(larger, flows)) << "the flows do not reach back so far";
}

TEST(Entries, AreOneForEachOrderButThoseThatOpenedLots) {
  const Orphan orphan{.instrument = instrument_of("AAPL"), .quantity = 17_qty, .average_entry = 1_price};
  const std::vector<Flow> flows{
      flow("f1", "a", Side::buy, 4_qty, 90_price, 4h), flow("f2", "a", Side::buy, 6_qty, 91_price, 3h),
      flow("f3", "b", Side::buy, 7_qty, 100_price, 2h), flow("f4", "c", Side::buy, 50_qty, 101_price, 1h)};
  const auto entries = entries_of(orphan, 67_qty, flows, {OrderId("c")});
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].part.quantity, 7_qty);
  EXPECT_EQ(entries[0].opening.order, OrderId("b"));
  EXPECT_EQ(entries[0].opening.first_fill_id, "f3");
  EXPECT_EQ(entries[1].part.quantity, 10_qty);
  EXPECT_EQ(entries[1].opening.order, OrderId("a"));
  EXPECT_EQ(entries[1].opening.entry_price, 90.6_price);
  EXPECT_EQ(entries[1].opening.first_fill_id, "f1");

  Orphan larger = orphan;
  larger.quantity = 18_qty;
  EXPECT_EQ(entries_of(larger, 68_qty, flows, {OrderId("c")}).size(), 2U) << "the flows do not reach back so far";
}

// A lot of a row that names no order: its own fills are those nearest to its time, whatever was bought since.
TEST(Entries, ALotThatNamesNoOrderSpeaksForTheFillsNearestToItsTime) {
  std::vector<Flow> flows{flow("f0", "w", Side::buy, 30_qty, 90_price, 3h),
                          flow("f1", "x", Side::buy, 100_qty, 90_price, 1h - 1s),
                          flow("f2", "y", Side::buy, 40_qty, 91_price, 55min)};
  Lot lot;
  lot.execution_key = "1";
  lot.original_quantity = 100_qty;
  lot.entry_time = kNow - 1h;
  speak_for(flows, lot, {});
  EXPECT_EQ(flows[0].spoken_for, 0_qty);
  EXPECT_EQ(flows[1].spoken_for, 100_qty);
  EXPECT_EQ(flows[2].spoken_for, 0_qty);

  for (Flow& one : flows) one.spoken_for = {};
  lot.execution_key.reset();  // adopted without fills: what was there when it was read
  lot.entry_time = kNow - 50min;
  speak_for(flows, lot, {});
  EXPECT_EQ(flows[2].spoken_for, 40_qty);
  EXPECT_EQ(flows[1].spoken_for, 60_qty);
}

TEST(Entries, WhatOnlyCoveredAShortHoldingOpenedNothing) {
  const Orphan orphan{.instrument = instrument_of("AAPL"), .quantity = 12_qty, .average_entry = 100_price};
  const std::vector<Flow> flows{flow("f1", "a", Side::sell, 200_qty, 90_price, 4h),
                                flow("f2", "b", Side::buy, 207_qty, 91_price, 3h)};
  const auto entries = entries_of(orphan, 12_qty, flows, {});
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].part.quantity, 12_qty);
  EXPECT_TRUE(entries_of(orphan, -(8_qty), flows, {}).empty());
}

TEST(Entries, SayHowMuchMoreTheirOrderOpened) {
  const Orphan orphan{.instrument = instrument_of("AAPL"), .quantity = 60_qty, .average_entry = 100_price};
  std::vector<Flow> flows{flow("f1", "a", Side::buy, 100_qty, 90_price, 4h),
                          flow("f2", "b", Side::buy, 40_qty, 91_price, 3h),
                          flow("f3", "b", Side::buy, 50_qty, 91_price, 2h)};
  auto entries = entries_of(orphan, 160_qty, flows, {OrderId("a")});
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(opened_beyond(entries[0], flows, {OrderId("a")}), 30_qty);
  flows.push_back(flow("f4", "c", Side::sell, 20_qty, 91_price, 1h));
  entries = entries_of(orphan, 160_qty, flows, {OrderId("a")});
  EXPECT_EQ(opened_beyond(entries[0], flows, {OrderId("a")}), 10_qty) << "somebody has closed the rest since";
}

TEST(Entries, AreFoundAmongUpstreamsRowsByTheirOrderElseByQuantityAndTime) {
  std::vector<Execution> rows(1);
  Execution& row = rows.front();
  row.key = "1";
  row.instrument = instrument_of("AAPL");
  row.quantity = 100_qty;
  row.entry_time = kNow - 1h;
  row.is_trade = false;
  row.broker_order_id = OrderId("c");
  const Entry entry{.part = {.instrument = instrument_of("AAPL"), .quantity = 100_qty, .average_entry = {}},
                    .opening = {.first_fill_id = "f",
                                .entry_price = 100_price,
                                .entry_time = kNow - 3h,
                                .order = OrderId("c"),
                                .delivered = {}}};
  ASSERT_NE(execution_of(entry, rows), nullptr) << "by its order, at whatever time";
  row.broker_order_id = OrderId("d");
  EXPECT_EQ(execution_of(entry, rows), nullptr);
  row.broker_order_id.reset();
  EXPECT_EQ(execution_of(entry, rows), nullptr) << "not at that time";
  row.entry_time = kNow - 3h - 9min;
  EXPECT_NE(execution_of(entry, rows), nullptr);
  row.quantity = 99_qty;
  EXPECT_EQ(execution_of(entry, rows), nullptr);
}

}  // namespace
}  // namespace belay::reconcile
