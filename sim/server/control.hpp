// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "shell/json/value.hpp"
#include "sim/server/call.hpp"
#include "sim/server/virtual_clock.hpp"
#include "sim/server/world.hpp"

namespace belay::sim {

// The control face, under /_sim/: how a person or a test arranges the exchange's world. No keys; loopback only. Bodies
// and answers are JSON; decimals may be strings or numbers, answers have strings. A POST answers {"now": …}; what
// cannot be done answers 422 {"message"}.
//
//   GET  /_sim/state        {"now", "speed", "is_open", "prices": {symbol: {trade, quote, halted, previous_close}},
//                            "accounts": [{number, account, positions, orders, activities}], "events": [order events],
//                            "faults", "broken_invariants"}; orders, positions … in Alpaca's shapes, orders nested
//   POST /_sim/price        {"symbol", "bid"?, "ask"?, "price"?}: a quote of bid and ask, then a trade at price; price
//                           alone means that bid and ask are there too
//   POST /_sim/position     {"symbol", "qty" (negative: short), "avg_price", "account"?, "entered_at"?}: as if it had
//                           been bought then
//   POST /_sim/cash         {"amount" (negative: out), "account"?}
//   GET  /_sim/clock        {"now", "speed", "is_open"}
//   POST /_sim/clock        {"speed"?: 60, 0 is frozen; "set"?: RFC 3339; "advance"?: "90s", "5m", "2h", "1d", "250ms"
//   or
//                           seconds}; forward only. Prices whose time is passed are applied in order
//   POST /_sim/halt         {"symbol", "halted": bool}; a resumption takes a millisecond, and trading goes on with the
//                           next price
//   POST /_sim/split        {"symbol", "new_shares", "old_shares"}
//   POST /_sim/announce     {"kind"?: "split", "spin_off", "rename"; "symbol", "new_symbol"?, "new_shares"?,
//   "old_shares"?,
//                           "ex_date"}: what /v1/corporate-actions tells; nothing else happens
//   POST /_sim/rename       {"symbol", "new_symbol"}: holdings follow, open orders end
//   POST /_sim/behaviour    {"partial_fill_permille"?: 0 to 1000, "stop_out_shape"?: "target_replaced"|"stop_replaced"}
//   POST /_sim/fault        {"kind", "method"?, "path_prefix"?, "times"?: 1, "ms"?}: what happens to the next fitting
//                           requests, see wire_faults.hpp
//   DELETE /_sim/fault      no more faults
//   POST /_sim/stream       the trading stream; every member may be absent, the answer is that of GET:
//                             "frame": "binary" (as paper sends) or "text"
//                             "connections_per_account": 1; 0: no limit. One too many is told "connection limit
//                               exceeded" and closed
//                             "fault": {"kind", "event"?: "fill", "order_type"?: "stop", "times"?: 1, "ms"?,
//                             "status"?}:
//                               what happens to the next fitting events: "drop", "duplicate", "reorder" (sent after the
//                               next one), "delay" by ms (others overtake); or "refuse": the next upgrade is answered
//                               with status (429, 406). The stop leg's lost cancellation (alpaca.md 8) is
//                               {"kind": "drop", "event": "canceled", "order_type": "stop"}
//                             "clear_faults": true
//                             "cut": true: all connections, without a word
//                             "silence": true: they stay open, but nothing leaves any more, no answer to a ping either
//                             "error": "internal server error": told to all, who are then closed
//   GET  /_sim/stream       {"frame", "connections_per_account", "connections": [{account, listens}], "faults", "sent"}
//   GET  /_sim/requests     who asked for what, see RequestLog::to_json; DELETE starts counting anew
//
// An account is named by its number; absent: the first.

/// Answers a request whose path begins with /_sim/; `at` is the real time.
[[nodiscard]] Reply answer_control(World& world, std::string_view method, std::string_view path,
                                   const json::Value& body, VirtualClock::Real at);

}  // namespace belay::sim
