// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include "core/calendar/timestamp.hpp"

namespace belay::sim {

/// What the account has subscribed to (alpaca.md 1, Basic plan): Basic has IEX in real time, all exchanges except for
/// the last quarter of an hour, and the indicative option feed; Plus has everything.
struct DataPlan {
  bool is_basic = false;
  /// What the data API answers to wrong keys: 401 by the documents, 403 by the broker's FAQ (alpaca.md 1).
  int unauthorized_status = 401;
};

/// For so long Basic gets nothing of all exchanges, and delayed_sip nobody anything.
inline constexpr Duration kWithheld = std::chrono::minutes(15);
inline constexpr std::int64_t kBasicRequestsPerMinute = 200;

}  // namespace belay::sim
