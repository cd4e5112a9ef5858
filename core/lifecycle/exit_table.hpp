// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/calendar/moment.hpp"
#include "core/lifecycle/refusal.hpp"
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
  Quantity filled;
  bool elected = false;  ///< a stop whose price was reached: it is on its way

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
  RefusalKind last_kind = RefusalKind::none;
  int same_refusals = 0;                ///< of that kind in a row, since the tactic last changed
  bool other_tactic = false;            ///< market where a limit is usual, a marketable limit where market is
  bool coarse_tick = false;             ///< a finer one was refused
  std::optional<Duration> retry_at;     ///< not before, after a refusal
  std::set<OrderId> in_the_way;         ///< named in refusals, and ours to cancel
  std::set<OrderId> named_unseen;       ///< named in refusals, and not seen yet
  int not_found_after_end = 0;          ///< of `not_found`, those after which nothing could arrive any more
  std::optional<Duration> ended_since;  ///< the first of them
  std::optional<Duration> sought;       ///< when its entry was looked at, for a bracket that nobody has seen

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
  std::vector<RestingOrder> in_the_way;  ///< further orders of ours that refusals named, still open
  Quantity allowance;  ///< what the broker certainly holds for this side, less what orders of ours may still take; can
                       ///< be negative
  std::optional<Quote> quote;
  bool quote_sound = false;
  std::optional<Price> last_good;
  bool stream_up = false;             ///< the broker tells by itself what becomes of orders
  std::optional<Duration> gap_until;  ///< something may have been missed, and the broker is being asked for it: steady,
                                      ///< at the longest until then
  bool extended_hours = false;        ///< early or late trading, outside of the session
  bool session_priced = true;         ///< a price of this session, or of after the halt, has been seen
  Timestamp session_opened;           ///< of the session in progress
  bool carried_over = false;          ///< decided in a session that is over
  std::optional<Timestamp>
      nothing_arrives_after;             ///< of the order of unknown outcome: its session's end, and then some
  Quantity foreign;                      ///< that orders which are not ours reserve of the symbol
  std::string foreign_orders;            ///< which
  std::string uncovers;                  ///< the short leg that would lose its cover by this exit; or empty
  bool uncovered_leaves = false;         ///< that leg is a lot of ours that is leaving as well
  std::optional<Duration> paused_until;  ///< safe mode
};

struct Send {
  OrderType type = OrderType::market;
  Quantity quantity;
  std::optional<Price> limit;
  bool extended_hours = false;
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
/// The order whose outcome is unknown never arrived, and no longer can: it counts as ended without a fill.
struct CountDead {
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
/// Nothing more can be done without a person; tried again at `until`, on a new read of the broker where it is that
/// which stands in the way.
struct Stuck {
  Duration until{};
  bool reread = false;
};
struct Finished {};

using Move = std::variant<Send, SendAgain, CountDead, CancelOrders, AskExit, LookAt, FetchPrice, Wait, Stuck, Finished>;

struct Decision {
  std::string_view situation;  ///< the row of the table that fitted
  Move move;
  std::string why;
  std::string_view page = {};  ///< the cause under which a person is told of it, once for this exit; empty: nobody is
};

/// The exit table: the first row that fits says what to do next.
Decision next_move(const ExitView& view);

/// What is still to leave under the lot's exit: wanted − everything that left since it began. Never negative.
Quantity remaining(const Lot& lot);
/// The attempt that the next order bears: one more than any ever used.
int next_attempt(const Lot& lot);
/// The reasons of the lot's exit have a stop among them.
bool leaves_by_stop(const Lot& lot);
/// Unfilled quantity of exit orders that are live or of unknown outcome.
Quantity live_leaves(const Lot& lot);

}  // namespace belay::lifecycle
