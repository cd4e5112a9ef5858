// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/base/result.hpp"
#include "core/calendar/timestamp.hpp"

/// Moments as people name them on the command line. An error begins with the option's name.
namespace belay::app {

/// From when: a time ("2026-01-26T14:30:00Z"), a date (its midnight in New York), or a span back from now ("2h").
Result<Timestamp> parse_since(const std::string& option, const std::string& text, Timestamp now);
/// Up to when, not included: likewise, but a date includes its whole day.
Result<Timestamp> parse_until(const std::string& option, const std::string& text, Timestamp now);
/// A moment to come: a time, or New York's next 15:30 ("15:30").
Result<Timestamp> parse_coming(const std::string& option, const std::string& text, Timestamp now);

}  // namespace belay::app
