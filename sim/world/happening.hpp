// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/calendar/timestamp.hpp"

namespace belay::world {

/// Everything that can happen to a world beside the quiet walk of its prices: people, markets, faults. `n` means what
/// stands behind each kind; absent numbers are zero. "Next" faults lie in wait for the next call of their kind.
enum class Kind : std::uint8_t {
  // The upstream trader
  enter,  ///< n0 quantity × 1000, n1 Entry flags, n2 stop and n3 target in basis points from the price (0: none),
          ///< n4 holding minutes (0: none), n5 seconds until its row is written
  terms,  ///< of the symbol's next entry: n0 trail and n1 its activation, n2 breakeven, n3 profit lock, all in basis
          ///< points, n4 the percent that it keeps, n5 basis points at which half of it is scaled out (0: none)
  // The market
  jump,         ///< n0 basis points, for good
  bad_print,    ///< n0 basis points, one print beside an honest quote
  wide_quote,   ///< n0 seconds
  crossed,      ///< n0 seconds
  one_sided,    ///< n0 seconds, n1 1: no bid, 2: no ask
  halt,         ///< n0 seconds
  split,        ///< before the open: n0 new shares for n1 old ones
  silent_tape,  ///< n0 seconds without a print; quotes go on
  partials,     ///< n0 of 1000 fills are partial from now on
  stop_shape,   ///< n0 the shape of a stop-out from now on
  // The account's settings, at whatever time they stand
  loss_limit,  ///< n0 dollars lost in the session: everything leaves
  // The way to the broker
  submit_lost_before,   ///< next: never arrives, nobody says so
  submit_lost_after,    ///< next: arrives, the reply does not
  submit_arrives_late,  ///< next: no reply; arrives after n0 ms
  submit_unreachable,   ///< next: certainly not sent
  submit_refused,       ///< next: refused, n0 which of alpaca.md 3.7
  submit_slow,          ///< next: the reply takes n0 ms
  cancel_lost_before,   ///< next
  cancel_lost_after,    ///< next
  cancel_stuck,         ///< next: pending for n0 ms
  read_lost,            ///< next read of anything: no reply
  read_slow,            ///< next read of anything takes n0 ms
  limited,              ///< 429 to everything for n0 seconds
  unreadable,           ///< HTML instead of JSON to every read for n0 seconds
  empty_positions,      ///< 200 OK and nothing for n0 seconds
  positions_lag,        ///< n0 seconds, by n1 ms
  orders_lag,           ///< lists of orders and fills: n0 seconds, by n1 ms
  order_missing,        ///< questions by client id are answered "not found" for n0 seconds
  restricted,           ///< the account is blocked for n0 seconds
  data_fails,           ///< n0 seconds
  data_stands,          ///< n0 seconds: the same answer again and again
  // The broker's stream of order updates. What it does excuses nothing: asking finds out the same.
  stream,          ///< at whatever time it stands: the processes of this session listen to it; without, they only ask
  stream_refused,  ///< the next attempt to connect and n0 more; n1 the StreamDown::Kind: interrupted, limited or keys
  stream_down,     ///< n0 seconds; n1 as above; n2 ms until that is noticed
  stream_lost,     ///< n0 seconds: n1 of 1000 updates never come, and nobody says so
  stream_gap,      ///< n0 seconds: n1 of 1000 updates cannot be read, and it is said
  stream_late,     ///< n0 seconds: each comes n1 ms later
  stream_reorder,  ///< n0 seconds: each is held up by itself, for up to n1 ms
  stream_twice,    ///< n0 seconds: n1 of 1000 come again within n2 ms
  stream_stale,    ///< n0 seconds: n1 of 1000 are contradicted within n2 ms by an older state of the same order
  stream_torn,     ///< n0 seconds: n1 of 1000 come again within n2 ms, but with an older count of what has filled
  // The store
  store_down,     ///< n0 seconds
  store_refuses,  ///< n0 seconds
  store_slow,     ///< n0 seconds: every call takes n1 ms
  store_lies,     ///< next save: written, yet reported as failed
  lock_lost,      ///< with the connection; nobody else takes it
  // The process
  crash,      ///< at the n0-th call from now; n1 seconds until the next start; n2 1: what is on its way is lost
  stop_cont,  ///< SIGSTOP for n0 seconds; n1 1: another instance takes over for that time
  wall_jump,  ///< the machine's wall clock goes n0 ms ahead (or back) for n1 seconds
  // People
  close_lot,       ///< an operator: n0 which lot (modulo), n1 of 1000 of it
  foreign_sell,    ///< somebody else sells n0 of 1000 of what is held of the symbol, at market
  foreign_buy,     ///< n0 × 1000 shares, at market
  foreign_rest,    ///< somebody else's resting sell limit on n0 of 1000 of what is free, n1 basis points away
  foreign_cancel,  ///< somebody cancels a resting child of a bracket of the symbol
  calm             ///< faults end here; from then on everything has to come right
};
inline constexpr std::size_t kKinds = static_cast<std::size_t>(Kind::calm) + 1;
std::string_view to_text(Kind kind);

/// Flags of Kind::enter, added up.
namespace entry {
inline constexpr std::int64_t kShort = 1;
inline constexpr std::int64_t kDayTrade = 2;
inline constexpr std::int64_t kBracket = 4;        ///< with stop and target resting at the broker
inline constexpr std::int64_t kHeld = 8;           ///< bought on the session before
inline constexpr std::int64_t kRowTwice = 16;      ///< upstream writes it twice, under two keys
inline constexpr std::int64_t kRowSimulated = 32;  ///< the row claims to be no trade
inline constexpr std::int64_t kNoRow = 64;         ///< upstream never writes it
inline constexpr std::int64_t kLimit = 128;        ///< the entry is a limit that may stay open
inline constexpr std::int64_t kUnderlying = 256;   ///< an option whose stop and target are its underlying's prices
}  // namespace entry

struct Happening {
  Duration at{};  ///< since midnight in New York
  Kind kind = Kind::enter;
  std::string symbol;  ///< empty where the kind needs none
  std::array<std::int64_t, 6> n{};

  bool operator==(const Happening&) const = default;
};

/// All of a session: with the same scenario the same happens, to the nanosecond.
struct Scenario {
  std::uint64_t seed = 1;  ///< of prices and latencies
  Date date{};
  std::vector<Happening> happenings;  ///< by time

  bool operator==(const Scenario&) const = default;
};

/// An Error for what no session can bear, too: a symbol that is none, numbers beyond reason.
/// "seed 17", "date 2026-03-09", then a happening a line: "09:31:05.250 jump AAPL -250". Comments begin with #.
std::string to_text(const Scenario& scenario);
Result<Scenario> parse_scenario(std::string_view text);
std::string to_text(const Happening& happening);

}  // namespace belay::world
