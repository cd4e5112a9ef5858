// SPDX-License-Identifier: Apache-2.0
#include "sim/exchange/announcement.hpp"

#include <algorithm>
#include <array>

namespace belay::sim {
namespace {

struct FamilyWords {
  ActionFamily family;
  std::string_view word;
  std::string_view list;
};
constexpr std::array<FamilyWords, 15> kFamilies{
    {{ActionFamily::reverse_split, "reverse_split", "reverse_splits"},
     {ActionFamily::forward_split, "forward_split", "forward_splits"},
     {ActionFamily::unit_split, "unit_split", "unit_splits"},
     {ActionFamily::cash_dividend, "cash_dividend", "cash_dividends"},
     {ActionFamily::stock_dividend, "stock_dividend", "stock_dividends"},
     {ActionFamily::spin_off, "spin_off", "spin_offs"},
     {ActionFamily::cash_merger, "cash_merger", "cash_mergers"},
     {ActionFamily::stock_merger, "stock_merger", "stock_mergers"},
     {ActionFamily::stock_and_cash_merger, "stock_and_cash_merger", "stock_and_cash_mergers"},
     {ActionFamily::redemption, "redemption", "redemptions"},
     {ActionFamily::name_change, "name_change", "name_changes"},
     {ActionFamily::worthless_removal, "worthless_removal", "worthless_removals"},
     {ActionFamily::rights_distribution, "rights_distribution", "rights_distributions"},
     {ActionFamily::partial_call, "partial_call", "partial_calls"},
     {ActionFamily::reorganization, "reorganization", "reorganizations"}}};

const FamilyWords& words_of(ActionFamily family) { return *std::ranges::find(kFamilies, family, &FamilyWords::family); }

}  // namespace

std::string_view to_text(ActionFamily family) { return words_of(family).word; }
std::string_view list_name(ActionFamily family) { return words_of(family).list; }

std::optional<ActionFamily> parse_action_family(std::string_view text) {
  const auto* const found = std::ranges::find(kFamilies, text, &FamilyWords::word);
  return found == kFamilies.end() ? std::nullopt : std::optional(found->family);
}

std::optional<CorporateAction> action_of(const Announcement& announcement) {
  CorporateAction action{.id = announcement.id,
                         .symbol = announcement.symbol,
                         .new_symbol = announcement.new_symbol,
                         .old_rate = announcement.old_rate,
                         .new_rate = announcement.new_rate,
                         .ex_date = announcement.ex_date};
  switch (announcement.family) {
    case ActionFamily::forward_split:
    case ActionFamily::reverse_split:
      action.kind = CorporateAction::Kind::split;
      return action;
    case ActionFamily::spin_off:
      action.kind = CorporateAction::Kind::spin_off;
      return action;
    case ActionFamily::name_change:
      action.kind = CorporateAction::Kind::rename;
      return action;
    default:
      return std::nullopt;
  }
}

}  // namespace belay::sim
