// SPDX-License-Identifier: Apache-2.0
#include "core/pricing/symbol_prices.hpp"

#include "core/base/planted.hpp"

#include <algorithm>
#include <array>

namespace belay::pricing {
namespace {

using Standing = Judgement::Standing;

bool beyond(Price candidate, Price reference, Ratio band) {
  if (planted(Bug::any_jump_is_believed)) return false;
  const Price distance = (candidate - reference).magnitude();
  return distance > scale(reference.magnitude(), band);
}

Judgement doubtful(std::string why, std::optional<Price> value = std::nullopt) {
  return {.standing = Standing::doubtful, .trigger = std::nullopt, .value = value, .why = std::move(why)};
}

Judgement believed(SymbolPrices& symbol, Price trigger, Price value, Timestamp now) {
  symbol.last_good = value;
  symbol.last_good_at = now;
  symbol.suspect.reset();
  return {.standing = Standing::good, .trigger = trigger, .value = value, .why = ""};
}

bool is_current(const Quote& quote, const Policy& policy, Timestamp now) {
  return now - quote.as_of <= policy.quote_age_limit;
}

// A print that leaves the band needs a second witness: a sound quote around it, or a further print that says the same.
bool has_second_witness(SymbolPrices& symbol, const Trade& print, const Instrument& instrument, const Policy& policy,
                        Timestamp now) {
  if (symbol.quote && is_current(*symbol.quote, policy, now) && is_sound(*symbol.quote, instrument, policy) &&
      !beyond(middle(symbol.quote->bid, symbol.quote->ask), print.price, policy.stock_jump_band)) {
    return true;
  }
  const Price reference = *symbol.last_good;
  const bool further = symbol.suspect && symbol.suspect->as_of < print.as_of &&
                       beyond(symbol.suspect->price, reference, policy.stock_jump_band) &&
                       (symbol.suspect->price > reference) == (print.price > reference);
  if (!further && (!symbol.suspect || symbol.suspect->as_of < print.as_of)) symbol.suspect = print;
  return further;
}

Judgement judge_print(SymbolPrices& symbol, const Trade& print, const Instrument& instrument, const Policy& policy,
                      Timestamp now) {
  if (symbol.last_good && beyond(print.price, *symbol.last_good, policy.stock_jump_band) &&
      !has_second_witness(symbol, print, instrument, policy, now)) {
    return doubtful("price " + print.price.text() + " is a jump from " + symbol.last_good->text() +
                    " that no second print or sound quote confirms");
  }
  return believed(symbol, print.price, print.price, now);
}

// Prices from before the session, or from before the end of a halt in it, trigger nothing.
Timestamp first_eligible(const SymbolPrices& symbol, const calendar::Session& session) {
  return symbol.resumed_at ? std::max(session.open, *symbol.resumed_at) : session.open;
}

Judgement judge_stock(SymbolPrices& symbol, const Instrument& instrument, Direction direction,
                      const calendar::Session& session, const Policy& policy, Timestamp now) {
  const Timestamp from = first_eligible(symbol, session);
  const bool printed_today = symbol.trade && symbol.trade->as_of >= from && symbol.trade->price.is_positive();
  const bool printed_lately = printed_today && now - symbol.trade->as_of <= policy.quote_age_limit;
  if (printed_lately) return judge_print(symbol, *symbol.trade, instrument, policy, now);

  // A thin stock: its last trade is old, so the side at which the lot would leave stands in.
  if (symbol.quote && is_current(*symbol.quote, policy, now) && symbol.quote->as_of >= from &&
      is_sound(*symbol.quote, instrument, policy)) {
    return believed(symbol, *exit_side(*symbol.quote, direction), middle(symbol.quote->bid, symbol.quote->ask), now);
  }
  if (printed_today) return judge_print(symbol, *symbol.trade, instrument, policy, now);
  if (symbol.trade && symbol.trade->price.is_zero()) return doubtful("the price is zero");
  return doubtful(from > session.open ? "no price since trading resumed" : "no price of this session yet");
}

Judgement judge_option(SymbolPrices& symbol, const Instrument& instrument, Direction direction,
                       const calendar::Session& session, const Policy& policy, Timestamp now) {
  if (!symbol.quote) return doubtful("no quote");
  const Quote& quote = *symbol.quote;
  if (!is_current(quote, policy, now)) return doubtful("the quote is of " + to_text(quote.as_of));
  if (symbol.resumed_at && quote.as_of < *symbol.resumed_at) return doubtful("no quote since trading resumed");
  const auto side = exit_side(quote, direction);
  if (is_sound(quote, instrument, policy)) return believed(symbol, *side, middle(quote.bid, quote.ask), now);

  const std::string quoted = quote.bid.text() + " x " + quote.ask.text();
  if (!side) return doubtful("the quote " + quoted + " lacks the side at which the lot would leave");
  // Closing and opening quotes are wide every day: the row begins anew with the session.
  const bool persisted =
      symbol.unsound_since && quote.as_of - std::max(*symbol.unsound_since, session.open) >= policy.unsound_persistence;
  const bool traded = symbol.trade && symbol.trade->as_of >= quote.as_of - policy.unsound_persistence &&
                      !beyond(symbol.trade->price, *side, policy.option_spread_limit);
  if (persisted || traded) {
    return {.standing = Standing::good, .trigger = side, .value = symbol.last_good, .why = ""};
  }
  return doubtful("the quote " + quoted + " is crossed or too wide", symbol.last_good);
}

}  // namespace

std::optional<Price> exit_side(const Quote& quote, Direction direction) {
  const Price side = direction == Direction::long_ ? quote.bid : quote.ask;
  if (!side.is_positive()) return std::nullopt;
  return side;
}

bool is_sound(const Quote& quote, const Instrument& instrument, const Policy& policy) {
  if (planted(Bug::any_quote_is_sound)) return quote.bid.is_positive() && quote.ask.is_positive();
  if (!quote.bid.is_positive() || !quote.ask.is_positive() || quote.bid > quote.ask) return false;
  const Price mid = middle(quote.bid, quote.ask);
  const Price limit = instrument.is_option()
                          ? std::max(scale(mid, policy.option_spread_limit), policy.option_spread_amount)
                          : scale(mid, policy.stock_spread_limit);
  return quote.ask - quote.bid <= limit;
}

bool looks_like_split(Price before, Price after) {
  if (!before.is_positive() || !after.is_positive()) return false;
  // Forward splits divide the price; reverse splits multiply it. Small reverse ratios are left out: a squeeze can
  // double a price overnight, and a short must not lose its stop to that.
  constexpr std::array kForward{1.5_ratio, 2_ratio,  3_ratio,  4_ratio,  5_ratio,  6_ratio,  7_ratio,
                                8_ratio,   10_ratio, 12_ratio, 15_ratio, 20_ratio, 25_ratio, 50_ratio};
  constexpr std::array kReverse{5_ratio, 8_ratio, 10_ratio, 15_ratio, 20_ratio, 25_ratio, 30_ratio, 50_ratio};
  const auto near = [](Price price, Price target) { return !beyond(price, target, 0.03_ratio); };
  return std::ranges::any_of(kForward, [&](Ratio by) { return near(scale(after, by), before); }) ||
         std::ranges::any_of(kReverse, [&](Ratio by) { return near(scale(before, by), after); });
}

namespace {

// Far above anything that trades, far below what the arithmetic holds: an absurd number is no price.
constexpr Price kLargestPrice = 10'000'000_price;

MarketPrices without_absurd_ones(MarketPrices read) {
  if (read.trade && read.trade->price > kLargestPrice) read.trade.reset();
  if (read.quote && std::max(read.quote->bid, read.quote->ask) > kLargestPrice) read.quote.reset();
  if (read.quote && std::min(read.quote->bid, read.quote->ask).is_negative()) read.quote.reset();
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
            Timestamp seen) {
  const MarketPrices read = without_absurd_ones(answer);
  symbol.seen = seen;
  if (read.trade && (!symbol.trade || symbol.trade->as_of <= read.trade->as_of)) {
    symbol.trade = read.trade;
    notice_trading(symbol, read.trade->as_of);
  }
  if (read.quote && (!symbol.quote || symbol.quote->as_of <= read.quote->as_of)) {
    symbol.quote = read.quote;
    if (is_sound(*symbol.quote, instrument, policy)) {
      symbol.unsound_since.reset();
    } else if (!symbol.unsound_since) {
      symbol.unsound_since = symbol.quote->as_of;
    }
  }
}

Judgement judge(SymbolPrices& symbol, const Instrument& instrument, Direction direction,
                const calendar::UsEquities& calendar, const Policy& policy, Timestamp now) {
  if (!symbol.trade && !symbol.quote) return doubtful("the market data has no price for this symbol");
  const auto session = calendar.session_at(now);
  if (instrument.kind == InstrumentKind::crypto || !session) {
    std::optional<Price> value = symbol.last_good;
    if (symbol.trade && symbol.trade->price.is_positive() && !instrument.is_option()) value = symbol.trade->price;
    return {.standing = Standing::market_closed, .trigger = std::nullopt, .value = value, .why = "outside the session"};
  }
  if (symbol.halt) {
    return doubtful("trading is halted since " + to_text(symbol.halt->since) + ": " + symbol.halt->why);
  }
  if (!symbol.seen || now - *symbol.seen > policy.unseen_limit) {
    return doubtful(symbol.seen ? "no price since " + to_text(*symbol.seen) : "no price yet");
  }
  if (instrument.is_option()) return judge_option(symbol, instrument, direction, *session, policy, now);
  return judge_stock(symbol, instrument, direction, *session, policy, now);
}

}  // namespace belay::pricing
