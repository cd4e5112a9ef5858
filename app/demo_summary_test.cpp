// SPDX-License-Identifier: Apache-2.0
#include "app/demo_summary.hpp"

#include <gtest/gtest.h>

namespace belay::app::demonstration {
namespace {

Lot closed_lot(Money result) {
  Lot lot;
  lot.instrument = instrument_of("AAPL");
  lot.status = LotStatus::closed;
  lot.close_reason = ExitReason::stop_loss;
  lot.realised_result = result;
  return lot;
}

Lot open_lot(Strategy strategy) {
  Lot lot;
  lot.instrument = instrument_of("JPM");
  lot.strategy = strategy;
  lot.result = 3_usd;
  return lot;
}

std::string text_of(const std::vector<Line>& page) {
  std::string text;
  for (const Line& line : page) text += paint(line, false) + "\n";
  return text;
}

TEST(DemoSummary, BooksAgreeWhenTheCashIsWhatTheResultsSay) {
  const std::vector<Lot> lots{closed_lot(-500_usd), closed_lot(120.25_usd), open_lot(Strategy::swing_trade)};
  const DemoCash cash{.start = 100000_usd, .now = 98620.25_usd, .open_cost = 1000_usd};
  const Reckoning reckoning = reckon(lots, cash);
  EXPECT_EQ(reckoning.realised, -379.75_usd);
  EXPECT_EQ(reckoning.cash_moved, -379.75_usd);
  EXPECT_EQ(reckoning.unrealised, 3_usd);
  EXPECT_TRUE(reckoning.is_well());
  EXPECT_NE(text_of(summary_page(lots, cash, demo_scenario(1))).find("The books agree."), std::string::npos);
}

TEST(DemoSummary, ACentThatIsMissingIsNamed) {
  const std::vector<Lot> lots{closed_lot(10_usd)};
  const DemoCash cash{.start = 100_usd, .now = 109.99_usd, .open_cost = {}};
  EXPECT_FALSE(reckon(lots, cash).is_well());
  EXPECT_NE(text_of(summary_page(lots, cash, demo_scenario(1))).find("The books disagree by 0.01."), std::string::npos);
}

TEST(DemoSummary, ADayTradeThatIsStillOpenIsNotWell) {
  const std::vector<Lot> lots{open_lot(Strategy::day_trade)};
  const DemoCash cash{.start = 100_usd, .now = 50_usd, .open_cost = 50_usd};
  const Reckoning reckoning = reckon(lots, cash);
  EXPECT_TRUE(reckoning.disagreement.is_zero());
  EXPECT_EQ(reckoning.late, 1U);
  EXPECT_FALSE(reckoning.is_well());
}

TEST(DemoSummary, FitsEightyColumns) {
  Lot lot = closed_lot(-1234.125_usd);
  lot.instrument = instrument_of("AAPL260220P00250000");
  lot.close_reason = ExitReason::expiration_risk;
  lot.original_quantity = 12.5_qty;
  lot.entry_price = 464.76_price;
  lot.exit_price = 479.17_price;
  const DemoCash cash{.start = 100000_usd, .now = 98765.875_usd, .open_cost = {}};
  for (const Line& line : summary_page({lot}, cash, demo_scenario(1))) EXPECT_LE(width_of(line), 80U);
}

}  // namespace
}  // namespace belay::app::demonstration
