// SPDX-License-Identifier: Apache-2.0
// What contracts, and orders of them, tie up and cover (alpaca.md 2, Buying power; 3.7).
#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/exchange/exchange_core.hpp"
#include "sim/exchange/multileg.hpp"

namespace belay::sim {
namespace {

Money loss_of(const std::vector<Contracts>& contracts) { return greatest_loss(without_uncovered_calls(contracts)); }

/// Of a price that nobody will ever get, as much as can be said in dollars.
Money notional_or_most(Price price, Quantity quantity, std::int64_t multiplier) {
  constexpr Money kMost = Money::from_nanos(std::numeric_limits<std::int64_t>::max() / 4);
  try {
    return notional(price, quantity, multiplier);
  } catch (const Overflow&) {
    return price.is_negative() ? -kMost : kMost;
  }
}

}  // namespace

Quantity shares_for(Quantity contracts) {
  return Quantity::from_nanos(fixed::multiply_divide(contracts.nanos(), 100, 1));
}

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

std::string ExchangeCore::underlying_in(const SubmitRequest& request) const {
  const std::string& symbol = request.legs.empty() ? request.symbol : request.legs.front().symbol;
  return underlying_of(*market_.find(symbol)->asset.instrument.option);
}

/// Contracts that would come (positive) or go. Where long ones cover nothing, their sale bares nothing.
std::optional<Contracts> ExchangeCore::move_of(const Ledger& books, std::string_view symbol, Side side,
                                               Quantity contracts, bool opening) const {
  const Asset& asset = market_.find(symbol)->asset;
  if (side == Side::sell && !opening && books.config().options_level < kSpreads) return std::nullopt;
  return Contracts{*asset.instrument.option, asset.multiplier, side == Side::buy ? contracts : -contracts};
}

std::vector<Contracts> ExchangeCore::moves_of(const Ledger& books, const SubmitRequest& request) const {
  std::vector<Contracts> moves;
  const auto add = [&](std::string_view symbol, Side side, Quantity contracts, bool opening) {
    if (const auto move = move_of(books, symbol, side, contracts, opening)) moves.push_back(*move);
  };
  if (request.legs.empty()) add(request.symbol, *request.side, *request.quantity, is_opening(books, request));
  for (const LegRequest& leg : request.legs) {
    add(leg.symbol, *side_of(leg), units_of(*leg.ratio, *request.quantity),
        opens(intent_of(leg, books.quantity(leg.symbol))));
  }
  return moves;
}

std::vector<Contracts> ExchangeCore::moves_of(const OrderRecord& head, Quantity units) const {
  const Ledger& books = ledger(head.order.account);
  std::vector<std::size_t> parts = head.children;
  if (parts.empty()) parts = {head.index};
  std::vector<Contracts> moves;
  for (const std::size_t index : parts) {
    const OrderRecord& part = orders_.at(index);
    const Quantity contracts = part.order.ratio ? units_of(*part.order.ratio, units) : units;
    if (const auto move = move_of(books, part.order.symbol, part.order.side, contracts, part.opening)) {
      moves.push_back(*move);
    }
  }
  return moves;
}

/// What is paid for so many units, or, negative, received: by the limit, else by the quotes.
Money ExchangeCore::price_of_units(const OrderRecord& head, Quantity units) const {
  const bool combination = head.role == GroupRole::combination;
  const std::string& symbol = combination ? orders_.at(head.children.front()).order.symbol : head.order.symbol;
  const Listing& listing = *market_.find(symbol);
  if (combination) {
    const Price net = head.order.limit_price.value_or(net_price(head).value_or(Price{}));
    return notional_or_most(net, units, listing.asset.multiplier);
  }
  const Price price = head.order.limit_price.value_or(bid_of(listing));
  return -notional_or_most(price, units, listing.asset.multiplier);
}

Price ExchangeCore::bid_of(const Listing& listing) const {
  return listing.far_side(Side::sell, now_).value_or(listing.value().value_or(Price{}));
}

/// The orders that tie up what contracts can come to cost: sales, and those of several legs. Others tie up their price.
bool ExchangeCore::is_judged_by_cover(const OrderRecord& record) const {
  if (record.role == GroupRole::combination) return true;
  const bool option = record.order.kind == InstrumentKind::call || record.order.kind == InstrumentKind::put;
  return option && record.role == GroupRole::alone && record.order.side == Side::sell &&
         !ledger(record.order.account).config().uncovered_options;
}

/// What an account would hold if all its open orders that take cover away had filled, and what they tie up: each the
/// most that the account can lose more with it than without it, and its price; a premium lessens only the order's own
/// risk. So no long contract covers two sales, nor one that is about to leave. Of an order and its replacement the
/// dearer and larger counts; `except` does not, and neither does its replacement.
PendingOptions ExchangeCore::with_pending_options(const Ledger& books, std::string_view underlying,
                                                  Except except) const {
  PendingOptions pending{.contracts = contracts_of(books, underlying), .tied = {}};
  std::set<std::size_t> heads;
  for (const std::size_t index : orders_.open_beginning_with(underlying)) {
    const OrderRecord& record = orders_.at(index);
    if (record.order.account != books.config().number || record.replacing) continue;
    const auto& option = market_.find(record.order.symbol)->asset.instrument.option;
    if (option && underlying_of(*option) == underlying) heads.insert(record.parent.value_or(index));
  }
  if (except) heads.erase(*except);
  for (const std::size_t index : heads) {
    if (is_judged_by_cover(orders_.at(index))) add_pending(pending, orders_.at(index));
  }
  return pending;
}

void ExchangeCore::add_pending(PendingOptions& pending, const OrderRecord& head) const {
  Quantity units = head.remaining();
  Money price = price_of_units(head, units);
  if (head.replacement) {
    const OrderRecord& next = orders_.at(*head.replacement);
    price = std::max(price, price_of_units(next, wanted_by_replacement(next)));
    units = std::max(units, wanted_by_replacement(next));
  }
  const std::vector<Contracts> moves = moves_of(head, units);
  pending.tied += cost_of(pending.contracts, moves, price);
  for (const Contracts& moved : without_surplus(moves)) add_to(pending.contracts, moved);
}

Money ExchangeCore::cost_of(const std::vector<Contracts>& before, const std::vector<Contracts>& moves, Money price) {
  std::vector<Contracts> after = before;
  for (const Contracts& moved : moves) add_to(after, moved);
  return std::max(loss_of(after) - loss_of(before) + price, Money{});
}

/// What an order of contracts would tie up beside those that are open.
Money ExchangeCore::option_cost(const Ledger& books, const SubmitRequest& request, Except except) const {
  const Asset& asset = market_.find(request.legs.empty() ? request.symbol : request.legs.front().symbol)->asset;
  const std::vector<Contracts> before = with_pending_options(books, underlying_in(request), except).contracts;
  Money price;
  if (request.legs.empty()) {
    const Price limit = request.limit_price.value_or(bid_of(*market_.find(request.symbol)));
    price = -notional_or_most(limit, *request.quantity, asset.multiplier);
  } else {
    price = notional(net_price(request).value_or(Price{}), *request.quantity, asset.multiplier);
  }
  return cost_of(before, moves_of(books, request), price);
}

/// By underlying: long contracts tie up their value, since nothing is lent on it; short ones what they can come to
/// cost, less what their value takes from the equity already. Where they may stand bare, their value has to do.
std::map<std::string, Money> ExchangeCore::tied_by_contracts(const Ledger& books) const {
  std::map<std::string, Money> tied;
  for (const auto& [symbol, holding] : books.holdings()) {
    const auto& option = market_.find(symbol)->asset.instrument.option;
    if (!option) continue;
    const Money value = market_value(symbol, holding);
    tied[underlying_of(*option)] += books.config().uncovered_options ? value.magnitude() : value;
  }
  if (books.config().uncovered_options) return tied;
  for (auto& [underlying, amount] : tied) amount += loss_of(contracts_of(books, underlying));
  return tied;
}

Money ExchangeCore::tied_by_option_orders(const Ledger& books, Except except) const {
  std::set<std::string> underlyings;
  for (const std::size_t index : orders_.open()) {
    const OrderRecord& record = orders_.at(index);
    if (record.order.account != books.config().number || record.replacing || !is_judged_by_cover(record)) continue;
    const std::size_t first = record.children.empty() ? index : record.children.front();
    underlyings.insert(underlying_of(*market_.find(orders_.at(first).order.symbol)->asset.instrument.option));
  }
  Money tied;
  for (const std::string& underlying : underlyings) tied += with_pending_options(books, underlying, except).tied;
  return tied;
}

/// Short calls, and calls that are about to be sold, which no long call covers that stays.
Quantity ExchangeCore::locked_as_cover(const Ledger& books, std::string_view stock, Except except) const {
  const Listing* listing = market_.find(stock);
  if (listing == nullptr || listing->asset.instrument.is_option() || books.config().uncovered_options) return {};
  return shares_for(uncovered_calls(with_pending_options(books, stock, except).contracts));
}

}  // namespace belay::sim
