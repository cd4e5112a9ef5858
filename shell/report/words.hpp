// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"
#include "shell/report/figures.hpp"

/// Figures as people write them.
namespace belay::report {

/// What stands for a value that is not known.
inline constexpr std::string_view kUnknown = "–";

std::string money_words(Money amount);  ///< to the cent: "$1,234.50", "-$0.20"
std::string money_words(std::optional<Money> amount);
std::string price_words(std::optional<Price> price);   ///< at least two decimals: "$93.80", "$0.1275"
std::string rate_words(std::optional<Ratio> rate);     ///< "66.7%"
std::string span_words(std::optional<Duration> span);  ///< "750 ms", "3.2 s", "12 min", "1 h 45 min", "2 d 4 h"
std::string count_words(std::int64_t count, std::string_view one, std::string_view many);  ///< "1 exit", "1,200 exits"
std::string reason_words(ExitReason reason);                                               ///< "take profit"
std::string day_words(Date day);                                                           ///< "Jan 26"
std::string days_words(Days days);       ///< "Monday, January 26, 2026", "Jan 5 to Jan 26, 2026"
std::string clock_words(Timestamp at);   ///< New York time: "15:55:03"
std::string moment_words(Timestamp at);  ///< "Jan 26 15:55"

/// Columns of text, the first to the left and the others to the right; two spaces apart.
class Columns {
 public:
  explicit Columns(std::vector<std::string> heads, std::size_t left = 1) : left_(left) {
    rows_.push_back(std::move(heads));
  }
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  [[nodiscard]] std::vector<std::string> lines(std::string_view indent = "  ") const;

 private:
  std::size_t left_;  // so many columns are to the left
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace belay::report
