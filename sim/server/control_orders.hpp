// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "sim/server/control_request.hpp"

namespace belay::sim {

// The control face's part for what goes wrong with orders; see control.hpp for the rules of all of it.
//
//   POST /_sim/order_fault  {"kind", "symbol"?, "order_type"?, "times"?: 1, "ms"?}: what happens to the next fitting
//                           orders, see behaviour.hpp; DELETE: no more of them, and what is stuck goes on
//   POST /_sim/reservation  {"symbol", "qty", "account"?}: held for an order that nobody sees (alpaca.md 8, Permanent
//                           reservation); DELETE /_sim/order_fault gives it back
//   POST /_sim/execution    {"execution_id"?: the account's last, "price"?, "qty"?: 0 undoes it, "account"?}: a
//                           trade_correct or trade_bust (alpaca.md 6.1); answers {"now", "order"}

[[nodiscard]] std::span<const ControlRoute> order_controls();

}  // namespace belay::sim
