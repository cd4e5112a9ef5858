// SPDX-License-Identifier: Apache-2.0
#include "sim/exchange/option_hours.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include "core/calendar/new_york.hpp"
#include "core/calendar/us_options.hpp"
#include "sim/exchange/asset.hpp"

namespace belay::sim {
namespace {

constexpr Duration kLonger = std::chrono::minutes(15);
constexpr std::array<std::string_view, 9> kLate{"SPY", "QQQ", "IWM", "DIA", "SPX", "XSP", "NDX", "RUT", "VIX"};

}  // namespace

bool has_late_options(std::string_view underlying) { return std::ranges::find(kLate, underlying) != kLate.end(); }

bool closes_late(const OptionTerms& terms) { return has_late_options(underlying_of(terms)); }

Timestamp options_close(const calendar::Session& session, bool late) {
  return late ? session.close + kLonger : session.close;
}

bool options_trade(const calendar::UsEquities& equities, Timestamp at, bool late) {
  const auto session = equities.session_on(calendar::to_new_york(at).date);
  return session && session->open <= at && at < options_close(*session, late);
}

Timestamp end_of(const calendar::UsEquities& equities, const OptionTerms& terms) {
  const bool late = closes_late(terms) && !is_cash_settled(terms);
  return options_close(calendar::expiry_session(equities, terms.expiration), late);
}

}  // namespace belay::sim
