// SPDX-License-Identifier: Apache-2.0
#include "app/demo_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "core/calendar/new_york.hpp"

namespace belay::app::demonstration {
namespace {

constexpr std::int64_t kNanosPerCent = fixed::kScale / 100;
constexpr std::array kMonths{"January", "February", "March",     "April",   "May",      "June",
                             "July",    "August",   "September", "October", "November", "December"};
constexpr std::array kWeekdays{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

std::string two_digits(long value) { return value < 10 ? "0" + std::to_string(value) : std::to_string(value); }

const char* month_name(std::chrono::month month) { return kMonths.at(static_cast<unsigned>(month) - 1); }

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

const char* code_of(Tone tone) {
  switch (tone) {
    case Tone::plain:
      return "";
    case Tone::dim:
      return "\x1b[2m";
    case Tone::bold:
      return "\x1b[1m";
    case Tone::good:
      return "\x1b[32m";
    case Tone::bad:
      return "\x1b[31m";
    case Tone::notice:
      return "\x1b[33m";
  }
  return "";
}

}  // namespace

std::string exact_text(Money money) {
  std::string text = money.text(2);
  const auto first = static_cast<std::ptrdiff_t>(money.is_negative() ? 1 : 0);
  for (auto place = static_cast<std::ptrdiff_t>(text.find('.')) - 3; place > first; place -= 3) {
    text.insert(static_cast<std::size_t>(place), ",");
  }
  return text;
}

std::string money_text(Money money) {
  const std::int64_t cents = fixed::multiply_divide(money.nanos(), 1, kNanosPerCent);
  return exact_text(Money::from_nanos(cents * kNanosPerCent));
}

std::string result_text(Money money) {
  const std::string text = money_text(money);
  return money.is_positive() && text != "0.00" ? "+" + text : text;
}

std::string exact_result_text(Money money) {
  constexpr std::size_t kDecimals = 3;
  const std::string text = (money.is_positive() ? "+" : "") + exact_text(money);
  return pad_right(text, text.find('.') + 1 + kDecimals);
}

std::string price_text(Price price) {
  constexpr std::int64_t kNanosPerTenthOfCent = kNanosPerCent / 100;
  return Price::from_nanos(fixed::multiply_divide(price.nanos(), 1, kNanosPerTenthOfCent) * kNanosPerTenthOfCent)
      .text(2);
}

std::string cents_text(Price price) {
  return Price::from_nanos(fixed::multiply_divide(price.nanos(), 1, kNanosPerCent) * kNanosPerCent).text(2);
}

std::string label(const Instrument& instrument) {
  if (!instrument.option) return instrument.symbol;
  const OptionTerms& terms = *instrument.option;
  return terms.root + " " + two_digits(static_cast<unsigned>(terms.expiration.day())) +
         std::string(month_name(terms.expiration.month())).substr(0, 3) + " " + terms.strike.text() +
         (terms.is_call ? "C" : "P");
}

std::string minute_text(Timestamp at) { return second_text(at).substr(0, 5); }

std::string second_text(Timestamp at) {
  const auto seconds = calendar::to_new_york(at).time_of_day.count();
  return two_digits(seconds / 3600) + ":" + two_digits(seconds / 60 % 60) + ":" + two_digits(seconds % 60);
}

std::string day_text(Date date) {
  const std::chrono::weekday weekday{std::chrono::sys_days(date)};
  return std::string(kWeekdays.at(weekday.c_encoding())) + ", " + std::to_string(static_cast<unsigned>(date.day())) +
         " " + month_name(date.month()) + " " + std::to_string(static_cast<int>(date.year()));
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

std::size_t width_of(const Line& line) {
  std::size_t width = 0;
  for (const Span& span : line) width += width_of(span.text);
  return width;
}

std::string pad_left(std::string text, std::size_t width) {
  const std::size_t has = width_of(text);
  return has >= width ? text : std::string(width - has, ' ') + text;
}

std::string pad_right(std::string text, std::size_t width) {
  const std::size_t has = width_of(text);
  return has >= width ? text : text + std::string(width - has, ' ');
}

std::string clip(std::string_view text, std::size_t width) {
  if (width_of(text) <= width) return std::string(text);
  if (width < 2) return std::string(width, ' ');
  std::size_t end = 0;
  for (std::size_t taken = 0; end < text.size(); ++end) {
    if (begins_character(text[end]) && taken++ == width - 2) break;
  }
  return std::string(text.substr(0, end)) + "..";
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (width_of(text) > width) {
    std::size_t end = 0;  // in bytes, behind the last character that fits
    for (std::size_t taken = 0; end < text.size(); ++end) {
      if (begins_character(text[end]) && taken++ == width) break;
    }
    const std::size_t blank = text.rfind(' ', end);
    const bool between_words = blank != std::string_view::npos && blank > 0;
    lines.emplace_back(text.substr(0, between_words ? blank : end));
    text.remove_prefix(between_words ? blank + 1 : end);
  }
  lines.emplace_back(text);
  return lines;
}

std::string paint(const Line& line, bool colour) {
  std::string out;
  for (const Span& span : line) {
    const std::string_view code = colour ? code_of(span.tone) : "";
    out += code;
    out += span.text;
    if (!code.empty()) out += "\x1b[0m";
  }
  return out;
}

}  // namespace belay::app::demonstration
