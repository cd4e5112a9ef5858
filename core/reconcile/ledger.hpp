// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/calendar/us_equities.hpp"
#include "core/trading/activity.hpp"
#include "core/trading/lot.hpp"
#include "core/trading/policy.hpp"

/// The ledger of one symbol's fills: whose each of them is.
namespace belay::reconcile {

/// An entry that is told without its order's id is known by its time: whether two such times may be of one.
bool is_about_same_time(Timestamp a, Timestamp b);

/// What is known of a symbol, its lots of the past included: their orders made fills that are nobody else's.
struct Past {
  std::string symbol;
  std::vector<const Lot*> lots;    ///< open and closing
  std::vector<const Lot*> closed;  ///< as far as the records reach
  std::set<OrderId> own_orders;    ///< exit orders of ours that no record has, known by their client ids
  const Activities* activities = nullptr;
  std::optional<Quantity> held = {};  ///< now, signed: what nobody has, nobody can have kept
};

/// A fill or movement of the symbol, as a change of the holding.
struct Flow {
  OrderId source;  ///< the name under which it is counted against a lot, once
  OrderId order;   ///< empty: no order did it
  std::string id;  ///< of the fill or activity
  Side side = Side::buy;
  Quantity quantity;
  Price price;
  Timestamp at;
  ExitReason reason = ExitReason::external_close;  ///< where it closes
  Quantity spoken_for = {};                        ///< of what it opened: held by lots that name no order
};

/// Everything that changed the symbol's holding, the oldest first: executions, deliveries and ends of contracts.
/// Splits and renames are no flows: they change what a share is.
std::vector<Flow> flows_of(const std::string& symbol, const Activities& activities,
                           const calendar::UsEquities& calendar);

/// A part of a lot that a flow took.
struct Charge {
  LotUid lot;
  OrderId source;
  OrderId order;
  ExitReason reason = ExitReason::external_close;
  Quantity quantity;
  Price price;
  Timestamp at;

  bool operator==(const Charge&) const = default;
};

/// Why lots have less than they should.
struct Explanation {
  std::vector<Charge> charges;  ///< each flow to the lots that were open at its time, first in, first out
  Quantity unexplained;         ///< of what is missing
  bool settling = false;        ///< a flow that may explain the rest is too young to be concluded from

  bool operator==(const Explanation&) const = default;
};

/// Charges what is missing to flows that no lot's own order made and that were not counted before. What somebody else
/// bought, somebody else's sales take first: another program on the same symbol leaves our lots alone. Never charges
/// more than is missing, nor what the lots' live exits may still take; where there is more to choose from, the newest.
Explanation explain(Quantity missing, const Past& past, const calendar::UsEquities& calendar, const Policy& policy,
                    Timestamp now);

/// The name under which a flow of somebody else's order is counted against a lot.
OrderId outside_order(const OrderId& order, const std::string& fill_id);
/// The order in it; empty for what no order of somebody else took.
OrderId outside_order_of(const LeftElsewise& part);

}  // namespace belay::reconcile
