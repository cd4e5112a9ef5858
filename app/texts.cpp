// SPDX-License-Identifier: Apache-2.0
#include "app/texts.hpp"

#include "app/text_values.hpp"
#include "core/calendar/new_york.hpp"

namespace belay::app {
namespace {

constexpr std::int64_t kHundredth = fixed::kScale / 100;

std::string signed_hundredths(std::int64_t nanos) {
  const std::int64_t rounded = fixed::multiply_divide(nanos, 1, kHundredth) * kHundredth;
  return (rounded > 0 ? "+" : "") + fixed::text(rounded, 2);
}

}  // namespace

std::string price_text(const std::optional<Price>& price) { return price ? price->text(2) : "-"; }

std::string money_text(const std::optional<Money>& money) { return money ? signed_hundredths(money->nanos()) : "-"; }

std::string percent_text(const std::optional<Ratio>& percent) {
  return percent ? signed_hundredths(percent->nanos()) + " %" : "-";
}

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
