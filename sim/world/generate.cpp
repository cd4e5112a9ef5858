// SPDX-License-Identifier: Apache-2.0
#include "sim/world/generate.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include "core/calendar/new_york.hpp"
#include "core/calendar/us_equities.hpp"
#include "core/trading/instrument.hpp"
#include "sim/exchange/ids.hpp"
#include "sim/world/timeline.hpp"

namespace belay::world {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 8> kStocks{"AAPL", "MSFT", "NVDA", "TSLA", "SPY", "F", "XOM", "KO"};

/// Kinds of faults that a seed may draw, how often each then happens, and the numbers that go with it.
struct Fault {
  Kind kind;
  std::uint64_t most;  ///< times a session
  std::array<std::int64_t, 3> low;
  std::array<std::int64_t, 3> high;
  bool has_symbol = false;
};

constexpr std::array kFaults{
    Fault{Kind::jump, 8, {-900, 0, 0}, {900, 0, 0}, true},
    Fault{Kind::bad_print, 5, {-6000, 0, 0}, {9000, 0, 0}, true},
    Fault{Kind::wide_quote, 4, {20, 0, 0}, {300, 0, 0}, true},
    Fault{Kind::crossed, 4, {20, 0, 0}, {200, 0, 0}, true},
    Fault{Kind::one_sided, 4, {20, 1, 0}, {300, 2, 0}, true},
    Fault{Kind::halt, 3, {30, 0, 0}, {900, 0, 0}, true},
    Fault{Kind::silent_tape, 3, {30, 0, 0}, {1500, 0, 0}, true},
    Fault{Kind::submit_lost_before, 6, {0, 0, 0}, {0, 0, 0}},
    Fault{Kind::submit_lost_after, 6, {0, 0, 0}, {0, 0, 0}},
    Fault{Kind::submit_arrives_late, 6, {100, 0, 0}, {40'000, 0, 0}},
    Fault{Kind::submit_unreachable, 5, {0, 0, 0}, {0, 0, 0}},
    Fault{Kind::submit_refused, 8, {0, 0, 0}, {7, 0, 0}},
    Fault{Kind::submit_slow, 6, {200, 0, 0}, {12'000, 0, 0}},
    Fault{Kind::cancel_lost_before, 5, {0, 0, 0}, {0, 0, 0}},
    Fault{Kind::cancel_lost_after, 5, {0, 0, 0}, {0, 0, 0}},
    Fault{Kind::cancel_stuck, 5, {200, 0, 0}, {90'000, 0, 0}},
    Fault{Kind::read_lost, 12, {0, 0, 0}, {0, 0, 0}},
    Fault{Kind::read_slow, 12, {100, 0, 0}, {14'000, 0, 0}},
    Fault{Kind::limited, 4, {5, 0, 0}, {120, 0, 0}},
    Fault{Kind::unreadable, 4, {5, 0, 0}, {150, 0, 0}},
    Fault{Kind::empty_positions, 3, {5, 0, 0}, {90, 0, 0}},
    Fault{Kind::positions_lag, 6, {60, 100, 0}, {1200, 10'000, 0}},
    Fault{Kind::orders_lag, 6, {60, 100, 0}, {1200, 10'000, 0}},
    Fault{Kind::order_missing, 4, {10, 0, 0}, {120, 0, 0}},
    Fault{Kind::restricted, 1, {30, 0, 0}, {200, 0, 0}},
    Fault{Kind::data_fails, 4, {10, 0, 0}, {200, 0, 0}},
    Fault{Kind::data_stands, 3, {30, 0, 0}, {300, 0, 0}},
    Fault{Kind::store_down, 3, {5, 0, 0}, {300, 0, 0}},
    Fault{Kind::store_refuses, 2, {5, 0, 0}, {200, 0, 0}},
    Fault{Kind::store_slow, 3, {30, 50, 0}, {300, 5'000, 0}},
    Fault{Kind::store_lies, 5, {0, 0, 0}, {0, 0, 0}},
    Fault{Kind::lock_lost, 3, {0, 0, 0}, {0, 0, 0}},
    Fault{Kind::crash, 10, {0, 1, 0}, {60, 100, 1}},
    Fault{Kind::stop_cont, 4, {2, 0, 0}, {400, 1, 0}},
    Fault{Kind::wall_jump, 3, {-240'000, 5, 0}, {240'000, 900, 0}},
    Fault{Kind::close_lot, 6, {0, 200, 0}, {30, 1'600, 0}},
    Fault{Kind::foreign_sell, 4, {50, 0, 0}, {1'000, 0, 0}, true},
    Fault{Kind::foreign_buy, 3, {1'000, 0, 0}, {60'000, 0, 0}, true},
    Fault{Kind::foreign_rest, 3, {50, 20, 0}, {1'000, 800, 0}, true},
    Fault{Kind::foreign_cancel, 4, {0, 0, 0}, {0, 0, 0}, true},
};

constexpr std::array kStreamFaults{
    Fault{Kind::stream_refused, 3, {0, 0, 0}, {4, 2, 0}},
    Fault{Kind::stream_down, 6, {2, 0, 0}, {300, 2, 15'000}},
    Fault{Kind::stream_lost, 4, {60, 100, 0}, {3600, 1000, 0}},
    Fault{Kind::stream_gap, 4, {60, 50, 0}, {1200, 600, 0}},
    Fault{Kind::stream_late, 4, {60, 1000, 0}, {1200, 60'000, 0}},
    Fault{Kind::stream_reorder, 4, {60, 100, 0}, {1200, 20'000, 0}},
    Fault{Kind::stream_twice, 4, {60, 200, 0}, {3600, 1000, 20'000}},
    Fault{Kind::stream_stale, 4, {60, 200, 0}, {3600, 1000, 60'000}},
    Fault{Kind::stream_torn, 4, {60, 200, 0}, {3600, 1000, 60'000}},
};

class Author {
 public:
  explicit Author(std::uint64_t seed)
      : dice_(scramble(seed, 0x60d)),
        more_(scramble(seed, 0x60e)),
        scenario_{.seed = seed, .date = {}, .happenings = {}} {
    const auto day = std::chrono::sys_days(std::chrono::year(2026) / 1 / 2) + std::chrono::days(below(360));
    session_ = calendar_.first_session_on_or_after(day);
    scenario_.date = session_.date;
    midnight_ = calendar::from_new_york(session_.date, 0s);
    calm_ = session_.close - 15min;
  }

  Scenario write() {
    choose_symbols();
    const std::uint64_t lots = 2 + below(8);
    for (std::uint64_t i = 0; i < lots; ++i) write_entry(i);
    if (below(4) == 0) add(session_.open - 280s, Kind::partials, "", {static_cast<std::int64_t>(below(600)), 0, 0});
    add(session_.open - 279s, Kind::stop_shape, "", {static_cast<std::int64_t>(below(2)), 0, 0});
    if (below(12) == 0) {
      const bool reverse = below(3) == 0;
      add(session_.open - 200s, Kind::split, some_stock(),
          {reverse ? 1 : 2 + static_cast<std::int64_t>(below(3)), reverse ? 5 : 1, 0});
    }
    if (more_.below(8) == 0) {
      add(session_.open - 278s, Kind::loss_limit, "", {100 + static_cast<std::int64_t>(more_.below(3'000)), 0, 0});
    }
    const std::uint64_t share = 1 + below(3);  // of the kinds: a quarter to three quarters
    for (const Fault& fault : kFaults) {
      if (below(8) < share * 2) write_fault(fault);
    }
    if (below(3) != 0) write_stream(share);
    if (below(4) != 0) add(calm_, Kind::calm, "", {});
    std::ranges::stable_sort(scenario_.happenings, {}, &Happening::at);
    return std::move(scenario_);
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return dice_.below(bound); }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)));
  }
  const std::string& some_stock() { return stocks_[below(stocks_.size())]; }
  Timestamp some_moment(Timestamp from, Timestamp to) {
    return from + std::chrono::milliseconds(between(0, (to - from) / 1ms));
  }

  void add(Timestamp at, Kind kind, std::string symbol, const std::array<std::int64_t, 3>& n) {
    Happening happening{.at = at - midnight_, .kind = kind, .symbol = std::move(symbol)};
    std::ranges::copy(n, happening.n.begin());
    scenario_.happenings.push_back(std::move(happening));
  }

  void choose_symbols() {
    const std::uint64_t stocks = 1 + below(4);
    while (stocks_.size() < stocks) {
      const std::string symbol(kStocks[below(kStocks.size())]);
      if (std::ranges::find(stocks_, symbol) == stocks_.end()) stocks_.push_back(symbol);
    }
    const std::uint64_t options = below(3);
    for (std::uint64_t i = 0; i < options; ++i) {
      const auto days = std::chrono::days(between(0, 9));
      const calendar::Session expiry = calendar_.first_session_on_or_after(std::chrono::sys_days(session_.date) + days);
      options_.push_back(occ_symbol({.root = some_stock(),
                                     .expiration = expiry.date,
                                     .is_call = below(2) == 0,
                                     .strike = Price::whole(between(40, 160))}));
    }
  }

  void write_entry(std::uint64_t number) {
    const bool option = !options_.empty() && below(3) == 0;
    const std::string symbol = option ? options_[below(options_.size())] : some_stock();
    const bool held = below(3) == 0;
    const bool fractional = !option && below(5) == 0;
    // One direction a symbol: the account holds their sum.
    if (!directions_.contains(symbol)) directions_[symbol] = below(4) == 0;
    std::int64_t flags = 0;
    if (directions_[symbol] && !fractional) flags |= entry::kShort;
    if (directions_[symbol] && fractional) return;
    if (below(3) == 0) flags |= entry::kDayTrade;
    if (!option && !fractional && !held && below(2) == 0) flags |= entry::kBracket;
    if (held) flags |= entry::kHeld;
    if (below(12) == 0) flags |= entry::kRowTwice;
    if (below(12) == 0) flags |= entry::kRowSimulated;
    if (below(12) == 0) flags |= entry::kNoRow;
    if (!held && below(4) == 0) flags |= entry::kLimit;
    const std::int64_t quantity = option       ? between(1, 12) * 1000
                                  : fractional ? between(100, 20'000)
                                               : between(1, 300) * 1000;
    const std::int64_t scale = option ? 6 : 1;
    const bool both = (flags & entry::kBracket) != 0;
    const std::int64_t wide = both && more_.below(3) == 0 ? 8 : 1;  // such a bracket rests all day
    Happening happening;
    const Timestamp at =
        held ? session_.open - 290s + std::chrono::milliseconds(number)
             : some_moment(session_.open + 20s, below(4) == 0 ? session_.close - 20min : session_.open + 90min);
    happening.at = at - midnight_;
    happening.kind = Kind::enter;
    happening.symbol = symbol;
    happening.n = {quantity,
                   flags,
                   both || below(5) != 0 ? between(30, 400) * scale * wide : 0,
                   both || below(4) != 0 ? between(40, 500) * scale * wide : 0,
                   below(4) == 0 ? between(5, 240) : 0,
                   below(5) == 0 ? between(60, 900) : between(0, 20)};
    if (below(3) == 0) {
      write_terms(at, symbol, scale);
    } else if (option && more_.below(2) == 0) {
      happening.n[1] |= entry::kUnderlying;
      happening.n[2] /= scale;
      happening.n[3] /= scale;
    }
    scenario_.happenings.push_back(std::move(happening));
  }

  void write_terms(Timestamp at, const std::string& symbol, std::int64_t scale) {
    Happening terms{.at = at - midnight_, .kind = Kind::terms, .symbol = symbol};
    const auto sometimes = [&](std::int64_t low, std::int64_t high) {
      return below(2) == 0 ? between(low, high) * scale : std::int64_t{0};
    };
    const std::int64_t trail = sometimes(40, 300);
    const std::int64_t activation = sometimes(10, 100);
    const std::int64_t breakeven = sometimes(20, 150);
    const std::int64_t lock = sometimes(40, 200);
    const std::int64_t keep = between(20, 80);
    terms.n = {trail, activation, breakeven, lock, keep, sometimes(30, 250)};
    scenario_.happenings.push_back(std::move(terms));
  }

  // Two of three sessions have a stream: the others show that asking alone is enough.
  void write_stream(std::uint64_t share) {
    const Timestamp start = session_.open - 300s;
    add(start, Kind::stream, "", {});
    if (below(6) == 0) {
      add(start, Kind::stream_refused, "", {static_cast<std::int64_t>(below(4)), static_cast<std::int64_t>(below(3))});
    }
    for (const Fault& fault : kStreamFaults) {
      if (below(8) < share * 2) write_fault(fault);
    }
  }

  void write_fault(const Fault& fault) {
    const std::uint64_t times = 1 + below(fault.most);
    for (std::uint64_t i = 0; i < times; ++i) {
      std::array<std::int64_t, 3> n{};
      for (std::size_t k = 0; k < n.size(); ++k) n[k] = between(fault.low[k], fault.high[k]);
      std::string symbol;
      if (fault.has_symbol)
        symbol = !options_.empty() && below(4) == 0 ? options_[below(options_.size())] : some_stock();
      add(some_moment(session_.open - 240s, session_.close), fault.kind, std::move(symbol), n);
      if (midnight_ + scenario_.happenings.back().at > calm_) scenario_.happenings.pop_back();
    }
  }

  sim::Dice dice_;
  sim::Dice more_;  // what came to be drawn later: a seed's other happenings stay what they were
  Scenario scenario_;
  calendar::UsEquities calendar_;
  calendar::Session session_;
  Timestamp midnight_;
  Timestamp calm_;
  std::vector<std::string> stocks_;
  std::vector<std::string> options_;
  std::map<std::string, bool> directions_;
};

}  // namespace

Scenario generate(std::uint64_t seed) { return Author(seed).write(); }

}  // namespace belay::world
