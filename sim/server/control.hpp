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
// cannot be done answers 422 {"message"}, and so does a body with a member that is not told of here, or of another
// kind.
//
//   GET  /_sim/state        {"now", "speed", "is_open", "prices": {symbol: {trade, quote, halted, previous_close}},
//                            "accounts": [{number, account, positions, orders, activities}], "events": [the last
//                            thousand order events], "faults", "order_faults", "broken_invariants"}; orders, positions
//                            … in Alpaca's shapes, orders nested
//   POST /_sim/price        {"symbol", "bid"?, "ask"?, "price"?, "size"?: 100, "conditions"?: "@"}: a quote of bid and
//                           ask, then a trade at price; price alone means that bid and ask are there too. Conditions
//                           are letters; with one that makes no last price ("@I": an odd lot) the trade is in the
//                           history of trades, and neither in bars nor told to the exchange
//   POST /_sim/account      {"number", "key", "secret", "cash"?, "multiplier"?: 1, 2, 4; "options_level"?: 0 to 3,
//                            "shorting_enabled"?}: one more account
//   POST /_sim/position     {"symbol", "qty" (negative: short), "avg_price", "account"?, "entered_at"?}: as if it had
//                           been bought then
//   POST /_sim/cash         {"amount" (negative: out), "account"?}
//   GET  /_sim/clock        {"now", "speed", "is_open"}
//   POST /_sim/clock        {"speed"?: 60, 0 is frozen; "set"?: RFC 3339; "advance"?: "90s", "5m", "2h", "1d", "250ms"
//                           or seconds}; forward only, all of it or nothing. Prices whose time is passed are applied in
//                           order
//   POST /_sim/halt         {"symbol", "halted": bool, "status"?, "status_message"?, "reason"?, "reason_message"?}; a
//                           resumption takes a millisecond, and trading goes on with the next price. Statuses are told
//                           as the symbol's tape words them (H and T of Nasdaq, 2 and 3 else) unless a status is given:
//                           a volatility pause is {"status": "P", "reason": "LUDP"}
//   POST /_sim/status, /_sim/luld, /_sim/imbalance, /_sim/correction, /_sim/cancel_error, /_sim/updated_bar
//                           what the market's streams tell beside prices, see market_control.hpp
//   POST /_sim/split, rename, announce, assign, options-level, adjust, spin-off, dividend, merger, delist
//                           what companies do, and what befalls options, see control_corporate.hpp
//   POST /_sim/behaviour    {"partial_fill_permille"?: 0 to 1000, "stop_out_shape"?: "target_replaced"|"stop_replaced",
//                            "cancel_delay_ms"?, "replace_delay_ms"?: how long pending_cancel and pending_replace last,
//                            "positions_lag_ms"?: 0 to 10000, "vanished_positions"?: [symbols],
//                            "activities_next_day"?, "expiry_liquidation"?: bool}, see behaviour.hpp
//   POST /_sim/order_fault, reservation, execution
//                           what goes wrong with orders, see control_orders.hpp
//   POST /_sim/fault        {"kind", "method"?, "path_prefix"?, "times"?: 1, "ms"?}: what happens to the next fitting
//                           requests, see wire_faults.hpp
//   DELETE /_sim/fault      no more faults
//   POST /_sim/stream       with "stream" other than "trading": the streams of market data and of Server-Sent Events,
//                           see market_control.hpp
//   POST /_sim/stream       the trading stream (without "stream"); members may be absent, the answer is that of GET:
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
//                             "upgrades_per_minute", "ghost", "ghost_ms": as with market data, see market_control.hpp
//                             "cut": true: all connections, without a word
//                             "silence": true: they stay open, but nothing leaves any more, no answer to a ping either
//                             "error": "internal server error": told to all, who are then closed
//   GET  /_sim/stream       {"frame", "connections_per_account", "connections": [{account, listens}], "faults", "sent",
//                            "market": {limits, "connections": [{feed, account, message_pack, subscription}],
//                            "faults", "sent"}, "events": {"connections": [{account, topic, dropped}]}}
//   POST /_sim/plan         {"plan"?: "basic" or "plus", "unauthorized_status"?: 401 or 403}: what the market data API
//                           permits (alpaca.md 1, Basic plan), and what it answers to wrong keys. Basic's streams have
//                           30 symbols of trades and quotes, 200 option quotes, and error 409 at sip, boats and opra
//   GET  /_sim/requests     who asked for what, see RequestLog::to_json; DELETE starts counting anew
//
// An account is named by its number; absent: the lowest.

/// Answers a request whose path begins with /_sim/; `at` is the real time.
[[nodiscard]] Reply answer_control(World& world, std::string_view method, std::string_view path,
                                   const json::Value& body, VirtualClock::Real at);

}  // namespace belay::sim
