// SPDX-License-Identifier: Apache-2.0
// Prices as they come: several at once, doubtful ones, and those that could not be read.
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

struct Watched : Scene {
  LotUid lot;
  explicit Watched(const Entry& entry = {}) {
    lot = enter(*this, entry);
    cycle();
    pass_time(1s);
  }
  void drop_quote() {
    broker.prices["AAPL"].quote.reset();
    state.prices["AAPL"].quote.reset();
  }
  /// Prints that arrive together, a millisecond apart.
  Actions burst(const std::vector<Price>& prints) {
    event::Tick tick{"AAPL", {}};
    for (const Price price : prints) {
      pass_time(1ms);
      tick.prices.push_back({.symbol = "AAPL", .trade = Trade{price, now.wall}, .quote = {}});
    }
    return feed(tick);
  }
  [[nodiscard]] int fetches() const {
    return static_cast<int>(std::ranges::count_if(
        outbox, [](const Action& action) { return std::holds_alternative<action::FetchPrices>(action); }));
  }
};

TEST(Bursts, EachEligiblePriceThatMeetsARuleMakesTheExitEvenIfTheNextWouldNot) {
  Watched s;
  s.burst({99_price, 94.9_price, 99_price});
  ASSERT_TRUE(s.open(s.lot)->exit);
  EXPECT_EQ(s.open(s.lot)->exit->reason, ExitReason::stop_loss);
  EXPECT_EQ(s.open(s.lot)->exit->trigger_price, 94.9_price);
}

TEST(Bursts, AreJudgedInTheOrderOfArrival) {
  Watched s;
  s.burst({110_price, 94_price});
  ASSERT_TRUE(s.open(s.lot)->exit);
  EXPECT_EQ(s.open(s.lot)->exit->reason, ExitReason::take_profit) << "the target was met first";
  EXPECT_EQ(s.open(s.lot)->exit->reasons.size(), 1U) << "and the whole lot leaves by it";
}

TEST(Bursts, F52ABadPrintAmongGoodOnesFiresNothing) {
  Watched s;
  s.drop_quote();
  s.burst({99_price, 60_price, 99.5_price});
  EXPECT_FALSE(s.open(s.lot)->exit);
}

TEST(Bursts, PricesNeverReceivedDoNotCount) {
  Watched s;
  s.price("AAPL", 90_price);  // it was there, and gone again before anybody looked
  s.price("AAPL", 99_price);
  s.sweep();
  EXPECT_FALSE(s.open(s.lot)->exit);
}

TEST(Reading, APriceThatIsReadBetweenTwoSweepsCounts) {
  Watched s;
  s.price("AAPL", 94_price);
  s.feed(s.prices({"AAPL"}));
  s.price("AAPL", 99_price);
  s.sweep();
  EXPECT_TRUE(s.kept.at(s.lot).exit);
}

TEST(Witness, F52AJumpIsLookedAtAgainAtOnceAndNotForever) {
  Watched s;
  s.drop_quote();
  s.burst({60_price});
  EXPECT_EQ(s.fetches(), 1);
  EXPECT_TRUE(has_work_in_flight(s.state)) << "worth a pass's waiting";
  s.outbox.clear();
  for (int i = 0; i < 600; ++i) {
    s.pass_time(100ms);
    s.feed(event::TimerFired{});
  }
  EXPECT_EQ(s.fetches(), 4);
  EXPECT_FALSE(has_work_in_flight(s.state));
  EXPECT_FALSE(s.open(s.lot)->exit);
}

TEST(Witness, F52TheSecondLookSellsWhenItConfirms) {
  Watched s;
  s.drop_quote();
  s.broker.trade_at("AAPL", 60_price, s.now.wall);
  s.broker.quote_at("AAPL", 59.9_price, 60.1_price, s.now.wall);
  s.burst({60_price});
  EXPECT_FALSE(s.open(s.lot)->exit);
  s.pump();
  EXPECT_TRUE(s.kept.at(s.lot).exit) << "a sound quote around it";
}

TEST(Witness, ManyJumpsAtOnceAreOneRequestASecond) {
  Scene s;
  std::vector<std::string> symbols;
  for (char c = 'A'; c <= 'T'; ++c) symbols.push_back(std::string(2, c));
  for (const std::string& symbol : symbols) enter(s, {.key = symbol, .symbol = symbol});
  s.cycle();
  s.pass_time(1s);
  int fetches = 0;
  for (const std::string& symbol : symbols) {
    s.state.prices[symbol].quote.reset();
    const Actions actions = s.feed(event::Tick{symbol, {{.symbol = symbol, .trade = Trade{60_price, s.now.wall}}}});
    fetches += static_cast<int>(std::ranges::count_if(
        actions, [](const Action& action) { return std::holds_alternative<action::FetchPrices>(action); }));
  }
  EXPECT_EQ(fetches, 1);
  s.pass_time(1s);
  for (const Action& action : s.feed(event::TimerFired{})) {
    if (const auto* fetch = std::get_if<action::FetchPrices>(&action)) {
      EXPECT_EQ(fetch->symbols.size(), symbols.size());
    }
  }
}

