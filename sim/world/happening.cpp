// SPDX-License-Identifier: Apache-2.0
#include "sim/world/happening.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/trading/instrument.hpp"

namespace belay::world {
namespace {

constexpr std::array<std::string_view, kKinds> kWords{"enter",
                                                      "terms",
                                                      "jump",
                                                      "bad_print",
                                                      "wide_quote",
                                                      "crossed",
                                                      "one_sided",
                                                      "halt",
                                                      "split",
                                                      "silent_tape",
                                                      "partials",
                                                      "stop_shape",
                                                      "loss_limit",
                                                      "submit_lost_before",
                                                      "submit_lost_after",
                                                      "submit_arrives_late",
                                                      "submit_unreachable",
                                                      "submit_refused",
                                                      "submit_slow",
                                                      "cancel_lost_before",
                                                      "cancel_lost_after",
                                                      "cancel_stuck",
                                                      "read_lost",
                                                      "read_slow",
                                                      "limited",
                                                      "unreadable",
                                                      "empty_positions",
                                                      "positions_lag",
                                                      "orders_lag",
                                                      "order_missing",
                                                      "restricted",
                                                      "data_fails",
                                                      "data_stands",
                                                      "stream",
                                                      "stream_refused",
                                                      "stream_down",
                                                      "stream_lost",
                                                      "stream_gap",
                                                      "stream_late",
                                                      "stream_reorder",
                                                      "stream_twice",
                                                      "stream_stale",
                                                      "stream_torn",
                                                      "store_down",
                                                      "store_refuses",
                                                      "store_slow",
                                                      "store_lies",
                                                      "lock_lost",
                                                      "crash",
                                                      "stop_cont",
                                                      "wall_jump",
                                                      "close_lot",
                                                      "foreign_sell",
                                                      "foreign_buy",
                                                      "foreign_rest",
                                                      "foreign_cancel",
                                                      "calm"};

std::string padded(std::int64_t number, std::size_t width) {
  std::string text = std::to_string(number);
  text.insert(0, width - std::min(width, text.size()), '0');
  return text;
}

std::string time_text(Duration at) {
  const std::int64_t ms = std::chrono::floor<std::chrono::milliseconds>(at).count();
  return padded(ms / 3'600'000, 2) + ":" + padded(ms / 60'000 % 60, 2) + ":" + padded(ms / 1000 % 60, 2) + "." +
         padded(ms % 1000, 3);
}

template <class Number = std::int64_t>
std::optional<Number> number_of(std::string_view text) {
  Number value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Duration> time_of(std::string_view text) {
  if (text.size() != 12 || text[2] != ':' || text[5] != ':' || text[8] != '.') return std::nullopt;
  const auto hours = number_of(text.substr(0, 2));
  const auto minutes = number_of(text.substr(3, 2));
  const auto seconds = number_of(text.substr(6, 2));
  const auto millis = number_of(text.substr(9, 3));
  if (!hours || !minutes || !seconds || !millis) return std::nullopt;
  return std::chrono::milliseconds(((*hours * 60 + *minutes) * 60 + *seconds) * 1000 + *millis);
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const std::size_t end = std::min(line.find_first_of(" \t\r"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

bool needs_symbol(Kind kind) {
  switch (kind) {
    case Kind::enter:
    case Kind::terms:
    case Kind::jump:
    case Kind::bad_print:
    case Kind::halt:
    case Kind::split:
    case Kind::foreign_sell:
    case Kind::foreign_buy:
    case Kind::foreign_rest:
    case Kind::foreign_cancel:
      return true;
    default:
      return false;
  }
}

bool is_symbol(std::string_view text) {
  constexpr std::size_t kLongest = 6;
  const auto is_part = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.'; };
  return parse_occ(text) || (!text.empty() && text.size() <= kLongest && std::ranges::all_of(text, is_part));
}

// What a session can bear: beyond, its sums would run over.
bool is_sane(Kind kind, std::int64_t number) {
  constexpr std::int64_t kMost = 100'000'000;
  constexpr std::int64_t kMostBasisPoints = 100'000;
  constexpr std::int64_t kMostShares = 1'000;
  if (kind == Kind::split) return number >= 0 && number <= kMostShares;
  if (kind == Kind::jump || kind == Kind::bad_print) return number >= -kMostBasisPoints && number <= kMostBasisPoints;
  return number >= (kind == Kind::wall_jump ? -kMost : 0) && number <= kMost;
}

bool is_sane(const Happening& happening) {
  if (happening.symbol.empty() ? needs_symbol(happening.kind) : !is_symbol(happening.symbol)) return false;
  if (happening.kind == Kind::enter && happening.n[0] == 0) return false;
  return std::ranges::all_of(happening.n, [&](std::int64_t number) { return is_sane(happening.kind, number); });
}

std::optional<Happening> happening_of(const std::vector<std::string_view>& words) {
  if (words.size() < 3 || words.size() > 3 + std::tuple_size_v<decltype(Happening::n)>) return std::nullopt;
  const auto at = time_of(words[0]);
  const auto kind = std::ranges::find(kWords, words[1]);
  if (!at || kind == kWords.end()) return std::nullopt;
  Happening happening{.at = *at,
                      .kind = static_cast<Kind>(kind - kWords.begin()),
                      .symbol = words[2] == "-" ? std::string() : std::string(words[2])};
  for (std::size_t i = 3; i < words.size(); ++i) {
    const auto number = number_of(words[i]);
    if (!number) return std::nullopt;
    happening.n[i - 3] = *number;
  }
  if (!is_sane(happening)) return std::nullopt;
  return happening;
}

}  // namespace

std::string_view to_text(Kind kind) { return kWords[static_cast<std::size_t>(kind)]; }

std::string to_text(const Happening& happening) {
  std::string line = time_text(happening.at) + " " + std::string(to_text(happening.kind)) + " " +
                     (happening.symbol.empty() ? "-" : happening.symbol);
  std::size_t numbers = happening.n.size();
  while (numbers > 0 && happening.n[numbers - 1] == 0) --numbers;
  for (std::size_t i = 0; i < numbers; ++i) line += " " + std::to_string(happening.n[i]);
  return line;
}

std::string to_text(const Scenario& scenario) {
  std::string text = "seed " + std::to_string(scenario.seed) + "\ndate " + belay::to_text(scenario.date) + "\n";
  for (const Happening& happening : scenario.happenings) text += to_text(happening) + "\n";
  return text;
}

Result<Scenario> parse_scenario(std::string_view text) {
  Scenario scenario;
  int line_number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, std::min(text.substr(0, end).find('#'), end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line_number;
    const auto words = words_of(line);
    if (words.empty()) continue;
    const auto wrong = [&] { return fail("line " + std::to_string(line_number) + " is not understood"); };
    if (words[0] == "seed" && words.size() == 2) {
      const auto seed = number_of<std::uint64_t>(words[1]);
      if (!seed) return wrong();
      scenario.seed = *seed;
    } else if (words[0] == "date" && words.size() == 2) {
      const auto date = parse_date(words[1]);
      if (!date) return wrong();
      scenario.date = *date;
    } else {
      auto happening = happening_of(words);
      if (!happening) return wrong();
      scenario.happenings.push_back(std::move(*happening));
    }
  }
  if (!scenario.date.ok()) return fail("a scenario needs a date");
  std::ranges::stable_sort(scenario.happenings, {}, &Happening::at);
  return scenario;
}

}  // namespace belay::world
