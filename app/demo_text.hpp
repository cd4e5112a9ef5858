// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"
#include "core/trading/instrument.hpp"

namespace belay::app::demonstration {

/// "1,234.50", "-512.00": whole cents, thousands apart.
std::string money_text(Money money);
/// As money_text, with a plus before a gain.
std::string result_text(Money money);
/// For sums that are to add up: every decimal there is, at least two.
std::string exact_text(Money money);
/// Likewise with a plus before a gain, and blanks behind so that right-aligned points stand below each other:
/// "+6.875", "-512.00 ".
std::string exact_result_text(Money money);
/// "250.03"; a finer price keeps up to four decimals.
std::string price_text(Price price);
/// Always whole cents: for columns.
std::string cents_text(Price price);
/// "AAPL"; "AAPL 20Feb 250P" for an option.
std::string label(const Instrument& instrument);
/// "12:41" and "12:41:30", New York.
std::string minute_text(Timestamp at);
std::string second_text(Timestamp at);
/// "Monday, 26 January 2026"
std::string day_text(Date date);

enum class Tone : std::uint8_t { plain, dim, bold, good, bad, notice };

/// A piece of a line in one tone.
struct Span {
  std::string text;
  Tone tone = Tone::plain;

  bool operator==(const Span&) const = default;
};
using Line = std::vector<Span>;

/// Columns on a terminal. Every character that is used here is one wide.
std::size_t width_of(std::string_view text);
std::size_t width_of(const Line& line);
std::string pad_left(std::string text, std::size_t width);
std::string pad_right(std::string text, std::size_t width);
/// At most that wide; what is cut off is marked.
std::string clip(std::string_view text, std::size_t width);
/// Broken between words into lines of at most that width (≥ 1).
std::vector<std::string> wrap(std::string_view text, std::size_t width);
/// The line as bytes for a terminal; without colour only the text.
std::string paint(const Line& line, bool colour);

}  // namespace belay::app::demonstration
