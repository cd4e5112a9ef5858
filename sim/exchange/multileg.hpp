// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "sim/exchange/api_error.hpp"
#include "sim/exchange/order.hpp"

namespace belay::sim {

// What a leg of a multi-leg order says, put in order.

/// From the leg's side, else from its intent.
std::optional<Side> side_of(const LegRequest& leg);
/// What was specified, else what follows from the holding.
PositionIntent intent_of(const LegRequest& leg, Quantity held);
PositionIntent inferred_intent(Side side, Quantity held);

/// Said of orders that would leave contracts bare.
ApiError uncovered();

/// Why the parts that are no leg's cannot stand so.
std::optional<ApiError> refuse_combination_by_form(const SubmitRequest& request);

/// Contracts of a leg in so many units of its order.
Quantity units_of(Quantity ratio, Quantity units);
Price times(Price price, Quantity count);

}  // namespace belay::sim
