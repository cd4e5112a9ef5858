// SPDX-License-Identifier: Apache-2.0
// Whether a price may be acted on: exits.md 3.
#include <algorithm>

#include "core/base/planted.hpp"
#include "core/pricing/symbol_prices.hpp"

namespace belay::pricing {
namespace {

using Standing = Judgement::Standing;
using Awaits = Judgement::Awaits;

bool beyond(Price candidate, Price reference, Ratio band) {
  if (planted(Bug::any_jump_is_believed)) return false;
  const Price distance = (candidate - reference).magnitude();
  return distance > scale(reference.magnitude(), band);
}

bool is_crossed(const Quote& quote) { return quote.ask.is_positive() && quote.bid > quote.ask; }

std::string text_of(const Quote& quote) { return quote.bid.text() + " x " + quote.ask.text(); }

/// One judgement in the making: everything it looks at, in one place.
class Judge {
 public:
  Judge(SymbolPrices& symbol, const Instrument& instrument, Direction direction, const calendar::Session& session,
        const Policy& policy, Timestamp now)
      : symbol_(symbol),
        instrument_(instrument),
        direction_(direction),
        // Prices from before the session, or from before the end of a halt in it, trigger nothing.
        eligible_from_(symbol.resumed_at ? std::max(session.open, *symbol.resumed_at) : session.open),
        resumed_(eligible_from_ > session.open),
        policy_(policy),
        now_(now) {}

  Judgement stock() {
    const bool printed = symbol_.trade && symbol_.trade->as_of >= eligible_from_;
    const bool printed_lately = printed && now_ - symbol_.trade->as_of <= policy_.quote_age_limit;
    if (printed_lately) return print(*symbol_.trade);

    // A thin stock: its last trade is old, so the side at which the lot would leave stands in.
    if (const Quote* quote = current_quote()) return stand_in(*quote);
    if (printed) {
      return doubtful(
          "the last trade is of " + belay::to_text(symbol_.trade->as_of) + ", and no current quote stands in",
          Awaits::price, symbol_.trade->price);
    }
    return doubtful(resumed_ ? "no price since trading resumed" : "no price of this session yet", Awaits::price);
  }

  Judgement option() {
    if (!symbol_.quote) return doubtful("no quote", Awaits::price);
    const Quote* quote = current_quote();
    if (quote == nullptr) {
      if (resumed_ && symbol_.quote->as_of < eligible_from_) {
        return doubtful("no quote since trading resumed", Awaits::price);
      }
      return doubtful("the quote is of " + belay::to_text(symbol_.quote->as_of), Awaits::price);
    }
    if (is_sound(*quote, instrument_, policy_)) return believed(*exit_side(*quote, direction_), mid(*quote));
    if (Judgement unusable = without_usable_side(*quote); !unusable.why.empty()) return unusable;
    const Price side = *exit_side(*quote, direction_);
    const bool traded = symbol_.trade && symbol_.trade->as_of >= quote->as_of - policy_.unsound_persistence &&
                        !beyond(symbol_.trade->price, side, policy_.option_spread_limit);
    if (has_persisted(*quote) || traded) return unsound_but_usable(side);
    return doubtful("the quote " + text_of(*quote) + " is too wide", Awaits::sound_quote, symbol_.last_good);
  }

 private:
  static Price mid(const Quote& quote) { return middle(quote.bid, quote.ask); }

  static Judgement doubtful(std::string why, Awaits awaits, std::optional<Price> value = std::nullopt) {
    return {.standing = Standing::doubtful, .trigger = {}, .value = value, .why = std::move(why), .awaits = awaits};
  }

  Judgement believed(Price trigger, Price value) {
    symbol_.last_good = value;
    symbol_.last_good_at = now_;
    symbol_.suspect.reset();
    return {.standing = Standing::good, .trigger = trigger, .value = value, .why = "", .awaits = Awaits::nothing};
  }

  // It triggers, but it is no measure of what comes after it, nor of the lot's value.
  [[nodiscard]] Judgement unsound_but_usable(Price side) const {
    return {.standing = Standing::good, .trigger = side, .value = symbol_.last_good, .why = "", .awaits = {}};
  }

  /// The quote, if it may speak for the symbol at all: of this session, since the last halt, and not old.
  [[nodiscard]] const Quote* current_quote() const {
    if (!symbol_.quote || now_ - symbol_.quote->as_of > policy_.quote_age_limit) return nullptr;
    return symbol_.quote->as_of >= eligible_from_ ? &*symbol_.quote : nullptr;
  }

  [[nodiscard]] const Quote* sound_quote() const {
    const Quote* quote = current_quote();
    return quote != nullptr && is_sound(*quote, instrument_, policy_) ? quote : nullptr;
  }

  // Closing and opening quotes are wide every day: the row begins anew with the session.
  [[nodiscard]] bool has_persisted(const Quote& quote) const {
    return symbol_.unsound_since &&
           quote.as_of - std::max(*symbol_.unsound_since, eligible_from_) >= policy_.unsound_persistence;
  }

  // Crossed sides contradict one another for as long as they are crossed: persistence makes them no truer
  // (docs/decisions/0009). A side that is missing cannot be left at.
  [[nodiscard]] Judgement without_usable_side(const Quote& quote) const {
    if (is_crossed(quote)) {
      return doubtful("the quote " + text_of(quote) + " is crossed", Awaits::sound_quote, symbol_.last_good);
    }
    if (!exit_side(quote, direction_)) {
      return doubtful("the quote " + text_of(quote) + " lacks the side at which the lot would leave",
                      Awaits::sound_quote, symbol_.last_good);
    }
    return {};
  }

