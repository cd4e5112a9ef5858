// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/calendar/moment.hpp"
#include "core/trading/lot.hpp"
#include "core/trading/policy.hpp"

/// Guards: the orders that rest at the broker for a lot, and what to do when they are not as they should be (exits.md
/// §6). The promise is that what rests for a lot is exactly what is held of it.
namespace belay::lifecycle {

/// A guard of the lot as it was last seen.
struct KnownGuard {
  OrderId id;
  bool seen = false;   ///< by this process; else nothing but the id is known
  bool own = false;    ///< sent by us, not upstream's child
  bool fresh = false;  ///< seen since the lot's quantity last changed: only then is its size worth judging
  OrderStatus status = OrderStatus::unknown;
  Side side = Side::sell;
  OrderType type = OrderType::limit;
  TimeInForce time_in_force = TimeInForce::gtc;
  Quantity leaves;  ///< ordered − filled
  std::optional<Price> stop_price;

  [[nodiscard]] bool may_live() const { return !seen || !is_terminal(status); }
  bool operator==(const KnownGuard&) const = default;
};

/// What ought to rest at the broker.
struct GuardLevels {
  std::optional<Price> stop;
  std::optional<Price> target;

  [[nodiscard]] bool any() const { return stop || target; }
  bool operator==(const GuardLevels&) const = default;
};

/// What is going on with a lot's guards and need not survive a restart: all of it can be found out again.
struct GuardFlight {
  bool submitting = false;              ///< handed over, reply outstanding
  std::optional<Duration> sent;         ///< of the latest attempt
  bool resent = false;                  ///< the latest send repeated an id whose first outcome is unknown
  int not_found = 0;                    ///< answers "no such order" since the latest send
  std::optional<Duration> asked;        ///< the latest question about a guard
  int asks = 0;                         ///< since the latest news
  std::map<OrderId, Duration> cancels;  ///< requested, end not seen yet
  std::optional<Duration> changed;      ///< a guard was last seen to end: only a later read of the broker counts
  std::optional<Duration> short_since;  ///< the broker holds fewer free shares than the guard needs
  std::optional<Duration> retry_at;     ///< not before, after a refusal
  std::string last_refusal;

  bool operator==(const GuardFlight&) const = default;
};

/// Situations that people are told of.
inline constexpr std::string_view kLeftAlone = "left alone";
inline constexpr std::string_view kChildrenHeld = "children held after the entry";

/// All that the table looks at.
struct GuardView {
  enum class Entry : std::uint8_t {
    none,     ///< no entry order is known
    unseen,   ///< known by its id only
    filling,  ///< still open
    ended,
  };

  const Lot& lot;
  const GuardFlight& flight;
  const Policy& policy;
  Moment now;
  bool session_open = false;
  std::string hands_off;  ///< why the guards are left as they are (frozen, watched, in doubt); empty: they are tended
  std::string by_local_rules;  ///< why nothing should rest (no bracket asked for, an option …); empty: something should
  std::string restricted;      ///< why the account cannot trade; empty when it can
  bool leaves_wholly = false;  ///< all of the lot is leaving: the exit table clears what rests
  Quantity leaving;            ///< what a partial exit is about to take
  Entry entry = Entry::none;
  std::optional<Timestamp> entry_filled_at;
  std::vector<KnownGuard> guards;
  GuardLevels levels;          ///< as they are to rest, on the broker's ticks
  std::string no_levels;       ///< why there are none
  bool proved_absent = false;  ///< the bracket that was asked for certainly does not rest there
  bool must_last = false;      ///< the close is near and the lot stays overnight: a DAY guard will not do
  Quantity room;               ///< what the broker certainly holds free for this lot
  bool room_is_fresh = false;  ///< read since the last guard ended
};

/// One GTC order: an OCO with both levels, else a stop or a limit.
struct PlaceGuard {
  Quantity quantity;
  GuardLevels levels;
};
/// Once more, under the same client id: if the first one landed, this one is refused.
struct PlaceGuardAgain {
  ClientOrderId client_id;
};
/// It never arrived, and is not wanted any more.
struct ForgetGuard {
  ClientOrderId client_id;
};
struct CancelGuards {
  std::vector<OrderId> ids;
  bool renewing = false;  ///< another is to take their place
};
struct AskGuard {
  ClientOrderId client_id;
};
struct LookAtGuards {
  std::vector<OrderId> ids;
};
/// A read of the broker that shows which shares are free.
struct ReadRoom {};
struct AwaitGuards {
  Duration until{};      ///< steady
  bool passive = false;  ///< for something that will not come soon: nobody needs to stand by
};
/// Restoring has failed for good: the rule missing_brackets takes over.
struct DeclareMissing {};
/// Nothing can be done without a person; tried again at `until`.
struct GuardStuck {
  Duration until{};
};
struct LeaveGuards {};  ///< nothing to do
struct GuardsRest {};   ///< as they should

using GuardMove = std::variant<PlaceGuard, PlaceGuardAgain, ForgetGuard, CancelGuards, AskGuard, LookAtGuards, ReadRoom,
                               AwaitGuards, DeclareMissing, GuardStuck, LeaveGuards, GuardsRest>;

struct GuardDecision {
  std::string_view situation;  ///< the row of the table that fitted
  GuardMove move;
  std::string why;
};

/// The guard table: the first row that fits says what to do next.
GuardDecision next_guard_move(const GuardView& view);

/// What should rest: the lot without what is about to leave; whole units, since only those take a resting guard
/// (alpaca.md 3.1).
Quantity guarded_quantity(const GuardView& view);
/// More may rest than is left of the lot, or its guards are being resized for that: what rests beyond the lot would
/// sell another's shares, also where the lot is only watched.
bool takes_too_much(const GuardView& view);
/// What rests alive, of the right side: the smallest that a member of the group has left. Zero when nothing does.
Quantity resting_quantity(const GuardView& view);
/// The lot's own guard order whose outcome is not known.
const GuardOrder* guard_in_the_air(const Lot& lot);
/// The attempt that the next guard bears: one more than any ever used.
int next_guard_attempt(const Lot& lot);
/// The levels on the broker's price steps (alpaca.md 3.1), moved away from the price: a resting guard never acts before
/// the rule itself would.
GuardLevels on_ticks(GuardLevels levels, Direction direction);

/// What a definite no to a guard means.
enum class RefusalMeaning : std::uint8_t {
  already_there,  ///< one with this id exists: it is the one that was asked for
  not_free,       ///< other orders hold the shares: no word about the guard itself
  stop_passed,    ///< the price is already through the stop: that rule holds
  target_passed,  ///< likewise the target
  no_word,        ///< out of session, where prices are stale, or not about the order at all: tried again, not counted
  failure,        ///< counts
};
struct GuardRefusal {
  std::int64_t code = 0;
  std::string_view message;
  bool names_holders = false;         ///< related orders were named
  std::optional<Price> market_price;  ///< the broker's price, where it named one
};
RefusalMeaning meaning_of(const GuardRefusal& refusal, const GuardOrder& order, Direction direction, bool session_open);

}  // namespace belay::lifecycle
