// SPDX-License-Identifier: Apache-2.0
// When a price may not be acted on, though there is one: exits.md 3.
#include <gtest/gtest.h>

#include "core/pricing/market_stage.hpp"

namespace belay::pricing {
namespace {

using namespace testing_stage;

// ---- time

TEST(Freshness, F51AStreamThatFallsSilentIsDoubtedSoonerThanAPoll) {
  Market m;
  m.feed = Feed::streamed;
  m.print(100_price);
  m.now = m.now + 15s;
  EXPECT_EQ(m.judged().standing, Standing::good);
  m.now = m.now + 1ns;
  EXPECT_EQ(m.judged().standing, Standing::doubtful);
  EXPECT_EQ(m.judged().awaits, Awaits::answer);
  m.feed = Feed::polled;  // asked: the same again, as current
  m.print(100_price);
  m.now = m.now + 90s;
  EXPECT_EQ(m.judged().standing, Standing::good);
}

TEST(Freshness, F51WhatCouldNotBeReadIsDoubtfulAtOnceAndSaysWhy) {
  Market m;
  m.print(100_price);
  m.prices.unread = "429 too many requests";
  EXPECT_EQ(m.judged().standing, Standing::doubtful);
  EXPECT_NE(m.judged().why.find("429"), std::string::npos);
  m.print(100_price);
  EXPECT_EQ(m.judged().standing, Standing::good);
}

TEST(Freshness, F55APriceFromTheFutureStandsInNobodysWay) {
  Market m;
  m.print(100_price);
  update(m.prices, {"AAPL", Trade{50_price, m.now + 10min}, {}}, kStock, m.policy, m.now);
  EXPECT_EQ(m.judged().trigger, std::nullopt) << "that was no price";
  m.now = m.now + 1s;
  m.print(99_price);
  EXPECT_EQ(m.judged().trigger, 99_price);
}

TEST(Freshness, F61AClockAFewSecondsBehindIsNoReasonForDoubt) {
  Market m;
  update(m.prices, {"AAPL", Trade{100_price, m.now + 5s}, {}}, kStock, m.policy, m.now);
  EXPECT_EQ(m.judged().trigger, 100_price);
}

// ---- a thin stock

struct Thin : Jump {
  Thin() { pass(16min); }
  Judgement after(Price bid, Price ask) {
    quote(kStock, bid, ask);
    return judged();
  }
};

TEST(ThinStock, AnOldTradeWithoutACurrentQuoteIsStale) {
  Thin m;
  EXPECT_EQ(m.judged().standing, Standing::doubtful);
  EXPECT_EQ(m.judged().value, 100_price) << "it still marks the lot";
}

TEST(ThinStock, AnUnsoundQuoteStandsInWhenItHasPersistedThroughFreshUpdates) {
  Thin m;
  EXPECT_EQ(m.after(94_price, 106_price).trigger, std::nullopt);
  EXPECT_EQ(m.judged().awaits, Awaits::sound_quote);
  m.pass(40s);
  EXPECT_EQ(m.judged().trigger, std::nullopt) << "seen again is no fresh update";
  EXPECT_EQ(m.after(94_price, 106.5_price).trigger, 94_price);
  EXPECT_EQ(m.judged().value, 100_price);
}

TEST(ThinStock, F52AWideQuotesJumpNeedsAPrintToConfirmIt) {
  Thin m;
  m.after(50_price, 150_price);
  m.pass(40s);
  EXPECT_EQ(m.after(50_price, 151_price).trigger, std::nullopt);
  EXPECT_EQ(m.judged().awaits, Awaits::witness);
}

TEST(ThinStock, F53ACrossedQuoteNeverStandsInHoweverLongItStays) {
  Thin m;
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(m.after(101_price, 99_price).trigger, std::nullopt);
    EXPECT_NE(m.judged().why.find("crossed"), std::string::npos);
    m.pass(30s);
  }
}

TEST(ThinStock, F54WithoutItsExitSideAQuoteDoesNotStandIn) {
  Thin m;
  m.after(0_price, 101_price);
  m.pass(40s);
  m.quote(kStock, 0_price, 101_price);
  EXPECT_EQ(m.judged(kStock, Direction::long_).trigger, std::nullopt);
}

TEST(ThinStock, ARowOfUnsoundQuotesIsBrokenWhileNobodyLooks) {
  Thin m;
  m.after(94_price, 106_price);
  m.now = m.now + 2min;
  EXPECT_EQ(m.after(94_price, 106_price).trigger, std::nullopt);
}

// ---- jumps

TEST(Suspect, F52BelongsToItsSession) {
  Market m;
  m.now = parse_timestamp("2026-01-26T15:59:00-05:00").value();
  m.print(100_price);
  m.judged();
  m.now = m.now + 30s;
  m.print(80_price);
  EXPECT_EQ(m.judged().trigger, std::nullopt);
  m.now = parse_timestamp("2026-01-27T09:30:05-05:00").value();
  m.print(81_price);
  EXPECT_EQ(m.judged().trigger, std::nullopt) << "yesterday's unconfirmed print witnesses nothing";
  EXPECT_EQ(m.judged().awaits, Awaits::witness);
  m.now = m.now + 1s;
  m.print(81.5_price);
  EXPECT_EQ(m.judged().trigger, 81.5_price) << "the first print of the session, confirmed";
}

TEST(Suspect, F52AFurtherPrintHasToSayTheSame) {
  Jump m;
  m.print(80_price);
  m.judged();
  m.now = m.now + 1s;
  m.print(40_price);
  EXPECT_EQ(m.judged().trigger, std::nullopt) << "nobody else has seen forty";
  m.now = m.now + 1s;
  m.print(41_price);
  EXPECT_EQ(m.judged().trigger, 41_price);
}

TEST(Suspect, F52AYoungerSoundQuoteElsewhereOutweighsTwoPrints) {
  Jump m;
  m.print(80_price);
  m.judged();
  m.now = m.now + 1s;
  m.print(81_price);
  m.now = m.now + 1s;
  m.quote(kStock, 99.9_price, 100.1_price);
  EXPECT_EQ(m.judged().trigger, std::nullopt) << "nobody would sell at 81 now";
  m.now = m.now + 1s;
  m.quote(kStock, 80.9_price, 81.1_price);
  EXPECT_EQ(m.judged().trigger, 81_price) << "the quotes went along";
  Jump near;
  near.print(109_price);
  near.now = near.now + 1s;
  near.quote(kStock, 97.9_price, 98.1_price);
  EXPECT_EQ(near.judged().trigger, std::nullopt) << "near the last price, but not near today's market";
  Jump older;
  older.quote(kStock, 99.9_price, 100.1_price);
  older.now = older.now + 1s;
  older.print(80_price);
  older.judged();
  older.now = older.now + 1s;
  older.print(81_price);
  EXPECT_EQ(older.judged().trigger, 81_price) << "the quote is of before";
}

TEST(Suspect, F52WithoutAnEarlierPriceASoundQuoteSaysWhereTheMarketIs) {
  Market m;
  m.quote(kStock, 99.9_price, 100.1_price);
  m.print(60_price);
  EXPECT_EQ(m.judged().trigger, std::nullopt);
  Market blind;
  blind.print(60_price);
  EXPECT_EQ(blind.judged().trigger, 60_price) << "a feed of prints only, and nothing to hold against it";
}

// ---- options

TEST(OptionPrice, F53ACrossedQuoteNeverTriggersHoweverLongItStays) {
  Market m;
  for (int i = 0; i < 10; ++i) {
    m.quote(kCall, 5_price, 4_price);
    EXPECT_EQ(m.judged(kCall).trigger, std::nullopt);
    EXPECT_EQ(m.judged(kCall, Direction::short_).trigger, std::nullopt);
    m.pass(30s);
  }
}

TEST(OptionPrice, F54ABidAloneTriggersALongOnceItHasPersisted) {
  Market m;
  m.quote(kCall, 4_price, 0_price);
  EXPECT_EQ(m.judged(kCall).trigger, std::nullopt);
  m.pass(30s);
  m.quote(kCall, 4_price, 0_price);
  EXPECT_EQ(m.judged(kCall).trigger, 4_price);
}

TEST(OptionPrice, AQuoteFromBeforeTheOpenTriggersNothing) {
  Market m;
  m.now = parse_timestamp("2026-01-26T09:30:05-05:00").value();
  m.quote(kCall, 4.9_price, 5.1_price, 1min);
  EXPECT_EQ(m.judged(kCall).trigger, std::nullopt);
}

TEST(OptionPrice, F52AJumpInASoundQuoteIsItsOwnWitness) {
  Market m;
  m.quote(kCall, 4.9_price, 5.1_price);
  m.judged(kCall);
  m.pass(1s);
  m.quote(kCall, 1_price, 1.1_price);
  EXPECT_EQ(m.judged(kCall).trigger, 1_price) << "docs/decisions/0009";
}

TEST(OptionPrice, F55NegativeAndAbsurdSidesAreNoQuote) {
  for (const auto& [bid, ask] : {std::pair{-(1_price), 1_price}, std::pair{1_price, 900'000'000_price}}) {
    Market m;
    m.quote(kCall, bid, ask);
    m.pass(30s);
    m.quote(kCall, bid, ask);
    EXPECT_EQ(m.judged(kCall, Direction::long_).trigger, std::nullopt);
    EXPECT_EQ(m.judged(kCall, Direction::short_).trigger, std::nullopt);
  }
}

}  // namespace
}  // namespace belay::pricing
