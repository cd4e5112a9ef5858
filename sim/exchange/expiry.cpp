// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <utility>

#include "core/calendar/new_york.hpp"
#include "sim/exchange/exchange_core.hpp"
#include "sim/exchange/option_hours.hpp"

namespace belay::sim {
namespace {

constexpr std::chrono::hours kShown{4};                         // early trading begins
constexpr Price kAutoExercise = Price::from_nanos(10'000'000);  // a cent in the money (alpaca.md 4, After close)

/// Of a unit of the multiplier. An adjusted contract delivers more or fewer shares than that for its strike.
Price intrinsic(const Asset& contract, Price underlying) {
  const OptionTerms& terms = *contract.instrument.option;
  const Price delivered = Price::from_nanos(
      fixed::multiply_divide(underlying.nanos(), contract.deliverable().nanos(), contract.multiplier * fixed::kScale));
  const Price value = terms.is_call ? delivered - terms.strike : terms.strike - delivered;
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
    // After the close the official closing price counts, whatever is paid later.
    const auto price =
        calendar_.is_open(now_) || !underlying->latest_close ? underlying->value() : underlying->latest_close;
    if (price) return intrinsic(contract.asset, *price);
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
  if (settlement_value(contract) < kAutoExercise) return false;
  if (held.is_negative()) return true;
  if (ledger.not_to_exercise.contains(contract.asset.symbol())) return false;
  return !refuse_by_means(ledger, contract, held);
}

void ExchangeCore::settle(Ledger& ledger, const Listing& contract, Quantity held) {
  if (is_to_be_exercised(ledger, contract, held)) return deliver(ledger, contract, held);
  const std::string symbol = contract.asset.symbol();
  ledger.move(symbol, -held);
  record_movement(ledger, "OPEXP", symbol, -held, std::nullopt, {}, ids_.uuid(), "Option Expiry");
}

/// alpaca.md 4, Activity signs: an exercise of what is held long, an assignment of what is held short. Shares come and
/// go at the strike.
void ExchangeCore::deliver(Ledger& ledger, const Listing& contract, Quantity held) {
  const std::string symbol = contract.asset.symbol();
  const OptionTerms terms = *contract.asset.instrument.option;
  const std::int64_t multiplier = contract.asset.multiplier;
  const Quantity delivered = contract.asset.deliverable();
  const Price value = settlement_value(contract);
  const std::string group = ids_.uuid();
  ledger.move(symbol, -held);
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
  const Quantity shares =
      Quantity::from_nanos(fixed::multiply_divide(one_way.nanos(), delivered.nanos(), fixed::kScale));
  // The strike is for the multiplier's units, whatever number of shares they became.
  const Money paid = notional(terms.strike, one_way, multiplier);
  const Price price = average_price(paid, shares).value_or(terms.strike);
  const std::string underlying = market_.listing(underlying_of(terms)).asset.symbol();
  ledger.trade(underlying, shares, price, 1);
  record_movement(ledger, "OPTRD", underlying, shares, price, -notional(price, shares), group, "Option Trade");
}

void ExchangeCore::deposit(Ledger& books, Money amount) {
  books.receive(amount);
  record_movement(books, amount.is_negative() ? "CSW" : "CSD", "", {}, std::nullopt, amount, "",
                  amount.is_negative() ? "Cash Withdrawal" : "Cash Deposit");
}

void ExchangeCore::record_movement(Ledger& ledger, std::string type, const std::string& symbol, Quantity quantity,
                                   std::optional<Price> price, Money net, const std::string& group,
                                   std::string description, std::string sub_type) {
  Activity activity;
  activity.activity_type = std::move(type);
  activity.at = now_;
  if (faults_.activities_next_day && activity.activity_type.starts_with("OP")) {
    const Date today = calendar::to_new_york(now_).date;
    activity.date = today;
    activity.at = calendar::from_new_york(std::chrono::sys_days(today) + std::chrono::days(1), kShown);
  }
  activity.id = activity_id(activity.at, ids_.ascending_uuid());
  activity.symbol = symbol;
  activity.quantity = quantity;
  activity.price = price;
  activity.net_amount = net;
  activity.group_id = group;
  activity.description = std::move(description);
  activity.sub_type = std::move(sub_type);
  ledger.record(std::move(activity));
}

}  // namespace belay::sim