TEST(Witness, ALookThatIsToComeWakesNobodyBeforeItIsDue) {
  Scene s;
  for (const std::string symbol : {"AA", "ZZ"}) enter(s, {.key = symbol, .symbol = symbol});
  s.cycle();
  s.pass_time(1s);
  for (const std::string symbol : {"ZZ", "AA"}) {  // the second waits until the first look is a while ago
    s.state.prices[symbol].quote.reset();
    for (const Action& action :
         s.feed(event::Tick{symbol, {{.symbol = symbol, .trade = Trade{60_price, s.now.wall}}}})) {
      const auto* wake = std::get_if<action::WakeAt>(&action);
      EXPECT_TRUE(wake == nullptr || wake->steady > s.now.steady) << "it would come again at once, for ever";
    }
  }
}

TEST(Reading, F03AFailedBatchMakesItsSymbolsAmberAndNoOthers) {
  Scene s;
  const LotUid apple = enter(s, {});
  const LotUid other = enter(s, {.key = "2", .symbol = "MSFT"});
  s.cycle();
  s.pass_time(60s);
  s.price("MSFT", 94_price);
  event::PricesRead read = s.prices({"MSFT"});
  read.asked.emplace_back("AAPL");
  read.failed.emplace_back("AAPL", "429 too many requests");
  s.feed(read);
  s.feed(event::CheckDue{});
  EXPECT_TRUE(s.open(other)->exit);
  EXPECT_NE(s.open(apple)->concern.find("429"), std::string::npos);
  EXPECT_EQ(s.alerts_of("stale_price"), 0) << "a page when it lasts";
  s.pass_time(60s);
  s.feed(event::CheckDue{});
  EXPECT_EQ(s.alerts_of("stale_price"), 1);
}

TEST(Reading, F54AMissingBidIsAmberAtOnceAndPagedAfterAMinute) {
  constexpr const char* kCall = "AAPL260220C00200000";
  Watched s({.symbol = kCall, .quantity = 2_qty, .price = 5_price, .stop = 4_price, .target = 10_price});
  s.broker.quote_at(kCall, 4.9_price, 5.1_price, s.now.wall);
  s.sweep();
  ASSERT_TRUE(s.open(s.lot)->concern.empty()) << s.open(s.lot)->concern;
  const int amber = s.records_of(EventType::amber);
  s.pass_time(1s);
  s.broker.quote_at(kCall, 0_price, 0.05_price, s.now.wall);
  s.sweep();
  EXPECT_EQ(s.records_of(EventType::amber), amber + 1);
  s.pass_time(60s);
  s.broker.quote_at(kCall, 0_price, 0.05_price, s.now.wall);
  s.sweep();
  EXPECT_EQ(s.alerts_of("stale_price"), 1);
  EXPECT_FALSE(s.open(s.lot)->exit);
}

TEST(Reading, F66AnAnnouncedSplitThatTheLevelsDoNotCountYetKeepsThemFromFiring) {
  Watched s;
  s.state.lots.at(s.lot).split_due = parse_date("2026-01-26").value();
  s.price("AAPL", 25_price);
  s.sweep();
  EXPECT_FALSE(s.open(s.lot)->exit);
  EXPECT_TRUE(s.open(s.lot)->amber_since);
  s.state.lots.at(s.lot).split_due = parse_date("2026-01-27").value();
  s.price("AAPL", 94_price);
  s.sweep();
  EXPECT_TRUE(s.kept.at(s.lot).exit) << "tomorrow's is no matter of today";
}

TEST(Reading, ADoubtfulUnderlyingMakesTheOptionAmberThatIsJudgedByIt) {
  constexpr const char* kCall = "AAPL260220C00200000";
  Watched s({.symbol = kCall,
             .quantity = 2_qty,
             .price = 5_price,
             .stop = 195_price,
             .target = 210_price,
             .domain = PriceDomain::underlying});
  s.broker.quote_at(kCall, 4.9_price, 5.1_price, s.now.wall);
  s.broker.trade_at("AAPL", 200_price, s.now.wall);
  s.sweep();
  ASSERT_TRUE(s.open(s.lot)->concern.empty()) << s.open(s.lot)->concern;
  s.pass_time(1s);
  s.broker.trade_at("AAPL", 100_price, s.now.wall);
  s.broker.quote_at(kCall, 4.9_price, 5.1_price, s.now.wall);
  s.sweep();
  EXPECT_FALSE(s.open(s.lot)->exit);
  EXPECT_TRUE(s.open(s.lot)->concern.starts_with("AAPL: price 100 is a jump")) << s.open(s.lot)->concern;
  s.restart();
  s.pass_time(1min);
  s.broker.trade_at("AAPL", 300_price, s.now.wall);
  s.broker.quote_at(kCall, 4.9_price, 5.1_price, s.now.wall);
  s.cycle();
  EXPECT_FALSE(s.kept.at(s.lot).exit) << "a new process remembers where the underlying was";
}

TEST(Reading, AStalePriceIsPagedAlsoBehindALesserConcern) {
  Watched s({.stop = std::nullopt, .target = std::nullopt});
  ASSERT_TRUE(s.open(s.lot)->concern.starts_with("unprotected"));
  s.pass_time(10min);
  s.play(event::CheckDue{});
  s.pass_time(60s);
  s.play(event::CheckDue{});
  EXPECT_EQ(s.alerts_of("stale_price"), 1);
}

TEST(Reading, F51TimeRulesGoOnWithoutAPrice) {
  Watched s({.max_hold_minutes = 30});
  s.broker.prices.clear();
  s.pass_time(20min);
  s.sweep();
  ASSERT_TRUE(s.kept.at(s.lot).exit);
  EXPECT_EQ(s.kept.at(s.lot).exit->reason, ExitReason::max_hold_time);
}

}  // namespace
}  // namespace belay::engine::scene
