// SPDX-License-Identifier: Apache-2.0
#include "core/trading/lot.hpp"

#include <gtest/gtest.h>

#include <set>

namespace belay {
namespace {

TEST(LotUid, IsSixteenHexadecimalDigitsThatNeverChange) {
  // Pinned: a lot must be found again by an installation years from now.
  EXPECT_EQ(lot_uid("PA3ABCDEFGHI", "4711").text(), "0ca8431dd34fd7b0");
  EXPECT_EQ(lot_uid("", "").text(), "b9034ad37056f5fb");
}

TEST(LotUid, TellsAccountsAndFactsApart) {
  std::set<LotUid> uids;
  for (int i = 0; i < 10'000; ++i) {
    uids.insert(lot_uid("PA1", std::to_string(i)));
    uids.insert(lot_uid("PA2", std::to_string(i)));
  }
  EXPECT_EQ(uids.size(), 20'000u);
  EXPECT_NE(lot_uid("A1", "2"), lot_uid("A", "12"));
  EXPECT_NE(lot_uid("A", ""), lot_uid("", "A"));
}

TEST(LotUid, NeighbouringFactsShareNoPrefix) {
  EXPECT_NE(lot_uid("PA1", "1").text().substr(0, 4), lot_uid("PA1", "2").text().substr(0, 4));
}

TEST(ExitClientId, NamesLotAndAttempt) {
  EXPECT_EQ(exit_client_id(LotUid("0123456789abcdef"), 1).text(), "blx-0123456789abcdef-x1");
}

TEST(ExitClientId, RoundTrips) {
  for (const int attempt : {1, 2, 10, 999, 2'147'483'647}) {
    const LotUid uid = lot_uid("PA1", std::to_string(attempt));
    const auto parts = parse_exit_client_id(exit_client_id(uid, attempt));
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->uid, uid);
    EXPECT_EQ(parts->attempt, attempt);
  }
}

TEST(ExitClientId, IsNobodyElses) {
  for (const char* text :
       {"", "blx-", "blx--x1", "blx-0123456789abcdef", "blx-0123456789abcdef-x", "blx-0123456789abcdef-x0",
        "blx-0123456789abcdef-x-1", "blx-0123456789abcdef-x+1", "blx-0123456789abcdef-x01", "blx-0123456789abcdef-x1 ",
        "blx-0123456789abcdef-x1a", "blx-0123456789abcdef-x99999999999", "BLX-0123456789abcdef-x1",
        "my-blx-0123456789abcdef-x1", "5f2b0ab4-73b6-4d0b-9d8a-66b1e0b0b0b0"}) {
    EXPECT_FALSE(parse_exit_client_id(ClientOrderId(text))) << text;
  }
}

TEST(LotWords, RoundTrip) {
  for (const auto* word : {"long", "short"}) EXPECT_EQ(to_text(parse_direction(word).value()), word);
  for (const auto* word : {"day_trade", "swing_trade"}) EXPECT_EQ(to_text(parse_strategy(word).value()), word);
  for (const auto* word : {"open", "closing", "closed"}) EXPECT_EQ(to_text(parse_lot_status(word).value()), word);
  for (const auto* word : {"instrument", "underlying"}) EXPECT_EQ(to_text(parse_price_domain(word).value()), word);
  for (const auto* word : {"managed", "watch"}) EXPECT_EQ(to_text(parse_management(word).value()), word);
  for (const auto* word :
       {"manual_close", "account_loss_limit", "stop_loss", "take_profit", "trailing_stop", "missing_brackets",
        "scale_out", "day_trade_close", "expiration_risk", "max_hold_time", "external_close", "expired", "exercised",
        "assigned", "broker_liquidation", "corporate_action"}) {
    EXPECT_EQ(to_text(parse_exit_reason(word).value()), word);
  }
  EXPECT_EQ(to_text(ExitReason::external_close), "external_close");
  EXPECT_EQ(to_text(ExitReason::corporate_action), "corporate_action");
}

TEST(LotWords, UnknownOnesAreNone) {
  EXPECT_FALSE(parse_direction("LONG"));
  EXPECT_FALSE(parse_strategy("conservative"));
  EXPECT_FALSE(parse_lot_status(""));
  EXPECT_FALSE(parse_price_domain("both"));
  EXPECT_FALSE(parse_management("ignore"));
  EXPECT_FALSE(parse_exit_reason("because"));
}

TEST(Lot, LeavesByTheOtherSide) {
  Lot lot;
  EXPECT_EQ(lot.exit_side(), Side::sell);
  lot.direction = Direction::short_;
  EXPECT_EQ(lot.exit_side(), Side::buy);
}

TEST(GuardIds, AreReadBackAndNeverTakenForAnExits) {
  const ClientOrderId id = guard_client_id(LotUid("00ff"), 12);
  EXPECT_EQ(id.text(), "blx-00ff-g12");
  ASSERT_TRUE(parse_guard_client_id(id));
  EXPECT_EQ(parse_guard_client_id(id)->uid, LotUid("00ff"));
  EXPECT_EQ(parse_guard_client_id(id)->attempt, 12);
  EXPECT_FALSE(parse_exit_client_id(id));
  EXPECT_FALSE(parse_guard_client_id(exit_client_id(LotUid("00ff"), 12)));
  EXPECT_FALSE(parse_guard_client_id(ClientOrderId("blx-00ff-g012")));
}

}  // namespace
}  // namespace belay
