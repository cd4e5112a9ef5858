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

/// Of a price that nobody will ever get, as much as sums of such can be said in dollars.
Money bounded_notional(Price price, Quantity quantity, std::int64_t multiplier) {
  constexpr Money kMost = Money::from_nanos(std::numeric_limits<std::int64_t>::max() / 8);
  try {
    return std::clamp(notional(price, quantity, multiplier), -kMost, kMost);
  } catch (const Overflow&) {
    return price.is_negative() == quantity.is_negative() ? kMost : -kMost;
  }
}

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
    contracts.push_back(as_contracts(asset, holding.quantity));
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
  return as_contracts(asset, side == Side::buy ? contracts : -contracts);
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
    if (const auto move = move_of(books, part.order.symbol, part.order.side, contracts, part.opening())) {
      moves.push_back(*move);
    }
  }
  return moves;
}

/// What is paid for an order's units, or, negative, received: by the limit, else by the quotes.
Money ExchangeCore::price_of(const SubmitRequest& request) const {
  const std::string& symbol = request.legs.empty() ? request.symbol : request.legs.front().symbol;
  const Listing& listing = *market_.find(symbol);
  const std::int64_t multiplier = listing.asset.multiplier;
  if (!request.legs.empty()) {
    return bounded_notional(net_price(request).value_or(Price{}), *request.quantity, multiplier);
  }
  const Price bid = listing.far_side(Side::sell, now_).value_or(listing.value().value_or(Price{}));
  return -bounded_notional(request.limit_price.value_or(bid), *request.quantity, multiplier);
}

/// The orders that tie up what contracts can come to cost: sales, and those of several legs. Others tie up their price.
bool ExchangeCore::is_judged_by_cover(const OrderRecord& record) const {
  if (record.role == GroupRole::combination) return true;
  const bool option = record.order.kind == InstrumentKind::call || record.order.kind == InstrumentKind::put;
  return option && record.role == GroupRole::alone && record.order.side == Side::sell &&
         !ledger(record.order.account).config().uncovered_options;
}

/// The open orders on an underlying's contracts that take cover away, in order of creation; a replacement stands with
/// the order whose place it is to take. `except` is not among them.
std::vector<std::size_t> ExchangeCore::judged_orders(const Ledger& books, std::string_view underlying,
                                                     Except except) const {
  std::set<std::size_t> heads;
  for (const std::size_t index : orders_.open_beginning_with(underlying)) {
    const OrderRecord& record = orders_.at(index);
    if (record.order.account != books.config().number || record.replacing) continue;
    const auto& option = market_.find(record.order.symbol)->asset.instrument.option;
    const std::size_t head = record.parent.value_or(index);
    if (option && underlying_of(*option) == underlying && is_judged_by_cover(orders_.at(head))) heads.insert(head);
  }
  if (except) heads.erase(*except);
  return {heads.begin(), heads.end()};
}

/// What would be held if the order had filled, as far as it takes cover away: an order that would free some frees none
/// until it fills (alpaca.md 2, Buying power).
void ExchangeCore::carry(std::vector<Contracts>& contracts, const OrderRecord& head) const {
  Quantity units = head.remaining();
  if (head.replacement) units = std::max(units, wanted_by_replacement(orders_.at(*head.replacement)));
  const std::vector<Contracts> moves = without_surplus(moves_of(head, units));
  std::vector<Contracts> after = contracts;
  for (const Contracts& moved : moves) add_to(after, moved);
  take_back_cover(after, moves, contracts);
  contracts = std::move(after);
}

/// What an account would hold if all its open orders that take cover away had filled: no long contract covers two
/// sales, nor one that is about to leave.
std::vector<Contracts> ExchangeCore::contracts_after_pending(const Ledger& books, std::string_view underlying,
                                                             Except except) const {
  std::vector<Contracts> contracts = contracts_of(books, underlying);
  for (const std::size_t head : judged_orders(books, underlying, except)) carry(contracts, orders_.at(head));
  return contracts;
}

/// What open orders on an underlying's contracts tie up: each the most that the account can lose more with it than
/// without it, and its price; a premium lessens only its own order's risk. Of an order and its replacement the dearer
/// one counts.
Money ExchangeCore::tied_by_orders_on(const Ledger& books, std::string_view underlying, Except except) const {
  std::vector<Contracts> contracts = contracts_of(books, underlying);
  Money tied;
  for (const std::size_t index : judged_orders(books, underlying, except)) {
    const OrderRecord& head = orders_.at(index);
    const Quantity left = head.remaining();
    Money cost = cost_of(contracts, moves_of(head, left), price_of(as_sent(head, {.quantity = left})));
    if (head.replacement) {
      const OrderRecord& next = orders_.at(*head.replacement);
      const Quantity wanted = std::max(wanted_by_replacement(next), Quantity{});
      cost = std::max(cost, cost_of(contracts, moves_of(head, wanted), price_of(as_sent(next, {.quantity = wanted}))));
    }
    tied += cost;
    carry(contracts, head);
  }
  return tied;
}

Money ExchangeCore::cost_of(const std::vector<Contracts>& before, const std::vector<Contracts>& moves, Money price) {
  std::vector<Contracts> after = before;
  for (const Contracts& moved : moves) add_to(after, moved);
  return std::max(loss_of(after) - loss_of(before) + price, Money{});
}

/// What an order of contracts would need beside those that are open.
OptionNeed ExchangeCore::need_of(const Ledger& books, const SubmitRequest& request, Except except) const {
  const std::vector<Contracts> before = contracts_after_pending(books, underlying_in(request), except);
  const std::vector<Contracts> moves = moves_of(books, request);
  std::vector<Contracts> after = before;
  for (const Contracts& moved : moves) add_to(after, moved);
  const auto more = [](Quantity now, Quantity then) { return std::max(now - then, Quantity{}); };
  return {.cost = cost_of(before, moves, price_of(request)),
          .bare_calls = more(uncovered_calls(after), uncovered_calls(before)),
          .bare_puts = more(uncovered_puts(after), uncovered_puts(before))};
}

/// Whether an order that is changed needs no more than it does as it is: that is its own already.
bool ExchangeCore::needs_no_more(const Ledger& books, const SubmitRequest& changed, const OrderRecord& old) const {
  const OptionNeed before = need_of(books, as_sent(old, {.quantity = old.remaining()}), old.index);
  const OptionNeed after = need_of(books, changed, old.index);
  return after.cost <= before.cost && after.bare_calls <= before.bare_calls && after.bare_puts <= before.bare_puts;
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

/// The underlying of an order that is judged by cover.
std::string ExchangeCore::underlying_in(const OrderRecord& head) const {
  const OrderRecord& part = head.children.empty() ? head : orders_.at(head.children.front());
  return underlying_of(*market_.find(part.order.symbol)->asset.instrument.option);
}

/// Short calls, and calls that are about to be sold, which no long call covers that stays.
Quantity ExchangeCore::locked_as_cover(const Ledger& books, std::string_view stock, Except except) const {
  const Listing* listing = market_.find(stock);
  if (listing == nullptr || listing->asset.instrument.is_option() || books.config().uncovered_options) return {};
  return uncovered_calls(contracts_after_pending(books, stock, except));
}

}  // namespace belay::sim
