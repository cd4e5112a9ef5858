// SPDX-License-Identifier: Apache-2.0
#include "sim/market/timeframe.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "core/calendar/new_york.hpp"
#include "sim/market/tape.hpp"

namespace belay::sim {
namespace {

using Unit = Timeframe::Unit;

struct Word {
  std::string_view text;
  Unit unit;
};
constexpr std::array<Word, 10> kWords{{{"Min", Unit::minute},
                                       {"T", Unit::minute},
                                       {"Hour", Unit::hour},
                                       {"H", Unit::hour},
                                       {"Day", Unit::day},
                                       {"D", Unit::day},
                                       {"Week", Unit::week},
                                       {"W", Unit::week},
                                       {"Month", Unit::month},
                                       {"M", Unit::month}}};

bool is_offered(const Timeframe& timeframe) {
  switch (timeframe.unit) {
    case Unit::minute:
      return timeframe.count <= 59;
    case Unit::hour:
      return timeframe.count <= 23;
    case Unit::day:
    case Unit::week:
      return timeframe.count == 1;
    case Unit::month:
      return 12 % timeframe.count == 0;
  }
  return false;
}

Timestamp midnight_of(Date date) { return calendar::from_new_york(date, std::chrono::seconds(0)); }

}  // namespace

Timestamp Timeframe::start_of(Timestamp at) const {
  const Timestamp midnight = midnight_before(at);
  const Date date = calendar::to_new_york(at).date;
  switch (unit) {
    case Unit::minute:
    case Unit::hour: {
      const Duration length = unit == Unit::minute ? Duration(std::chrono::minutes(count)) : std::chrono::hours(count);
      return midnight + (at - midnight) / length * length;
    }
    case Unit::day:
      return midnight;
    case Unit::week: {
      const std::chrono::sys_days day(date);
      return midnight_of(Date(day - (std::chrono::weekday(day) - std::chrono::Monday)));
    }
    case Unit::month:
      break;
  }
  const unsigned month =
      (static_cast<unsigned>(date.month()) - 1) / static_cast<unsigned>(count) * static_cast<unsigned>(count) + 1;
  return midnight_of(Date(date.year(), std::chrono::month(month), std::chrono::day(1)));
}

std::optional<Timeframe> parse_timeframe(std::string_view text) {
  Timeframe timeframe;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, timeframe.count);
  if (error != std::errc() || timeframe.count < 1) return std::nullopt;
  const auto* const word = std::ranges::find(kWords, std::string_view(end, last), &Word::text);
  if (word == kWords.end()) return std::nullopt;
  timeframe.unit = word->unit;
  if (!is_offered(timeframe)) return std::nullopt;
  return timeframe;
}

std::vector<Bar> aggregate(const std::vector<Bar>& bars, const Timeframe& timeframe) {
  std::vector<Bar> longer;
  for (const Bar& bar : bars) {
    const Timestamp start = timeframe.start_of(bar.start);
    if (longer.empty() || longer.back().start != start) longer.push_back({.start = start});
    longer.back().append(bar);
  }
  std::erase_if(longer, [](const Bar& bar) { return !bar.has_prices(); });
  return longer;
}

}  // namespace belay::sim
