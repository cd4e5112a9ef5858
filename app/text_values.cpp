// SPDX-License-Identifier: Apache-2.0
#include "app/text_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <utility>

namespace belay::app {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLongest = std::chrono::hours(24 * 3650);

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Duration>, 6> kUnits{
      {{"", 1s}, {"ms", 1ms}, {"s", 1s}, {"m", 1min}, {"h", 1h}, {"d", 24h}}};
  std::int64_t count = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.begin(), text.end(), count);
  const std::string_view rest(end, static_cast<std::size_t>(last - end));
  const auto* const unit = std::ranges::find(kUnits, rest, &std::pair<std::string_view, Duration>::first);
  if (error != std::errc() || unit == kUnits.end() || count < 0) {
    return fail("\"" + std::string(text) + R"(" is no span of time: write "250ms", "40s", "5m" or "2h")");
  }
  if (count > kLongest / unit->second) return fail("\"" + std::string(text) + "\" is longer than ten years");
  return unit->second * count;
}

Result<bool> truth(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return fail("\"" + std::string(text) + "\" is neither true nor false");
}

std::string duration_text(Duration span) {
  static constexpr std::array<std::pair<std::string_view, Duration>, 4> kUnits{
      {{"d", 24h}, {"h", 1h}, {"min", 1min}, {"s", 1s}}};
  if (span < Duration::zero()) span = -span;
  for (std::size_t i = 0; i + 1 < kUnits.size(); ++i) {
    const auto [name, unit] = kUnits[i];
    if (span < unit) continue;
    const auto [finer_name, finer] = kUnits[i + 1];
    std::string text = std::to_string(span / unit) + " " + std::string(name);
    if (const auto rest = (span % unit) / finer; rest > 0) {
      text += " " + std::to_string(rest) + " " + std::string(finer_name);
    }
    return text;
  }
  return std::to_string(span / 1s) + " s";
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view part = trimmed(text.substr(0, comma));
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

}  // namespace belay::app
