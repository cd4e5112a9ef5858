// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "sim/server/control_request.hpp"

namespace belay::sim {

// What the control face has the market's streams tell beside prices (alpaca.md 6.2). Nothing of it changes the
// exchange: a status alone halts nothing (/_sim/halt does), and corrected trades stay as they are on the tape.
//
//   POST /_sim/status       {"symbol", "status", "status_message"?, "reason"?, "reason_message"?}
//   POST /_sim/luld         {"symbol", "up", "down", "indicator"?: "B"}
//   POST /_sim/imbalance    {"symbol", "price"}
//   POST /_sim/correction   {"symbol", "trade_id"?, "price"?, "size"?}: of the last trade, unless another one is named
//   POST /_sim/cancel_error {"symbol", "trade_id"?, "action"?: "C" (canceled) or "E" (an error)}
//   POST /_sim/updated_bar  {"symbol", "open"?, "high"?, "low"?, "close"?}: the last minute that has ended, once more
// POST /_sim/stream with "stream": "stocks", "options", "market" (both) or a feed such as "iex". Members may be absent;
// the answer is that of GET /_sim/stream:
//
//   "connections_per_account": 1    one too many is told 406; 0 is no limit, here and below
//   "symbol_limit": 30              of trades and quotes, then 405; unless given, what the plan permits
//   "option_quote_limit": 200       alike
//   "auth_timeout_ms": 10000        then 404
//   "slow_client_after": 2000,
//   "slow_client_ms": 5000          who has more messages than that waiting, for so long, is told 407
//   "upgrades_per_minute": 20       further ones are answered with HTTP 429
//   "refuse_auth": 411              the next who shows keys gets that error
//   "fault": {"kind", "event"?, "symbol"?, "times"?: 1, "ms"?: 1000, "status"?: 429}
//                                   what happens to the next messages whose T is `event`: "drop", "duplicate",
//                                   "reorder" (sent behind the next one), "delay" by ms; or "gap": nothing of the
//                                   symbol for ms; or "refuse": the next upgrade is answered with the status
//   "clear_faults": true
//   "cut", "silence": true          as with the trading stream
//   "ghost": true, "ghost_ms": 90000
//                                   cuts the connections, but they keep the account's places for so long: whoever comes
//                                   back is told 406. With "silence" they stay open, but nothing leaves any more
//   "error": 500                    any code from 400 to 413 too; 404, 406, 407, 412 and 500 end the connection
//
// And with "stream": "events", for the Server-Sent Events of orders, activities and corporate actions:
//
//   "slow_client_after": 2000,
//   "slow_client_ms": 5000          who has more waiting, for so long, misses events; a comment says how many
//   "error": true                   a comment says "internal server error", and the streams end
//   "cut": true                     they end without a word

[[nodiscard]] std::span<const ControlRoute> market_controls();

}  // namespace belay::sim
