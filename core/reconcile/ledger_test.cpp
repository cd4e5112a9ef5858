// SPDX-License-Identifier: Apache-2.0
#include "core/reconcile/ledger.hpp"

#include <gtest/gtest.h>

#include <list>

namespace belay::reconcile {
namespace {

using namespace std::chrono_literals;

const Timestamp kNow = parse_timestamp("2026-01-26T11:00:00-05:00").value();
constexpr const char* kCall = "AAPL260116C00200000";  // expired on Friday, 2026-01-16

/// The ledger's page of one symbol: what everybody did, and what is missing.
struct Page {
  std::list<Lot> lots;
  std::list<Lot> closed;
  Activities activities;
  std::set<OrderId> own_orders;
  std::string symbol = "AAPL";
  std::optional<Quantity> held;
  calendar::UsEquities calendar;
  Policy policy;

  Lot& lot(const char* uid, Quantity quantity, Duration age, Direction direction = Direction::long_) {
    Lot lot;
    lot.uid = LotUid(uid);
    lot.instrument = instrument_of(symbol);
    lot.direction = direction;
    lot.original_quantity = quantity;
    lot.quantity = quantity;
    lot.entry_price = 100_price;
    lot.entry_time = kNow - age;
    lot.entry_order_id = OrderId(std::string("entry-") + uid);
    lots.push_back(lot);
    trade(std::string("f-") + uid, "entry-" + std::string(uid), direction == Direction::long_ ? Side::buy : Side::sell,
          quantity, age);
    return lots.back();
  }
  void trade(const std::string& id, const std::string& order, Side side, Quantity quantity, Duration age,
             Price price = 100_price) {
    activities.fills.push_back({.id = id,
                                .order_id = OrderId(order),
                                .symbol = symbol,
                                .side = side,
                                .quantity = quantity,
                                .price = price,
                                .at = kNow - age});
  }
  void movement(const std::string& id, Movement::Kind kind, Quantity quantity, std::string group = "",
                std::optional<Price> price = {}, Money net = {}) {
    activities.movements.push_back({.id = id,
                                    .kind = kind,
                                    .symbol = symbol,
                                    .quantity = quantity,
                                    .price = price,
                                    .net = net,
                                    .group = std::move(group),
                                    .at = kNow - 1h});
  }
  [[nodiscard]] Explanation explained(Quantity missing) const {
    Past past{
        .symbol = symbol, .lots = {}, .closed = {}, .own_orders = own_orders, .activities = &activities, .held = held};
    for (const Lot& lot : lots) past.lots.push_back(&lot);
    for (const Lot& lot : closed) past.closed.push_back(&lot);
    return explain(missing, past, calendar, policy, kNow);
  }
  // "a 30 @101, b 10 @102; rest 5"
  [[nodiscard]] std::string told(Quantity missing) const {
    const Explanation e = explained(missing);
    std::string text;
    for (const Charge& c : e.charges) {
      text += (text.empty() ? "" : ", ") + c.lot.text() + " " + c.quantity.text() + " @" + c.price.text();
    }
    return text + "; rest " + e.unexplained.text() + (e.settling ? ", settling" : "");
  }
};

TEST(Ledger, F38ASaleByHandIsChargedToTheOldestLotsFirst) {
  Page p;
  p.lot("a", 30_qty, 3h);
  p.lot("b", 40_qty, 2h);
  p.trade("s", "theirs", Side::sell, 40_qty, 1h, 101_price);
  EXPECT_EQ(p.told(40_qty), "a 30 @101, b 10 @101; rest 0");
  EXPECT_EQ(p.told(45_qty), "a 30 @101, b 10 @101; rest 5");
  EXPECT_EQ(p.told(35_qty), "a 30 @101, b 5 @101; rest 0") << "never more than is missing";
}

TEST(Ledger, F41AFillIsChargedOnceHoweverOftenItIsRead) {
  Page p;
  Lot& lot = p.lot("a", 100_qty, 3h);
  p.trade("s", "theirs", Side::sell, 40_qty, 1h, 101_price);
  p.trade("s", "theirs", Side::sell, 40_qty, 1h, 101_price);  // a page that was read twice
  EXPECT_EQ(p.told(100_qty), "a 40 @101; rest 60");
  lot.left_elsewise.push_back(
      {.order = outside_order(OrderId("theirs"), "s"), .quantity = 40_qty, .value = {}, .at = {}});
  EXPECT_EQ(p.told(60_qty), "; rest 60");
  lot.left_elsewise.back().quantity = 30_qty;  // cut when it was counted: ten of it are still to be told
  EXPECT_EQ(p.told(10_qty), "a 10 @101; rest 0");
}

TEST(Ledger, ASaleThatWasChargedToALotNowClosedIsNotTakenAgain) {
  Page p;
  p.lot("old", 40_qty, 5h);
  p.closed.push_back(p.lots.back());
  p.lots.clear();
  p.closed.back().left_elsewise.push_back(
      {.order = outside_order(OrderId("theirs"), "s"), .quantity = 40_qty, .value = {}, .at = {}});
  p.trade("s", "theirs", Side::sell, 40_qty, 4h, 90_price);
  p.lot("b", 100_qty, 5h);
  EXPECT_EQ(p.told(40_qty), "; rest 40");
}

TEST(Ledger, WhatBoughtAShortLotBackIsNobodysHolding) {
  Page p;
  p.lot("short", 40_qty, 5h, Direction::short_);
  p.closed.push_back(p.lots.back());
  p.lots.clear();
  p.closed.back().left_elsewise.push_back(
      {.order = outside_order(OrderId("theirs"), "b"), .quantity = 40_qty, .value = {}, .at = {}});
  p.trade("b", "theirs", Side::buy, 40_qty, 4h);
  p.lot("long", 100_qty, 3h);
  p.trade("s", "others", Side::sell, 30_qty, 1h, 101_price);
  EXPECT_EQ(p.told(30_qty), "long 30 @101; rest 0");
}

TEST(Ledger, ASaleFromBeforeTheLotIsNotItsEnd) {
  Page p;
  p.trade("s", "theirs", Side::sell, 40_qty, 4h, 90_price);
  p.lot("a", 40_qty, 3h);
  EXPECT_EQ(p.told(40_qty), "; rest 40");
}

TEST(Ledger, F39AnotherProgramsSalesTakeWhatItBoughtItself) {
  Page p;
  p.lot("a", 100_qty, 3h);
  p.trade("b1", "bot-1", Side::buy, 50_qty, 2h);
  p.trade("s1", "bot-2", Side::sell, 30_qty, 90min, 101_price);
  p.trade("s2", "bot-3", Side::sell, 45_qty, 60min, 102_price);
  EXPECT_EQ(p.told(25_qty), "a 25 @102; rest 0") << "of 75 sold, 50 were its own";
}

TEST(Ledger, OfMoreThanIsMissingTheOlderSalesWereSomebodyElses) {
  Page p;
  p.lot("a", 100_qty, 5h);
  p.trade("s1", "bot-1", Side::sell, 50_qty, 4h, 101_price);  // bought before these activities begin
  p.trade("s2", "bot-2", Side::sell, 20_qty, 1h, 102_price);
  EXPECT_EQ(p.told(20_qty), "a 20 @102; rest 0");
}

TEST(Ledger, OurOwnOrdersFillsAreNobodyElses) {
  Page p;
  Lot& lot = p.lot("a", 100_qty, 3h);
  lot.exit_orders.push_back({.client_id = ClientOrderId("blx-a-x1"),
                             .id = OrderId("x1"),
                             .status = OrderStatus::filled,
                             .quantity = 30_qty,
                             .filled = 30_qty,
                             .filled_average = {},
                             .limit_price = {},
                             .sent_at = {},
                             .filled_at = {}});
  lot.stop_order_id = OrderId("stop");
  p.own_orders = {OrderId("lost-record")};
  p.trade("s1", "x1", Side::sell, 30_qty, 50min);
  p.trade("s2", "stop", Side::sell, 10_qty, 40min);
  p.trade("s3", "lost-record", Side::sell, 10_qty, 30min);
  EXPECT_EQ(p.told(20_qty), "; rest 20");
}

TEST(Ledger, AnEntryThatNamesNoOrderIsKnownByItsTime) {
  Page p;
  p.lot("a", 100_qty, 3h).entry_order_id.reset();
  p.trade("s", "theirs", Side::sell, 40_qty, 1h, 101_price);
  EXPECT_EQ(p.told(40_qty), "a 40 @101; rest 0") << "its own purchase is not taken for somebody else's";
}

TEST(Ledger, WhatLiveExitsMayStillTakeIsNotCharged) {
  Page p;
  Lot& lot = p.lot("a", 100_qty, 3h);
  lot.exit_orders.push_back({.client_id = ClientOrderId("blx-a-x1"),
                             .id = OrderId("x1"),
                             .status = OrderStatus::fresh,
                             .quantity = 80_qty,
                             .filled = {},
                             .filled_average = {},
                             .limit_price = {},
                             .sent_at = {},
                             .filled_at = {}});
  p.trade("s", "theirs", Side::sell, 40_qty, 1h, 101_price);
  EXPECT_EQ(p.told(40_qty), "a 20 @101; rest 20");
}

TEST(Ledger, F37AFillTooYoungIsLeftToSettle) {
  Page p;
  p.lot("a", 100_qty, 3h);
  p.trade("s", "theirs", Side::sell, 40_qty, 9s, 101_price);
  EXPECT_EQ(p.told(40_qty), "; rest 40, settling");
  p.activities.fills.back().at = kNow - 10s;
  EXPECT_EQ(p.told(40_qty), "a 40 @101; rest 0");
}

TEST(Ledger, AShortIsBoughtBackByOthers) {
  Page p;
  p.lot("a", 100_qty, 3h, Direction::short_);
  p.trade("b", "theirs", Side::buy, 40_qty, 1h, 99_price);
  EXPECT_EQ(p.told(40_qty), "a 40 @99; rest 0");
}

TEST(Ledger, F69ContractsEndWithTheirTruePriceTimeAndReason) {
  struct Row {
    const char* name;
    Movement::Kind kind;
    Direction direction;
    ExitReason reason;
  };
  for (const Row& row : {Row{"expired long", Movement::Kind::expired, Direction::long_, ExitReason::expired},
                         Row{"expired short", Movement::Kind::expired, Direction::short_, ExitReason::expired},
                         Row{"exercised", Movement::Kind::exercised, Direction::long_, ExitReason::exercised},
                         Row{"assigned", Movement::Kind::assigned, Direction::short_, ExitReason::assigned}}) {
    Page p;
    p.symbol = kCall;
    p.lot("a", 2_qty, 24h * 20, row.direction);
    p.movement("m", row.kind, row.direction == Direction::long_ ? -(2_qty) : 2_qty, "g", {}, -(20'000_usd));
    const Explanation e = p.explained(2_qty);
    ASSERT_EQ(e.charges.size(), 1U) << row.name;
    EXPECT_EQ(e.charges[0].reason, row.reason) << row.name;
    EXPECT_EQ(e.charges[0].price, 0_price) << row.name << ": what it was worth is in the stock that it brought";
    EXPECT_EQ(e.charges[0].quantity, 2_qty) << row.name;
    const Timestamp close = parse_timestamp("2026-01-16T16:00:00-05:00").value();
    EXPECT_EQ(e.charges[0].at, row.kind == Movement::Kind::expired ? close : kNow - 1h) << row.name;
  }
}

TEST(Ledger, F69ACashSettledContractEndsAtTheMoneyThatCame) {
  Page p;
  p.symbol = "SPXW260116C05000000";
  p.lot("a", 2_qty, 24h * 20);
  p.movement("m", Movement::Kind::exercised, -(2_qty), "g");
  p.movement("c", Movement::Kind::cash_settled, {}, "g", {}, 2'468_usd);
  ASSERT_EQ(p.explained(2_qty).charges.size(), 1U);
  EXPECT_EQ(p.explained(2_qty).charges[0].price, 12.34_price);
}

TEST(Ledger, F69StockThatAnAssignmentTookWentAtTheStrike) {
  Page p;
  p.lot("a", 150_qty, 24h * 20);
  p.movement("d", Movement::Kind::delivered, -(100_qty), "g", 200_price, 20'000_usd);
  p.symbol = kCall;
  p.movement("m", Movement::Kind::assigned, 1_qty, "g");
  p.symbol = "AAPL";
  const Explanation e = p.explained(100_qty);
  ASSERT_EQ(e.charges.size(), 1U);
  EXPECT_EQ(e.charges[0].reason, ExitReason::assigned);
  EXPECT_EQ(e.charges[0].price, 200_price);
}

TEST(Ledger, ABrokersLiquidationIsKnownByContractAndHour) {
  Page p;
  p.symbol = kCall;
  p.lot("a", 2_qty, 24h * 20);
  const auto sold_at = [&](const char* when) {
    p.activities.fills.resize(1);
    p.activities.fills.push_back({.id = "s",
                                  .order_id = OrderId("theirs"),
                                  .symbol = kCall,
                                  .side = Side::sell,
                                  .quantity = 2_qty,
                                  .price = 1.5_price,
                                  .at = parse_timestamp(when).value()});
    return p.explained(2_qty).charges.at(0).reason;
  };
  EXPECT_EQ(sold_at("2026-01-16T15:14:00-05:00"), ExitReason::external_close);
  EXPECT_EQ(sold_at("2026-01-16T15:31:00-05:00"), ExitReason::broker_liquidation);
  EXPECT_EQ(sold_at("2026-01-15T15:31:00-05:00"), ExitReason::external_close);
}

TEST(Ledger, SharesThatAMergerTookWentForItsMoney) {
  Page p;
  p.lot("a", 100_qty, 24h * 20);
  p.movement("m", Movement::Kind::merged, -(100_qty), "", {}, 4'250_usd);
  const Explanation e = p.explained(100_qty);
  ASSERT_EQ(e.charges.size(), 1U);
  EXPECT_EQ(e.charges[0].reason, ExitReason::corporate_action);
  EXPECT_EQ(e.charges[0].price, 42.5_price);
}

TEST(Ledger, F39WhatCoveredSomebodyElsesShortSaleIsNothingThatTheyHold) {
  Page p;
  p.trade("s", "theirs-1", Side::sell, 81_qty, 4h);
  p.trade("b", "theirs-2", Side::buy, 81_qty, 3h);
  p.lot("a", 2_qty, 2h);
  p.trade("t", "theirs-3", Side::sell, 1_qty, 1h);
  const Explanation e = p.explained(1_qty);
  ASSERT_EQ(e.charges.size(), 1U);
  EXPECT_EQ(e.charges[0].source, outside_order(OrderId("theirs-3"), "t"));
}

TEST(Ledger, F38WhatWasTakenOverWithoutFillsIsAllThatWasThere) {
  Page p;
  p.trade("b", "theirs-1", Side::buy, 20_qty, 4h);
  Lot& lot = p.lot("a", 100_qty, 2h);
  lot.entry_order_id.reset();
  p.activities.fills.pop_back();
  p.trade("s", "theirs-2", Side::sell, 30_qty, 1h);
  EXPECT_EQ(p.told(30_qty), "a 30 @100; rest 0");
}

TEST(Ledger, F38WhatSomebodyElseHadIsGoneWhenNothingWasHeld) {
  Page p;
  Lot& first = p.lot("a", 7_qty, 5h);
  p.trade("s", "theirs-1", Side::sell, 4_qty, 4h);
  p.trade("b", "theirs-2", Side::buy, 0.5_qty, 4h - 1s);
  p.trade("x", "exit-a", Side::sell, 3.5_qty, 3h);  // the lot took what it found
  first.exit_orders.push_back({.id = OrderId("exit-a"), .quantity = 3.5_qty});
  first.closed_at = kNow - 3h;
  p.closed.push_back(first);
  p.lots.clear();
  p.lot("c", 49_qty, 2h);
  p.trade("t", "theirs-3", Side::sell, 39_qty, 1h);
  p.held = 10_qty;
  EXPECT_EQ(p.told(39_qty), "c 39 @100; rest 0");
}

TEST(Ledger, ASplitTakesNothing) {
  Page p;
  p.lot("a", 100_qty, 24h * 20);
  p.movement("m", Movement::Kind::split, -(90_qty));
  EXPECT_EQ(p.told(90_qty), "; rest 90");
}

}  // namespace
}  // namespace belay::reconcile
