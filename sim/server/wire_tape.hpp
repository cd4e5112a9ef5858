// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "core/money/money.hpp"
#include "shell/json/value.hpp"
#include "sim/exchange/asset.hpp"

namespace belay::sim {

// What replies and streams of market data say alike (alpaca.md 5, 6.2): decimals are numbers, sizes are whole, as
// everybody's clients read them.

[[nodiscard]] json::Value price_number(Price price);
/// Something was traded, be it a fraction.
[[nodiscard]] std::int64_t traded_size(Quantity size);
/// An absent side of a quote has no size either; one that is there has at least one.
[[nodiscard]] std::int64_t side_size(Price price, Quantity size);
/// "@I" as ["@", "I"].
[[nodiscard]] json::Array condition_letters(std::string_view conditions);
/// The tape that tells of a stock: "A" of those listed in New York, "C" of Nasdaq's and of one that nobody knows
/// (null), "B" of others.
[[nodiscard]] std::string_view consolidated_tape(const Asset* asset);

}  // namespace belay::sim
