// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "sim/server/control_request.hpp"

namespace belay::sim {

// The control face's part for options and companies; see control.hpp for the rules of all of it.
//
//   POST /_sim/assign         {"symbol", "qty"?, "account"?}: the other side exercises now; without qty all that the
//                             account is short of. Answers {"now", "assigned"}
//   POST /_sim/options-level  {"level": 0 to 3, "account"?}
//   POST /_sim/adjust         {"symbol", "new_shares", "old_shares"}: what a split does to the contracts on the symbol
//                             (/_sim/split does it too)
//   POST /_sim/spin-off       {"symbol", "new_symbol", "new_shares", "old_shares"}: holders get shares of new_symbol
//   POST /_sim/dividend       {"symbol", "cash"}: so much for each share, at once; paper itself pays none
//   POST /_sim/merger         {"symbol", "cash"?, "new_symbol"?, "new_shares"?, "old_shares"?}
//   POST /_sim/delist         {"symbol", "worthless"?: true takes the holdings too}

[[nodiscard]] std::span<const ControlRoute> corporate_controls();

}  // namespace belay::sim
