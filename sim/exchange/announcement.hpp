// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"
#include "core/trading/corporate_action.hpp"

namespace belay::sim {

/// The families that the market data API's /v1/corporate-actions knows, each a list of its own there.
enum class ActionFamily : std::uint8_t {
  reverse_split,
  forward_split,
  unit_split,
  cash_dividend,
  stock_dividend,
  spin_off,
  cash_merger,
  stock_merger,
  stock_and_cash_merger,
  redemption,
  name_change,
  worthless_removal,
  rights_distribution,
  partial_call,
  reorganization
};
std::string_view to_text(ActionFamily family);    ///< "reverse_split": the word of `types`
std::string_view list_name(ActionFamily family);  ///< "reverse_splits": the list's key
std::optional<ActionFamily> parse_action_family(std::string_view text);

/// What a company does, as made known; nothing happens by it.
struct Announcement {
  std::string id;
  ActionFamily family = ActionFamily::forward_split;
  std::string symbol;      ///< whose holders are concerned; of a merger, what is acquired
  std::string new_symbol;  ///< what they get; of a merger, who acquires
  Ratio old_rate = Ratio::whole(1);
  Ratio new_rate = Ratio::whole(1);
  Ratio cash;  ///< for each share
  Date ex_date{};
  std::optional<Date> record_date;
  std::optional<Date> payable_date;
};

/// The same, as the engine's vocabulary has it; nullopt for a family that it has no word for.
std::optional<CorporateAction> action_of(const Announcement& announcement);

}  // namespace belay::sim
