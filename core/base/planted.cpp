// SPDX-License-Identifier: Apache-2.0
#include "core/base/planted.hpp"

namespace belay {

#ifdef BELAY_PLANTED_BUGS
Bug planted_bug = Bug::none;
#endif

std::string_view to_text(Bug bug) {
  static constexpr std::array<std::string_view, kBugs> kWords{"none",
                                                              "unknown_means_refused",
                                                              "second_refusal_ends_first",
                                                              "missing_means_dead",
                                                              "fills_count_twice",
                                                              "late_fills_dropped",
                                                              "accepted_means_filled",
                                                              "rest_forgotten",
                                                              "rows_need_no_shares",
                                                              "absence_means_sold",
                                                              "unread_means_flat",
                                                              "guards_stay",
                                                              "entry_stays",
                                                              "session_never_ends",
                                                              "ladder_stands_still",
                                                              "cancel_means_ended",
                                                              "others_forgotten",
                                                              "contract_is_one_share",
                                                              "short_results_reversed",
                                                              "shorts_are_sold",
                                                              "stop_reversed",
                                                              "minutes_are_hours",
                                                              "close_is_at_21_utc",
                                                              "any_quote_is_sound",
                                                              "any_jump_is_believed",
                                                              "commands_dropped",
                                                              "guard_fills_dropped",
                                                              "exits_forgotten",
                                                              "named_orders_cancelled",
                                                              "lateness_untold",
                                                              "lost_guards_stay_lost",
                                                              "loss_limit_moves_nothing",
                                                              "levels_are_the_options"};
  return kWords[static_cast<std::size_t>(bug)];
}

}  // namespace belay
