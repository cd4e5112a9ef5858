// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/calendar/us_equities.hpp"
#include "sim/market/price_source.hpp"

namespace belay::sim {

/// Reads files of historical prices, .csv or .csv.gz (see replay_csv for what they may hold), as one market in order of
/// time; among equal times the earlier file comes first. The Error names the file.
[[nodiscard]] Result<std::unique_ptr<PriceSource>> load_replay_files(const std::vector<std::string>& paths,
                                                                     const calendar::UsEquities& calendar = {});

}  // namespace belay::sim
