// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/trading/order.hpp"

namespace belay::alpaca {

/// The JSON of POST /v2/orders (alpaca.md 2, Order request). Decimals are strings, exact. An OCO has type limit and
/// states its target in take_profit; type `other` and the like must not be asked for.
std::string order_body(const OrderRequest& request);

}  // namespace belay::alpaca
