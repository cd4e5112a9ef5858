// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/trading/lot.hpp"
#include "core/trading/order.hpp"

/// What is known of an order, put together from messages that may come twice, late, or in any order.
///
/// The rules: an ended order stays ended; what has filled never becomes less, except by a bust or a correction, which
/// are messages of their own; a fill that is told after the end counts all the same, up to the order's quantity; and
/// no executions are summed up here, only the broker's own cumulative figure is taken, so that none counts twice.
namespace belay::lifecycle {

struct OrderLife {
  OrderStatus status = OrderStatus::unknown;
  std::optional<Quantity> quantity;  ///< absent: not told
  Quantity filled;                   ///< cumulative
  std::optional<Price> filled_average;
  std::optional<Timestamp> filled_at;
  std::optional<Timestamp> updated_at;  ///< of the latest message that counted

  bool operator==(const OrderLife&) const = default;
};

OrderLife life_of(const Order& order);

/// Whether an order in `from` may be taken to be in `to` by a message of unknown age.
bool may_follow(OrderStatus from, OrderStatus to);
/// Whether an order may come back from `from` to `to`: a cancel or a replacement was turned down, a suspension lifted.
/// Only a message that is known to be newer proves it.
bool may_return(OrderStatus from, OrderStatus to);

/// Nothing of it will fill any more, as far as is known: ended, or filled up (also as `calculated`, whose settlement
/// alone is pending: alpaca.md 3.5).
bool is_over(const OrderLife& life);
bool is_over(const ExitOrder& order);

/// What it may still take: zero when it is over.
Quantity may_still_take(const ExitOrder& order);

/// What a message has taught.
struct Learned {
  bool changed = false;
  bool ended = false;         ///< it is over now and was not before
  Quantity filled_more;       ///< of it, after it was over
  bool filled_late = false;   ///< after its end had been told
  bool contradicted = false;  ///< it says more has filled than was ordered: counted up to what was ordered
};
/// Takes in a message about the order.
Learned learn(OrderLife& known, const OrderLife& said);

/// Takes in a bust or a correction: what it says has filled counts, even if it is less.
void correct(OrderLife& known, const OrderLife& said);

// ---- an exit order and its replacements

/// Takes in a message about this exit order or about one that replaced it: somebody replaced our order at the broker,
/// so its id has ended, and another id goes on with the rest (alpaca.md 3.4). Follows the chain both ways: by what the
/// old one says has replaced it, and by what the new one says it replaces.
Learned learn(ExitOrder& known, const Order& said);
void correct(ExitOrder& known, const Order& said);

/// Whether the message is about this exit order: under any of its ids, or as the replacement of the latest one.
bool is_about(const ExitOrder& known, const Order& said);

}  // namespace belay::lifecycle
