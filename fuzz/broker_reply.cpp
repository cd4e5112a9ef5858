// SPDX-License-Identifier: Apache-2.0
// Whatever JSON a broker replies with, each parser of it reads or refuses it; what was read keeps its promises.
#include "core/base/check.hpp"
#include "shell/alpaca/parse.hpp"
#include "shell/json/parse.hpp"

namespace {

void check_prices(const belay::Result<belay::alpaca::ParsedPrices>& parsed) {
  if (!parsed) return;
  for (const belay::MarketPrices& prices : parsed->prices) {
    BELAY_CHECK(prices.trade || prices.quote);
    if (prices.trade) BELAY_CHECK(prices.trade->price.is_positive());
    if (prices.quote) BELAY_CHECK(!prices.quote->bid.is_negative() && !prices.quote->ask.is_negative());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  namespace alpaca = belay::alpaca;
  const auto value = belay::json::parse({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  static_cast<void>(alpaca::parse_account(*value));
  static_cast<void>(alpaca::parse_position(*value));
  static_cast<void>(alpaca::parse_order(*value));
  static_cast<void>(alpaca::parse_clock(*value));
  static_cast<void>(alpaca::parse_calendar(*value));
  check_prices(alpaca::parse_stock_snapshots(*value));
  check_prices(alpaca::parse_option_quotes(*value));
  const auto multiplier = alpaca::parse_multiplier(*value);
  if (multiplier) BELAY_CHECK(*multiplier > 0);
  // A list is read whole or not at all.
  const std::size_t elements = value->as_array() == nullptr ? 0 : value->as_array()->size();
  const auto positions = alpaca::parse_positions(*value);
  if (positions) BELAY_CHECK(positions->size() == elements);
  const auto orders = alpaca::parse_orders(*value);
  if (orders) BELAY_CHECK(orders->size() == elements);
  const auto activities = alpaca::parse_activities(*value);
  if (activities) BELAY_CHECK(activities->rows == elements && activities->fills.size() <= elements);
  if (const auto page = alpaca::parse_corporate_actions(*value)) {
    for (const belay::CorporateAction& action : page->actions) {
      BELAY_CHECK(action.new_rate.is_positive() && action.old_rate.is_positive() && !action.symbol.empty());
    }
  }
  return 0;
}
