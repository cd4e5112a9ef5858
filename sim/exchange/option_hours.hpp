// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/calendar/us_equities.hpp"
#include "core/trading/instrument.hpp"

namespace belay::sim {

// Contracts trade with their underlying's session; those on a few funds and on indices a quarter of an hour longer
// (alpaca.md 4, Hours: options_late_close).

bool closes_late(const OptionTerms& terms);
/// Whether a stock or index has the attribute options_late_close.
bool has_late_options(std::string_view underlying);
/// The end of a session for contracts: of any kind, and of the late ones.
Timestamp options_close(const calendar::Session& session, bool late);
bool options_trade(const calendar::UsEquities& equities, Timestamp at, bool late);

/// When the contract trades no more. Those on indices end with the session on their last day.
Timestamp end_of(const calendar::UsEquities& equities, const OptionTerms& terms);

}  // namespace belay::sim
