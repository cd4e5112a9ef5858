// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.hpp"
#include "shell/json/value.hpp"
#include "sim/exchange/config.hpp"
#include "sim/exchange/trouble.hpp"

namespace belay::sim {

// How the exchange misbehaves, as JSON: the bodies of POST /_sim/behaviour and /_sim/order_fault.

/// Lasting behaviour; absent members stay what they are:
///   "partial_fill_permille"  0 to 1000 of so many fills are partial; paper has 100 (alpaca.md 7)
///   "stop_out_shape"         "target_replaced" or "stop_replaced" (alpaca.md 3.3, SL triggers)
///   "cancel_delay_ms"        how long a cancel stays pending_cancel (alpaca.md 3.4); 0: it is done with the request
///   "replace_delay_ms"       the same of pending_replace
///   "positions_lag_ms"       0 to 10000: positions behind orders (alpaca.md 8, Orders vs positions lag)
///   "vanished_positions"     symbols whose rows are missing (alpaca.md 8, Positions vanish)
///   "activities_next_day"    what options do shows among the activities at 04:00 of the next day only (alpaca.md 4)
///   "expiry_liquidation"     from half an hour before the end, contracts in the money beyond the account's means are
///                            closed (alpaca.md 4, Expiry day)
[[nodiscard]] Result<Faults> read_behaviour(const json::Value& wanted, Faults faults);

/// {"kind", "symbol"?: any, "order_type"?: any, "times"?: 1, "ms"?}, with a kind for each surprise of alpaca.md 8:
///   cancel_stuck                    the cancel stays pending_cancel for ms, or until it is released; it may fill
///   cancel_rejected                 204, then order_cancel_rejected: the order lives on
///   replace_rejected                200 on PATCH, then the new order is rejected; the old one lives on
///   replace_error_though_replaced   422 on PATCH of an order that is replaced nevertheless
///   replace_insufficient_qty        403 on PATCH of an exit: its own reservation counts against it
///   children_stay_held              after the complete fill of the entry (whose symbol and type are meant)
///   partial_target_disarms          one share of the take-profit fills, then neither exit fires
///   both_children_fill              (the type is that of the exit which fills first)
///   reservation_stays               of a canceled exit, for ms or until it is released
///   rejected_after_200              200 on POST, then rejected
///   suspended                       as soon as it is live, for ms or until it is released
///   done_for_day                    as soon as it is live, until the next session
[[nodiscard]] Result<Trouble> read_trouble(const json::Value& wanted);
[[nodiscard]] json::Value trouble_json(const Trouble& trouble);

}  // namespace belay::sim
