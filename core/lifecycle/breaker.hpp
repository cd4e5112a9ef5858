// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "core/trading/lot.hpp"
#include "core/trading/policy.hpp"

/// Sent versus intended: whatever else goes wrong in Belay, an account is not flooded with orders (reliability.md c,
/// invariant 20). The breaker looks at what is about to be sent and knows nothing of why.
namespace belay::lifecycle {

struct Sending {
  LotUid lot;
  Duration at{};    ///< steady
  Money value;      ///< of the order
  Money lot_value;  ///< of the whole lot then
};

/// What was sent in the last minute, and who may not send for now.
struct SendLog {
  std::deque<Sending> sent;
  std::map<LotUid, Duration> lots_paused;  ///< until then
  Duration account_paused{};               ///< until then; zero: it is not

  [[nodiscard]] std::optional<Duration> paused_until(const LotUid& lot, Duration now) const;
};

/// Why an order must not be sent.
struct Tripped {
  std::string why;
  bool account = false;  ///< else the lot alone
};

/// Looks at an order before it is sent. `held` is the value of all lots, by uid.
std::optional<Tripped> inspect(SendLog& log, const Lot& lot, const ExitOrder& order, const Sending& sending,
                               const std::map<LotUid, Money>& held, const Policy& policy);

/// Writes it down, once it is sent.
void note(SendLog& log, const Sending& sending);

/// The latest order of the lot was refused or never left: a call, and no value. Else one lot that the broker refuses
/// would bring the whole account to rest.
void note_unplaced(SendLog& log, const LotUid& lot);

/// Safe mode for the lot or the account: nothing is sent until it is over; then counting begins anew.
void pause(SendLog& log, const LotUid& lot, const Tripped& tripped, Duration until);

}  // namespace belay::lifecycle
