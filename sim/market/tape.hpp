// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "core/calendar/us_equities.hpp"
#include "core/money/money.hpp"
#include "sim/market/bar.hpp"
#include "sim/market/price_point.hpp"

namespace belay::sim {

struct TapeTrade {
  Timestamp at;
  Price price;
  Quantity size;
  std::int64_t id = 0;           ///< ascending within a symbol, from 1
  std::string conditions = "@";  ///< a letter each; "@" is a regular sale

  bool operator==(const TapeTrade&) const = default;
};

struct TapeQuote {
  Timestamp at;
  BidAsk prices;

  bool operator==(const TapeQuote&) const = default;
};

/// Whether a print with those conditions is a last price and makes bars: odd lots (I), average prices (W), sales out of
/// sequence (Z) and the like are none (alpaca.md 5: latest trade).
[[nodiscard]] bool is_last_price(std::string_view conditions);

/// All that was traded and quoted, as far back as there is room, and the bars that follow from it:
///
///  - a minute's bar has the prices of every print of that minute that is a last price;
///  - a day's bar has the prices of the regular session only; what was traded before and after it counts as volume.
///
/// Prints that are no last price are on the tape and nothing more. Of options only the latest quote is kept: nobody can
/// ask for others. There is room for so many trades, quotes, minutes and days of all symbols together; when it is used
/// up, the symbol that has the most loses the older half of its own.
class Tape {
 public:
  struct Room {
    std::size_t trades = 500'000;
    std::size_t quotes = 500'000;
    std::size_t minutes = 1'000'000;
    std::size_t days = 1'000'000;
  };

  explicit Tape(calendar::UsEquities calendar) : Tape(std::move(calendar), Room{}) {}
  Tape(calendar::UsEquities calendar, Room room) : calendar_(std::move(calendar)), room_(room) {}

  /// Of one symbol, each comes no earlier than the one before: an earlier time is taken for that one's.
  const TapeTrade& trade(std::string_view symbol, Price price, Quantity size, Timestamp at,
                         std::string_view conditions = "@");
  const TapeQuote& quote(std::string_view symbol, const BidAsk& prices, Timestamp at);

  // All of a symbol, oldest first; empty for one that is unknown. Valid until the next trade or quote.
  [[nodiscard]] const std::deque<TapeTrade>& trades(std::string_view symbol) const;
  [[nodiscard]] const std::deque<TapeQuote>& quotes(std::string_view symbol) const;
  [[nodiscard]] const std::deque<Bar>& minutes(std::string_view symbol) const;  ///< the running one included
  /// By days in New York, today's included. A day without a print in its session has volume alone.
  [[nodiscard]] const std::deque<Bar>& days(std::string_view symbol) const;

  [[nodiscard]] const TapeTrade* last_trade(std::string_view symbol) const;  ///< the latest that is a last price
  [[nodiscard]] const TapeQuote* last_quote(std::string_view symbol) const;

  /// The minute's bars that have ended by `now` since this was last asked, by time, then symbol; of ten thousand
  /// minutes at most.
  struct Ended {
    std::string symbol;
    Bar bar;
  };
  std::vector<Ended> take_ended_minutes(Timestamp now);

 private:
  struct Series {
    std::deque<TapeTrade> trades;
    std::deque<TapeQuote> quotes;
    std::deque<Bar> minutes;
    std::deque<Bar> days;
    std::optional<TapeTrade> last;
    std::int64_t last_id = 0;
    bool is_option = false;
  };
  struct Day {
    calendar::Span span;  // from midnight to midnight
    std::optional<calendar::Session> session;
  };

  Series& series(std::string_view symbol);
  [[nodiscard]] const Series& find(std::string_view symbol) const;
  const Day& day_of(Timestamp at);
  template <class T>
  void make_room(std::deque<T> Series::* list, std::size_t& count, std::size_t room);

  calendar::UsEquities calendar_;
  Room room_;
  std::map<std::string, Series, std::less<>> series_;
  Room used_{0, 0, 0, 0};
  Day day_;
  std::map<Timestamp, std::vector<std::string>> running_;  // by start of the minute: the symbols that have such a bar
};

/// The New York midnight before (or at) the moment.
[[nodiscard]] Timestamp midnight_before(Timestamp at);

}  // namespace belay::sim
