// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace belay {

/// Known mistakes, compiled into a build of their own (BELAY_PLANTED_BUGS), that the simulated world must catch. In
/// every other build planted() is constant and nothing of them is left.
enum class Bug : std::uint8_t {
  none,
  unknown_means_refused,      ///< a timeout counts as a no: the next attempt is sent
  second_refusal_ends_first,  ///< the refusal of a repeated id counts for the first order under it
  missing_means_dead,         ///< "no such order" counts as proof
  fills_count_twice,          ///< a later, larger cumulative fill is added to the earlier one
  late_fills_dropped,         ///< what fills after an order's end was seen is not counted
  accepted_means_filled,      ///< closed when the order was accepted
  rest_forgotten,             ///< a part has left: done
  rows_need_no_shares,        ///< an execution opens a lot whether or not its shares are there
  absence_means_sold,         ///< what the broker does not show has been sold
  unread_means_flat,          ///< a failed read counts as an empty account
  guards_stay,                ///< leaves without cancelling the resting guards
  entry_stays,                ///< leaves without cancelling what is left of the entry
  session_never_ends,         ///< sends at any hour
  ladder_stands_still,        ///< an option's limit is never moved
  cancel_means_ended,         ///< a requested cancel counts as done
  others_forgotten,           ///< flat means that the broker holds nothing of the symbol at all
  contract_is_one_share,      ///< results without the multiplier
  short_results_reversed,     ///< a short's gain is booked as a loss
  shorts_are_sold,            ///< every exit sells
  stop_reversed,              ///< a stop holds while the price is above it
  minutes_are_hours,          ///< of holding time
  close_is_at_21_utc,         ///< a day trade leaves by a fixed hour
  any_quote_is_sound,         ///< crossed and wide ones too
  any_jump_is_believed,       ///< one print far away needs no witness
  commands_dropped,           ///< an operator's word is not heard
  guard_fills_dropped,        ///< what a resting guard took is not counted
  exits_forgotten,            ///< a restart starts without the exits under way
  named_orders_cancelled,     ///< whatever order a refusal names is cancelled
  lateness_untold,            ///< an exit that misses its deadline wakes nobody
  lost_guards_stay_lost,      ///< what rested for a lot and is gone is not put back
  loss_limit_moves_nothing,   ///< it is reached, and nothing leaves
  levels_are_the_options,     ///< levels of the underlying are compared with the option's own price
  last_
};
inline constexpr std::size_t kBugs = static_cast<std::size_t>(Bug::last_);
std::string_view to_text(Bug bug);

#ifdef BELAY_PLANTED_BUGS
/// Which mistake this process makes.
extern Bug planted_bug;
inline bool planted(Bug bug) { return planted_bug == bug; }
#else
constexpr bool planted(Bug) { return false; }
#endif

}  // namespace belay
