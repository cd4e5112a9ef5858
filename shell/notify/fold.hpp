// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "shell/ports/alert_store.hpp"

/// What people are told, and when: alerts folded by their cause, reminders that back off, and their end. Time is given.
namespace belay::notify {

struct FoldPolicy {
  /// A critical alert that nobody has acknowledged is told again after this, then after twice that, and so on, …
  Duration remind_after = std::chrono::minutes(5);
  /// … at most this apart.
  Duration remind_at_most = std::chrono::hours(4);

  bool operator==(const FoldPolicy&) const = default;
};

/// After this without a word a repeating cause is over.
inline constexpr Duration kOverAfter = std::chrono::minutes(15);
/// After this without a word a standing cause that needs nobody's acknowledgement (any more) is told anew when it comes
/// back.
inline constexpr Duration kAnewAfter = std::chrono::hours(1);

/// One thing to tell.
struct Tell {
  enum class Kind : std::uint8_t { first, reminder, over };
  Kind kind = Kind::first;
  Alert alert;

  bool operator==(const Tell&) const = default;
};

struct Folded {
  std::vector<Alert> alerts;  ///< new and changed ones
  std::vector<Tell> tells;    ///< what is told now, the most urgent first
};

/// The desk's events folded into its alerts, and what is due of them.
Folded fold(const std::string& account, const AlertDesk& desk, const FoldPolicy& policy, Timestamp now);

/// The alert that one event makes by itself: number 0. Of the store's events and of those that it does not have yet it
/// makes the same.
Alert alert_of(const std::string& account, const AlertEvent& event);

/// Sixty-four bits of a hash over these texts, as hexadecimal digits: the same everywhere.
std::string identity_of(const std::vector<std::string>& texts);

}  // namespace belay::notify