  Judgement stand_in(const Quote& quote) {
    if (is_sound(quote, instrument_, policy_)) return believed(*exit_side(quote, direction_), mid(quote));
    if (Judgement unusable = without_usable_side(quote); !unusable.why.empty()) return unusable;
    const Price side = *exit_side(quote, direction_);
    if (!has_persisted(quote)) {
      return doubtful("no trade lately, and the quote " + text_of(quote) + " is too wide", Awaits::sound_quote,
                      symbol_.last_good);
    }
    if (!symbol_.last_good || beyond(side, *symbol_.last_good, policy_.stock_jump_band)) {
      return doubtful("no trade lately, and no second witness for the wide quote " + text_of(quote), Awaits::witness,
                      symbol_.last_good);
    }
    return unsound_but_usable(side);
  }

  Judgement print(const Trade& trade) {
    const Quote* quote = sound_quote();
    // Without any earlier price, the quote says where the market is.
    const std::optional<Price> reference = symbol_.last_good  ? symbol_.last_good
                                           : quote != nullptr ? std::optional(mid(*quote))
                                                              : std::nullopt;
    // A younger sound quote elsewhere is the market that an order would meet (docs/decisions/0026).
    const bool contradicted =
        quote != nullptr && quote->as_of > trade.as_of && beyond(trade.price, mid(*quote), policy_.stock_jump_band);
    const bool is_jump = reference && beyond(trade.price, *reference, policy_.stock_jump_band);
    if (!contradicted && (!is_jump || has_second_witness(trade, *reference, quote))) {
      return believed(trade.price, trade.price);
    }
    if (!symbol_.suspect || symbol_.suspect->as_of < trade.as_of) symbol_.suspect = trade;
    if (contradicted) {
      return doubtful("price " + trade.price.text() + " is far from the younger quote " + text_of(*quote),
                      Awaits::witness);
    }
    return doubtful("price " + trade.price.text() + " is a jump from " + reference->text() +
                        " that no second print or sound quote confirms",
                    Awaits::witness);
  }

  // A sound quote around the print, or an earlier print of this session that went at least about as far the same way:
  // how far both went is witnessed twice. A suspect of an earlier session witnesses nothing: what it waited for never
  // came.
  [[nodiscard]] bool has_second_witness(const Trade& trade, Price reference, const Quote* quote) const {
    if (quote != nullptr && !beyond(trade.price, mid(*quote), policy_.stock_jump_band)) return true;
    const std::optional<Trade>& suspect = symbol_.suspect;
    const bool earlier = suspect && suspect->as_of >= eligible_from_ && suspect->as_of < trade.as_of;
    if (!earlier || !beyond(suspect->price, reference, policy_.stock_jump_band)) return false;
    const bool same_way = (suspect->price > reference) == (trade.price > reference);
    const bool no_further = (trade.price - reference).magnitude() <= (suspect->price - reference).magnitude();
    return same_way && (no_further || !beyond(trade.price, suspect->price, policy_.stock_jump_band));
  }

  SymbolPrices& symbol_;
  const Instrument& instrument_;
  Direction direction_;
  Timestamp eligible_from_;
  bool resumed_;
  const Policy& policy_;
  Timestamp now_;
};

}  // namespace

std::string_view to_text(Judgement::Standing standing) {
  switch (standing) {
    case Standing::good:
      return "good";
    case Standing::market_closed:
      return "market closed";
    case Standing::doubtful:
      return "doubtful";
  }
  return {};
}

std::string_view to_text(Judgement::Awaits awaits) {
  switch (awaits) {
    case Awaits::nothing:
      return "";
    case Awaits::price:
      return "a current price";
    case Awaits::answer:
      return "an answer of the market data";
    case Awaits::witness:
      return "a second print that agrees, or a sound quote around it";
    case Awaits::sound_quote:
      return "a sound quote, or that a wide one stays";
    case Awaits::resumption:
      return "trading to resume";
  }
  return {};
}

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

Judgement judge(SymbolPrices& symbol, const Instrument& instrument, Direction direction,
                const calendar::UsEquities& calendar, const Policy& policy, Timestamp now) {
  const auto doubtful = [](std::string why, Awaits awaits) {
    return Judgement{
        .standing = Standing::doubtful, .trigger = {}, .value = {}, .why = std::move(why), .awaits = awaits};
  };
  const auto session = calendar.session_at(now);
  if (instrument.kind == InstrumentKind::crypto || !session) {
    if (!symbol.trade && !symbol.quote) return doubtful("the market data has no price for this symbol", Awaits::answer);
    std::optional<Price> value = symbol.last_good;
    if (symbol.trade && symbol.trade->price.is_positive() && !instrument.is_option()) value = symbol.trade->price;
    return {
        .standing = Standing::market_closed, .trigger = {}, .value = value, .why = "outside the session", .awaits = {}};
  }
  if (!symbol.unread.empty()) return doubtful("its price could not be read: " + symbol.unread, Awaits::answer);
  if (symbol.halt) {
    return doubtful("trading is halted since " + belay::to_text(symbol.halt->since) + ": " + symbol.halt->why,
                    Awaits::resumption);
  }
  if (!symbol.trade && !symbol.quote) return doubtful("the market data has no price for this symbol", Awaits::answer);
  const Duration limit = symbol.feed == Feed::streamed ? policy.unseen_limit_streaming : policy.unseen_limit;
  if (!symbol.seen || now - *symbol.seen > limit) {
    return doubtful(symbol.seen ? "no price since " + belay::to_text(*symbol.seen) : "no price yet", Awaits::answer);
  }
  Judge judge(symbol, instrument, direction, *session, policy, now);
  return instrument.is_option() ? judge.option() : judge.stock();
}

}  // namespace belay::pricing
