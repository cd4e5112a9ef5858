// SPDX-License-Identifier: Apache-2.0
#include "app/texts.hpp"

#include "app/text_values.hpp"
#include "core/calendar/new_york.hpp"
#include "shell/notify/notice.hpp"

namespace belay::app {

std::string price_text(const std::optional<Price>& price) { return price ? price->text(2) : "-"; }

std::string money_text(const std::optional<Money>& money) { return money ? notify::cents(*money) : "-"; }

std::string percent_text(const std::optional<Ratio>& percent) { return percent ? notify::percent(*percent) : "-"; }

std::string quantity_text(const Lot& lot) {
  const Quantity shown = lot.status == LotStatus::closed ? lot.original_quantity : lot.quantity;
  return (lot.is_long() ? "" : "-") + shown.text();
}

std::string time_text(const std::optional<Timestamp>& at) { return at ? calendar::new_york_text(*at) : "-"; }

std::string ago_text(Timestamp at, Timestamp now) {
  if (now < at) return "in " + duration_text(at - now);
  return duration_text(now - at) + " ago";
}

}  // namespace belay::app
