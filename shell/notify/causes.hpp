// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace belay::notify {

/// How alerts of one cause belong together.
enum class Nature : std::uint8_t {
  happening,  ///< each is news: every rung of a ladder, every close
  standing,   ///< told once for a position (or the account), then folded until it is over
  repeating,  ///< likewise, and raised anew as long as it lasts: silence means that it is over
};

/// What people are told about a cause beside the alert's own text.
struct Cause {
  std::string_view word;   ///< as the engine says it
  std::string_view title;  ///< for people
  Nature nature = Nature::standing;
  bool ends_with_lot = false;  ///< over when the position is closed
  std::string_view next;       ///< what Belay does now; empty: the text says it
  std::string_view advice;     ///< what the person may do; empty: nothing is needed
  std::string_view command;    ///< to type for it; {symbol} stands for the position's
};

/// A word that is not in the catalogue stands for itself: a standing cause that needs a look.
const Cause& cause_of(std::string_view word);
std::span<const Cause> causes();

}  // namespace belay::notify
