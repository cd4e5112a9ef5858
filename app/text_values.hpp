// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/calendar/timestamp.hpp"

namespace belay::app {

/// "250ms", "40s", "5m", "2h", "1d"; a bare number is seconds. Not negative, at most ten years.
Result<Duration> parse_duration(std::string_view text);
/// "true" or "false", and nothing else.
Result<bool> truth(std::string_view text);
/// A whole number within these bounds.
template <class T>
Result<T> whole_number(std::string_view text, T least, T most) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least || number > most) {
    return fail("\"" + std::string(text) + "\" is no whole number from " + std::to_string(least) + " to " +
                std::to_string(most));
  }
  return number;
}

/// "40 s", "5 min", "2 h 10 min", "3 d 4 h": for people, in the two coarsest units.
std::string duration_text(Duration span);
/// "a, b,c" as {"a", "b", "c"}; empty parts are left out.
std::vector<std::string> split_list(std::string_view text);
std::string_view trimmed(std::string_view text);

}  // namespace belay::app
