// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/calendar/timestamp.hpp"

namespace belay::app {

/// "250ms", "40s", "5m", "2h", "1d"; a bare number is seconds. Not negative, at most ten years.
Result<Duration> parse_duration(std::string_view text);
/// "40 s", "5 min", "2 h 10 min", "3 d 4 h": for people, in the two coarsest units.
std::string duration_text(Duration span);
/// "a, b,c" as {"a", "b", "c"}; empty parts are left out.
std::vector<std::string> split_list(std::string_view text);
std::string_view trimmed(std::string_view text);

}  // namespace belay::app
