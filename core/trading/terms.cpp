// SPDX-License-Identifier: Apache-2.0
#include "core/trading/terms.hpp"

#include <algorithm>

namespace belay {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Result<Rung> parse_rung(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return fail("\"" + std::string(text) + "\" is no rung: write GAIN:PART, 5:50");
  const auto at = Percent::parse(trimmed(text.substr(0, colon)));
  const auto close = Percent::parse(trimmed(text.substr(colon + 1)));
  if (!at) return std::unexpected(at.error());
  if (!close) return std::unexpected(close.error());
  if (!at->is_positive()) return fail("a rung's gain must be greater than 0, not " + at->text());
  if (!close->is_positive() || *close > 100_ratio) {
    return fail("a rung closes more than 0 and at most 100 percent, not " + close->text());
  }
  return Rung{*at, *close};
}

}  // namespace

Result<Ladder> parse_ladder(std::string_view text) {
  Ladder ladder;
  for (std::string_view rest = trimmed(text); !rest.empty();) {
    const std::size_t comma = rest.find(',');
    const std::string_view part = trimmed(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    if (part.empty()) continue;
    const auto rung = parse_rung(part);
    if (!rung) return std::unexpected(rung.error());
    ladder.push_back(*rung);
  }
  std::ranges::sort(ladder, {}, &Rung::at);
  const auto twice = std::ranges::adjacent_find(ladder, {}, &Rung::at);
  if (twice != ladder.end()) return fail("two rungs at a gain of " + twice->at.text());
  return ladder;
}

std::string to_text(const Ladder& ladder) {
  std::string text;
  for (const Rung& rung : ladder) text += (text.empty() ? "" : ", ") + rung.at.text() + ":" + rung.close.text();
  return text;
}

}  // namespace belay
