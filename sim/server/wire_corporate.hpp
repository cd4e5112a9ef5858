// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shell/json/value.hpp"
#include "sim/exchange/announcement.hpp"

namespace belay::sim {

/// As the market data API's /v1/corporate-actions lists it; numbers are numbers there.
[[nodiscard]] json::Value wire_corporate_action(const Announcement& action);
/// "forward_split_corporateaction_event": the event's type, and a word of the filter `type`.
[[nodiscard]] std::string corporate_event_type(ActionFamily family);
/// Those of all families.
[[nodiscard]] std::vector<std::string> corporate_event_types();
/// As /v1beta1/events/corporate-actions tells of it (data.yaml, corporate_action_event): the same, but decimals are
/// text.
[[nodiscard]] json::Value wire_corporate_event(const Announcement& action, const std::string& event_id, Timestamp at);

/// As the trading API's /v2/corporate_actions/announcements lists it, for the families that it knows: "Dividend",
/// "Merger", "Spinoff", "Split"; the others have no such word.
[[nodiscard]] std::string_view announcement_type(ActionFamily family);
[[nodiscard]] json::Value wire_announcement(const Announcement& action);

/// Nine digits that follow from the symbol: the exchange knows no real ones.
[[nodiscard]] std::string cusip_of(std::string_view symbol);

}  // namespace belay::sim
