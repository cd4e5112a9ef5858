// SPDX-License-Identifier: Apache-2.0
#include "core/reconcile/ownership.hpp"

#include <gtest/gtest.h>

#include <list>

namespace belay::reconcile {
namespace {

using namespace std::chrono_literals;

const Timestamp kNow = parse_timestamp("2026-01-26T11:00:00-05:00").value();

struct Stage {
  std::list<Lot> lots;
  Book book;
  Policy policy;

  Stage() {
    book.account_number = "PA1";
    book.now = kNow;
  }
  void holds(Quantity quantity) {
    book.holdings["AAPL"] = {.instrument = instrument_of("AAPL"),
                             .quantity = quantity,
                             .available = {},
                             .average_entry = 100_price,
                             .broker_price = {},
                             .asset_id = ""};
  }
  Lot& lot(const char* uid, Quantity quantity, Direction direction = Direction::long_) {
    Lot lot;
    lot.uid = LotUid(uid);
    lot.execution_key = uid;
    lot.instrument = instrument_of("AAPL");
    lot.direction = direction;
    lot.original_quantity = quantity;
    lot.quantity = quantity;
    lot.entry_time = kNow - 1h;
    lots.push_back(lot);
    book.lots.push_back(&lots.back());
    return lots.back();
  }
  Execution& execution(const char* key, Quantity quantity, Duration age = 1h, Direction direction = Direction::long_) {
    Execution e;
    e.key = key;
    e.instrument = instrument_of("AAPL");
    e.direction = direction;
    e.quantity = quantity;
    e.entry_price = 100_price;
    e.entry_time = kNow - age;
    book.executions.push_back(e);
    return book.executions.back();
  }
  Order& order(const char* id, Side side, Quantity filled, OrderStatus status, Duration age = 1h) {
    Order o;
    o.id = OrderId(id);
    o.symbol = "AAPL";
    o.side = side;
    o.quantity = filled;
    o.filled = filled;
    o.status = status;
    if (filled.is_positive()) o.filled_at = kNow - age;
    return book.orders[o.id] = o;
  }
  [[nodiscard]] Differences compared() const { return compare(book, policy); }
};

TEST(Ownership, TheNewestExecutionsClaimFirst) {
  Stage s;
  s.holds(150_qty);
  s.execution("new", 100_qty, 1h);
  s.execution("middle", 100_qty, 2h);
  s.execution("old", 100_qty, 3h);
  const Differences d = s.compared();
  ASSERT_EQ(d.claims.size(), 2U);
  EXPECT_EQ(d.claims[0].execution.key, "new");
  EXPECT_EQ(d.claims[0].quantity, 100_qty);
  EXPECT_EQ(d.claims[1].execution.key, "middle");
  EXPECT_EQ(d.claims[1].quantity, 50_qty) << "what is there, not what was bought";
  ASSERT_EQ(d.history.size(), 1U);
  EXPECT_EQ(d.history[0].execution.key, "old");
  EXPECT_TRUE(d.orphans.empty());
}

TEST(Ownership, SharesOfALotAreNotClaimedTwice) {
  Stage s;
  s.holds(100_qty);
  s.lot("a", 100_qty);
  s.execution("1", 100_qty);
  EXPECT_TRUE(s.compared().claims.empty());
  EXPECT_EQ(s.compared().history.size(), 1U);
}

TEST(Ownership, AYoungOrFillingExecutionWaits) {
  Stage s;
  s.execution("young", 100_qty, 119s);
  s.execution("filling", 100_qty, 1h).broker_order_id = OrderId("entry");
  s.execution("old", 100_qty, 2min);
  s.order("entry", Side::buy, 0_qty, OrderStatus::fresh);
  const Differences d = s.compared();
  EXPECT_EQ(d.deferred.size(), 2U);
  ASSERT_EQ(d.history.size(), 1U);
  EXPECT_EQ(d.history[0].execution.key, "old");
}

TEST(Ownership, F41ARowWrittenTwiceClaimsOnce) {
  Stage s;
  s.holds(150_qty);  // 50 of them another trade's, whose row is late
  s.execution("1", 100_qty, 1h).broker_order_id = OrderId("entry");
  s.execution("1-again", 100_qty, 1h).broker_order_id = OrderId("entry");
  s.order("entry", Side::buy, 100_qty, OrderStatus::filled);
  const Differences d = s.compared();
  ASSERT_EQ(d.claims.size(), 1U);
  EXPECT_EQ(d.claims[0].quantity, 100_qty);
  EXPECT_EQ(d.history.size(), 1U);
  ASSERT_EQ(d.orphans.size(), 1U);
  EXPECT_EQ(d.orphans[0].quantity, 50_qty);
}

TEST(Ownership, F41ASecondRowOfAnEntryThatIsALotAlreadyClaimsNothing) {
  Stage s;
  s.holds(150_qty);
  s.lot("a", 100_qty).entry_order_id = OrderId("entry");
  s.execution("1-again", 100_qty, 1h).broker_order_id = OrderId("entry");
  EXPECT_TRUE(s.compared().claims.empty()) << "also when the entry itself is no longer listed";
}

TEST(Ownership, F39ARowDoesNotClaimBeyondWhatItsEntryHasFilled) {
  Stage s;
  s.holds(100_qty);  // all of it another trade's
  s.execution("open", 100_qty, 1h).broker_order_id = OrderId("entry");
  s.order("entry", Side::buy, 0_qty, OrderStatus::fresh);
  EXPECT_TRUE(s.compared().claims.empty());
  EXPECT_EQ(s.compared().deferred.size(), 1U);
}

TEST(Ownership, AnExecutionOfTheOtherSideClaimsNothing) {
  Stage s;
  s.holds(-(100_qty));
  s.execution("long", 100_qty, 1h, Direction::long_);
  s.execution("short", 60_qty, 2h, Direction::short_);
  const Differences d = s.compared();
  ASSERT_EQ(d.claims.size(), 1U);
  EXPECT_EQ(d.claims[0].execution.key, "short");
  ASSERT_EQ(d.orphans.size(), 1U);
  EXPECT_EQ(d.orphans[0].quantity, -(40_qty));
  EXPECT_TRUE(d.orphans[0].beside_lots);
}

TEST(Ownership, AnEntryThatFillsFurtherGrowsItsLotBeforeAnybodyElseClaims) {
  Stage s;
  s.holds(100_qty);
  s.lot("a", 60_qty).entry_order_id = OrderId("entry");
  s.order("entry", Side::buy, 90_qty, OrderStatus::partially_filled);
  s.execution("1", 50_qty);
  const Differences d = s.compared();
  ASSERT_EQ(d.growths.size(), 1U);
  EXPECT_EQ(d.growths[0].by, 30_qty);
  ASSERT_EQ(d.claims.size(), 1U);
  EXPECT_EQ(d.claims[0].quantity, 10_qty);
}

TEST(Ownership, AnEntryDoesNotGrowItsLotByWhatWasAdoptedWithoutFills) {
  Stage s;
  s.holds(120_qty);
  s.lot("a", 60_qty).entry_order_id = OrderId("entry");
  Lot& adopted = s.lot("b", 30_qty);
  adopted.execution_key.reset();
  adopted.entry_order_id.reset();
  s.order("entry", Side::buy, 90_qty, OrderStatus::filled);
  EXPECT_TRUE(s.compared().growths.empty());
  EXPECT_EQ(s.compared().orphans.size(), 1U);
}

TEST(Ownership, NobodysSharesAreAnOrphan) {
  Stage s;
  s.holds(100_qty);
  ASSERT_EQ(s.compared().orphans.size(), 1U);
  EXPECT_EQ(s.compared().orphans[0].quantity, 100_qty);
  EXPECT_FALSE(s.compared().orphans[0].beside_lots);
  s.lot("a", 70_qty);
  EXPECT_EQ(s.compared().orphans[0].quantity, 30_qty);
  EXPECT_TRUE(s.compared().orphans[0].beside_lots);
}

TEST(Ownership, FewerThanTheLotsIsAShortfall) {
  Stage s;
  s.holds(30_qty);
  s.lot("a", 70_qty);
  s.lot("b", 30_qty);
  ASSERT_EQ(s.compared().shortfalls.size(), 1U);
  EXPECT_EQ(s.compared().shortfalls[0].missing, 70_qty);
  s.book.holdings.clear();
  EXPECT_EQ(s.compared().shortfalls[0].missing, 100_qty);
  EXPECT_EQ(s.compared().shortfalls[0].held, 0_qty);
}

TEST(Ownership, TheOppositeSignIsNoShortfall) {
  Stage s;
  s.holds(-(40_qty));
  s.lot("a", 70_qty);
  const Differences d = s.compared();
  ASSERT_EQ(d.sign_changes.size(), 1U);
  EXPECT_EQ(d.sign_changes[0].held, -(40_qty));
  EXPECT_TRUE(d.shortfalls.empty());
  EXPECT_TRUE(d.orphans.empty());
}

TEST(Ownership, WhereSomethingLeftAMomentAgoNothingIsConcluded) {
  Stage s;
  s.holds(100_qty);
  s.lot("a", 60_qty);
  s.execution("1", 40_qty);
  s.order("exit", Side::sell, 40_qty, OrderStatus::filled, 9s);
  Differences d = s.compared();
  EXPECT_EQ(d.settling, std::vector<std::string>{"AAPL"});
  EXPECT_TRUE(d.orphans.empty());
  EXPECT_TRUE(d.claims.empty());
  EXPECT_EQ(d.deferred.size(), 1U);
  s.order("exit", Side::sell, 40_qty, OrderStatus::filled, 10s);
  EXPECT_EQ(s.compared().claims.size(), 1U);
}

TEST(Ownership, ALotThatWasOpenedAndLeftBeforeItWasStoredIsFoundByItsExits) {
  Stage s;
  const Execution execution = s.execution("1", 100_qty);
  Order& exit = s.order("exit", Side::sell, 100_qty, OrderStatus::filled);
  exit.client_id = exit_client_id(uid_of(execution, "PA1"), 1);
  const Differences gone = s.compared();
  ASSERT_EQ(gone.claims.size(), 1U);
  EXPECT_EQ(gone.claims[0].quantity, 100_qty);

  exit.filled = 40_qty;
  s.holds(60_qty);
  const Differences half = s.compared();
  ASSERT_EQ(half.claims.size(), 1U);
  EXPECT_EQ(half.claims[0].quantity, 100_qty);
  EXPECT_TRUE(half.orphans.empty());
}

TEST(Ownership, AnExecutionMergesIntoTheLotItsSharesWereAdoptedAs) {
  Stage s;
  s.holds(100_qty);
  Lot& adopted = s.lot("a", 100_qty);
  adopted.execution_key.reset();
  Execution& execution = s.execution("1", 100_qty, 55min);
  EXPECT_EQ(s.compared().merges.size(), 1U);
  EXPECT_TRUE(s.compared().history.empty());

  execution.entry_time = kNow - 3h;
  EXPECT_TRUE(s.compared().merges.empty()) << "not at that time";
  adopted.entry_order_id = OrderId("entry");
  execution.broker_order_id = OrderId("entry");
  EXPECT_EQ(s.compared().merges.size(), 1U) << "but by that order";
  execution.broker_order_id = OrderId("other");
  execution.entry_time = kNow - 1h;
  EXPECT_TRUE(s.compared().merges.empty());
  adopted.execution_key = "9";
  execution.broker_order_id = OrderId("entry");
  EXPECT_TRUE(s.compared().merges.empty()) << "it is another execution's";
}

TEST(Identities, F67TheSameAssetUnderAnotherSymbolWasRenamed) {
  Stage s;
  s.lot("a", 10_qty).asset_id = "id-1";
  s.book.holdings["META"] = {.instrument = instrument_of("META"),
                             .quantity = 10_qty,
                             .available = {},
                             .average_entry = 100_price,
                             .broker_price = {},
                             .asset_id = "id-1"};
  const Identities found = identify(s.book);
  ASSERT_EQ(found.renames.size(), 1U);
  EXPECT_EQ(found.renames[0].now.symbol, "META");
  EXPECT_TRUE(found.others.empty());
}

TEST(Identities, F68AnotherAssetUnderTheSameSymbolIsNotTheLots) {
  Stage s;
  s.lot("a", 10_qty).asset_id = "id-1";
  s.holds(10_qty);
  s.book.holdings["AAPL"].asset_id = "id-2";
  const Identities found = identify(s.book);
  ASSERT_EQ(found.others.size(), 1U);
  EXPECT_EQ(found.others[0].held_asset, "id-2");

  s.book.others = {LotUid("a")};
  const Differences d = s.compared();
  ASSERT_EQ(d.orphans.size(), 1U) << "the new company's shares are nobody's yet";
  EXPECT_FALSE(d.orphans[0].beside_lots);
  ASSERT_EQ(d.shortfalls.size(), 1U) << "the old one's are gone";
  EXPECT_EQ(d.shortfalls[0].lots, std::vector{LotUid("a")});
}

}  // namespace
}  // namespace belay::reconcile
