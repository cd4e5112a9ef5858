// SPDX-License-Identifier: Apache-2.0
#include "shell/report/words.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "core/calendar/new_york.hpp"

namespace belay::report {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};

std::string grouped(std::string digits) {
  for (auto at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string_view month_of(Date day) { return kMonths.at(static_cast<unsigned>(day.month()) - 1); }
std::string number_of(Date day) { return std::to_string(static_cast<unsigned>(day.day())); }
std::string year_of(Date day) { return std::to_string(static_cast<int>(day.year())); }

std::string two_parts(std::int64_t large, const char* one, std::int64_t small, const char* other) {
  std::string out = std::to_string(large) + one;
  if (small > 0) out += " " + std::to_string(small) + other;
  return out;
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

std::string money_words(Money amount) {
  constexpr std::int64_t kCent = 10'000'000;
  const std::int64_t cents = fixed::multiply_divide(amount.nanos(), 1, kCent);
  const auto size = static_cast<std::uint64_t>(cents < 0 ? -cents : cents);
  std::array<char, 4> rest{};
  std::snprintf(rest.data(), rest.size(), ".%02u", static_cast<unsigned>(size % 100));
  return (cents < 0 ? "-$" : "$") + grouped(std::to_string(size / 100)) + rest.data();
}

std::string money_words(std::optional<Money> amount) { return amount ? money_words(*amount) : std::string(kUnknown); }

std::string price_words(std::optional<Price> price) {
  if (!price) return std::string(kUnknown);
  const std::string text = price->text(2);
  return text.starts_with('-') ? "-$" + text.substr(1) : "$" + text;
}

std::string rate_words(std::optional<Ratio> rate) {
  if (!rate) return std::string(kUnknown);
  const std::int64_t tenths = fixed::multiply_divide(rate->nanos(), 1000, fixed::kScale);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "%";
}

std::string span_words(std::optional<Duration> span) {
  if (!span) return std::string(kUnknown);
  const auto in = [&](auto unit) { return static_cast<std::int64_t>(*span / unit); };
  if (*span < 1s) return std::to_string(in(1ms)) + " ms";
  if (*span < 1min) return std::to_string(in(1s)) + "." + std::to_string(in(100ms) % 10) + " s";
  if (*span < 1h) return two_parts(in(1min), " min", in(1s) % 60, " s");
  if (*span < 24h) return two_parts(in(1h), " h", in(1min) % 60, " min");
  return two_parts(in(24h), " d", in(1h) % 24, " h");
}

std::string count_words(std::int64_t count, std::string_view one, std::string_view many) {
  return grouped(std::to_string(count)) + " " + std::string(count == 1 ? one : many);
}

std::string reason_words(ExitReason reason) {
  std::string words(to_text(reason));
  std::ranges::replace(words, '_', ' ');
  return words;
}

std::string day_words(Date day) { return std::string(month_of(day).substr(0, 3)) + " " + number_of(day); }

std::string days_words(Days days) {
  if (days.first != days.last) return day_words(days.first) + " to " + day_words(days.last) + ", " + year_of(days.last);
  const std::chrono::weekday weekday{std::chrono::sys_days(days.first)};
  return std::string(kWeekdays.at(weekday.c_encoding())) + ", " + std::string(month_of(days.first)) + " " +
         number_of(days.first) + ", " + year_of(days.first);
}

std::string clock_words(Timestamp at) {
  const auto of_day = static_cast<int>(calendar::to_new_york(at).time_of_day.count());
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%02d:%02d:%02d", of_day / 3600, of_day / 60 % 60, of_day % 60);
  return text.data();
}

std::string moment_words(Timestamp at) {
  return day_words(calendar::to_new_york(at).date) + " " + clock_words(at).substr(0, 5);
}

std::vector<std::string> Columns::lines(std::string_view indent) const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::vector<std::string> out;
  for (const auto& row : rows_) {
    std::string line(indent);
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string room(widths[i] - width_of(row[i]), ' ');
      line += (i == 0 ? "" : "  ") + (i < left_ ? row[i] + room : room + row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out.push_back(std::move(line));
  }
  return out;
}

}  // namespace belay::report
