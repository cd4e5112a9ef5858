// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/trading/lot.hpp"

namespace belay {

/// What the account's loss limit remembers, across restarts.
struct LossLimit {
  std::optional<Timestamp> latched_at;  ///< it was reached: everything leaves, until an operator resumes
  std::string why;                      ///< the figures with which it was reached
  Money limit;                          ///< as it was then

  std::optional<Timestamp> session;  ///< the open of the session that is counted
  Money realised;                    ///< in it, of lots that have closed
  std::map<LotUid, Price> bases;     ///< of lots that came into it: their value at its beginning
  Money own_start;                   ///< our result, and …
  Money broker_start;                ///< … the broker's, when an operator last resumed: what counts as zero
  bool restart = false;              ///< both are to be taken anew at the next count
  bool told = false;                 ///< a person was told that the two disagree

  bool operator==(const LossLimit&) const = default;
};

}  // namespace belay
