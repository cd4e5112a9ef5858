// SPDX-License-Identifier: Apache-2.0
// What is remembered of a symbol's prices, and what is no price at all.
#include "core/pricing/symbol_prices.hpp"

#include <algorithm>
#include <array>

namespace belay::pricing {
namespace {

// Far above anything that trades, far below what the arithmetic holds: an absurd number is no price.
constexpr Price kLargestPrice = 10'000'000_price;
// The exchange's clock may be ahead of ours by a little; a price of later than that would stand in the way of all real
// ones until its time has come.
constexpr Duration kClockTolerance = std::chrono::seconds(60);

bool is_price(const Trade& trade) { return trade.price.is_positive() && trade.price <= kLargestPrice; }

// Zero says that a side is absent (alpaca.md 5).
bool is_quote(const Quote& quote) {
  return !std::min(quote.bid, quote.ask).is_negative() && std::max(quote.bid, quote.ask) <= kLargestPrice;
}

MarketPrices without_absurd_ones(MarketPrices read, Timestamp seen) {
  const Timestamp latest = seen + kClockTolerance;
  if (read.trade && (!is_price(*read.trade) || read.trade->as_of > latest)) read.trade.reset();
  if (read.quote && (!is_quote(*read.quote) || read.quote->as_of > latest)) read.quote.reset();
  return read;
}

// What prints is trading. One print may be late or wrong; two from after the halt end it, should the word that trading
// resumed have been lost.
void notice_trading(SymbolPrices& symbol, Timestamp printed) {
  if (!symbol.halt || printed <= symbol.halt->since) return;
  std::optional<Timestamp>& first = symbol.halt->printed_at;
  if (!first) {
    first = printed;
  } else if (*first < printed) {
    symbol.resumed_at = first;
    symbol.halt.reset();
  }
}

void take_quote(SymbolPrices& symbol, const Quote& quote, const Instrument& instrument, const Policy& policy,
                Timestamp seen) {
  // What was quoted while nobody looked is not known: a row of unsound quotes is broken by it.
  if (symbol.seen && seen - *symbol.seen > policy.unseen_limit) symbol.unsound_since.reset();
  symbol.quote = quote;
  if (is_sound(quote, instrument, policy)) {
    symbol.unsound_since.reset();
  } else if (!symbol.unsound_since) {
    symbol.unsound_since = quote.as_of;
  }
}

}  // namespace

void hear_status(SymbolPrices& symbol, bool halted, std::string why, Timestamp at) {
  if (symbol.status_at && at < *symbol.status_at) return;
  symbol.status_at = at;
  if (halted) {
    const Timestamp since = symbol.halt ? symbol.halt->since : at;
    symbol.halt = Halt{.since = since, .why = std::move(why), .printed_at = std::nullopt};
  } else if (symbol.halt) {
    symbol.halt.reset();
    symbol.resumed_at = at;
  }
}

void update(SymbolPrices& symbol, const MarketPrices& answer, const Instrument& instrument, const Policy& policy,
            Timestamp seen, Feed feed) {
  const MarketPrices read = without_absurd_ones(answer, seen);
  symbol.unread.clear();
  if ((answer.trade || answer.quote) && !read.trade && !read.quote) {
    symbol.unread = "what the market data says is no price";
    return;
  }
  if (read.trade && (!symbol.trade || symbol.trade->as_of <= read.trade->as_of)) {
    symbol.trade = read.trade;
    notice_trading(symbol, read.trade->as_of);
  }
  if (read.quote && (!symbol.quote || symbol.quote->as_of <= read.quote->as_of)) {
    take_quote(symbol, *read.quote, instrument, policy, seen);
  }
  symbol.seen = seen;
  symbol.feed = feed;
}

bool looks_like_split(Price before, Price after) {
  if (!before.is_positive() || !after.is_positive()) return false;
  // Forward splits divide the price; reverse splits multiply it. Small reverse ratios are left out: a squeeze can
  // double a price overnight, and a short must not lose its stop to that.
  constexpr std::array kForward{1.5_ratio, 2_ratio,  3_ratio,  4_ratio,  5_ratio,  6_ratio,  7_ratio,
                                8_ratio,   10_ratio, 12_ratio, 15_ratio, 20_ratio, 25_ratio, 50_ratio};
  constexpr std::array kReverse{5_ratio, 8_ratio, 10_ratio, 15_ratio, 20_ratio, 25_ratio, 30_ratio, 50_ratio};
  const auto near = [](Price price, Price target) {
    return (price - target).magnitude() <= scale(target.magnitude(), 0.03_ratio);
  };
  return std::ranges::any_of(kForward, [&](Ratio by) { return near(scale(after, by), before); }) ||
         std::ranges::any_of(kReverse, [&](Ratio by) { return near(scale(before, by), after); });
}

}  // namespace belay::pricing
