// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shell/json/value.hpp"
#include "sim/exchange/exchange.hpp"
#include "sim/exchange/order.hpp"

namespace belay::sim {

/// The body of POST /v2/orders. Only what cannot be read is refused here (a price that is no number); whether the order
/// makes sense is the exchange's to say. Decimals come as strings or numbers.
[[nodiscard]] Answer<SubmitRequest> read_submit(const json::Value& body);
/// The body of a PATCH (alpaca.md 3.4).
[[nodiscard]] Answer<ReplaceRequest> read_replace(const json::Value& body);

}  // namespace belay::sim
