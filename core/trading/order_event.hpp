// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/trading/order.hpp"

namespace belay {

/// What a message of the trading stream says has happened to an order (alpaca.md 6.1). Every message carries the whole
/// order as well, and what counts is that order; only a bust and a correction say more than it.
enum class OrderEvent : std::uint8_t {
  fill,
  partial_fill,
  canceled,
  expired,
  replaced,
  rejected,
  done_for_day,
  accepted,
  fresh,
  pending_new,
  pending_cancel,
  pending_replace,
  held,
  stopped,
  suspended,
  calculated,
  restated,
  order_replace_rejected,
  order_cancel_rejected,
  trade_bust,
  trade_correct,
  unknown
};

std::string_view to_text(OrderEvent event);           ///< the broker's word; `fresh` is "new"
OrderEvent parse_order_event(std::string_view text);  ///< unknown words become `unknown`

/// A fill was undone or changed: the one case in which less may have filled than was said before.
bool corrects_fill(OrderEvent event);

/// The status that the event itself implies; nullopt where only the order inside the message tells.
std::optional<OrderStatus> status_of(OrderEvent event);

}  // namespace belay
