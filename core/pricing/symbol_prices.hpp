// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/calendar/us_equities.hpp"
#include "core/trading/instrument.hpp"
#include "core/trading/lot.hpp"
#include "core/trading/market.hpp"
#include "core/trading/policy.hpp"

namespace belay::pricing {

/// Trading in a symbol has been stopped.
struct Halt {
  Timestamp since;                      ///< the exchange's time
  std::string why;                      ///< e.g. "volatility pause"
  std::optional<Timestamp> printed_at;  ///< of a print from after it, which a second one confirms: trading goes on

  bool operator==(const Halt&) const = default;
};

/// How prices of a symbol reach us. A stream that has fallen silent is doubted sooner than a poll that is due.
enum class Feed : std::uint8_t { polled, streamed };

/// All that is remembered of one symbol's prices.
struct SymbolPrices {
  std::optional<Trade> trade;
  std::optional<Quote> quote;
  std::optional<Timestamp> seen;   ///< when the market data last answered for this symbol
  Feed feed = Feed::polled;        ///< by which it answered
  std::string unread;              ///< why the latest attempt to read it failed; empty when it did not
  std::optional<Price> last_good;  ///< the last price that was believed
  std::optional<Timestamp> last_good_at;
  std::optional<Trade> suspect;            ///< beyond the band, waiting for a second witness
  std::optional<Timestamp> unsound_since;  ///< the first of an unbroken row of unsound quotes
  std::optional<Halt> halt;
  std::optional<Timestamp> status_at;   ///< of the latest word about halts
  std::optional<Timestamp> resumed_at;  ///< the end of the latest halt: prices from before it trigger nothing any more

  bool operator==(const SymbolPrices&) const = default;
};

/// Takes in one answer of the market data, received or fetched as current at `seen`. What is no price at all (negative,
/// absurdly high, as of a time that has not come) is left out.
void update(SymbolPrices& symbol, const MarketPrices& answer, const Instrument& instrument, const Policy& policy,
            Timestamp seen, Feed feed = Feed::polled);

/// Takes in the exchange's word about trading in the symbol, as of `at`. A word older than the latest changes nothing.
void hear_status(SymbolPrices& symbol, bool halted, std::string why, Timestamp at);

/// Two-sided, not crossed, and no wider than the policy allows.
bool is_sound(const Quote& quote, const Instrument& instrument, const Policy& policy);

/// What a lot may make of its symbol's prices now.
struct Judgement {
  enum class Standing : std::uint8_t {
    good,           ///< `trigger` may be acted on
    market_closed,  ///< no session: nothing triggers, and nothing is wrong
    doubtful,       ///< in session, but no price that may be acted on: `why` says the reason
  };
  /// What would settle the doubt.
  enum class Awaits : std::uint8_t {
    nothing,
    price,        ///< one of this session, or since trading resumed
    answer,       ///< the market data has not answered
    witness,      ///< of a jump: a further print that agrees, or a sound quote around it
    sound_quote,  ///< or this one's persistence
    resumption,   ///< of trading
  };
  Standing standing = Standing::doubtful;
  std::optional<Price> trigger;  ///< stock: last trade; option: the side at which the lot would leave
  std::optional<Price> value;    ///< marks the lot; present more often than `trigger`
  std::string why;
  Awaits awaits = Awaits::nothing;
};

std::string_view to_text(Judgement::Standing standing);
/// For people: "a second print that agrees, or a sound quote around it".
std::string_view to_text(Judgement::Awaits awaits);

/// `symbol` is updated with what the judgement learns (last good price, suspect). Pure otherwise.
Judgement judge(SymbolPrices& symbol, const Instrument& instrument, Direction direction,
                const calendar::UsEquities& calendar, const Policy& policy, Timestamp now);

/// The price at which a lot of that direction would leave against this quote: bid for a long, ask for a short.
/// nullopt when the side is absent.
std::optional<Price> exit_side(const Quote& quote, Direction direction);

/// Whether a change from one session to the next looks like a split (price over 1.5, 2, 3, …) or a reverse split
/// (price times 5, 8, 10, …) rather than like trading. Such a change suspends price rules until somebody has looked.
bool looks_like_split(Price before, Price after);

}  // namespace belay::pricing
