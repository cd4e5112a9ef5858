// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "shell/store/connection.hpp"

/// A position's price path: `[[seconds since 1970, price], …]`, the last price of each minute. It is put together from
/// the price updates in position_events and from what belay_price_paths has kept of those that were folded. That takes
/// longer than a pass can wait for when many positions close at once, so it is due from the close on
/// (position_history.price_path_due) and written by itself.
namespace belay::store::statements {

/// The events of which there is one for every price and every check.
inline constexpr std::string_view kNoisyTypes = "('price_update', 'check')";

/// An expression: the whole path of the position that `position` (an expression) names; NULL where there is none.
std::string price_path(Dialect dialect, std::string_view position);

/// One of those whose path is due: position_id.
std::string position_with_path_due();
/// $1 position: writes its path, unless that has been done meanwhile.
std::string write_path(Dialect dialect);
/// The position's history stays without one.
std::string give_up_path(Dialect dialect);
/// $1 position: what belay_price_paths has of it.
std::string drop_kept_days(Dialect dialect);
/// $1 id of a row of position_history: its path, written or not, in one look.
std::string path_if_due(Dialect dialect);

/// The oldest noisy event before $1 (a date): position_id, created_at.
std::string oldest_noisy_event(Dialect dialect);
/// $1 position, $2 the day, $3 the day after: keeps that day's path, unless the position's history has it already.
std::string fold_day(Dialect dialect);
/// The same parameters; without a position, `of_account`, $1 is not used.
std::string delete_noisy_day(Dialect dialect, bool of_account);

}  // namespace belay::store::statements
