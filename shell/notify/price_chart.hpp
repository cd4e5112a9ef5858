// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "shell/ports/store.hpp"

namespace belay::notify {

/// A PNG of a position's prices as they were recorded, with its entry, stop, target and exit; empty where nothing is
/// known of it.
std::string price_chart(Store& book, std::int64_t position_id);

}  // namespace belay::notify
