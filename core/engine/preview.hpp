// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "core/engine/state.hpp"

namespace belay::engine {

/// A lot that would leave, wholly or partly, and the reason of record that it would have.
struct Leaving {
  LotUid lot;
  ExitReason reason = ExitReason::stop_loss;
  std::string message;  ///< the rule's words

  bool operator==(const Leaving&) const = default;
};

/// Which lots would begin to leave now if these were the numbers, and would not by those that count: what a person
/// should see before a change is taken. By the prices of the moment; where none may be acted on now (a closed market),
/// by the last one that could: they would leave with the first price like it. Changes nothing.
std::vector<Leaving> leaving_under(const State& state, const Policy& policy, Moment now);

}  // namespace belay::engine
