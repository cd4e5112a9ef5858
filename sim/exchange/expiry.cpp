// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "core/calendar/new_york.hpp"
#include "core/calendar/us_options.hpp"
#include "sim/exchange/exchange_core.hpp"

namespace belay::sim {
namespace {

constexpr Price kAutoExercise = Price::from_nanos(10'000'000);  // a cent in the money (alpaca.md 4, After close)

Price intrinsic(const OptionTerms& terms, Price underlying) {
  const Price value = terms.is_call ? underlying - terms.strike : terms.strike - underlying;
  return std::max(value, Price{});
}

std::string digits(std::int64_t value, std::size_t width) {
  std::string text = std::to_string(value);
  return std::string(width - std::min(width, text.size()), '0') + text;
}

}  // namespace

std::string activity_id(Timestamp at, const std::string& uuid) {
  const calendar::LocalTime local = calendar::to_new_york(at);
  const std::int64_t seconds = local.time_of_day.count();
  const std::int64_t part = ((at.nanos % fixed::kScale) + fixed::kScale) % fixed::kScale;
  return digits(static_cast<int>(local.date.year()), 4) + digits(static_cast<unsigned>(local.date.month()), 2) +
         digits(static_cast<unsigned>(local.date.day()), 2) + digits(seconds / 3600, 2) + digits(seconds / 60 % 60, 2) +
         digits(seconds % 60, 2) + digits(part / 1'000'000, 3) + "::" + uuid;
}

/// What a unit of the contract is worth at its end: by the underlying's price. Where that is unknown: the middle of the
/// contract's own last quote, nothing without a bid; failing that, its last trade.
Price ExchangeCore::settlement_value(const Listing& contract) const {
  const OptionTerms& terms = *contract.asset.instrument.option;
  const Listing* underlying = market_.find(underlying_of(terms));
  if (underlying != nullptr) {
    if (const auto price = underlying->value()) return intrinsic(terms, *price);
  }
  if (contract.quote) {
    return contract.quote->bid.is_positive() ? middle(contract.quote->bid, contract.quote->ask) : Price{};
  }
  return contract.trade ? contract.trade->price : Price{};
}

void ExchangeCore::settle_expired_contracts() {
  for (auto& [number, ledger] : ledgers_) {
    const auto holdings = ledger.holdings();  // a copy: settling changes them
    for (const auto& [symbol, holding] : holdings) {
      const Listing& listing = market_.listing(symbol);
      const auto& option = listing.asset.instrument.option;
      if (!option || calendar::expiry_session(calendar_, option->expiration).close > now_) continue;
      settle(ledger, listing, holding.quantity);
    }
  }
}

/// alpaca.md 4, After close and Activity signs. Shares of an exercise come and go at the strike.
void ExchangeCore::settle(Ledger& ledger, const Listing& contract, Quantity held) {
  const std::string symbol = contract.asset.symbol();
  const OptionTerms terms = *contract.asset.instrument.option;
  const std::int64_t multiplier = contract.asset.multiplier;
  const Price value = settlement_value(contract);
  const std::string group = ids_.uuid();
  ledger.move(symbol, -held);
  if (value < kAutoExercise) {
    record_movement(ledger, "OPEXP", symbol, -held, std::nullopt, {}, group, "Option Expiry");
    return;
  }
  const bool exercised = held.is_positive();
  record_movement(ledger, exercised ? "OPEXC" : "OPASN", symbol, -held, std::nullopt, {}, group,
                  exercised ? "Option Exercise" : "Option Assignment");
  if (is_cash_settled(terms)) {
    const Money net = notional(value, held, multiplier);
    ledger.receive(net);
    record_movement(ledger, "OPCSH", symbol, {}, value, net, group, "Option Cash Settlement");
    return;
  }
  const Quantity one_way = terms.is_call ? held : -held;
  const Quantity shares = Quantity::from_nanos(fixed::multiply_divide(one_way.nanos(), multiplier, 1));
  const std::string underlying = market_.listing(underlying_of(terms)).asset.symbol();
  ledger.trade(underlying, shares, terms.strike, 1);
  record_movement(ledger, "OPTRD", underlying, shares, terms.strike, -notional(terms.strike, shares), group,
                  "Option Trade");
}

void ExchangeCore::record_movement(Ledger& ledger, std::string type, const std::string& symbol, Quantity quantity,
                                   std::optional<Price> price, Money net, const std::string& group,
                                   std::string description) {
  Activity activity;
  activity.id = activity_id(now_, ids_.ascending_uuid());
  activity.activity_type = std::move(type);
  activity.at = now_;
  activity.symbol = symbol;
  activity.quantity = quantity;
  activity.price = price;
  activity.net_amount = net;
  activity.group_id = group;
  activity.description = std::move(description);
  ledger.record(std::move(activity));
}

}  // namespace belay::sim
