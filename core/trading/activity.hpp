// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/trading/order.hpp"

namespace belay {

/// A holding changed, and no order did it (alpaca.md 2, Activities; 4, Activity signs).
struct Movement {
  enum class Kind : std::uint8_t {
    expired,       ///< OPEXP: a contract ended worthless
    exercised,     ///< OPEXC: contracts of ours were exercised
    assigned,      ///< OPASN: contracts that we had sold were exercised by their holder
    delivered,     ///< OPTRD: the stock that an exercise or assignment brought or took, at the strike
    cash_settled,  ///< OPCSH: the money of an exercise that delivers nothing
    split,         ///< SPLIT
    spun_off,      ///< SPIN
    renamed,       ///< NC
    merged,        ///< MA
    reorganised    ///< REORG, OPCA
  };
  std::string id;  ///< the activity's
  Kind kind = Kind::expired;
  std::string symbol;
  Quantity quantity;           ///< as it changed the holding: −1 where a long contract went
  std::optional<Price> price;  ///< of a delivery: the strike
  Money net;                   ///< of cash to the account
  std::string group;           ///< shared by an exercise and its delivery; empty where the broker says none
  Timestamp at;

  bool operator==(const Movement&) const = default;
};

/// What happened in the account since then, each oldest first.
struct Activities {
  Timestamp since;  ///< complete from here on; later than asked for where there was too much
  std::vector<Fill> fills;
  std::vector<Movement> movements;

  bool operator==(const Activities&) const = default;
};

}  // namespace belay
