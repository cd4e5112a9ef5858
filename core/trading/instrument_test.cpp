// SPDX-License-Identifier: Apache-2.0
#include "core/trading/instrument.hpp"

#include <gtest/gtest.h>

namespace belay {
namespace {

using std::chrono::January;
using std::chrono::year;

constexpr Date kExpiry = year(2026) / January / 16;

TEST(OccSymbol, SaysRootExpiryKindAndStrike) {
  EXPECT_EQ(parse_occ("AAPL260116C00200000"), (OptionTerms{"AAPL", kExpiry, true, 200_price}));
  EXPECT_EQ(parse_occ("F260116P00012500"), (OptionTerms{"F", kExpiry, false, 12.5_price}));
}

TEST(OccSymbol, MayBePaddedToTwentyOneCharacters) {
  EXPECT_EQ(parse_occ("AAPL  260116C00200000"), parse_occ("AAPL260116C00200000"));
  EXPECT_EQ(parse_occ("F     260116P00012500"), parse_occ("F260116P00012500"));
  EXPECT_EQ(parse_occ("ABCDEF260116C00001000")->root, "ABCDEF");
}

TEST(OccSymbol, KeepsAdjustedAndIndexRoots) {
  EXPECT_EQ(parse_occ("AAPL1260116C00200000"), (OptionTerms{"AAPL1", kExpiry, true, 200_price}));
  EXPECT_EQ(parse_occ("SPXW260116P06000000"), (OptionTerms{"SPXW", kExpiry, false, 6000_price}));
}

TEST(OccSymbol, HasStrikesFromThousandthsToUnderAHundredThousand) {
  EXPECT_EQ(parse_occ("F260116C00000500")->strike, 0.5_price);
  EXPECT_EQ(parse_occ("NDX260116C99999999")->strike, 99999.999_price);
  EXPECT_EQ(occ_symbol({"F", kExpiry, true, 0.5_price}), "F260116C00000500");
  EXPECT_EQ(occ_symbol({"NDX", kExpiry, true, 99999.999_price}), "NDX260116C99999999");
}

TEST(OccSymbol, IsWrittenUnpadded) {
  for (const char* symbol :
       {"AAPL260116C00200000", "AAPL1260116C00200000", "SPXW991231P06000000", "F000229P00000001"}) {
    const auto terms = parse_occ(symbol);
    ASSERT_TRUE(terms) << symbol;
    EXPECT_EQ(occ_symbol(*terms), symbol);
  }
}

TEST(OccSymbol, IsNothingElse) {
  for (const char* text : {
           "",
           "AAPL",
           "BRK.B",
           "BTC/USD",
           "AAPL260231C00200000",  // no such day
           "AAPL261301C00200000",  // no such month
           "AAPL260100C00200000",  // day zero
           "AAPL250229C00200000",  // 2025 is no leap year
           "260116C00200000",      // no root
           "1AAP260116C00200000",  // a root begins with a letter
           "aapl260116C00200000",
           "AAPL260116c00200000",
           "AAPL260116X00200000",
           "AAPL260116C0020000",    // seven digits
           "AAPL260116C002000000",  // nine
           "AAPL26011 C00200000",
           "AAPL260116C0020000O",
           "AAPL260116C00000000",
           "ABCDEFG260116C00200000",  // seven letters
           " AAPL 260116C00200000",   // blanks in front
           "A APL 260116C00200000",   // and within
           "AAPL 260116C00200000",    // padded, but not to the full width
           "      260116C00200000",   // nothing but padding
       }) {
    EXPECT_FALSE(parse_occ(text)) << text;
  }
}

TEST(Instrument, TakesItsKindFromTheSymbol) {
  EXPECT_EQ(instrument_of("AAPL").kind, InstrumentKind::stock);
  EXPECT_EQ(instrument_of("BRK.B").kind, InstrumentKind::stock);
  EXPECT_EQ(instrument_of("AAPL260116C00200000").kind, InstrumentKind::call);
  EXPECT_EQ(instrument_of("AAPL260116P00200000").kind, InstrumentKind::put);
  EXPECT_EQ(instrument_of("BTC/USD").kind, InstrumentKind::crypto);
  EXPECT_EQ(crypto_instrument("BTCUSD").kind, InstrumentKind::crypto);
}

TEST(Instrument, IsNamedAsTheBrokerNamesIt) {
  EXPECT_EQ(instrument_of("AAPL  260116C00200000").symbol, "AAPL260116C00200000");
  EXPECT_EQ(instrument_of("AAPL  260116C00200000"), instrument_of("AAPL260116C00200000"));
}

TEST(Instrument, HasTickerAndUsualMultiplier) {
  EXPECT_EQ(ticker(instrument_of("AAPL1260116C00200000")), "AAPL1");
  EXPECT_EQ(ticker(instrument_of("AAPL")), "AAPL");
  EXPECT_EQ(usual_multiplier(instrument_of("AAPL260116C00200000")), 100);
  EXPECT_EQ(usual_multiplier(instrument_of("AAPL")), 1);
  EXPECT_EQ(usual_multiplier(crypto_instrument("BTCUSD")), 1);
}

TEST(Instrument, KindsAreTheWordsOfTheTables) {
  for (const auto kind : {InstrumentKind::stock, InstrumentKind::call, InstrumentKind::put, InstrumentKind::crypto}) {
    EXPECT_EQ(parse_instrument_kind(to_text(kind)), kind);
  }
  EXPECT_EQ(to_text(InstrumentKind::put), "PUT");
  EXPECT_FALSE(parse_instrument_kind("OPTION"));
}

TEST(Instrument, F75TermsThatCannotBeAContractHaveNoSymbol) {
  const OptionTerms fine{"AAPL", Date(std::chrono::year(2026), std::chrono::month(1), std::chrono::day(16)), true,
                         200_price};
  EXPECT_TRUE(has_occ_symbol(fine));
  const auto with = [&](auto change) {
    OptionTerms terms = fine;
    change(terms);
    return has_occ_symbol(terms);
  };
  EXPECT_FALSE(with([](OptionTerms& t) { t.root = "1ABC"; }));
  EXPECT_FALSE(with([](OptionTerms& t) { t.root = "A-B"; }));
  EXPECT_FALSE(with([](OptionTerms& t) { t.root = "TOOLONG"; }));
  EXPECT_FALSE(with([](OptionTerms& t) { t.root = ""; }));
  EXPECT_FALSE(with([](OptionTerms& t) { t.strike = 0_price; }));
  EXPECT_FALSE(with([](OptionTerms& t) { t.strike = 100'000_price; }));
  EXPECT_FALSE(with([](OptionTerms& t) { t.strike = 1.0005_price; }));
  EXPECT_FALSE(with(
      [](OptionTerms& t) { t.expiration = Date(std::chrono::year(1999), t.expiration.month(), t.expiration.day()); }));
}

}  // namespace
}  // namespace belay
