// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"

namespace belay {

/// What a company does to its shares, as announced (alpaca.md 2, Corporate actions).
struct CorporateAction {
  enum class Kind : std::uint8_t { split, spin_off, rename };
  std::string id;
  Kind kind = Kind::split;
  std::string symbol;
  std::string new_symbol;  ///< of a spin-off or rename
  Ratio old_rate;          ///< of a split: so many shares …
  Ratio new_rate;          ///< … become so many
  Date ex_date{};          ///< the first session in which the price is of the new share

  bool operator==(const CorporateAction&) const = default;
};

}  // namespace belay
