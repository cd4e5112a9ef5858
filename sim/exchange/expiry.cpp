// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <utility>

#include "core/calendar/new_york.hpp"
#include "sim/exchange/exchange_core.hpp"
#include "sim/exchange/option_hours.hpp"

namespace belay::sim {

/// What a unit of the contract is worth at its end: by the underlying's price. Where that is unknown: the middle of the
/// contract's own last quote, nothing without a bid; failing that, its last trade.
Price ExchangeCore::settlement_value(const Listing& contract) const {
  const OptionTerms& terms = *contract.asset.instrument.option;
  const Listing* underlying = market_.find(underlying_of(terms));
  if (underlying != nullptr) {
    // After the close the official closing price counts, whatever is paid later.
    const auto price =
        calendar_.is_open(now_) || !underlying->latest_close ? underlying->value() : underlying->latest_close;
    if (price) return intrinsic(as_contracts(contract.asset, {}), *price);
  }
  if (contract.quote) {
    return contract.quote->bid.is_positive() ? middle(contract.quote->bid, contract.quote->ask) : Price{};
  }
  return contract.trade ? contract.trade->price : Price{};
}

/// Short contracts first: what an assignment brings, an exercise may need.
void ExchangeCore::settle_expired_contracts() {
  for (auto& [number, ledger] : ledgers_) {
    const auto holdings = ledger.holdings();  // a copy: settling changes them
    for (const bool shorts : {true, false}) {
      for (const auto& [symbol, holding] : holdings) {
        const Listing& listing = market_.listing(symbol);
        const auto& option = listing.asset.instrument.option;
        if (!option || holding.quantity.is_negative() != shorts || end_of(calendar_, *option) > now_) continue;
        settle(ledger, listing, holding.quantity);
        ledger.not_to_exercise.erase(symbol);
      }
    }
  }
}

/// In the money by a cent, not told otherwise, and within the account's means: else the broker lets it expire
/// (alpaca.md 4, After close).
bool ExchangeCore::is_to_be_exercised(const Ledger& ledger, const Listing& contract, Quantity held) const {
  if (settlement_value(contract) < kInTheMoney) return false;
  if (held.is_negative()) return true;
  if (ledger.not_to_exercise.contains(contract.asset.symbol())) return false;
  return !refuse_by_means(ledger, contract, held);
}

void ExchangeCore::settle(Ledger& ledger, const Listing& contract, Quantity held) {
  if (is_to_be_exercised(ledger, contract, held)) return deliver(ledger, contract, held);
  const std::string symbol = contract.asset.symbol();
  ledger.move(symbol, -held);
  record_movement(ledger, {.activity_type = "OPEXP",
                           .symbol = symbol,
                           .quantity = -held,
                           .group_id = ids_.uuid(),
                           .description = "Option Expiry"});
}

/// alpaca.md 4, Activity signs: an exercise of what is held long, an assignment of what is held short. Shares come and
/// go at the strike.
void ExchangeCore::deliver(Ledger& ledger, const Listing& contract, Quantity held) {
  const std::string symbol = contract.asset.symbol();
  const OptionTerms terms = *contract.asset.instrument.option;
  const std::int64_t multiplier = contract.asset.multiplier;
  const Price value = settlement_value(contract);
  const std::string group = ids_.uuid();
  ledger.move(symbol, -held);
  const bool exercised = held.is_positive();
  record_movement(ledger, {.activity_type = exercised ? "OPEXC" : "OPASN",
                           .symbol = symbol,
                           .quantity = -held,
                           .group_id = group,
                           .description = exercised ? "Option Exercise" : "Option Assignment"});
  if (is_cash_settled(terms)) {
    const Money net = notional(value, held, multiplier);
    ledger.receive(net);
    record_movement(ledger, {.activity_type = "OPCSH",
                             .symbol = symbol,
                             .price = value,
                             .net_amount = net,
                             .group_id = group,
                             .description = "Option Cash Settlement"});
    return;
  }
  const Quantity one_way = terms.is_call ? held : -held;
  const Quantity shares = delivered_by(one_way, contract.asset.deliverable());
  // The strike is for the multiplier's units, whatever number of shares they became.
  const Money paid = notional(terms.strike, one_way, multiplier);
  const Price price = average_price(paid, shares).value_or(terms.strike);
  const std::string underlying = market_.listing(underlying_of(terms)).asset.symbol();
  ledger.trade(underlying, shares, price, 1);
  record_movement(ledger, {.activity_type = "OPTRD",
                           .symbol = underlying,
                           .quantity = shares,
                           .price = price,
                           .net_amount = -notional(price, shares),
                           .group_id = group,
                           .description = "Option Trade"});
}

}  // namespace belay::sim
