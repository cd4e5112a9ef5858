// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string>

#include "sim/exchange/exchange_core.hpp"

namespace belay::sim {
namespace {

constexpr Ratio kMaintenance = Ratio::from_nanos(300'000'000);
constexpr Price kCheapLong = Price::from_nanos(2'500'000'000);
constexpr Price kCheapShort = Price::from_nanos(5'000'000'000);
constexpr Price kLeastOfCheapShort = Price::from_nanos(2'500'000'000);  // a share
constexpr Price kLeastOfShort = Price::from_nanos(5'000'000'000);
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

Money ExchangeCore::equity(const Ledger& books) const {
  Money sum = books.cash();
  for (const auto& [symbol, holding] : books.holdings()) sum += market_value(symbol, holding);
  return sum;
}

/// Stocks tie up their value divided by the account's multiplier, options theirs in full, coins too; open orders that
/// would open something likewise, and orders that would leave contracts bare; closing orders free nothing until they
/// fill (alpaca.md 2, Buying power).
BuyingPower ExchangeCore::buying_power(const Ledger& books, Except except) const {
  const int multiplier = books.config().multiplier;
  const auto on_margin = [&](const std::string& symbol, Money value) {
    const bool lent = market_.find(symbol)->asset.instrument.kind == InstrumentKind::stock;
    return lent ? divided(value, multiplier) : value;
  };
  Money tied;
  for (const auto& [symbol, holding] : books.holdings()) {
    if (market_.find(symbol)->asset.instrument.is_option()) continue;
    tied += on_margin(symbol, market_value(symbol, holding).magnitude());
  }
  // A covered call takes its value from the equity and ties up shares instead: of all it is less than nothing.
  Money less_than_nothing;
  for (const auto& [underlying, amount] : tied_by_contracts(books)) {
    tied += amount;
    less_than_nothing += std::min(amount, Money{});
  }
  std::set<std::string> underlyings;  // of orders that are judged by cover
  for (const std::size_t index : orders_.open()) {
    const OrderRecord& record = orders_.at(index);
    const Order& order = record.order;
    if (order.account != books.config().number || record.role == GroupRole::leg) continue;
    if (is_judged_by_cover(record)) underlyings.insert(underlying_in(record));
    if (is_judged_by_cover(record) || !record.opening()) continue;
    const Quantity wanted = record.replacing ? wanted_by_replacement(record) : record.remaining();
    Money value = order.notional ? *order.notional
                                 : order_value(order.symbol, order.side, order.limit_price, order.stop_price, wanted);
    if (record.replacing) {  // of the two orders the larger one counts
      const OrderRecord& old = orders_.at(*record.replacing);
      const Money before =
          order_value(old.order.symbol, old.order.side, old.order.limit_price, old.order.stop_price, old.remaining());
      value = std::max(value - before, Money{});
    }
    tied += on_margin(order.symbol, value);
  }
  for (const std::string& underlying : underlyings) tied += tied_by_orders_on(books, underlying, except);
  BuyingPower power;
  power.initial_margin = tied - less_than_nothing;
  power.free = std::max(equity(books) - tied, Money{});
  power.stock = scale(power.free, Ratio::whole(multiplier));
  return power;
}

/// Of stocks a part of their value, at least so much a share of those sold short; of all else what they tie up
/// (docs.alpaca.markets, Margin and short selling, Maintenance margin). Open orders tie up nothing here.
Money ExchangeCore::maintenance_margin(const Ledger& books) const {
  Money sum;
  for (const auto& [underlying, amount] : tied_by_contracts(books)) sum += std::max(amount, Money{});
  for (const auto& [symbol, holding] : books.holdings()) {
    const Asset& asset = market_.find(symbol)->asset;
    if (asset.instrument.is_option()) continue;
    const Money value = market_value(symbol, holding).magnitude();
    const bool sold_short = holding.quantity.is_negative();
    const Quantity units = holding.quantity.magnitude();
    const bool cheap = value < notional(sold_short ? kCheapShort : kCheapLong, units);
    const bool whole = asset.instrument.kind != InstrumentKind::stock || cheap;
    Money kept = whole ? value : scale(value, kMaintenance);
    if (sold_short) kept = std::max(kept, notional(cheap ? kLeastOfCheapShort : kLeastOfShort, units));
    sum += kept;
  }
  return sum;
}

Money ExchangeCore::order_value(const std::string& symbol, Side side, std::optional<Price> limit,
                                std::optional<Price> stop, Quantity quantity) const {
  const Listing& listing = *market_.find(symbol);
  const bool around_the_clock = listing.asset.instrument.kind == InstrumentKind::crypto;
  // In the session the far side, in extended hours the middle, else the last trade known (alpaca.md 2, Buying power).
  std::optional<Price> known;
  if (around_the_clock || calendar_.is_open(now_)) {
    known = listing.far_side(Side::buy, now_);
  } else if (calendar_.is_extended_hours(now_) && listing.far_side(Side::buy, now_) &&
             listing.far_side(Side::sell, now_)) {
    known = middle(*listing.far_side(Side::sell, now_), *listing.far_side(Side::buy, now_));
  }
  const Price far = known.value_or(listing.value().value_or(stop.value_or(Price{})));
  Price price = limit.value_or(stop ? std::max(*stop, far) : far);
  if (side == Side::sell) {
    const Price ask = listing.far_side(Side::buy, now_).value_or(far);
    price = std::max(limit.value_or(Price{}), scale(ask, kShortSaleMarkup));
  }
  return notional(price, quantity, listing.asset.multiplier);
}

/// Two exits of a group that both rest (alpaca.md 3.3, Fast market) reserve the same units: the target's count.
Quantity ExchangeCore::reserved_by(const OrderRecord& record) const {
  if (record.replacing) return record.opening() ? Quantity{} : added_by_replacement(record);
  if (!record.reserves()) return {};
  const auto rests = [this](std::size_t rival) { return orders_.at(rival).reserves(); };
  const bool counted = record.role == GroupRole::stop && std::ranges::any_of(orders_.open_rivals(record), rests);
  return counted ? Quantity{} : record.remaining();
}

/// By all orders of the account, or by those of a side.
Quantity ExchangeCore::reserved(const Ledger& books, std::string_view symbol, std::optional<Side> side) const {
  Quantity sum;
  for (const std::size_t index : orders_.open(symbol)) {
    const OrderRecord& record = orders_.at(index);
    if (record.order.account != books.config().number || (side && record.order.side != *side)) continue;
    sum += reserved_by(record);
  }
  return sum;
}

Quantity ExchangeCore::available(const Ledger& books, std::string_view symbol, Except except) const {
  const Quantity held = books.quantity(symbol);
  Quantity taken = reserved(books, symbol) + locked_as_cover(books, symbol, except);
  for (const PhantomReservation& phantom : phantoms_) {
    if (phantom.account == books.config().number && phantom.symbol == symbol) taken += phantom.quantity;
  }
  return held.is_negative() ? std::min(held + taken, Quantity{}) : std::max(held - taken, Quantity{});
}

}  // namespace belay::sim
