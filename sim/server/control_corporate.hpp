// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "sim/server/control_request.hpp"

namespace belay::sim {

// The control face's part for companies and options; see control.hpp for the rules of all of it. Where shares may be
// absent, they are 1.
//
//   POST /_sim/split          {"symbol", "new_shares", "old_shares"}; contracts on the symbol are adjusted too
//   POST /_sim/rename         {"symbol", "new_symbol"}: holdings follow, open orders end
//   POST /_sim/announce       {"kind"?: "split", "rename" or a type of /v1/corporate-actions; "symbol", "new_symbol"?,
//                             "new_shares"?, "old_shares"?, "cash"?, "ex_date", "record_date"?, "payable_date"?}: what
//                             /v1/corporate-actions and /v2/corporate_actions/announcements tell; nothing else happens.
//                             Of the kinds that tell of a second company, new_symbol has to be there
//   POST /_sim/assign         {"symbol", "qty"?, "account"?}: the other side exercises now; without qty all that the
//                             account is short of. Answers {"now", "assigned"}
//   POST /_sim/options-level  {"level": 0 to 3, "account"?}
//   POST /_sim/adjust         {"symbol", "new_shares", "old_shares"}: what a split does to the contracts on the symbol
//                             (/_sim/split does it too)
//   POST /_sim/spin-off       {"symbol", "new_symbol", "new_shares"?, "old_shares"?}: holders get shares of new_symbol
//   POST /_sim/dividend       {"symbol", "cash"}: so much for each share, at once; paper itself pays none
//   POST /_sim/merger         {"symbol", "cash"?, "new_symbol"?, "new_shares"?, "old_shares"?}: holders get cash for
//                             each share, or shares of new_symbol, or both; one of them has to be there
//   POST /_sim/delist         {"symbol", "worthless"?: true takes the holdings too}

[[nodiscard]] std::span<const ControlRoute> corporate_controls();

}  // namespace belay::sim
