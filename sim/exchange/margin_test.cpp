// SPDX-License-Identifier: Apache-2.0
// What an account has to keep, and cash that comes and goes.
#include <gtest/gtest.h>

#include "sim/exchange/scene.hpp"

namespace belay::sim {
namespace {

class Margin : public Scene {
 protected:
  Money maintenance() { return exchange.account(kAccount).maintenance_margin; }
};

TEST_F(Margin, MaintenanceIsAPartOfWhatIsHeldAndOfNoOrder) {
  submit(limit(Side::buy, "10", "150"));
  EXPECT_EQ(maintenance(), 0_usd);
  EXPECT_GT(exchange.account(kAccount).initial_margin, 0_usd);
  hold("AAPL", "10");
  trade("AAPL", "200");
  EXPECT_EQ(maintenance(), 600_usd);
  hold("AAPL", "-20");
  EXPECT_EQ(maintenance(), 600_usd);  // of ten sold short
}

TEST_F(Margin, CheapSharesAreKeptWhole) {
  hold("PENNY", "100", "2");
  move_to("PENNY", "2.00");
  EXPECT_EQ(maintenance(), 200_usd);
  move_to("PENNY", "2.50");
  EXPECT_EQ(maintenance(), 75_usd);
}

TEST_F(Margin, ShortSharesHaveALeastAmountEach) {
  hold("PENNY", "-100", "2");
  move_to("PENNY", "1.00");
  EXPECT_EQ(maintenance(), 250_usd);
  move_to("PENNY", "4.00");
  EXPECT_EQ(maintenance(), 400_usd);
  move_to("PENNY", "6.00");
  EXPECT_EQ(maintenance(), 500_usd);
  move_to("PENNY", "100.00");
  EXPECT_EQ(maintenance(), 3000_usd);
}

TEST_F(Margin, LongContractsAreKeptWhole) {
  constexpr auto kCall = "AAPL260220C00210000";
  quote(kCall, "2.00", "2.10");
  submit(limit(Side::buy, "1", "2.10", kCall));
  EXPECT_EQ(maintenance(), exchange.position(kAccount, kCall)->market_value);
}

TEST_F(Margin, ACoveredCallKeepsSharesAndNoLessThanNothing) {
  constexpr auto kDeep = "AAPL260220C00100000";
  quote(kDeep, "100.00", "100.10");
  hold("AAPL", "100");
  trade("AAPL", "200");
  const Money before = maintenance();
  const Money initial = exchange.account(kAccount).initial_margin;
  submit(limit(Side::sell, "1", "100", kDeep));
  EXPECT_EQ(maintenance(), before);
  EXPECT_EQ(exchange.account(kAccount).initial_margin, initial);
}

TEST_F(Margin, AShortPutKeepsItsStrike) {
  constexpr auto kPut = "AAPL260220P00190000";
  quote(kPut, "3.00", "3.10");
  submit(limit(Side::sell, "1", "3", kPut));
  EXPECT_EQ(maintenance(), 19000_usd + exchange.position(kAccount, kPut)->market_value);
}

TEST_F(Margin, CashThatComesOrGoesIsAnActivity) {
  exchange.deposit(kAccount, 500_usd);
  exchange.deposit(kAccount, -(200_usd));
  EXPECT_EQ(cash(), 100300_usd);
  const auto activities = exchange.activities(kAccount);
  ASSERT_EQ(activities.size(), 2u);
  EXPECT_EQ(activities[0].activity_type, "CSD");
  EXPECT_EQ(activities[0].net_amount, 500_usd);
  EXPECT_EQ(activities[0].symbol, "");
  EXPECT_EQ(activities[1].activity_type, "CSW");
  EXPECT_EQ(activities[1].net_amount, -(200_usd));
}

}  // namespace
}  // namespace belay::sim
