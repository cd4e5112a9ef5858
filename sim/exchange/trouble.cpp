// SPDX-License-Identifier: Apache-2.0
#include "sim/exchange/trouble.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace belay::sim {
namespace {

constexpr std::array<std::pair<TroubleKind, std::string_view>, 12> kWords{{
    {TroubleKind::cancel_stuck, "cancel_stuck"},
    {TroubleKind::cancel_rejected, "cancel_rejected"},
    {TroubleKind::replace_rejected, "replace_rejected"},
    {TroubleKind::replace_error_though_replaced, "replace_error_though_replaced"},
    {TroubleKind::replace_insufficient_qty, "replace_insufficient_qty"},
    {TroubleKind::children_stay_held, "children_stay_held"},
    {TroubleKind::partial_target_disarms, "partial_target_disarms"},
    {TroubleKind::both_children_fill, "both_children_fill"},
    {TroubleKind::reservation_stays, "reservation_stays"},
    {TroubleKind::rejected_after_200, "rejected_after_200"},
    {TroubleKind::suspended, "suspended"},
    {TroubleKind::done_for_day, "done_for_day"},
}};

bool does_fit(const Trouble& trouble, TroubleKind kind, std::string_view symbol, OrderType type) {
  if (trouble.kind != kind) return false;
  return (trouble.symbol.empty() || trouble.symbol == symbol) && (!trouble.type || *trouble.type == type);
}

}  // namespace

std::string_view to_text(TroubleKind kind) {
  const auto* const found = std::ranges::find(kWords, kind, &std::pair<TroubleKind, std::string_view>::first);
  return found == kWords.end() ? "unknown" : found->second;
}

std::optional<TroubleKind> parse_trouble(std::string_view text) {
  const auto* const found = std::ranges::find(kWords, text, &std::pair<TroubleKind, std::string_view>::second);
  return found == kWords.end() ? std::nullopt : std::optional(found->first);
}

std::vector<std::string_view> trouble_words() {
  std::vector<std::string_view> words;
  for (const auto& [kind, word] : kWords) words.push_back(word);
  return words;
}

bool Troubles::fits(TroubleKind kind, std::string_view symbol, OrderType type) const {
  return std::ranges::any_of(waiting_, [&](const Trouble& one) { return does_fit(one, kind, symbol, type); });
}

std::optional<Trouble> Troubles::take(TroubleKind kind, std::string_view symbol, OrderType type) {
  const auto found =
      std::ranges::find_if(waiting_, [&](const Trouble& one) { return does_fit(one, kind, symbol, type); });
  if (found == waiting_.end()) return std::nullopt;
  Trouble taken = *found;
  if (--found->times <= 0) waiting_.erase(found);
  return taken;
}

}  // namespace belay::sim
