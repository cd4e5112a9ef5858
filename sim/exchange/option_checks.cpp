// SPDX-License-Identifier: Apache-2.0
// Levels, cover and collateral of options (alpaca.md 3.7, 4).
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "sim/exchange/exchange_core.hpp"
#include "sim/exchange/multileg.hpp"

namespace belay::sim {
namespace {

using Refusal = std::optional<ApiError>;

constexpr int kLong = 2;     // from that level on contracts may be bought
constexpr int kSpreads = 3;  // from that level on contracts may cover contracts

Quantity shares_for(Quantity contracts, std::int64_t multiplier) {
  return Quantity::from_nanos(fixed::multiply_divide(contracts.nanos(), multiplier, 1));
}

ApiError uncovered() { return forbidden("account not eligible to trade uncovered option contracts"); }

}  // namespace

/// What an account holds of an underlying's contracts. Below the level of spreads, long ones cover nothing. Every root
/// begins with its underlying's symbol.
std::vector<Contracts> ExchangeCore::contracts_of(const Ledger& books, std::string_view underlying) const {
  std::vector<Contracts> contracts;
  for (auto at = books.holdings().lower_bound(underlying); at != books.holdings().end(); ++at) {
    const auto& [symbol, holding] = *at;
    if (!symbol.starts_with(underlying)) break;
    const Asset& asset = market_.find(symbol)->asset;
    if (!asset.instrument.option || underlying_of(*asset.instrument.option) != underlying) continue;
    if (holding.quantity.is_positive() && books.config().options_level < kSpreads) continue;
    contracts.push_back({*asset.instrument.option, asset.multiplier, holding.quantity});
  }
  return contracts;
}

/// Units that an open order has still to fill, or that its replacement would, if those are more.
Quantity ExchangeCore::pending_units(const OrderRecord& head) const {
  const Quantity own = head.remaining();
  return head.replacement ? std::max(own, wanted_by_replacement(orders_.at(*head.replacement))) : own;
}

/// What an open order would move of an underlying's contracts, as far as it takes cover away: what it buys covers no
/// more than what it sells itself. Below the level of spreads, long ones cover nothing and their sale bares nothing.
std::vector<Contracts> ExchangeCore::moved_by(const OrderRecord& record, std::string_view underlying) const {
  std::vector<std::size_t> parts = record.children;
  if (record.role == GroupRole::alone) parts = {record.index};
  const bool covers = ledger(record.order.account).config().options_level >= kSpreads;
  const Quantity units = pending_units(record);
  std::vector<Contracts> sold;
  std::vector<Contracts> bought;
  Quantity sold_calls;
  Quantity sold_puts;
  for (const std::size_t index : parts) {
    const OrderRecord& part = orders_.at(index);
    const Asset& asset = market_.find(part.order.symbol)->asset;
    if (!asset.instrument.option || underlying_of(*asset.instrument.option) != underlying) continue;
    const bool buys = part.order.side == Side::buy;
    if (!buys && !part.opening && !covers) continue;
    const Quantity contracts = part.order.ratio ? units_of(*part.order.ratio, units) : units;
    const Contracts moved{*asset.instrument.option, asset.multiplier, contracts};
    if (!buys) (moved.terms.is_call ? sold_calls : sold_puts) += moved.quantity;
    (buys ? bought : sold).push_back(moved);
  }
  for (Contracts& one : sold) one.quantity = -one.quantity;
  for (Contracts& one : bought) {
    Quantity& own = one.terms.is_call ? sold_calls : sold_puts;
    one.quantity = std::min(one.quantity, own);
    own -= one.quantity;
    sold.push_back(one);
  }
  return sold;
}

/// What an account would hold if all its open orders that take cover away had filled: no long contract covers two
/// sales, nor one that is about to leave. Of an order and its replacement the larger one counts; the order numbered
/// `except` does not, and its replacement neither.
std::vector<Contracts> ExchangeCore::contracts_after_pending(const Ledger& books, std::string_view underlying,
                                                             std::optional<std::size_t> except) const {
  std::vector<Contracts> contracts = contracts_of(books, underlying);
  std::set<std::size_t> heads;
  for (const std::size_t index : orders_.open_beginning_with(underlying)) {
    const OrderRecord& record = orders_.at(index);
    if (record.order.account != books.config().number || record.replacing) continue;
    heads.insert(record.parent.value_or(index));
  }
  if (except) heads.erase(*except);
  for (const std::size_t head : heads) {
    for (const Contracts& moved : moved_by(orders_.at(head), underlying)) add_to(contracts, moved);
  }
  return contracts;
}

/// Long contracts tie up their value, since nothing is lent on it; short ones what they can come to cost. Where they
/// may stand bare, their value has to do.
Money ExchangeCore::tied_by_options(const Ledger& books) const {
  Money tied;
  std::set<std::string> underlyings;
  for (const auto& [symbol, holding] : books.holdings()) {
    const auto& option = market_.find(symbol)->asset.instrument.option;
    if (!option) continue;
    const Money value = market_value(symbol, holding);
    tied += books.config().uncovered_options ? value.magnitude() : value;
    underlyings.insert(underlying_of(*option));
  }
  if (books.config().uncovered_options) return tied;
  for (const std::string& underlying : underlyings) {
    tied += greatest_loss(without_uncovered_calls(contracts_of(books, underlying)));
  }
  return tied;
}

/// Short calls, and calls that are about to be sold, which no long call covers that stays.
Quantity ExchangeCore::locked_as_cover(const Ledger& books, std::string_view stock) const {
  const Listing* listing = market_.find(stock);
  if (listing == nullptr || listing->asset.instrument.is_option() || books.config().uncovered_options) return {};
  return shares_for(uncovered_calls(contracts_after_pending(books, stock)), 100);
}

Refusal ExchangeCore::refuse_by_options_level(const Ledger& books, const SubmitRequest& request) const {
  const int level = books.config().options_level;
  if (!is_opening(books, request)) return std::nullopt;
  if (level < 1) return forbidden("account not authorized to trade options");
  if (level < kLong && *request.side == Side::buy) return forbidden("account not eligible for level2 options trading");
  return std::nullopt;
}

/// What a contract of a sale ties up: nothing where something covers what is short then, for a put what it can come to
/// cost; less the premium. nullopt for whatever else.
std::optional<Money> ExchangeCore::collateral_of_sale(const Ledger& books, const SubmitRequest& request) const {
  const Asset& asset = market_.find(request.symbol)->asset;
  const auto& option = asset.instrument.option;
  if (!option || *request.side != Side::sell || books.config().uncovered_options) return std::nullopt;
  const std::vector<Contracts> before = contracts_after_pending(books, underlying_of(*option));
  std::vector<Contracts> after = before;
  add_to(after, {*option, asset.multiplier, -*request.quantity});
  const Money risk = greatest_loss(without_uncovered_calls(after)) - greatest_loss(without_uncovered_calls(before));
  const Listing& listing = *market_.find(request.symbol);
  const Price bid = listing.far_side(Side::sell, now_).value_or(listing.value().value_or(Price{}));
  const Money premium = notional(request.limit_price.value_or(bid), *request.quantity, asset.multiplier);
  const Money all = std::max(risk - premium, Money{});
  return Money::from_nanos(fixed::multiply_divide(all.nanos(), fixed::kScale, request.quantity->nanos()));
}

Refusal ExchangeCore::refuse_selling_option(const Ledger& books, const SubmitRequest& request) const {
  if (books.config().uncovered_options) return std::nullopt;
  if (market_.find(request.symbol)->asset.instrument.option->is_call) return refuse_covered_call(books, request);
  const Money a_contract = *collateral_of_sale(books, request);
  const Money required = scale(a_contract, Ratio::from_nanos(request.quantity->nanos()));
  const Money free = buying_power(books).free;
  if (required <= free) return std::nullopt;
  ApiError error = forbidden("insufficient options buying power for cash-secured put (required: " + required.text() +
                             ", available: " + free.text() + ")");
  error.fields = {{"buying_power", free.text()}, {"required_options_buying_power", required.text()}};
  return error;
}

/// Calls are sold against shares, or from level 3 on against calls (alpaca.md 3.7, covered-call shortage).
Refusal ExchangeCore::refuse_covered_call(const Ledger& books, const SubmitRequest& request) const {
  const Asset& asset = market_.find(request.symbol)->asset;
  const std::string stock = underlying_of(*asset.instrument.option);
  std::vector<Contracts> after = contracts_after_pending(books, stock);
  const Quantity bare_before = uncovered_calls(after);
  add_to(after, {*asset.instrument.option, asset.multiplier, -*request.quantity});
  const Quantity required = shares_for(uncovered_calls(after) - bare_before, asset.multiplier);
  const Quantity free = std::max(available(books, stock), Quantity{});
  if (required <= free) return std::nullopt;
  const bool has_shares = books.quantity(stock).is_positive();
  if (!has_shares && books.config().options_level >= kSpreads) return uncovered();
  ApiError error = forbidden("insufficient underlying qty available for covered call (required: " + required.text() +
                             ", available: " + free.text() + ")");
  const Listing* listing = market_.find(stock);
  error.fields = {{"available_qty", free.text()},
                  {"required_qty", required.text()},
                  {"symbol", request.symbol},
                  {"underlying_asset_id", listing == nullptr ? std::string() : listing->asset.id}};
  return error;
}

/// A long contract that covers a short one cannot leave alone (alpaca.md 8: selling a spread's long leg first).
Refusal ExchangeCore::refuse_uncovering(const Ledger& books, const SubmitRequest& request) const {
  const Asset& asset = market_.find(request.symbol)->asset;
  const auto& option = asset.instrument.option;
  if (!option || *request.side != Side::sell || books.config().uncovered_options) return std::nullopt;
  const std::string stock = underlying_of(*option);
  const std::vector<Contracts> before = contracts_after_pending(books, stock);
  std::vector<Contracts> after = before;
  add_to(after, {*option, asset.multiplier, -*request.quantity});
  const Quantity bare = uncovered_calls(after) - uncovered_calls(before);
  if (bare.is_positive() && shares_for(bare, asset.multiplier) > std::max(available(books, stock), Quantity{})) {
    return uncovered();
  }
  const Money risk = greatest_loss(without_uncovered_calls(after)) - greatest_loss(without_uncovered_calls(before));
  return risk.is_positive() && risk > buying_power(books).free ? Refusal(uncovered()) : std::nullopt;
}

}  // namespace belay::sim
