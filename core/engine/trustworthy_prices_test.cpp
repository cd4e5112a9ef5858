// SPDX-License-Identifier: Apache-2.0
// Invariant 21: no decision rests on a stale, crossed, non-finite, halted or un-rebased price. Streams of prints,
// quotes, halts, silences and nonsense, from a seed; a second opinion that knows only what was told decides which price
// a rule might have acted on.
#include <gtest/gtest.h>

#include "core/engine/engine_scene.hpp"

namespace belay::engine::scene {
namespace {

constexpr Price kStop = 95_price;
constexpr Price kTarget = 110_price;

/// Everything that was told about the symbol, and whether some of it may make a lot leave.
struct Witnessed {
  struct Print {
    Price price;
    Timestamp at;
  };
  std::vector<Print> prints;
  std::vector<Quote> quotes;
  bool halted = false;
  Timestamp free_since;
  Timestamp told;

  /// A price at which the exit may have been decided was received in this session, while trading was free, was neither
  /// old nor absurd, and where it was far off, something else said about the same, or went further.
  [[nodiscard]] bool allows(Price price, Timestamp now) const {
    if (halted || now - told > 15s) return false;
    const auto near = [&](Price other) { return (other - price).magnitude() <= scale(price, 0.25_ratio); };
    int prints_like_it = 0;
    for (const Print& print : prints) {
      const bool further = price < 100_price ? print.price < price : print.price > price;
      if (print.at >= free_since && now - print.at <= 15min && (near(print.price) || further)) ++prints_like_it;
    }
    bool quoted = false;  // uncrossed, two-sided, current
    for (const Quote& quote : quotes) {
      if (quote.as_of < free_since || now - quote.as_of > 15min) continue;
      if (!quote.bid.is_positive() || !quote.ask.is_positive() || quote.bid > quote.ask) continue;
      quoted = quoted || near(quote.bid) || near(quote.ask);
    }
    return prints_like_it >= 2 || quoted || (prints_like_it == 1 && (price - 100_price).magnitude() <= 30_price);
  }
};

class Stream {
 public:
  explicit Stream(std::uint64_t seed) : dice_(seed) {
    lot_ = enter(scene_, {.stop = kStop, .target = kTarget});
    scene_.cycle();
    told_.free_since = scene_.now.wall;
    note(scene_.broker.prices.at("AAPL"));
  }

  /// One thing that happens. False when the lot has begun to leave.
  bool happen() {
    scene_.pass_time(dice_.one_in(40) ? 20s : std::chrono::milliseconds(1 + dice_.below(3'000)));
    if (dice_.one_in(60)) return status(!told_.halted);
    if (dice_.one_in(20)) return check_after(event::CheckDue{});
    MarketPrices prices{.symbol = "AAPL", .trade = {}, .quote = {}};
    // While trading is halted nothing prints, though what printed before may be reported late.
    const Timestamp latest_print = told_.halted ? halted_at_ : scene_.now.wall;
    if (!dice_.one_in(3)) prices.trade = Trade{any_price(), std::min(latest_print, scene_.now.wall - age())};
    if (!dice_.one_in(3)) prices.quote = any_quote();
    note(prices);
    return check_after(event::Tick{"AAPL", {prices}});
  }

 private:
  Price any_price() {
    if (dice_.one_in(25)) return Price::whole(dice_.below(400) - 100);  // a bad tick, a zero, a negative
    if (dice_.one_in(200)) return Price::whole(900'000'000);            // absurd
    return Price::from_nanos((94 + dice_.below(18)) * fixed::kScale + dice_.below(fixed::kScale) - fixed::kScale / 2);
  }
  Quote any_quote() {
    const Price mid = dice_.one_in(10) ? any_price() : Price::from_nanos((97 + dice_.below(11)) * fixed::kScale);
    Quote quote{mid - 0.02_price, mid + 0.02_price, scene_.now.wall - age()};
    if (dice_.one_in(10)) std::swap(quote.bid, quote.ask);
    if (dice_.one_in(15)) quote.bid = 0_price;
    if (dice_.one_in(15)) quote.ask = quote.ask + 60_price;
    return quote;
  }
  Duration age() { return dice_.one_in(20) ? std::chrono::minutes(dice_.below(40) - 10) : Duration{}; }

  bool status(bool halted) {
    told_.halted = halted;
    (halted ? halted_at_ : told_.free_since) = scene_.now.wall;
    return check_after(event::TradingStatus{"AAPL", halted, "volatility pause", scene_.now.wall});
  }
  void note(const MarketPrices& prices) {
    const Timestamp latest = scene_.now.wall + 1min;
    if (prices.trade && prices.trade->price.is_positive() && prices.trade->as_of <= latest) {
      told_.prints.push_back({prices.trade->price, prices.trade->as_of});
    }
    if (prices.quote && prices.quote->as_of <= latest) told_.quotes.push_back(*prices.quote);
    told_.told = scene_.now.wall;
  }
  bool check_after(const Event& event) {
    scene_.feed(event);
    const Lot& lot = *scene_.open(lot_);
    if (!lot.exit) return true;
    const Price price = lot.exit->trigger_price.value();
    EXPECT_TRUE(price <= kStop || price >= kTarget) << price.text();
    EXPECT_FALSE(told_.halted) << lot.exit->message;
    EXPECT_TRUE(told_.allows(price, scene_.now.wall)) << lot.exit->message << " at " << to_text(scene_.now.wall);
    return false;
  }

  Dice dice_;
  Scene scene_;
  LotUid lot_;
  Witnessed told_;
  Timestamp halted_at_;
};

TEST(TrustworthyPrices, NoDecisionRestsOnAPriceThatMayNotBeBelieved) {
  int exits = 0;
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    Stream stream(seed);
    int steps = 0;
    while (steps < 300 && stream.happen()) ++steps;
    if (steps < 300) ++exits;
    if (HasFailure()) FAIL() << "seed " << seed << ", step " << steps;
  }
  EXPECT_GT(exits, 1'000) << "and most of them do leave in the end";
}

}  // namespace
}  // namespace belay::engine::scene
