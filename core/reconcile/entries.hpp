// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/reconcile/ownership.hpp"

/// Which orders opened a holding that no lot accounts for.
namespace belay::reconcile {

/// What flows say of the newest `quantity` of a holding: which of them opened it.
struct Opening {
  std::string first_fill_id;
  Price entry_price;
  Timestamp entry_time;
  std::optional<OrderId> order;         ///< that made all of them, if one did
  std::optional<ExitReason> delivered;  ///< `exercised` or `assigned`, where contracts brought it and no order did
};
/// nullopt when the flows do not reach back so far.
std::optional<Opening> opening_of(const Orphan& orphan, const std::vector<Flow>& flows);

/// What one order, or one delivery, contributed to a holding.
struct Entry {
  Orphan part;
  Opening opening;
  Quantity opened;  ///< by the order in all
};
/// A lot that names no order was opened by somebody's all the same: by the newest before it (where upstream wrote its
/// time: first by those nearest to it), as far as they are not `accounted` for.
void speak_for(std::vector<Flow>& flows, const Lot& lot, const std::set<OrderId>& accounted);

/// The orders that opened the orphan's share of what is `held`, the newest first, without the `accounted`, which
/// opened, guarded or left lots; together less than the orphan when the flows do not reach back so far. One order is
/// one trade: upstream writes an execution for each.
std::vector<Entry> entries_of(const Orphan& orphan, Quantity held, const std::vector<Flow>& flows,
                              const std::set<OrderId>& accounted);

/// How many more than `entry` its order opened and nobody who is not `accounted` for has closed since. Those are there
/// too; then it is the older lots that miss as many.
Quantity opened_beyond(const Entry& entry, const std::vector<Flow>& flows, const std::set<OrderId>& accounted);

/// The execution among those that the records have which is this entry: by its order, or where it names none by side,
/// quantity and time. Rows that claim to be simulated count: the broker holds the shares.
const Execution* execution_of(const Entry& entry, const std::vector<Execution>& executions);

}  // namespace belay::reconcile
