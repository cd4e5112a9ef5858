// SPDX-License-Identifier: Apache-2.0
#include "app/moments.hpp"

#include <chrono>
#include <optional>

#include "app/text_values.hpp"
#include "core/calendar/new_york.hpp"

namespace belay::app {
namespace {

using namespace std::chrono_literals;

Result<Timestamp> parse(const std::string& option, const std::string& text, Timestamp now, std::chrono::days more) {
  if (const auto at = parse_timestamp(text)) return *at;
  if (const auto date = parse_date(text)) {
    return calendar::from_new_york(Date(std::chrono::sys_days(*date) + more), 0s);
  }
  if (const auto span = parse_duration(text)) return now - *span;
  return fail(option + " " + text +
              R"(: give a time ("2026-01-26T14:30:00Z"), a date ("2026-01-26") or a span ("2h"))");
}

/// "15:30"
std::optional<std::chrono::seconds> time_of_day(const std::string& text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : -1; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t i : {0U, 1U, 3U, 4U}) {
    if (digit(i) < 0) return std::nullopt;
  }
  const int hours = 10 * digit(0) + digit(1);
  const int minutes = 10 * digit(3) + digit(4);
  if (hours > 23 || minutes > 59) return std::nullopt;
  return std::chrono::hours(hours) + std::chrono::minutes(minutes);
}

}  // namespace

Result<Timestamp> parse_since(const std::string& option, const std::string& text, Timestamp now) {
  return parse(option, text, now, std::chrono::days(0));
}

Result<Timestamp> parse_until(const std::string& option, const std::string& text, Timestamp now) {
  return parse(option, text, now, std::chrono::days(1));
}

Result<Timestamp> parse_coming(const std::string& option, const std::string& text, Timestamp now) {
  auto at = parse_timestamp(text);
  if (const auto time = time_of_day(text)) {
    const Date today = calendar::to_new_york(now).date;
    at = calendar::from_new_york(today, *time);
    if (*at <= now) at = calendar::from_new_york(Date(std::chrono::sys_days(today) + std::chrono::days(1)), *time);
  }
  if (!at) {
    return fail(option + " " + text + R"(: give a time ("2026-01-26T14:30:00Z") or New York's ("15:30"))");
  }
  if (*at <= now) return fail(option + " " + text + ": that moment is past");
  return *at;
}

}  // namespace belay::app
