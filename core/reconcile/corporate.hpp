// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/calendar/us_equities.hpp"
#include "core/trading/corporate_action.hpp"
#include "core/trading/lot.hpp"

/// Splits and spin-offs: what a lot's numbers mean before and after.
namespace belay::reconcile {

/// How far an announced action concerns a lot.
enum class Concern : std::uint8_t {
  none,       ///< another symbol, done already, opened after it, or too far off
  announced,  ///< with the next session: no guard may rest through it
  effective,  ///< from today on, and the lot's numbers do not count it yet
};
Concern concern_of(const CorporateAction& action, const Lot& lot, const calendar::UsEquities& calendar, Timestamp now);

/// From when on no guard of the lot may rest at the broker: shortly before the close of the session before the ex-date.
/// The broker adjusts no stop and no child of a bracket (alpaca.md 3.3, Corporate action), and a cancel after hours may
/// wait until the next open (alpaca.md 3.4).
Timestamp guards_end(Date ex_date, const calendar::UsEquities& calendar);

Quantity rescaled(Quantity quantity, const CorporateAction& split);
Price rescaled(Price price, const CorporateAction& split);
/// Whether the broker holds what `claimed` has become; less than one share may have been paid out in cash.
bool count_is_rescaled(Quantity held, Quantity claimed, const CorporateAction& split);
/// Every quantity and price of the lot in terms of the new share; values stay what they were.
void rescale(Lot& lot, const CorporateAction& split);

}  // namespace belay::reconcile
