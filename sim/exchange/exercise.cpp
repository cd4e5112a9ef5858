// SPDX-License-Identifier: Apache-2.0
// What holders and the other side do with contracts before they end, and what the broker does (alpaca.md 4).
#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/calendar/new_york.hpp"
#include "core/calendar/us_options.hpp"
#include "sim/exchange/exchange_core.hpp"
#include "sim/exchange/option_hours.hpp"

namespace belay::sim {
namespace {

using Refusal = std::optional<ApiError>;

constexpr int kShortPosition = 40310001;  // HTTP 403
constexpr int kRegulationT = 2;           // what a margin account may hold over night: twice its equity

std::string of_available(const std::string& what, std::string_view asked, const std::string& required,
                         const std::string& available) {
  return what + " (" + std::string(asked) + ": " + required + ", available: " + available + ")";
}

}  // namespace

/// Who has nothing to exercise (alpaca.md 4, Exercise).
Refusal ExchangeCore::refuse_by_long_holding(const Ledger& books, const Listing* contract,
                                             const std::string& short_message) const {
  if (contract == nullptr || !contract->asset.instrument.is_option()) return unprocessable("invalid symbol");
  const Quantity held = books.quantity(contract->asset.symbol());
  if (held.is_zero()) return forbidden("no available position for the specified contract");
  if (held.is_negative()) return ApiError{403, kShortPosition, short_message, {}};
  return std::nullopt;
}

/// Whether the account has the money for a call's shares, or a put's shares. Index contracts need neither.
Refusal ExchangeCore::refuse_by_means(const Ledger& books, const Listing& contract, Quantity contracts) const {
  const OptionTerms& terms = *contract.asset.instrument.option;
  if (is_cash_settled(terms)) return std::nullopt;
  const std::string stock = underlying_of(terms);
  if (terms.is_call) {
    const Money required = notional(terms.strike, contracts, contract.asset.multiplier);
    const int margin = std::min(books.config().multiplier, kRegulationT);
    const Money power = scale(buying_power(books).free, Ratio::whole(margin));
    // Shares that are owed come cheaper than by the market: taking them back needs no power.
    const Quantity owed =
        std::min(delivered_by(contracts, contract.asset.deliverable()), -std::min(books.quantity(stock), Quantity{}));
    const Money spared = notional(terms.strike, owed);
    if (required - spared <= power) return std::nullopt;
    return forbidden(of_available("insufficient regt buying power", "required", required.text(), power.text()));
  }
  const Quantity required = delivered_by(contracts, contract.asset.deliverable());
  const Quantity free = std::max(available(books, stock), Quantity{});
  if (required <= free) return std::nullopt;
  return forbidden(of_available("insufficient underlying qty available for deliverable: " + stock, "requested",
                                required.text(), free.text()));
}

Refusal ExchangeCore::refuse_exercise(const Ledger& books, const Listing& contract) const {
  const std::string symbol = contract.asset.symbol();
  const OptionTerms& terms = *contract.asset.instrument.option;
  const auto today = calendar_.session_on(calendar::to_new_york(now_).date);
  if (is_cash_settled(terms)) return forbidden("early exercise is not allowed for European-style options");
  if (today && today->close <= now_) {
    return forbidden("exercise requests are not accepted after market close until midnight");
  }
  if (contract.asset.is_adjusted()) {
    return forbidden(
        "you are attempting to exercise a non-standard option contract, please contact "
        "support@alpaca.markets to complete this request");
  }
  if (books.not_to_exercise.contains(symbol)) {
    return forbidden("cannot exercise position marked as do-not-exercise");
  }
  if (settlement_value(contract) < kInTheMoney) {
    return forbidden(
        "you are attempting to exercise an out of the money option contract, please contact "
        "support@alpaca.markets to complete this request");
  }
  const Quantity free = available(books, symbol);
  if (!free.is_positive()) return forbidden("no qty available to exercise");
  return refuse_by_means(books, contract, free);
}

Answer<void> ExchangeCore::exercise(Ledger& books, std::string_view symbol_or_id) {
  const Listing* contract = market_.find_by_symbol_or_id(symbol_or_id);
  if (auto refusal = refuse_by_long_holding(books, contract, "cannot exercise short position")) {
    return std::unexpected(std::move(*refusal));
  }
  if (auto refusal = refuse_exercise(books, *contract)) return std::unexpected(std::move(*refusal));
  deliver(books, *contract, available(books, contract->asset.symbol()));
  return {};
}

/// On the day of expiry until the close: the pages know 16:00 and 16:30; here contracts are settled at the close.
Answer<void> ExchangeCore::do_not_exercise(Ledger& books, std::string_view symbol_or_id) {
  const Listing* contract = market_.find_by_symbol_or_id(symbol_or_id);
  if (auto refusal = refuse_by_long_holding(books, contract, "cannot submit DNE for short position")) {
    return std::unexpected(std::move(*refusal));
  }
  const OptionTerms& terms = *contract->asset.instrument.option;
  if (is_cash_settled(terms)) {
    return std::unexpected(forbidden("do-not-exercise is not applicable for European-style options"));
  }
  const calendar::Session last = calendar::expiry_session(calendar_, terms.expiration);
  if (calendar::to_new_york(now_).date != last.date) {
    return std::unexpected(forbidden("dne requests are only accepted on the expiration day of the option contract"));
  }
  if (last.close <= now_) return std::unexpected(forbidden("dne requests are not accepted after 16:00"));
  books.not_to_exercise.insert(contract->asset.symbol());
  return {};
}

Quantity ExchangeCore::assign(Ledger& books, std::string_view symbol, std::optional<Quantity> contracts) {
  const Listing* contract = market_.find(symbol);
  if (contract == nullptr || !contract->asset.instrument.is_option()) return {};
  const Quantity owed = -std::min(books.quantity(symbol), Quantity{});
  const Quantity taken = std::min(owed, whole_part(contracts.value_or(owed)));
  if (!taken.is_positive()) return {};
  deliver(books, *contract, -taken);
  return taken;
}

/// In the money, of today, and beyond the account's means. A short contract counts alone, even where a long one covers
/// it: the broker closes it and leaves the other (alpaca-py issue 774).
bool ExchangeCore::is_to_be_liquidated(const Ledger& books, const Listing& contract, Quantity held) const {
  const OptionTerms& terms = *contract.asset.instrument.option;
  if (is_cash_settled(terms) || settlement_value(contract) < kInTheMoney) return false;
  if (held.is_positive()) {
    return !books.not_to_exercise.contains(contract.asset.symbol()) && refuse_by_means(books, contract, held);
  }
  if (books.config().uncovered_options) return false;
  const Quantity owed = delivered_by(held.magnitude(), contract.asset.deliverable());
  if (terms.is_call) return owed > std::max(books.quantity(underlying_of(terms)), Quantity{});
  const int margin = std::min(books.config().multiplier, kRegulationT);
  return notional(terms.strike, held.magnitude(), contract.asset.multiplier) >
         scale(std::max(equity(books), Money{}), Ratio::whole(margin));
}

void ExchangeCore::liquidate_before_expiry() {
  if (!faults_.expiry_liquidation) return;
  const Date today = calendar::to_new_york(now_).date;
  for (auto& [number, books] : ledgers_) {
    const auto holdings = books.holdings();  // a copy: closing changes them
    for (const bool shorts : {true, false}) {
      for (const auto& [symbol, holding] : holdings) {
        const Listing& listing = market_.listing(symbol);
        const auto& option = listing.asset.instrument.option;
        if (!option || holding.quantity.is_negative() != shorts) continue;
        if (calendar::expiry_session(calendar_, option->expiration).date != today) continue;
        if (books.quantity(symbol) != holding.quantity || !is_to_be_liquidated(books, listing, holding.quantity)) {
          continue;
        }
        end_orders(symbol, number);
        static_cast<void>(close_position(books, symbol, {}));
      }
    }
  }
}

}  // namespace belay::sim
