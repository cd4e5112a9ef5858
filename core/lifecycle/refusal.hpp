// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "core/calendar/timestamp.hpp"

/// Why the broker refused an exit order, told from its HTTP status, its code and, as a hint only since texts change,
/// its words (alpaca.md 3.7); and what follows.
namespace belay::lifecycle {

enum class RefusalKind : std::uint8_t {
  none,
  held_shares,    ///< other orders reserve what is to leave
  wash_trade,     ///< an opposing order is open
  no_position,    ///< the broker holds nothing of it
  wrong_intent,   ///< the broker takes the order for an opening one: it holds nothing on this side
  duplicate_id,   ///< an order with this client id is there already
  rate_limited,   ///< wait as told
  tick,           ///< a price that is no multiple of the exchange's tick
  not_tradable,   ///< halted, delisted or inactive
  market_closed,  ///< this order is taken in the session only
  restricted,     ///< the account may not trade
  keys_refused,
  buying_power,   ///< of a buy to cover
  not_permitted,  ///< options level, short selling, an uncovered leg
  too_small,      ///< dust: less than the broker trades
  other
};

std::string_view to_text(RefusalKind kind);

RefusalKind classify(int http_status, std::int64_t code, std::string_view message);

/// What follows from a refusal, beside the pause that grows with each.
struct Remedy {
  Duration pause{};           ///< at least so long until the next try
  bool reread = false;        ///< the broker is read again: our picture of it is wrong
  bool clear_named = false;   ///< the orders that it names, as far as they are ours, are cancelled first
  bool page = false;          ///< a person is told at once, not at the third one
  bool other_tactic = false;  ///< the third of the same kind changes the tactic
};
Remedy remedy_of(RefusalKind kind);

}  // namespace belay::lifecycle
