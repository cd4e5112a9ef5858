// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/calendar/us_equities.hpp"

namespace belay::calendar {

/// The last session in which an option with that expiration date trades: the last one on or before the date. For the
/// standard contracts that expired on Saturdays until 2015, and for expirations on Good Friday, the day before.
Session expiry_session(const UsEquities& equities, Date expiration);

/// The session before that one; its open is when an option is left because of its expiry: a Friday expiry's Thursday,
/// a Monday's Friday, an old Saturday expiry's Thursday.
Session session_before_expiry(const UsEquities& equities, Date expiration);

}  // namespace belay::calendar
