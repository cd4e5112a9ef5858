// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/calendar/us_equities.hpp"
#include "sim/market/price_point.hpp"

namespace belay::sim {

/// Reads a file of historical prices, already decompressed; `name` is the file's name, for errors ("name:line: …") and
/// for the length of its bars where it ends in one ("…_1m.csv", "_1s", "_1h", "_1d"; else the smallest step between
/// rows of a symbol). The kind is recognised by the columns of the header, in any order:
///
///  - trade bars: ts_utc, symbol, open, high, low, close, volume (further columns are ignored: vwap, underlying, …);
///  - quote bars: ts_utc, symbol, bid_open … bid_close, ask_open … ask_close, bid_size, ask_size;
///  - trades: ts_utc, symbol, price, size, cond_hex, suspicious.
///
/// A bar that starts at s and lasts d becomes four points: open at s, then the extreme nearer to the open at
/// s + d/3, the farther one at s + 2d/3, close at s + d − 1 ms. (A tie: the low first. Second bars use − 1 ms too.)
/// Trade sizes are a quarter of the volume each, the rest in the close. A quote bar's instants are the same; both
/// sides move together in the order in which the bid has its extremes (its low with the ask's low, its high with the
/// ask's high); a bid that does not move takes the ask's order. An empty or zero side is absent.
///
/// Hourly bars of stocks are of the regular session: the bar that spans 09:30 starts at 09:30, and no bar goes past the
/// close. A daily bar runs from its session's open to its close. Intraday bars of other lengths are taken as they are.
///
/// Trades in ticks are kept when they count as a last price by the consolidated tape's rules as far as `cond_hex`
/// tells; those with suspicious = 1 are kept too: a market does print such.
///
/// The result ascends in time; rows of one time keep their order.
Result<std::vector<PricePoint>> replay_csv(std::string_view text, std::string_view name,
                                           const calendar::UsEquities& calendar = {});

}  // namespace belay::sim
