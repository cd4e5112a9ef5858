// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>

#include "core/rules/rule.hpp"
#include "core/rules/settings.hpp"

namespace belay::rules {

/// The stop that is in force now, and why: the one place where modifiers move it. By itself it only tightens, because
/// the peak only gets better.
struct EffectiveStop {
  enum class By : std::uint8_t { nothing, own, breakeven, profit_lock };
  std::optional<Price> level;
  By by = By::nothing;
  Source from = Source::nobody;
};
EffectiveStop effective_stop(const Lot& lot, const Policy& policy, const std::optional<Price>& peak);
/// "stop", "breakeven stop", "locked stop", with where it comes from behind it.
std::string name_of(const EffectiveStop& stop);

/// What follows the peak, by itself: for an index of many lots that share one. All levels move as the peak does.
Price trailed_by_amount(Price peak, Price amount, bool falls);
Price trailed_by_percent(Price peak, Percent percent, bool falls);
Price locked(Price entry, Price peak, Percent keep, bool falls);

/// The trailing stop's level against this peak; absent while it is not active.
std::optional<Price> trailing_level(const Lot& lot, const Policy& policy, const std::optional<Price>& peak);

/// Whether any rule in force needs the lot's peak to be remembered.
bool needs_peak(const Lot& lot, const Policy& policy);
/// The peak after these prices. A peak that is only now begun starts at the last of them: what was before does not
/// count.
Price peak_after(const Lot& lot, const PriceRange& prices);

/// What a retreat is judged by: the worst price against the peak before it, and the last price against the peak after
/// all of them. Where the worst price is known to have come after the best, it is judged against that one. Where the
/// order is not known this is the safe reading: a lot leaves only for a retreat that has certainly happened.
struct Look {
  Price price;
  std::optional<Price> peak;
};
std::array<Look, 2> looks(const Lot& lot, const PriceRange& prices);

}  // namespace belay::rules
