// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/calendar/timestamp.hpp"
#include "core/money/money.hpp"
#include "sim/exchange/asset.hpp"
#include "sim/server/call.hpp"

namespace belay::sim {

/// Which contracts somebody asks for, of /v2/options/contracts and of the chains of the market data API alike.
struct OptionFilter {
  std::string root;  ///< empty: all, as with each of these
  std::string type;  ///< "call" or "put"
  std::optional<Date> first;
  std::optional<Date> last;
  std::optional<Price> lowest;
  std::optional<Price> highest;

  [[nodiscard]] bool accepts(const OptionTerms& terms) const;
};

/// Reads root_symbol, type, expiration_date, expiration_date_gte and _lte, strike_price_gte and _lte; the exact date
/// counts before the others.
[[nodiscard]] Answer<OptionFilter> read_option_filter(const Query& query);

}  // namespace belay::sim
