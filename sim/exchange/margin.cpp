// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sim/exchange/exchange_core.hpp"

namespace belay::sim {
namespace {

constexpr Ratio kShortSaleMarkup = Ratio::from_nanos(1'030'000'000);  // alpaca.md 2: max(limit, ask × 1.03)

Money divided(Money amount, std::int64_t by) {
  return Money::from_nanos(fixed::multiply_divide(amount.nanos(), 1, by));
}

}  // namespace

Money ExchangeCore::market_value(const std::string& symbol, const Holding& holding) const {
  const Listing* listing = market_.find(symbol);
  const Price price = listing->value().value_or(holding.average());
  return notional(price, holding.quantity, listing->asset.multiplier);
}

Money ExchangeCore::equity(const Ledger& ledger) const {
  Money sum = ledger.cash();
  for (const auto& [symbol, holding] : ledger.holdings()) sum += market_value(symbol, holding);
  return sum;
}

/// Stocks tie up their value divided by the account's multiplier, options theirs in full, coins too; open orders that
/// would open something likewise, closing ones free nothing until they fill (alpaca.md 2, Buying power).
BuyingPower ExchangeCore::buying_power(const Ledger& ledger) const {
  const int multiplier = ledger.config().multiplier;
  const auto tied = [&](const std::string& symbol, Money value) {
    const bool on_margin = market_.find(symbol)->asset.instrument.kind == InstrumentKind::stock;
    return on_margin ? divided(value, multiplier) : value;
  };
  BuyingPower power;
  for (const auto& [symbol, holding] : ledger.holdings()) {
    power.initial_margin += tied(symbol, market_value(symbol, holding).magnitude());
  }
  for (const std::size_t index : orders_.open()) {
    const OrderRecord& record = orders_.at(index);
    const Order& order = record.order;
    if (order.account != ledger.config().number || !record.opening) continue;
    const Money value =
        order.notional ? *order.notional
                       : order_value(order.symbol, order.side, order.limit_price, order.stop_price, record.remaining());
    power.initial_margin += tied(order.symbol, value);
  }
  power.free = std::max(equity(ledger) - power.initial_margin, Money{});
  power.stock = scale(power.free, Ratio::whole(multiplier));
  return power;
}

Money ExchangeCore::order_value(const std::string& symbol, Side side, std::optional<Price> limit,
                                std::optional<Price> stop, Quantity quantity) const {
  const Listing& listing = *market_.find(symbol);
  // The far side now; once the day is over, the last trade known.
  const Price far = listing.far_side(Side::buy, now_).value_or(listing.value().value_or(stop.value_or(Price{})));
  Price price = limit.value_or(stop ? std::max(*stop, far) : far);
  if (side == Side::sell) price = std::max(limit.value_or(Price{}), scale(far, kShortSaleMarkup));
  return notional(price, quantity, listing.asset.multiplier);
}

Quantity ExchangeCore::reserved(const Ledger& ledger, std::string_view symbol) const {
  Quantity sum;
  for (const std::size_t index : orders_.open(symbol)) {
    const OrderRecord& record = orders_.at(index);
    if (record.order.account == ledger.config().number && record.reserves()) sum += record.remaining();
  }
  return sum;
}

Quantity ExchangeCore::available(const Ledger& ledger, std::string_view symbol) const {
  const Quantity held = ledger.quantity(symbol);
  const Quantity taken = reserved(ledger, symbol);
  return held.is_negative() ? std::min(held + taken, Quantity{}) : std::max(held - taken, Quantity{});
}

}  // namespace belay::sim
