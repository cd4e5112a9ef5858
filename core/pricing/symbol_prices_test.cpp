// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/pricing/market_stage.hpp"

namespace belay::pricing {
namespace {

using namespace testing_stage;

TEST(SoundQuote, IsTwoSidedNotCrossedAndNarrow) {
  const Policy policy;
  const auto sound = [&](const Instrument& of, Price bid, Price ask) { return is_sound({bid, ask, kNow}, of, policy); };
  EXPECT_TRUE(sound(kStock, 99.99_price, 100.01_price));
  EXPECT_TRUE(sound(kStock, 100_price, 100_price)) << "locked is not crossed";
  EXPECT_TRUE(sound(kStock, 95_price, 105_price)) << "ten percent of the middle is the limit";
  EXPECT_FALSE(sound(kStock, 94.99_price, 105.01_price));
  EXPECT_FALSE(sound(kStock, 100.01_price, 100_price));
  EXPECT_FALSE(sound(kStock, 0_price, 100_price));
  EXPECT_FALSE(sound(kStock, 100_price, 0_price));
  EXPECT_FALSE(sound(kStock, -(1_price), 1_price));
  EXPECT_TRUE(sound(kCall, 0.85_price, 1.15_price)) << "thirty percent";
  EXPECT_FALSE(sound(kCall, 0.84_price, 1.16_price));
  EXPECT_TRUE(sound(kCall, 0.01_price, 0.11_price)) << "or ten cents";
  EXPECT_FALSE(sound(kCall, 0.01_price, 0.12_price));
}

TEST(ExitSide, IsTheBidForALongAndTheAskForAShort) {
  EXPECT_EQ(exit_side({1_price, 2_price, kNow}, Direction::long_), 1_price);
  EXPECT_EQ(exit_side({1_price, 2_price, kNow}, Direction::short_), 2_price);
  EXPECT_EQ(exit_side({0_price, 2_price, kNow}, Direction::long_), std::nullopt);
  EXPECT_EQ(exit_side({1_price, 0_price, kNow}, Direction::short_), std::nullopt);
}

TEST(StockPrice, IsTheLastTrade) {
  Market m;
  m.print(100_price);
  m.quote(kStock, 99_price, 99.5_price);
  EXPECT_EQ(m.judged().standing, Standing::good);
  EXPECT_EQ(m.judged().trigger, 100_price);
  EXPECT_EQ(m.judged().value, 100_price);
}

TEST(StockPrice, OfAThinStockIsTheExitSideOfACurrentSoundQuote) {
  Market m;
  m.print(100_price);
  m.now = m.now + 16min;
  m.quote(kStock, 98_price, 99_price);
  EXPECT_EQ(m.judged(kStock, Direction::long_).trigger, 98_price);
  EXPECT_EQ(m.judged(kStock, Direction::short_).trigger, 99_price);
  EXPECT_EQ(m.judged().value, 98.5_price);
  m.quote(kStock, 50_price, 150_price);
  EXPECT_EQ(m.judged().trigger, std::nullopt) << "an unsound quote stands in for nothing";
  EXPECT_EQ(m.judged().value, 98.5_price) << "it still counts as it did when it was last believed";
}

TEST(StockPrice, F51NotSeenForLongerThanTheLimitIsStale) {
  Market m;
  m.print(100_price);
  m.now = m.now + 90s;
  EXPECT_EQ(m.judged().standing, Standing::good);
  m.now = m.now + 1ns;
  EXPECT_EQ(m.judged().standing, Standing::doubtful);
  EXPECT_EQ(m.judged().trigger, std::nullopt);
}

TEST(StockPrice, OutsideTheSessionNothingTriggers) {
  Market m;
  m.print(100_price);
  m.now = parse_timestamp("2026-01-26T16:00:00-05:00").value();
  EXPECT_EQ(m.judged().standing, Standing::market_closed);
  EXPECT_EQ(m.judged().value, 100_price);
  m.now = parse_timestamp("2026-01-27T09:30:01-05:00").value();
  m.prices.seen = m.now;
  EXPECT_EQ(m.judged().standing, Standing::doubtful) << "yesterday's print is no price of this session";
}

TEST(StockPrice, F55ZeroNegativeAndAbsurdOnesNeverTrigger) {
  for (const Price price : {0_price, -(5_price), 9'000'000'000_price}) {
    Market m;
    m.print(price);
    EXPECT_EQ(m.judged().trigger, std::nullopt) << price.text();
    m.quote(kStock, price, price);
    EXPECT_EQ(m.judged().trigger, std::nullopt) << price.text();
  }
}

TEST(StockJump, WithinTheBandNeedsNoWitness) {
  Jump m;
  m.print(90_price);
  EXPECT_EQ(m.judged().trigger, 90_price);
}

TEST(StockJump, F52SilenceIsNoWitness) {
  Jump m;
  m.print(89.99_price);
  EXPECT_EQ(m.judged().standing, Standing::doubtful);
  m.now = m.now + 60s;
  m.prices.seen = m.now;  // asked again: the same print
  EXPECT_EQ(m.judged().standing, Standing::doubtful);
}

TEST(StockJump, F52AFurtherPrintIsAWitness) {
  Jump m;
  m.print(80_price);
  EXPECT_EQ(m.judged().trigger, std::nullopt);
  m.now = m.now + 1s;
  m.print(81_price);
  EXPECT_EQ(m.judged().trigger, 81_price);
}

TEST(StockJump, F52APrintToTheOtherSideIsNoWitness) {
  Jump m;
  m.print(80_price);
  EXPECT_EQ(m.judged().trigger, std::nullopt);
  m.now = m.now + 1s;
  m.print(120_price);
  EXPECT_EQ(m.judged().trigger, std::nullopt);
}

TEST(StockJump, F52ASoundQuoteAroundItIsAWitness) {
  Jump m;
  m.quote(kStock, 79.9_price, 80.1_price);
  m.print(80_price);
  EXPECT_EQ(m.judged().trigger, 80_price);
}

TEST(StockJump, F52AQuoteThatStayedWhereItWasIsNoWitness) {
  Jump m;
  m.quote(kStock, 99.9_price, 100.1_price);
  m.print(80_price);
  EXPECT_EQ(m.judged().trigger, std::nullopt);
}

TEST(StockJump, F52AnOutlierIsForgottenAtTheNextOrdinaryPrint) {
  Jump m;
  m.print(80_price);
  m.judged();
  m.now = m.now + 1s;
  m.print(100_price);
  EXPECT_EQ(m.judged().trigger, 100_price);
  m.now = m.now + 1s;
  m.print(80_price);
  EXPECT_EQ(m.judged().trigger, std::nullopt);
}

TEST(OptionPrice, TriggersByTheExitSideAndIsWorthTheMiddle) {
  Market m;
  m.quote(kCall, 4.9_price, 5.1_price);
  EXPECT_EQ(m.judged(kCall, Direction::long_).trigger, 4.9_price);
  EXPECT_EQ(m.judged(kCall, Direction::short_).trigger, 5.1_price);
  EXPECT_EQ(m.judged(kCall).value, 5_price);
}

TEST(OptionPrice, TheLastTradeNeverTriggers) {
  Market m;
  m.print(3_price);
  EXPECT_EQ(m.judged(kCall).trigger, std::nullopt);
}

TEST(OptionPrice, F51AQuoteAsOfLongAgoIsStale) {
  Market m;
  m.quote(kCall, 4.9_price, 5.1_price, 15min);
  EXPECT_EQ(m.judged(kCall).standing, Standing::good);
  m.now = m.now + 1ns;
  EXPECT_EQ(m.judged(kCall).standing, Standing::doubtful);
}

TEST(OptionPrice, AnUnsoundQuoteTriggersOnceItHasPersisted) {
  Market m;
  m.quote(kCall, 5_price, 5.2_price);
  m.judged(kCall);
  for (int second = 0; second <= 30; second += 10) {
    m.now = kNow + std::chrono::seconds(second);
    m.quote(kCall, 2_price, 6_price);
    EXPECT_EQ(m.judged(kCall).trigger.has_value(), second >= 30) << second;
  }
  EXPECT_EQ(m.judged(kCall).trigger, 2_price);
  EXPECT_EQ(m.judged(kCall).value, 5.1_price) << "it still counts as it did when it was last believed";
}

TEST(OptionPrice, AnUnsoundQuoteThatIsOnlySeenAgainHasNotPersisted) {
  Market m;
  m.quote(kCall, 2_price, 6_price);
  m.now = m.now + 60s;
  m.prices.seen = m.now;
  EXPECT_EQ(m.judged(kCall).trigger, std::nullopt) << "fresh updates are wanted, not patience";
}

TEST(OptionPrice, F54WithoutItsExitSideNothingTriggers) {
  Market m;
  m.quote(kCall, 0_price, 0.05_price);
  EXPECT_EQ(m.judged(kCall, Direction::long_).trigger, std::nullopt);
  m.now = m.now + 60s;
  m.quote(kCall, 0_price, 0.05_price);
  EXPECT_EQ(m.judged(kCall, Direction::long_).trigger, std::nullopt);
}

TEST(Update, AnOlderAnswerTakesNothingBack) {
  Market m;
  m.print(100_price);
  update(m.prices, {"AAPL", Trade{50_price, m.now - 1s}, {}}, kStock, m.policy, m.now);
  EXPECT_EQ(m.judged().trigger, 100_price);
}

TEST(SplitLook, F66TellsSplitsFromTrading) {
  EXPECT_TRUE(looks_like_split(645.57_price, 92.7_price)) << "AAPL, seven for one";
  EXPECT_TRUE(looks_like_split(500_price, 125_price));
  EXPECT_TRUE(looks_like_split(2_price, 20_price)) << "one for ten";
  EXPECT_FALSE(looks_like_split(147.98_price, 354.83_price)) << "GME, a squeeze";
  EXPECT_FALSE(looks_like_split(347.51_price, 265_price));
  EXPECT_FALSE(looks_like_split(193.6_price, 379.71_price));
  EXPECT_FALSE(looks_like_split(100_price, 90_price));
  EXPECT_FALSE(looks_like_split(100_price, 120_price));
  EXPECT_FALSE(looks_like_split(100_price, 75_price));
  EXPECT_FALSE(looks_like_split(0_price, 75_price));
  EXPECT_FALSE(looks_like_split(100_price, 0_price));
}

}  // namespace
}  // namespace belay::pricing
