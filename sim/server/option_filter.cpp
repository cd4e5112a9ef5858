// SPDX-License-Identifier: Apache-2.0
#include "sim/server/option_filter.hpp"

#include <utility>

namespace belay::sim {

bool OptionFilter::accepts(const OptionTerms& terms) const {
  if (!root.empty() && root != terms.root) return false;
  if (!type.empty() && type != (terms.is_call ? "call" : "put")) return false;
  if (first && terms.expiration < *first) return false;
  if (last && terms.expiration > *last) return false;
  if (lowest && terms.strike < *lowest) return false;
  return !highest || terms.strike <= *highest;
}

Answer<OptionFilter> read_option_filter(const Query& query) {
  OptionFilter filter{.root = query.text("root_symbol"), .type = query.text("type")};
  if (!filter.type.empty() && filter.type != "call" && filter.type != "put") {
    return std::unexpected(unprocessable("invalid type '" + filter.type + "'"));
  }
  std::optional<Date> exact;
  for (const auto& [name, day] : {std::pair{"expiration_date", &exact},
                                  {"expiration_date_gte", &filter.first},
                                  {"expiration_date_lte", &filter.last}}) {
    const auto given = query.date(name);
    if (!given) return std::unexpected(given.error());
    *day = *given;
  }
  if (exact) filter.first = filter.last = exact;
  for (const auto& [name, strike] :
       {std::pair{"strike_price_gte", &filter.lowest}, {"strike_price_lte", &filter.highest}}) {
    const std::string text = query.text(name);
    if (text.empty()) continue;
    const auto price = Price::parse(text);
    if (!price || price->is_negative()) {
      return std::unexpected(invalid_request(std::string(name) + " must be a number from 0"));
    }
    *strike = *price;
  }
  return filter;
}

}  // namespace belay::sim
