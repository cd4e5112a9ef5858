// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/calendar/us_equities.hpp"
#include "core/trading/execution.hpp"
#include "core/trading/lot.hpp"
#include "core/trading/policy.hpp"

namespace belay::rules {

/// Prices not yet judged, of the domain in which the lot's levels are stated: several unread ones by their extremes.
struct PriceRange {
  enum class Order : std::uint8_t { unknown, low_first, high_first };
  Price low;
  Price high;
  Price last;
  Order order = Order::unknown;  ///< of the extremes' arrival
};

/// What is known of the guards that ought to rest at the broker.
enum class Guards : std::uint8_t {
  not_expected,  ///< none were ever asked for
  resting,       ///< seen alive
  unverified,    ///< not found out in this pass
  absent,        ///< proved absent or dead
  restoring,     ///< taken away by ourselves, or on its way
  lost,          ///< proved absent, and restoring has failed
};

/// How the account stands against its loss limit: found once, a reason for each of its lots.
struct LossStanding {
  enum class State : std::uint8_t { off, within, undecided, latched };
  State state = State::off;
  std::string message;
};

/// All that a rule may look at.
struct Situation {
  const Lot& lot;
  Timestamp now;
  const calendar::UsEquities& calendar;
  const Policy& policy;
  std::optional<PriceRange> price;  ///< absent when no price may trigger now
  std::string no_price;             ///< why, then
  Guards guards = Guards::not_expected;
  const OperatorCommand* command = nullptr;  ///< a person's word that waits for this lot
  const LossStanding* loss = nullptr;        ///< the account's; absent: there is no limit
};

/// A rule's answer, which is also its explanation.
struct Verdict {
  enum class State : std::uint8_t {
    off,      ///< the lot has no such parameter, or its kind no such rule
    waits,    ///< armed, does not hold
    blocked,  ///< armed, cannot be judged: `message` says why
    holds,    ///< the lot should leave
  };
  State state = State::off;
  std::string message;
  std::optional<Price> trigger_price;  ///< of a price rule that holds
  std::optional<Timestamp> due;        ///< of a time rule: the moment from which it holds
  std::optional<Quantity> quantity;    ///< of a partial rule that holds: how much of the lot should leave
};

struct Rule {
  ExitReason reason{};
  int priority = 0;  ///< 0 first
  Verdict (*judge)(const Situation&) = nullptr;
  bool goes_by_price = false;  ///< off for a lot that is only watched
  bool is_partial = false;     ///< asks for part of the lot; a reason for the whole of it cancels that
};

/// Whether a person's pause suspends the rule at that moment. A person's own word and the account's loss limit are
/// never suspended.
bool is_paused(const Rule& rule, const Lot& lot, Timestamp now);
/// "paused until 2026-01-26 15:00 by bob@desk because of earnings": what a suspended rule says.
std::string pause_text(const Pause& pause);

// One file each.
Verdict manual_close(const Situation& situation);
Verdict account_loss_limit(const Situation& situation);
Verdict stop_loss(const Situation& situation);
Verdict take_profit(const Situation& situation);
Verdict trailing_stop(const Situation& situation);
Verdict missing_brackets(const Situation& situation);
Verdict scale_out(const Situation& situation);
Verdict day_trade_close(const Situation& situation);
Verdict expiration_risk(const Situation& situation);
Verdict max_hold_time(const Situation& situation);

/// Every rule, by priority and then in the order in which the reason of record is chosen.
std::span<const Rule> catalogue();
int priority_of(ExitReason reason);  ///< of a rule in the catalogue; the lowest of all for any other reason

/// The moment from which the lot, as a day trade, has to leave: exits.md §4.
Timestamp day_trade_deadline(const Lot& lot, const calendar::UsEquities& calendar, const Policy& policy);

}  // namespace belay::rules
