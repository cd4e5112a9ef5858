// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/calendar/timestamp.hpp"

namespace belay::calendar {

enum class DayKind { closed, half, full };

/// What the New York Stock Exchange does on `date`: its holidays and early closes by the rules in force since 2010,
/// and the closures of single days since then. Years before 2010 are read by the same rules.
DayKind nyse_day(Date date);

}  // namespace belay::calendar
