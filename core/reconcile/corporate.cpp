// SPDX-License-Identifier: Apache-2.0
#include "core/reconcile/corporate.hpp"

#include <chrono>

#include "core/calendar/new_york.hpp"

namespace belay::reconcile {

Concern concern_of(const CorporateAction& action, const Lot& lot, const calendar::UsEquities& calendar, Timestamp now) {
  if (action.symbol != lot.instrument.symbol || action.kind == CorporateAction::Kind::rename) return Concern::none;
  if (lot.split_applied && *lot.split_applied >= action.ex_date) return Concern::none;
  if (calendar::to_new_york(lot.entry_time).date >= action.ex_date) return Concern::none;
  const Date today = calendar::to_new_york(now).date;
  if (action.ex_date <= today) return Concern::effective;
  const Date next = calendar::to_new_york(calendar.next_open_after(now).open).date;
  return action.ex_date <= next ? Concern::announced : Concern::none;
}

Timestamp guards_end(Date ex_date, const calendar::UsEquities& calendar) {
  constexpr Duration kLead = std::chrono::minutes(5);
  return calendar.session_before(ex_date).close - kLead;
}

Quantity rescaled(Quantity quantity, const CorporateAction& split) {
  return Quantity::from_nanos(fixed::multiply_divide(quantity.nanos(), split.new_rate.nanos(), split.old_rate.nanos()));
}

Price rescaled(Price price, const CorporateAction& split) {
  return Price::from_nanos(fixed::multiply_divide(price.nanos(), split.old_rate.nanos(), split.new_rate.nanos()));
}

bool count_is_rescaled(Quantity held, Quantity claimed, const CorporateAction& split) {
  if (held == claimed || held.is_negative() != claimed.is_negative()) return false;
  const Quantity short_of = rescaled(claimed, split).magnitude() - held.magnitude();
  return !short_of.is_negative() && short_of < 1_qty;
}

void rescale(Lot& lot, const CorporateAction& split) {
  const auto more = [&](Quantity& quantity) { quantity = rescaled(quantity, split); };
  const auto cheaper = [&](Price& price) { price = rescaled(price, split); };
  const auto perhaps = [&](std::optional<Price>& price) {
    if (price) cheaper(*price);
  };
  more(lot.original_quantity);
  more(lot.quantity);
  cheaper(lot.entry_price);
  perhaps(lot.stop_loss);
  perhaps(lot.take_profit);
  perhaps(lot.current_price);
  perhaps(lot.good_price);
  perhaps(lot.peak_price);
  perhaps(lot.terms.trail_amount);
  lot.suspect.reset();
  for (ExitOrder& order : lot.exit_orders) {
    more(order.quantity);
    more(order.filled);
    perhaps(order.filled_average);
    perhaps(order.limit_price);
  }
  for (LeftElsewise& part : lot.left_elsewise) more(part.quantity);
  if (lot.exit) {
    more(lot.exit->wanted);
    more(lot.exit->left_before);
    perhaps(lot.exit->trigger_price);
  }
  lot.split_applied = split.ex_date;
  lot.split_due.reset();
}

}  // namespace belay::reconcile
