// SPDX-License-Identifier: Apache-2.0
#include "core/calendar/us_options.hpp"

namespace belay::calendar {

Session expiry_session(const UsEquities& equities, Date expiration) {
  return equities.last_session_on_or_before(expiration);
}

Session session_before_expiry(const UsEquities& equities, Date expiration) {
  return equities.session_before(expiry_session(equities, expiration).date);
}

}  // namespace belay::calendar
