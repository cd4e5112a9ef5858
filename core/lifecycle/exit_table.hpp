// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/calendar/moment.hpp"
#include "core/trading/lot.hpp"
#include "core/trading/market.hpp"
#include "core/trading/policy.hpp"

namespace belay::lifecycle {

/// A resting order that belongs to a lot without being one of its exit orders: its entry, or a guard.
struct RestingOrder {
  OrderId id;
  OrderStatus status = OrderStatus::unknown;
  OrderType type = OrderType::limit;
  std::optional<Price> stop_price;

  bool operator==(const RestingOrder&) const = default;
};

/// What is going on with a lot's exit and need not survive a restart: everything in it can be found out again.
struct Flight {
  Duration began{};                     ///< steady time at which this process took up the exit
  std::optional<Duration> sent;         ///< of the latest attempt
  bool submitting = false;              ///< handed over, reply outstanding
  bool resent = false;                  ///< the latest send repeated an id whose first outcome is unknown
  int not_found = 0;                    ///< answers "no such order" since the latest send
  std::optional<Duration> asked;        ///< the latest question about an order
  int asks = 0;                         ///< since the latest news
  std::map<OrderId, Duration> cancels;  ///< requested, end not seen yet
  std::optional<Duration> priced;       ///< latest fetch of the symbol's price
  std::optional<Duration> price_asked;
  std::optional<Duration> last_fill;  ///< when something of the lot was last seen to leave
  int refusals = 0;                   ///< in a row
  std::string last_refusal;
  std::optional<Duration> retry_at;  ///< not before, after a refusal
  bool told_late = false;
  bool told_stuck = false;

  bool operator==(const Flight&) const = default;
};

/// So many refusals in a row, and a person is told.
inline constexpr int kRefusalsBeforeAlert = 3;

/// All that the table looks at.
struct ExitView {
  const Lot& lot;  ///< with its exit
  const Flight& flight;
  const Policy& policy;
  Moment now;
  bool session_open = false;
  std::string restricted;            ///< why the account cannot trade; empty when it can
  std::string halted;                ///< why the symbol, or its underlying, does not trade; empty when it does
  std::vector<RestingOrder> entry;   ///< still open
  std::vector<RestingOrder> guards;  ///< still open
  std::string guard_work;  ///< what the guard table is about with the lot's guards; the exit waits for it; else empty
  Quantity allowance;  ///< what the broker certainly holds for this side, less what orders of ours may still take; can
                       ///< be negative
  std::optional<Quote> quote;
  bool quote_sound = false;
  std::optional<Price> last_good;
  bool stream_up = false;             ///< the broker tells by itself what becomes of orders
  std::optional<Duration> gap_until;  ///< it was away, and the broker is being read: steady, at the longest until then
};

struct Send {
  OrderType type = OrderType::market;
  Quantity quantity;
  std::optional<Price> limit;
};
/// Send the order whose outcome is unknown once more, under the same client id: if it landed, this one is refused.
struct SendAgain {
  ClientOrderId client_id;
};
struct CancelOrders {
  std::vector<OrderId> ids;
};
/// Ask the broker about the exit order with this client id.
struct AskExit {
  ClientOrderId client_id;
};
/// Ask the broker about these orders.
struct LookAt {
  std::vector<OrderId> ids;
};
struct FetchPrice {};
struct Wait {
  Duration until{};      ///< steady
  bool passive = false;  ///< for something that will not happen soon (the next session): nobody needs to stand by
};
/// Nothing more can be done without a person; tried again at `until`.
struct Stuck {
  Duration until{};
};
struct Finished {};

using Move = std::variant<Send, SendAgain, CancelOrders, AskExit, LookAt, FetchPrice, Wait, Stuck, Finished>;

struct Decision {
  std::string_view situation;  ///< the row of the table that fitted
  Move move;
  std::string why;
};

/// The exit table: the first row that fits says what to do next.
Decision next_move(const ExitView& view);

/// What is still to leave under the lot's exit: wanted − everything that left since it began. Never negative.
Quantity remaining(const Lot& lot);
/// The attempt that the next order bears: one more than any ever used.
int next_attempt(const Lot& lot);
/// Unfilled quantity of exit orders that are live or of unknown outcome.
Quantity live_leaves(const Lot& lot);

}  // namespace belay::lifecycle
