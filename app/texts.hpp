// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/trading/lot.hpp"
#include "core/trading/market.hpp"

/// Numbers and times as people read them; scripts get the exact ones.
namespace belay::app {

std::string price_text(const std::optional<Price>& price);      ///< at least two decimals; "-" where there is none
std::string money_text(const std::optional<Money>& money);      ///< signed, to the cent; "-" where there is none
std::string percent_text(const std::optional<Ratio>& percent);  ///< 5 is "+5.00 %"
std::string quantity_text(const Lot& lot);                      ///< negative for a short one
std::string time_text(const std::optional<Timestamp>& at);      ///< New York; "-" where there is none
std::string ago_text(Timestamp at, Timestamp now);              ///< "12 s ago"

}  // namespace belay::app
