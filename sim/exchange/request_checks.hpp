// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "sim/exchange/api_error.hpp"
#include "sim/exchange/asset.hpp"
#include "sim/exchange/order.hpp"

namespace belay::sim {

/// What is wrong with a request whatever it is about: missing or contradicting parts (alpaca.md 3.7, 40010001).
std::optional<ApiError> refuse_by_form(const SubmitRequest& request);
/// What is wrong with it for that instrument: types, times in force, classes, price steps (alpaca.md 3.1, 3.3).
/// Precondition: refuse_by_form has nothing against it.
std::optional<ApiError> refuse_by_instrument(const SubmitRequest& request, const Asset& asset);

/// Whether it asks for a part of a share: by quantity or by dollars.
bool is_fractional(const SubmitRequest& request);
bool is_complex(const SubmitRequest& request);
/// The take-profit's price of an OCO: in its own part or as the order's limit.
std::optional<Price> target_price(const SubmitRequest& request);

}  // namespace belay::sim
